"""Every message once with all that it may hold and once with as little as it can do with."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from states.model.dialogue import Dialogue, Phase
from states.model.duties import Duty, DutyStatus
from states.model.facts import Notice
from states.model.information import Information
from states.model.people import Helper, Invitation, Role
from states.values.promised_days import Reckoning
from tests.notifications.builders import (
    ALERTED,
    PROMISED,
    SESSION,
    contributions,
    decided,
    dialogue,
    duty,
    notice,
    postponed,
)
from tests.notifications.case import Case
from tests.notifications.crowded_cases import crowded_cases

LATER = PROMISED + timedelta(days=25)
LATE = "answer-participant/investor"
SEALED = "answer-participant/sealed-1"


Build = Callable[[Dialogue], Case]


def _with(home: Dialogue, *duties: Duty, **changes: Any) -> Dialogue:  # noqa: ANN401
    return replace(home, duties=home.duties | {d.name: d for d in duties}, **changes)


def _bare(home: Dialogue) -> Dialogue:
    """The same dialogue without anything that is optional."""
    plain = {
        name: seat.model_copy(update={"expectation": None, "success_test": None})
        for name, seat in home.stakeholders.items()
    }
    return replace(home, overrides={}, commitments={}, lessons=(), stakeholders=plain)


def _decided(home: Dialogue) -> Dialogue:
    return replace(home, contributions={c.id: decided(c) for c in home.contributions.values()})


def _asked(kind: str, whom: str) -> Duty:
    return duty(kind, whom, due=LATER, first_due=LATER)


def participant_cases(home: Dialogue) -> Iterator[Case]:
    """Messages to people who take part, under their own name."""
    yield Case("invitation", notice("invitation", "ngo", _asked("answer-invitation", "ngo")), home)
    yield Case("invitation, bare", notice("invitation", "ngo"), _bare(home))
    yield Case("accepted", notice("invitation-accepted", "ngo"), home)
    yield Case(
        "accepted, bare",
        notice("invitation-accepted", "ngo"),
        replace(_bare(home), information=Information()),
    )
    gone = home.stakeholders["ngo"].model_copy(update={"invitation": Invitation.DECLINED})
    away = replace(home, stakeholders=home.stakeholders | {"ngo": gone})
    yield Case("declined", notice("invitation-declined", "ngo"), away)
    yield Case("agenda", notice("agenda-echoed", "ngo"), home)
    yield Case("agenda, bare", notice("agenda-echoed", "ngo"), _bare(home))
    yield Case("interim", notice("interim-word", "ngo"), home)
    undated = replace(home, information=Information())
    yield Case("interim, no day", notice("interim-word", "ngo"), undated)
    yield Case("new link", notice("new-link", "ngo"), home)
    yield Case("news", notice("there-may-be-news", "ngo"), home)
    yield from _erasures(home)
    yield from _in_their_name(home)
    yield from _moved(home)
    checked = _asked("check-summary", "ngo")
    yield Case("summary", notice("summary-to-check", "ngo", checked), _with(home, checked))
    yield Case("summary, bare", notice("summary-to-check", "ngo"), _bare(home))
    yield from _answers(home)
    yield from _late(home)
    yield from _ends(home)
    yield from _reminders(home)


def _erasures(home: Dialogue) -> Iterator[Case]:
    asked = _asked("settle-erasure", "ngo")
    refused = home.stakeholders["ngo"].model_copy(update={"erasure_refusal": "De wet vraagt dit."})
    place = _with(home, asked, stakeholders=home.stakeholders | {"ngo": refused})
    for template in ("erasure-done", "erasure-declined"):
        yield Case(template, notice(template, "ngo", asked), place)


def _in_their_name(home: Dialogue) -> Iterator[Case]:
    """What somebody else did for them: recorded, changed, handed over; also to somebody at risk."""
    said = {"by": "moderator", "how": "phone", "until": "2022-10-06", "contribution": "c1"}
    coming = ("accept-invitation", "decline-invitation", "share-expectation")
    for step in (*coming, "give-verdict", "dispute-answer", "ask-erasure", "undo-relayed"):
        yield Case(f"relayed, {step}", notice("relayed", "ngo", step=step, **said), home)
    for verdict in ("confirmed", "corrected", "withdrawn"):
        line = said | {"step": "check-line", "verdict": verdict}
        yield Case(f"relayed, {verdict}", notice("relayed", "ngo", **line), home)
    left = home.stakeholders["ngo"].model_copy(update={"left_ways": ("oud@ngo.example",)})
    moved = replace(home, stakeholders=home.stakeholders | {"ngo": left})
    risk = home.stakeholders["ngo"].model_copy(update={"at_risk": True})
    guarded = replace(home, stakeholders=home.stakeholders | {"ngo": risk})
    yield Case("old way", notice("way-replaced", "ngo", way=0), moved)
    for place, name in ((home, "open"), (guarded, "at risk")):
        yield Case(f"changed, {name}", notice("contact-changed", "ngo", by="moderator"), place)
        yield Case(f"changed by them, {name}", notice("contact-changed", "ngo", by="ngo"), place)
        keeper = notice("keeper-changed", "ngo", role="moderator", by="board")
        yield Case(f"keeper, {name}", keeper, place)
        recorded = notice("relayed", "ngo", step="accept-invitation", **said)
        yield Case(f"recorded, {name}", recorded, place)
    yield Case("to call", notice("contact-to-check", "moderator", stakeholder="ngo"), guarded)
    number = home.stakeholders["ngo"].model_copy(update={"left_ways": ("+31 6 1234 5678",)})
    left_number = replace(home, stakeholders=home.stakeholders | {"ngo": number})
    call = notice("contact-to-check", "moderator", stakeholder="ngo", left=0)
    yield Case("to call the old number", call, left_number)


def _moved(home: Dialogue) -> Iterator[Case]:
    dates = {"was": SESSION.isoformat(), "to": LATER.isoformat(), "reason": "Staking."}
    both = {"feedback_was": "2022-09-08", "feedback_by": "2022-09-22"}
    none = {"feedback_was": None, "feedback_by": None}
    same = {"feedback_was": "2022-09-08", "feedback_by": "2022-09-08"}
    for name, promise in (("both", both), ("none", none), ("same", same)):
        yield Case(f"moved, {name}", notice("session-moved", "ngo", **dates, **promise), home)


def _answers(home: Dialogue) -> Iterator[Case]:
    owed = home.duties["answer-participant/ngo"]
    yield Case("answer", notice("answer", "ngo", owed, covers=["c1"]), _decided(home))
    yield Case("answer, bare", notice("answer", "ngo", covers=["c1"]), _bare(home))
    second = contributions()["c1"].model_copy(update={"id": "c9"})
    parts = replace(home, contributions=_decided(home).contributions | {"c9": second})
    yield Case("answer, in parts", notice("answer", "ngo", owed, covers=["c1"]), parts)
    for late in (True, False):
        moved = postponed(duty("answer-participant", "ngo"), LATER, late=late)
        dates = {"was": PROMISED.isoformat(), "to": LATER.isoformat()}
        yield Case(
            f"postponed, {late=}",
            notice(
                "answer-postponed",
                "ngo",
                moved,
                **dates,
                first=PROMISED.isoformat(),
                reason="Het besluit is er nog niet.",
                late=late,
            ),
            _with(home, moved),
        )
    for kind, whom in (("answer-dispute", "c1"), ("report-progress", "loonkloof")):
        twice = postponed(duty(kind, whom, waiting="ngo"), LATER, late=False)
        dates = {"was": PROMISED.isoformat(), "to": LATER.isoformat()}
        dates |= {"first": SESSION.isoformat(), "reason": "Het besluit is er nog niet."}
        told = notice("answer-postponed", "ngo", twice, **dates, late=False)
        yield Case(f"postponed twice, {kind}", told, _with(home, twice))
    yield from _objections(home)


def _questions(home: Dialogue, found: Duty) -> Iterator[Case]:
    """The same of a question about an answer."""
    asked = {"asked_back": True, "dispute_reason": "Vanaf welk jaar?", "dispute_open": True}
    point = home.contributions["c1"].model_copy(update=asked)
    place = _with(home, found, contributions=home.contributions | {"c1": point})
    for template in ("answer-is-late", "answer-still-late"):
        yield Case(f"{template}, question", notice(template, "ngo", found), place)
    moved = postponed(duty("answer-dispute", "c1", waiting="ngo"), LATER, late=False)
    dates = {"was": PROMISED.isoformat(), "to": LATER.isoformat(), "first": SESSION.isoformat()}
    later = notice("answer-postponed", "ngo", moved, **dates, reason="Nog in overleg.", late=False)
    yield Case("postponed, question", later, replace(place, duties={moved.name: moved}))
    told: dict[str, Any] = {"contribution": "c1", "question": True}
    yield Case("asked", notice("answer-disputed", "manager", found, **told), place)
    bare = notice("answer-disputed", "manager", **told, worded=True)
    yield Case("asked, worded", bare, replace(place, duties={}))
    late = notice("answer-late-alert", "manager", found, rung="+1wd")
    yield Case("late alert, question", late, place)
    reply = point.model_copy(update={"settlement": "Vanaf 2026.", "dispute_open": False})
    settled = replace(place, contributions=home.contributions | {"c1": reply})
    told = {"contribution": "c1"}
    yield Case("replied", notice("dispute-settled", "ngo", found, **told), settled)


def _objections(home: Dialogue) -> Iterator[Case]:
    found = duty("answer-dispute", "c1", waiting="ngo", status=DutyStatus.LAPSED)
    for round_ in (1, 2, 3):
        point = contributions()["c1"].model_copy(
            update={
                "dispute_round": round_,
                "dispute_reason": "Dit ging niet over mijn punt.",
                "settlement": "De onderzoeksvraag is breder.",
            }
        )
        settled = _with(home, found, contributions=home.contributions | {"c1": point})
        name = f"settled, round {round_}"
        yield Case(name, notice("dispute-settled", "ngo", found, contribution="c1"), settled)
    yield from _questions(home, found)
    for template in ("answer-is-late", "answer-still-late"):
        yield Case(f"{template}, objection", notice(template, "ngo", found), _with(home, found))
    progress = {"commitment": "loonkloof"}
    for status in ("promised", "under-way", "done", "dropped"):
        yield Case(
            f"progress, {status}",
            notice("progress-reported", "ngo", **progress, status=status),
            home,
        )


def _late(home: Dialogue) -> Iterator[Case]:
    owed = home.duties[LATE]
    moved = postponed(owed, ALERTED - timedelta(hours=8), late=True)
    yield Case("late", notice("answer-is-late", "investor", owed, rung="+1wd"), home)
    yield Case(
        "late again", notice("answer-is-late", "investor", moved, rung="+1wd"), _with(home, moved)
    )
    yield Case(
        "still late", notice("answer-still-late", "investor", owed, rung="+40wd"), home, LATER
    )
    alone = home.programme.model_copy(
        update={"roles": {Role.MODERATOR: home.programme.roles[Role.MODERATOR]}}
    )
    yield Case(
        "late, nobody in charge",
        notice("answer-is-late", "investor", owed, rung="+1wd"),
        replace(home, programme=alone),
    )


def _ends(home: Dialogue) -> Iterator[Case]:
    for name, place in (("", home), (", bare", _bare(replace(home, duties={})))):
        yield Case(f"closed{name}", notice("dialogue-closed", "ngo"), place)
        yield Case(f"cancelled{name}", notice("dialogue-cancelled", "ngo", reason="Fusie."), place)
    debts = notice("dialogue-closed", "ngo", reason="Fusie.", debts=[LATE])
    yield Case("closed with debts", debts, home)
    early = notice("dialogue-cancelled", "ngo", reason="Fusie.")
    yield Case("cancelled before the session", early, home, SESSION - timedelta(days=9))


def _reminders(home: Dialogue) -> Iterator[Case]:
    asked = {
        "please-answer-invitation": "answer-invitation",
        "please-share-expectation": "share-expectation",
        "please-check-summary": "check-summary",
        "please-give-verdict": "give-verdict",
    }
    for template, kind in asked.items():
        for rung, place in (("-5wd", home), ("-1wd", _bare(home))):
            found = _asked(kind, "ngo")
            yield Case(
                f"{template} {rung}", notice(template, "ngo", found, rung=rung), _with(place, found)
            )


def sealed_cases(home: Dialogue) -> Iterator[Case]:
    """Messages to the one who speaks under seal, about what they said there."""
    owed, checked, asked = (
        home.duties[SEALED],
        _asked("check-summary", "sealed-1"),
        _asked("give-verdict", "sealed-1"),
    )
    place = _with(_decided(home), checked, asked)
    yield Case("sealed late", notice("answer-is-late", "sealed-1", owed, rung="+1wd"), home)
    yield Case("sealed still late", notice("answer-still-late", "sealed-1", owed), home, LATER)
    carried = duty("carry-answer", "sealed-1", owner="moderator", waiting="sealed-1")
    for template, name in (("answer-is-late", "late"), ("answer-still-late", "still late")):
        told = notice(template, "sealed-1", carried, rung="+1wd")
        yield Case(f"sealed carried {name}", told, _with(home, carried), LATER)
    yield Case("sealed answer", notice("answer", "sealed-1", owed, covers=["c2"]), place)
    yield Case("sealed summary", notice("summary-to-check", "sealed-1", checked), place)
    yield Case(
        "sealed check", notice("please-check-summary", "sealed-1", checked, rung="-5wd"), place
    )
    yield Case(
        "sealed verdict", notice("please-give-verdict", "sealed-1", asked, rung="-5wd"), place
    )
    moved = postponed(owed, LATER, late=True)
    dates = {d: PROMISED.isoformat() for d in ("was", "first")} | {"to": LATER.isoformat()}
    told = notice("answer-postponed", "sealed-1", moved, **dates, reason="Volgt.", late=True)
    yield Case("sealed postponed", told, _with(home, moved))
    news = notice("progress-reported", "sealed-1", commitment="loonkloof", status="done")
    yield Case("sealed progress", news, place)


_RUNGS = (
    ("duty-due-soon", "-10wd", "manager"),
    ("duty-due-soon", "-3wd", "manager"),
    ("duty-due-today", "0", "manager"),
    ("duty-due-today", "0", "deputy"),
    ("duty-late", "+1wd", "manager"),
    ("duty-still-late", "+5wd", "deputy"),
    ("duty-late-sponsor", "+10wd", "sponsor"),
    ("answer-late-alert", "+1wd", "manager"),
    ("answer-late-alert", "+1wd", "sponsor"),
    ("answer-now-or-postpone", "+5wd", "manager"),
    ("answer-now-or-postpone", "+5wd", "deputy"),
    ("people-are-waiting", "+10wd", "sponsor"),
    ("answer-long-overdue", "+20wd", "board"),
    ("answer-long-overdue", "+20wd", "moderator"),
)


def role_cases(home: Dialogue) -> Iterator[Case]:
    """Messages to those who hold a role."""
    for template, rung, to in _RUNGS:
        for found in _of_all_kinds(home):
            name = f"{template} {rung} {to} {found.name} v{found.version}"
            yield Case(name, notice(template, to, found, rung=rung), _with(home, found))
    yield from _news(home)
    yield from _carrying(home)
    yield from _of_words_under_seal(home)


def _carrying(home: Dialogue) -> Iterator[Case]:
    """What those above the moderator hear of answers under seal that did not arrive."""
    carried = [
        duty("carry-answer", f"sealed-{n}", owner="moderator", waiting=f"sealed-{n}")
        for n in range(1, 7)
    ]
    few, many = _with(home, carried[0]), _with(home, *carried)
    roles = home.programme.roles
    rest = {role: person for role, person in roles.items() if role != Role.MODERATOR}
    alone = replace(few, programme=home.programme.model_copy(update={"roles": rest}))
    for name, to, place in (
        ("to the confidant", "confidant", few),
        ("to the confidant, without a moderator", "confidant", alone),
        ("to the board, few", "board", few),
        ("to the board, many", "board", many),
    ):
        told = notice("carrying-late", to, carried[0], rung="+20wd")
        yield Case(f"carrying late, {name}", told, place, LATER)


def _of_words_under_seal(home: Dialogue) -> Iterator[Case]:
    """What the moderator is asked to word, and that they did."""
    for about in ("line", "dispute", "verdict"):
        which = {} if about == "verdict" else {"contribution": "c2"}
        wanted = notice("wording-wanted", "moderator", about=about, to="sealed-1", **which)
        yield Case(f"wording wanted, {about}", wanted, home)
    disputed = duty("answer-dispute", "c2", waiting="sealed-1")
    told = notice("answer-disputed", "manager", disputed, contribution="c2", round=1, worded=True)
    yield Case("disputed, worded", told, _with(home, disputed))


def _of_all_kinds(home: Dialogue) -> Iterator[Duty]:
    yield from home.duties.values()
    yield postponed(
        postponed(duty("answer-participant", "ngo"), LATER, late=False), LATER, late=True
    )
    skipped = ((datetime(2022, 8, 15, tzinfo=UTC).date(), "programme"),)
    counted = Reckoning(rule="+10wd", start=SESSION.date(), end=PROMISED.date(), holidays=skipped)
    yield duty("answer-dispute", "c2", waiting="sealed-1", reckoning=counted)
    yield duty("decide-contribution", "c2")
    named = Reckoning(rule="promised", end=PROMISED.date())
    yield duty("report-progress", "loonkloof", waiting="sealed-1", reckoning=named)
    yield duty("invite-stakeholder", "worker")
    for kind in ("approve-analysis", "echo-expectations", "publish-summary", "close-dialogue"):
        yield duty(kind)


def _news(home: Dialogue) -> Iterator[Case]:
    first = duty("approve-analysis")
    carried = ["merk-2021: answer-participant/sealed-1", "merk-2021: report-progress/loon"]
    fresh = _with(home, first, phase=Phase.STAKEHOLDER_ANALYSIS)
    yield Case("opened", notice("dialogue-opened", "manager", first, carried=carried), fresh)
    yield Case("opened, bare", notice("dialogue-opened", "manager", carried=[]), _bare(home))
    found = duty("answer-dispute", "c2", waiting="sealed-1")
    told: dict[str, Any] = {"contribution": "c2", "round": 1}
    yield Case("disputed", notice("answer-disputed", "manager", found, **told), _with(home, found))
    objected = home.contributions["c1"].model_copy(update={"dispute_reason": "Te weinig."})
    place = _with(home, found, contributions=home.contributions | {"c1": objected})
    told = {"contribution": "c1", "round": 2}
    yield Case("disputed, in words", notice("answer-disputed", "manager", found, **told), place)
    yield Case("disputed, bare", notice("answer-disputed", "manager", contribution="c2"), home)
    for to, reason in (("sealed-1", ""), ("ngo", "refused-550"), ("manager", "refused-550")):
        for answer in (True, False):
            detail: dict[str, Any] = {
                "to": to,
                "template": "answer" if answer else "invitation",
                "reason": reason,
                "answer": answer,
                "again": not answer,
            }
            for reader in ("deputy", "moderator"):
                failed = notice("delivery-failed", reader, **detail)
                yield Case(f"failed {to}, {answer=}, told {reader}", failed, home)
    unread: dict[str, Any] = {"to": "ngo", "template": "invitation", "reason": "refused-550"}
    unread |= {"answer": False, "again": False, "unread": True}
    yield Case("unread", notice("delivery-failed", "manager", **unread), home)
    yield from _by_hand(home)
    for to in ("sponsor", "moderator", "board"):
        yield Case(f"welcome, {to}", notice("welcome", to), home)
        yield Case(f"welcome, bare, {to}", notice("welcome", to), _bare(home))
        moved: dict[str, Any] = {
            "was": "2022-06-16T11:00:00+00:00",
            "to": "2022-06-23T11:00:00+00:00",
        }
        yield Case(f"moved, {to}", notice("dates-changed", to, reason="Ziek.", **moved), home)
        for phase in (Phase.CLOSED, Phase.CLOSED_WITH_DEBTS, Phase.CANCELLED):
            ended = _with(home, phase=phase)
            why = {} if phase is Phase.CLOSED else {"reason": "Geen tijd."}
            yield Case(f"result, {phase}, {to}", notice("result", to, **why), ended)
    yield Case("your turn", notice("your-turn", "sponsor", duty("sign-strategy")), home)
    yield Case("your turn, bare", notice("your-turn", "moderator"), home)
    yield Case("handed over", notice("role-handed-over", "deputy", role="deputy"), home)
    yield from _helpers(home)
    yield Case("handed over, busy", notice("role-handed-over", "manager", role="manager"), home)
    for template in ("report-waits", "report-still-waits"):
        yield Case(template, notice(template, "confidant"), home)
    yield Case("maybe", notice("calendar-maybe", "manager", to="ngo"), home)
    yield Case("weekly-checkpoint", notice("weekly-checkpoint", "board"), home)
    audited = home.programme.model_copy(update={"auditor": home.programme.roles[Role.BOARD]})
    read = replace(home, programme=audited)
    hers = notice("weekly-checkpoint", "auditor").model_copy(update={"role": "auditor"})
    yield Case("weekly-checkpoint, auditor", hers, read)
    yield Case("digest", notice("digest", "manager"), home)
    marks = dict.fromkeys(home.stakeholders, "mark") | {"sealed-1": "mark"}
    lost = replace(home, failed_ways=marks)
    yield Case("digest, not arrived", notice("digest", "manager"), lost)
    yield Case("digest, not arrived, to the sponsor", notice("digest", "sponsor"), lost)
    yield Case("digest, quiet", notice("digest", "manager"), replace(home, duties={}))


def _helpers(home: Dialogue) -> Iterator[Case]:
    """Letters to a helper, with somebody to turn to and without, and of a helper whose mail failed."""
    named: dict[str, Any] = {"organisation": "Taalhulp", "email": "taal@hulp.example"}
    language = home.programme.roles[Role.MANAGER].language
    helpers = {"helper-1": Helper(id="helper-1", name="Lucky Das", language=language, **named)}
    helped = replace(home, helpers=helpers)
    alone = {Role.MANAGER: home.programme.roles[Role.MANAGER]}
    bare = replace(helped, programme=home.programme.model_copy(update={"roles": alone}))
    for to in helpers:
        for where, here in (("", helped), (", bare", bare)):
            for by in ("sponsor", "board"):
                told = _helpers_own("helper-named", to, by=by)
                yield Case(f"{to} named by {by}{where}", told, here)
            for by in ("sponsor", to):
                told = _helpers_own("helper-ended", to, by=by)
                yield Case(f"{to} ended by {by}{where}", told, here)
        yield Case(f"{to}, new link", _helpers_own("new-link", to), helped)
    lost: dict[str, Any] = {"to": "helper-1", "template": "helper-named", "reason": "refused-550"}
    lost |= {"answer": False, "again": False}
    yield Case("failed to a helper", notice("delivery-failed", "manager", **lost), helped)


def _helpers_own(template: str, to: str, **detail: Any) -> Notice:  # noqa: ANN401
    return notice(template, to, **detail).model_copy(update={"role": "helper"})


def _by_hand(home: Dialogue) -> Iterator[Case]:
    told: dict[str, Any] = {"duty": None, "notice": {}}
    for to, reader in (("no-mail", "manager"), ("ngo", "manager"), ("factory-tr", "manager")):
        task = notice("by-hand-task", reader, template="invitation", to=to, **told)
        yield Case(f"by hand {to}", task, home)
    answer: dict[str, Any] = {"template": "answer", "duty": SEALED, "notice": {"covers": ["c2"]}}
    for reader in ("moderator", "manager"):
        task = notice("by-hand-task", reader, to="sealed-1", **answer)
        yield Case(f"by hand sealed, {reader}", task, _decided(home))


def every_case(language: str) -> list[Case]:
    """All cases with everybody reading *language*."""
    home = dialogue(language)
    makers = (participant_cases, sealed_cases, role_cases, crowded_cases)
    return [case for maker in makers for case in maker(home)]
