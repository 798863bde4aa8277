"""
A table that is asked with a fallback knows what it may be asked: a new word of the law fails here, and shows nowhere.

Each `TABLE.get(key, …)` in the program is found by a walk over its source and has a row in ASKED: what it may be asked,
and for which of that the fallback is meant. Whoever adds a duty, a check, a fact, a message or a reason decides there.
"""

import ast
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from cli.rehearsal import grains
from config.settings import Settings, load_settings
from notifications.language.words import failure, tables
from notifications.letters import compose
from notifications.letters.compose import Message
from notifications.views import alerts as by_letter
from portal.manager.by_hand import relayed_steps
from portal.manager.overview import dialogue_view, duty_links
from portal.manager.register import unreadable_files
from portal.web import refusal_details
from records.journal import duty_replay, replay
from services.delivery import outbound
from states.checks.checks import GIVEN_BY, RULES
from states.checks.status import _SUBJECTS
from states.language.languages import LANGUAGES
from states.language.messages import phrasebook
from states.model.duties import KINDS, Place
from states.model.people import HELPER, PARTICIPANT, Role
from states.model.relays import FAMILIES, How
from states.model.vocabulary import FactName
from states.privacy import bound_words
from states.steps.delivery import letters
from states.steps.table import LEAVING, RELAYS
from tests.test_house import ROOMS, ROOT


@dataclass(frozen=True)
class Asked:
    """What a table may be asked; for *rest* its fallback is what is meant."""

    knows: set[str]
    all_: set[str]
    rest: set[str]


def row(table: object, all_: object, rest: str = "") -> Asked:
    """Return a row of ASKED: keys and words as plain texts."""
    texts = [{str(one) for one in some} for some in (table, all_)]  # type: ignore[attr-defined]
    return Asked(texts[0], texts[1], set(rest.split()))


def places(door: str) -> set[str]:
    """Return what the sentences of *door* have filled in."""
    sentences = [s for both in phrasebook(door).values() for s in both.values()]
    return {name for s in sentences for _, name, _, _ in string.Formatter().parse(s) if name}


