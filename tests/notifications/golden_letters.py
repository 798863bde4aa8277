"""Golden texts: which letters stand in `golden/` word for word, and how each of them is made."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial

import icalendar

from notifications.language.anchor import Anchor
from notifications.language.templates import languages_of
from notifications.letters.account import AboutAccount, account_message
from notifications.letters.compose import Message, compose, words_to_pass_on
from notifications.letters.neutral_letter import NEUTRAL
from states.model.dialogue import Dialogue
from states.model.facts import Notice
from states.model.people import PARTICIPANT, Role
from states.model.vocabulary import Template
from tests.notifications.builders import (
    ALERTED,
    SESSION,
    contributions,
    decided,
    dialogue,
    notice,
    programme,
)
from tests.notifications.case import Case, at_risk, beside_somebody_at_risk, wants_calendar
from tests.notifications.cases import every_case
from tests.notifications.letters_of_many import (
    PAGES,
    invitations,
    late,
    late_again,
    late_sponsor,
    mixed,
    not_arrived,
    participant,
    today,
)

_TENTH_DAY = datetime(2022, 9, 22, 6, tzinfo=UTC)
_EARLY = SESSION - timedelta(days=70)
_HEAD = "5f2a9c31" * 8
_SIGNER = "weerklank/journal/0a1b2c3d"
_ANCHOR = Anchor(
    f"{_SIGNER}\n1234\n{'Xyql' * 10}Xyo=\n\n\N{EM DASH} {_SIGNER} {'Xyql' * 22}Xyo=\n",
    f"{_SIGNER}+5f2aa55f+{'Xyql' * 11}",
)
_OWED = "answer-participant/investor"

_CASES: dict[str, tuple[str, ...]] = {
    "agenda-echoed": ("agenda", "agenda, bare"),
    "answer": ("answer, in parts", "answer, bare", "sealed answer"),
    "answer-disputed": ("disputed", "disputed, in words", "disputed, bare", "disputed, worded", "asked",
        "asked, worded"),
    "answer-is-late": (
        "late again", "late, nobody in charge", "answer-is-late, objection", "answer-is-late, question", "sealed late",
        "sealed carried late",
    ),
    "answer-late-alert": (
        "answer-late-alert +1wd manager answer-participant/ngo v2",
        "answer-late-alert +1wd manager answer-dispute/c2 v1",
        "answer-late-alert +1wd manager decide-contribution/c2 v1",
        "answer-late-alert +1wd manager report-progress/loonkloof v1", "late alert, question",
    ),
    "answer-long-overdue": (
        "answer-long-overdue +20wd board answer-participant/sealed-1 v1",
        "answer-long-overdue +20wd board echo-expectations v1",
        "answer-long-overdue +20wd moderator answer-participant/ngo v1",
    ),
    "answer-now-or-postpone": (
        "answer-now-or-postpone +5wd manager answer-participant/ngo v1",
        "answer-now-or-postpone +5wd manager answer-participant/ngo v2",
        "answer-now-or-postpone +5wd deputy answer-participant/factory-tr v1",
        "answer-now-or-postpone +5wd manager publish-summary v1",
    ),
    "answer-postponed": (
        "postponed, late=True", "postponed, late=False", "sealed postponed",
        "postponed twice, answer-dispute", "postponed twice, report-progress", "postponed, question",
    ),
    "answer-still-late": (
        "sealed carried still late","still late", "answer-still-late, objection",
        "answer-still-late, question", "sealed still late"),
    "by-hand-task": (
        "by hand no-mail", "by hand factory-tr", "by hand sealed, moderator", "by hand sealed, manager",
    ),
    "calendar-maybe": ("maybe",),
    "weekly-checkpoint": ("weekly-checkpoint", "weekly-checkpoint, auditor"),
    "carrying-late": (
        "carrying late, to the confidant", "carrying late, to the confidant, without a moderator",
        "carrying late, to the board, few", "carrying late, to the board, many",
    ),
    "contact-changed": ("changed, open", "changed by them, open", "changed, at risk"),
    "contact-to-check": ("to call", "to call the old number"),
    "dates-changed": ("moved, sponsor",),
    "delivery-failed": (
        "failed ngo, answer=True, told deputy", "failed ngo, answer=False, told moderator",
        "failed sealed-1, answer=True, told moderator", "failed sealed-1, answer=False, told deputy",
        "failed to a helper", "unread",
    ),
    "dialogue-cancelled": ("cancelled before the session", "cancelled", "cancelled, bare"),
    "dialogue-closed": ("closed", "closed, bare", "closed with debts"),
    "dialogue-opened": ("opened", "opened, bare"),
    "digest": (
        "digest", "digest, quiet", "digest, not arrived",
        "digest, many late", "digest, many to come", "digest, a task late",
    ),
    "dispute-settled": ("settled, round 1", "settled, round 2", "settled, round 3", "replied"),
    "duty-due-soon": (
        "duty-due-soon -10wd manager answer-participant/ngo v1",
        "duty-due-soon -10wd manager answer-participant/ngo v2",
        "duty-due-soon -10wd manager decide-contribution/c2 v1",
        "duty-due-soon -3wd manager approve-analysis v1",
        "duty-due-soon -3wd manager invite-stakeholder/worker v1",
    ),
    "duty-due-today": (
        "duty-due-today 0 deputy answer-participant/ngo v1",
        "duty-due-today 0 manager decide-contribution/c2 v1",
    ),
    "duty-late": (
        "duty-late +1wd manager publish-summary v1", "duty-late +1wd manager answer-participant/ngo v1",
    ),
    "duty-late-sponsor": (
        "duty-late-sponsor +10wd sponsor answer-participant/ngo v1",
        "duty-late-sponsor +10wd sponsor report-progress/loonkloof v1",
    ),
    "duty-still-late": (
        "duty-still-late +5wd deputy answer-participant/ngo v1",
        "duty-still-late +5wd deputy decide-contribution/c2 v1",
    ),
    "erasure-declined": ("erasure-declined",),
    "erasure-done": ("erasure-done",),
    "helper-ended": ("helper-1 ended by sponsor", "helper-1 ended by helper-1, bare"),
    "helper-named": ("helper-1 named by sponsor", "helper-1 named by board, bare"),
    "interim-word": ("interim", "interim, no day"),
    "invitation": ("invitation", "invitation, bare"),
    "invitation-accepted": ("accepted", "accepted, bare"),
    "invitation-declined": ("declined",),
    "keeper-changed": ("keeper, open", "keeper, at risk"),
    "new-link": ("new link", "helper-1, new link"),
    "people-are-waiting": (
        "people-are-waiting +10wd sponsor answer-participant/ngo v2",
        "people-are-waiting +10wd sponsor decide-contribution/c2 v1", "many wait",
    ),
    "please-answer-invitation": ("please-answer-invitation -5wd", "please-answer-invitation -1wd"),
    "please-check-summary": ("please-check-summary -5wd", "sealed check", "sealed, unread"),
    "please-give-verdict": ("please-give-verdict -5wd", "please-give-verdict -1wd", "sealed verdict"),
    "please-share-expectation": ("please-share-expectation -5wd", "please-share-expectation -1wd"),
    "progress-reported": (
        "progress, promised", "progress, under-way", "progress, done", "progress, dropped",
        "sealed progress",
    ),
    "relayed": ("relayed, accept-invitation", "relayed, corrected", "recorded, at risk"),
    "report-still-waits": ("report-still-waits",),
    "report-waits": ("report-waits",),
    "result": (
        "result, closed, sponsor", "result, closed_with_debts, moderator", "result, cancelled, board",
        "result, many", "result, nobody waits",
    ),
    "role-handed-over": ("handed over", "handed over, busy", "handed over, many"),
    "session-moved": ("moved, both", "moved, none", "moved, same"),
    "summary-to-check": ("summary", "summary, bare", "sealed summary"),
    "way-replaced": ("old way",),
    "there-may-be-news": ("news",),
    "welcome": ("welcome, sponsor", "welcome, moderator", "welcome, bare, board"),
    "wording-wanted": (
        "wording wanted, line", "wording wanted, dispute", "wording wanted, verdict",
    ),
    "your-turn": ("your turn", "your turn, bare", "your turn, to sign"),
}  # fmt: skip
"""The cases of each message that say all that it can say; a test finds words that stand in none of them."""

_ACCOUNT_CHANGES = (
    "password",
    "codes",
    "set-up",
    "passkey-added",
    "passkey-removed",
    "handed-over",
)
_ENTRIES = (
    "invitation", "accepted", "moved, both", "changed, open", "cancelled before the session", "declined",
    "erasure-done", "old way", "welcome, sponsor", "moved, sponsor", "result, cancelled, board",
)  # fmt: skip
"""Cases whose letter brings an entry for a calendar."""
_WITHOUT_PAGES = ("helper-1 named by sponsor", "new link", "report-waits", "report-still-waits")
"""Cases that say something else where there are no pages."""
_ALERTS = (
    "answer-late-alert +1wd manager answer-participant/ngo v2",
    "answer-now-or-postpone +5wd manager answer-participant/ngo v1",
    "failed to a helper",
    "by hand no-mail",
)
"""Cases that a chat is told in one line too."""


@dataclass(frozen=True, slots=True)
class Golden:
    """One file: the *letter* that it shows, in which *variant* (none: the usual one), and how it is *written*."""

    letter: str
    variant: str
    write: Callable[[], str]

    def file(self, language: str) -> str:
        """Its name in *language*."""
        parts = (self.letter.replace("/", "."), self.variant, language, "txt")
        return ".".join(part for part in parts if part)


@lru_cache(maxsize=8)
def golden(language: str) -> list[Golden]:
    """All golden texts of *language*: of the letters that are written in it."""
    makers = (_usual, _of_cases, _neutral, _about_accounts, _together)
    made = [one for maker in makers for one in maker(language)]
    return [one for one in made if language in languages_of(one.letter)]


def _shown(message: Message) -> str:
    return f"{message.subject}\n\n{message.text}"


def _usual(language: str) -> Iterator[Golden]:
    """The four that matter most, without a link and under their own name."""
    whole = {c.id: decided(c) for c in contributions().values()}
    answered = dialogue(language, contributions=whole)
    home = dialogue(language)
    told = notice("answer", "ngo", home.duties["answer-participant/ngo"], covers=["c1"])
    made: dict[str, tuple[Notice, Dialogue, datetime]] = {
        "answer": (told, answered, ALERTED),
        "answer-is-late": (_late("answer-is-late", "investor", "+1wd", home), home, ALERTED),
        "answer-late-alert": (_late("answer-late-alert", "manager", "+1wd", home), home, ALERTED),
        "people-are-waiting": (
            _late("people-are-waiting", "sponsor", "+10wd", home), home, _TENTH_DAY,
        ),
    }  # fmt: skip
    for letter, (asked, place, now) in made.items():
        write = partial(compose, asked, place, now=now, journal_head=_HEAD)
        yield Golden(letter, "", partial(_of, write))
        if letter in {"answer-is-late", "people-are-waiting"}:
            yield Golden(letter, "anchored", partial(_of, partial(write, anchor=_ANCHOR)))


def _of(write: Callable[[], Message]) -> str:
    return _shown(write())


def _late(name: str, to: str, rung: str, home: Dialogue) -> Notice:
    return notice(name, to, home.duties[_OWED], rung=rung)


def _of_cases(language: str) -> Iterator[Golden]:
    """Every message as the cases tell it; what is said aloud, put in a calendar or told a chat stands by itself."""
    cases = {(case.notice.template, case.name): case for case in every_case(language)}
    for letter, names in _CASES.items():
        for case in (cases[Template(letter), name] for name in names):
            variant = variant_of(letter, case.name)
            yield Golden(letter, variant, partial(_of, partial(_written, case)))
            if case.notice.role == PARTICIPANT and case.name == names[0]:
                yield Golden(letter, "aloud", partial(_aloud, case))
                if letter == "invitation":
                    yield Golden(letter, "aloud-number", partial(_aloud, _with_a_number(case)))
            if case.name in _WITHOUT_PAGES:
                yield Golden(letter, "without-pages", partial(_of, partial(_written, case, None)))
            if case.name in _ENTRIES:
                yield Golden(letter, "calendar", partial(_entry, case))
            if case.name in _ALERTS:
                yield Golden(letter, "chat", partial(_alert, case))


def variant_of(letter: str, case: str) -> str:
    """The name of a case beside that of its *letter*; none for the case that is called as the letter is."""
    return "-".join(re.findall(r"\w+", case.removeprefix(letter)))


def _written(case: Case, pages: str | None = PAGES) -> Message:
    """In its own words, also to those to whom mail says no more than that there is something."""
    return compose(
        case.notice,
        case.dialogue,
        now=case.now,
        base_url=pages,
        journal_head=_HEAD,
        anchor=_ANCHOR if case.notice.template == Template.WEEKLY_CHECKPOINT else None,
        whole=True,
    )


def _neutral(language: str) -> Iterator[Golden]:
    """What mail says of each message to somebody at risk, and what it says where there are no pages."""
    cases = {(case.notice.template, case.name): at_risk(case) for case in every_case(language)}
    first = [cases[Template(letter), names[0]] for letter, names in _CASES.items()]
    for case in first:
        if case.notice.role == PARTICIPANT and case.notice.template != Template.WAY_REPLACED:
            yield Golden(NEUTRAL, case.notice.template, partial(_of, partial(_mailed, case)))
    asked = wants_calendar(cases[Template.INVITATION_ACCEPTED, "accepted"])
    yield Golden(NEUTRAL, "with-calendar", partial(_of, partial(_mailed, asked)))
    yield Golden(NEUTRAL, "calendar", partial(_shown_entry, partial(_mailed, asked)))
    bare = cases[Template.ANSWER, "sealed answer"]
    yield Golden(NEUTRAL, "without-pages", partial(_of, partial(_mailed, bare, None)))
    own = {(case.notice.template, case.name): case for case in every_case(language)}
    for named in ((Template.ANSWER, "answer, in parts"), (Template.NEW_LINK, "new link")):
        beside = beside_somebody_at_risk(own[named])
        for pages, variant in ((PAGES, "beside"), (None, "beside-without-pages")):
            write = partial(_of, partial(_mailed, beside, pages))
            yield Golden(beside.notice.template, variant, write)
    untold = replace(bare, notice=bare.notice.model_copy(update={"template": "no-such-news"}))
    yield Golden(NEUTRAL, "no-such-news", partial(_of, partial(_mailed, untold)))


def _mailed(case: Case, pages: str | None = PAGES) -> Message:
    return compose(case.notice, case.dialogue, now=case.now, base_url=pages, journal_head=_HEAD)


def _aloud(case: Case) -> str:
    """What the moderator reads out to whoever has no email; no line is broken there."""
    return words_to_pass_on(case.notice, case.dialogue, "moderator", case.now) or "(nothing)\n"


def _with_a_number(case: Case) -> Case:
    """The same where the manager can be called."""
    programme = case.dialogue.programme
    manager = programme.roles[Role.MANAGER].model_copy(update={"phone": "+31 20 555 0111"})
    called = programme.model_copy(update={"roles": programme.roles | {Role.MANAGER: manager}})
    return replace(case, dialogue=replace(case.dialogue, programme=called))


def _entry(case: Case) -> str:
    """What a calendar shows of a session that is still to come."""
    return _shown_entry(partial(_written, replace(case, now=min(case.now, _EARLY))))


def _shown_entry(write: Callable[[], Message]) -> str:
    entry = write().calendar
    assert entry is not None
    [event] = icalendar.Calendar.from_ical(entry.data).walk("VEVENT")
    return f"{entry.method}\n{event['SUMMARY']}\n{event.get('DESCRIPTION', '')}".rstrip() + "\n"


def _alert(case: Case) -> str:
    alert = _written(case).alert
    assert alert is not None, case.name
    return f"{alert}\n"


def _about_accounts(language: str) -> Iterator[Golden]:
    yield _about_account("new-sign-in", "", language)
    for said in _ACCOUNT_CHANGES:
        yield _about_account("sign-in-changed", said, language)


def _about_account(template: str, said: str, language: str) -> Golden:
    address = "manager@merk.example"
    about = AboutAccount(
        template, "manager", "Karin Smit", address, language, said, "Firefox", ALERTED
    )
    write = partial(account_message, about, programme(language), now=ALERTED, base_url=PAGES)
    return Golden(f"_account/{template}", said, partial(_of, write))


def _together(language: str) -> Iterator[Golden]:
    """Letters of several notices."""
    home = dialogue(language)
    told = {
        "late": late, "late-sponsor": late_sponsor, "invitations": invitations,
        "mixed": mixed, "late-again": late_again, "today": today, "not-arrived": not_arrived,
    }  # fmt: skip
    for variant, write in told.items():
        yield Golden("_together", variant, partial(_of, partial(write, home)))
    yield Golden("_together-participant", "", partial(_of, partial(participant, home)))