MESSAGES = tables()["message"]
CHECKS = {rule.name for rule in RULES}
ASKED: dict[str, Asked] = {
    "states/steps/delivery/letters.py KINDS": row(letters.KINDS, MESSAGES),
    "records/delivery/letters.py KINDS": row(letters.KINDS, MESSAGES),
    "notifications/letters/combined.py KINDS": row(letters.KINDS, MESSAGES),
    "states/steps/delivery/letters.py _AND": row(
        letters._AND, KINDS,
        "answer-dispute answer-invitation approve-analysis carry-answer check-summary decide-contribution "
        "echo-expectations give-verdict invite-stakeholder pass-on report-progress settle-erasure share-expectation",
    ),
    "states/steps/delivery/letters.py _NOT_BEFORE": row(
        letters._NOT_BEFORE, KINDS,
        "answer-dispute answer-invitation approve-analysis carry-answer check-summary give-verdict pass-on "
        "report-progress settle-erasure share-expectation",
    ),
    "states/checks/status.py _SUBJECTS": row(
        _SUBJECTS, CHECKS,
        "roles-named risks-named critical-voice home-share information-complete expectations-echoed session-held "
        "management-present independent-moderator contributions-recorded strategy-signed lessons-noted",
    ),
    "notifications/letters/compose.py _GATHER": row(
        compose._GATHER, {*Role, PARTICIPANT, HELPER}, " ".join(Role)
    ),
    "portal/manager/overview/duty_links.py _SEEN_AT": row(
        duty_links._SEEN_AT, CHECKS, " ".join({*map(str, CHECKS)} - {"home-share", "safety-considered"})
    ),
    "states/checks/checks.py GIVEN_BY": row(
        GIVEN_BY, CHECKS, "answers-speak debts-carried session-held"
    ),
    "portal/manager/overview/duty_links.py WAYS": row(
        duty_links.WAYS, Place, " ".join(place for place in Place if place.page.startswith("my/"))
    ),
    "portal/manager/overview/dialogue_view.py _ELSEWHERE": row(
        dialogue_view._ELSEWHERE, LEAVING, "approve-analysis open-session close-session close-dialogue"
    ),
    "portal/manager/by_hand/relayed_steps.py _NEEDS": row(
        relayed_steps._NEEDS, RELAYS, "accept-invitation decline-invitation ask-erasure undo-relayed"
    ),
    "states/steps/people/relayed_steps.py FAMILIES": row(
        FAMILIES, {key.partition("/")[0] for key in RELAYS},
        "ask-back ask-erasure check-line dispute-answer give-verdict share-expectation undo-relayed",
    ),
    "portal/web/refusal_details.py TELLERS": row(
        refusal_details.TELLERS, places("people") | set(refusal_details.TELLERS),
        "contribution contributions edition group home limit most number reason rounds seats weeks",
    ),
    "records/journal/replay.py _HANDLERS": row(
        replay._HANDLERS, FactName,
        "answer-bounced brought chain-dialogue-linked contact-changed could-not-reach debt-carried "
        "delivery-recorded dialogue-cancelled dialogue-closed duty-lapsed duty-met duty-opened duty-postponed "
        "duty-reopened duty-rescheduled duty-withdrawn erasure-asked erasure-declined erasure-granted "
        "expectation-shared hand-over-agreed helper-ended helper-named information-given interim-word-given "
        "lesson-noted "
        "no-answer-recorded not-reached notice-undeliverable report-looked-at report-unread risk-dropped "
        "risk-named role-handed-over rung-reached rung-skipped settlement-written way-marked-unsafe worded-neutrally",
    ),
    "records/journal/duty_replay.py _CHANGES": row(
        duty_replay._CHANGES, FactName,
        "answer-bounced answer-disputed answer-written asked-back attendance-recorded brought chain-dialogue-linked "
        "check-overridden commitment-reported contact-changed contribution-decided contribution-recorded "
        "could-not-reach debt-carried decision-reopened delivery-recorded dialogue-cancelled dialogue-closed "
        "dialogue-opened dispute-settled duty-opened erasure-asked erasure-declined erasure-granted "
        "expectation-shared expectations-echoed hand-over-agreed helper-ended helper-named information-given "
        "interim-word-given invitation-accepted invitation-declined lesson-noted line-checked management-recorded "
        "notice-undeliverable participant-answered participant-erased participant-invited phase-entered "
        "report-looked-at report-unread risk-dropped risk-named role-handed-over rung-reached rung-skipped "
        "session-rescheduled settlement-written stakeholder-dropped stakeholder-mapped step-undone strategy-signed "
        "summary-published verdict-given way-marked-unsafe worded-neutrally",
    ),
    "states/privacy/bound_words.py _SPOKEN": row(
        bound_words._SPOKEN, FactName,
        "brought contact-changed could-not-reach debt-carried decision-reopened delivery-recorded "
        "dialogue-cancelled dialogue-closed dispute-settled duty-lapsed duty-met duty-opened duty-postponed "
        "duty-reopened duty-rescheduled duty-withdrawn erasure-granted hand-over-agreed helper-ended helper-named "
        "management-recorded no-answer-recorded not-reached notice-undeliverable participant-answered "
        "participant-erased participant-invited report-looked-at report-unread risk-dropped role-handed-over "
        "rung-reached rung-skipped stakeholder-dropped stakeholder-mapped strategy-signed way-marked-unsafe",
    ),
    "states/privacy/bound_words.py _UNDONE": row(
        bound_words._UNDONE, {key.partition("/")[0] for key in RELAYS}, "undo-relayed"
    ),
    "cli/rehearsal/grains.py _TELLERS": row(
        grains._TELLERS, FactName,
        "answer-written brought chain-dialogue-linked contact-changed could-not-reach delivery-recorded duty-met "
        "duty-reopened duty-rescheduled duty-withdrawn erasure-asked erasure-declined erasure-granted "
        "hand-over-agreed helper-ended helper-named information-given "
        "interim-word-given lesson-noted management-recorded not-reached "
        "notice-undeliverable participant-erased report-looked-at report-unread risk-dropped risk-named rung-reached "
        "settlement-written stakeholder-dropped stakeholder-mapped step-undone way-marked-unsafe worded-neutrally",
    ),
}  # fmt: skip
ELSEWHERE: dict[str, str] = {
    "states/steps/actor.py RELAYS": "whom it does not name may not relay: refused",
    "states/checks/checks.py _FINE": "*in order* is right of every other check",
    "states/steps/delivery/letters.py _URGENCY": "the order of what is urgent; all else comes after it",
    "states/language/validation_messages.py _PATTERNS": "the reasons of the library, walked by test_bad_input",
    "states/language/validation_messages.py _CODES": "the reasons of the library, walked by test_bad_input",
    "states/steps/people/relayed_steps.py _SEAT": "changes nothing of the seat, walked by test_relayed_steps",
    "states/steps/people/relayed_steps.py _POINT": "changes nothing of the point, walked by test_relayed_steps",
    "states/model/duties.py _KIND_OF": "names that no duty has",
    "states/model/relays.py FAMILIES": "as in states/steps/people/relayed_steps.py",
    "states/steps/people/hand_over.py _ONCE_SPOKEN": "roles that stand beside nobody, walked by test_debtors_hands",
    "records/sweep/row_templates.py _VOICES": "names of people",
    "notifications/calendar/itip_replies.py _ANSWERS": "what foreign calendars say",
    "notifications/letters/neutral_letter.py _ASKED": "messages that ask nothing by a day",
    "notifications/views/alerts.py _NAMERS": "test_what_letters_fill_in_is_named",
    "flows/runner.py FLOWS": "names of deployments",
    "flows/prefect/alarms/address.py _WEBHOOKS": "schemes of the web; all others are Apprise's own",
    "portal/shared/call_sheet.py _TONGUES": "codes of languages in CLDR",
    "states/privacy/embargo/windows.py _ASKED_BY": "only two steps have a window",
    "states/privacy/embargo/windows.py _ABOUT": "a dispute has no window",
    "portal/manager/register/sheet_layout.py _KNOWN": "headings of people; named when unknown",
    "portal/manager/register/unreadable_files.py _WHY": "test_every_reason_of_an_upload_has_its_sentence",
    "portal/uploads/workbook.py BUILT_IN": "number formats of Excel",
    "cli/step_options/fields.py OF_FIELD": "fields that name nothing that there is: words of one's own",
    "cli/step_options/parameters.py _READERS": "what is typed is what is meant, walked by test_step_options",
    "cli/step_options/descriptions.py _MODELS": "fields that need no words of their own, walked by test_step_options",
    "cli/step_options/usage.py _SAMPLES": "an example with dots, walked by test_step_options",
    "cli/step_options/usage.py _JSON": "an example with dots, walked by test_step_options",
}
"""Tables of which the fallback shows no word of ours, and why."""


@cache
def sources() -> list[tuple[str, list[ast.Call]]]:
    """Return the calls in each module of the program."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return [
        (path.relative_to(ROOT).as_posix(), _calls(path))
        for path in paths
        if "migrations" not in path.parts
    ]


def _calls(path: Path) -> list[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def asked() -> Iterator[str]:
    """Return each module's table, a name in capitals, that is asked for something with `get`."""
    for path, calls in sources():
        for node in calls:
            if (
                isinstance(node.func, ast.Attribute)
                and node.func.attr == "get"
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id.isupper()
                and node.args
                and not isinstance(node.args[0], ast.Constant)
            ):
                yield f"{path} {node.func.value.id}"


def test_every_table_that_is_asked_is_here() -> None:
    found = set(asked())
    assert found - set(ASKED) - set(ELSEWHERE) == set()
    assert (set(ASKED) | set(ELSEWHERE)) - found == set()


@pytest.mark.parametrize("name", ASKED)
def test_a_table_knows_all_that_it_may_be_asked(name: str) -> None:
    one = ASKED[name]
    assert one.all_ - one.knows - one.rest == set(), "decide: a row of the table, or its fallback"
    assert one.knows & one.rest == set()
    assert one.rest <= one.all_
    assert one.knows <= one.all_, "words that nobody says any more"


def test_what_letters_fill_in_is_named() -> None:
    gaps = places("people")
    plain = {
        "contribution", "contributions", "edition", "group", "home", "limit", "most", "number", "reason", "rounds",
        "seats", "weeks",
    }  # fmt: skip
    by_page = {name for name in gaps if name in refusal_details.TELLERS}
    assert gaps - set(by_letter._NAMERS) - by_page == plain - set(by_letter._NAMERS)


# --- why a message did not arrive, and by which way


def reasons() -> Iterator[str]:
    """Return every code with which a channel or a person gives a message up, as its source has it."""
    for _, calls in sources():
        for node in calls:
            if _gives_up(node):
                yield from map(_example, _reason(node))


def _gives_up(node: ast.Call) -> bool:
    called = getattr(node.func, "id", getattr(node.func, "attr", ""))
    of_one = any(
        k.arg == "of" and isinstance(k.value, ast.Constant) and k.value.value == "recipient"
        for k in node.keywords
    )
    return called in {"PermanentFailure", "undeliverable"} or (
        called == "PassingFailure" and of_one
    )


def _reason(node: ast.Call) -> Sequence[ast.expr]:
    return [arg for arg in node.args if isinstance(arg, ast.Constant | ast.JoinedStr)][-1:]


def _example(arg: ast.expr) -> str:
    if isinstance(arg, ast.Constant):
        return str(arg.value)
    parts = arg.values if isinstance(arg, ast.JoinedStr) else []
    return "".join(str(p.value) if isinstance(p, ast.Constant) else "550" for p in parts)


OTHERS = ("mailbox-unavailable", "unwritten-ValueError", "bounced-5.1.1", "deferred-451", "bounced")
"""What is put together elsewhere: by a simulation, by the round, and by reports that come back."""


def test_the_reasons_were_found() -> None:
    assert {"mail-not-valid", "refused-550", "deferred-550", "bounced"} <= set(reasons())


@pytest.mark.parametrize("code", sorted({*reasons(), *OTHERS} - {"email"}))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_said_without_a_word_of_the_machine(code: str, language: str) -> None:
    said = failure(code, language)
    assert said != code
    assert "Error" not in said
    assert not set(said.split()) & {code, code.partition("-")[0]} - {"refused", "deferred"}


def test_ways_to_say_it_have_their_words() -> None:
    assert set(tables()["how"]) == set(get_args(How))
    reach = get_type_hints(Message.reach.fget)["return"]  # type: ignore[attr-defined]
    assert set(get_args(reach)) == {"email", "phone", "letter"}


def test_every_channel_that_can_be_set_opens(tmp_path: Path) -> None:
    """A channel that the settings allow and the switchboard does not know would keep every letter in silence."""
    allowed = get_args(Settings.model_fields["channel"].annotation)
    assert "none" in allowed
    for name in set(allowed) - {"none"}:
        settings = load_settings(channel=name, maildir=tmp_path, smtp={"host": "mail.example"})
        opened = outbound._mail(settings)
        assert opened is not None, name
        assert opened().name in {"email", "maildir"}


def test_every_reason_of_an_upload_has_its_sentence() -> None:
    said = set(unreadable_files._WHY) | set(unreadable_files._WHOLE) | set(unreadable_files._DO)
    found = set[str]()
    for _, calls in sources():
        for node in calls:
            if getattr(node.func, "id", "") == "Unreadable":
                first = node.args[0]
                options = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                found |= {str(o.value) for o in options if isinstance(o, ast.Constant)}
    assert found
    assert found - said == set()


def test_each_step_that_gives_what_a_check_lacks_has_its_page() -> None:
    assert set(duty_links.STEPS) == set(GIVEN_BY.values())
    assert set(duty_links._SEEN_AT) <= set(GIVEN_BY)
