"""
Letter grouping: what falls due for one reader on one day is one letter of alerts and one of tasks.

A notice stays what it is, one row for one rung or fact; only what goes out together is decided here.
Source: rules 40 and 41.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from states.model.calendar import WorkCalendar
from states.model.contributions import Contribution
from states.model.dialogue import Dialogue, Phase
from states.model.duties import Duty
from states.model.facts import Fact, Notice
from states.model.people import PARTICIPANT, Person, Role
from states.model.policy import Policy, rung_offset
from states.steps.delivery.receipts import still_wanted, undeliverable
from states.steps.draft import Decision
from states.timing.lapse import person_key


class Kind(StrEnum):
    """What a letter is: *alerts*, which nobody can mute, and *tasks*, each at most one a day and reader; or its own."""

    ALERTS = "alerts"
    TASKS = "tasks"
    OWN = "own"


KINDS: Mapping[str, Kind] = {
    # what goes at once, by itself: an answer, an objection, what did not arrive, what somebody asked for, a moved date
    "answer": Kind.OWN,
    "answer-disputed": Kind.OWN,
    "answer-is-late": Kind.OWN,
    "answer-postponed": Kind.OWN,
    "calendar-maybe": Kind.OWN,
    "delivery-failed": Kind.OWN,
    "dialogue-cancelled": Kind.OWN,
    "dialogue-opened": Kind.OWN,
    "dispute-settled": Kind.OWN,
    "erasure-declined": Kind.OWN,
    "erasure-done": Kind.OWN,
    "invitation-accepted": Kind.OWN,
    "invitation-declined": Kind.OWN,
    "new-link": Kind.OWN,
    "report-still-waits": Kind.OWN,
    "report-waits": Kind.OWN,
    "role-handed-over": Kind.OWN,
    "helper-named": Kind.OWN,
    "helper-ended": Kind.OWN,
    "keeper-changed": Kind.OWN,
    "contact-to-check": Kind.OWN,
    "contact-changed": Kind.OWN,
    "way-replaced": Kind.OWN,
    "relayed": Kind.OWN,
    "session-moved": Kind.OWN,
    "dates-changed": Kind.OWN,
    "result": Kind.OWN,
    "welcome": Kind.OWN,
    # what is late: nobody can mute it
    "answer-late-alert": Kind.ALERTS,
    "answer-long-overdue": Kind.ALERTS,
    "answer-now-or-postpone": Kind.ALERTS,
    "answer-still-late": Kind.ALERTS,
    "duty-late": Kind.ALERTS,
    "duty-late-sponsor": Kind.ALERTS,
    "duty-still-late": Kind.ALERTS,
    "people-are-waiting": Kind.ALERTS,
    # what is asked, in time, and what is good to know
    "agenda-echoed": Kind.TASKS,
    "by-hand-task": Kind.TASKS,
    "dialogue-closed": Kind.TASKS,
    "digest": Kind.TASKS,
    "duty-due-soon": Kind.TASKS,
    "duty-due-today": Kind.TASKS,
    "invitation": Kind.TASKS,
    "please-answer-invitation": Kind.TASKS,
    "please-check-summary": Kind.TASKS,
    "please-give-verdict": Kind.TASKS,
    "please-share-expectation": Kind.TASKS,
    "progress-reported": Kind.TASKS,
    "summary-to-check": Kind.TASKS,
    "your-turn": Kind.TASKS,
}
"""The kind of every message; a test holds it against the folders of templates."""
DAILY = frozenset(template for template, kind in KINDS.items() if kind is not Kind.OWN)
"""The messages that wait for the morning's letter."""
TOGETHER = frozenset({"answer-is-late", "delivery-failed"})
"""Messages that go at once, but in one letter when several of a kind go to one reader at one moment."""
_URGENT = (
    "people-are-waiting", "answer-long-overdue", "answer-now-or-postpone", "answer-late-alert", "answer-is-late",
    "answer-still-late", "duty-late-sponsor", "duty-still-late", "duty-late", "invitation", "summary-to-check",
    "duty-due-today", "by-hand-task",
)  # fmt: skip
"""What a letter says first; the rest follows in the order in which it was written."""
_URGENCY = {template: place for place, template in enumerate(_URGENT)}


def kind_of(notice: Notice) -> Kind:
    """The kind of letter in which *notice* goes; what nobody sorted goes by itself, at once."""
    return KINDS.get(notice.template, Kind.OWN)


def urgency(notice: Notice) -> tuple[int, int]:
    """Where *notice* stands in its letter, the most urgent first."""
    left = rung_offset(notice.rung) if notice.rung else 0
    return _URGENCY.get(notice.template, len(_URGENT)), -left


def reader_key(notice: Notice, roles: Mapping[Role, Person], dialogue_id: str) -> str:
    """
    The same for all that one person reads in a programme, whatever role and edition it comes from.

    A pseudonym belongs to one dialogue: what is said to it never shares a letter with what is said to the name.
    """
    if notice.role != PARTICIPANT:
        return f"role\n{person_key(notice.to, roles)}"
    home = dialogue_id if notice.to.startswith("sealed-") else ""
    return f"participant\n{home}\n{notice.to}"


def morning(calendar: WorkCalendar, policy: Policy, now: datetime, days: int = 0) -> datetime:
    """The notice time (aware UTC) of the local day of *now*, or of so many *days* after it."""
    return calendar.at(calendar.day_of(now) + timedelta(days=days), policy.notice_time)


_NOT_BEFORE: Mapping[str, Phase] = {
    "echo-expectations": Phase.EXPECTATION_GATHERING,
    "invite-stakeholder": Phase.EXPECTATION_GATHERING,
    "publish-summary": Phase.SESSION,
    "decide-contribution": Phase.STRATEGY_UPDATE,
    "sign-strategy": Phase.STRATEGY_UPDATE,
    "answer-participant": Phase.STRATEGY_UPDATE,
    "close-dialogue": Phase.FEEDBACK,
}
"""The phase before which nobody can do what these duties ask."""
_ORDER = (
    Phase.STAKEHOLDER_ANALYSIS,
    Phase.EXPECTATION_GATHERING,
    Phase.SESSION,
    Phase.STRATEGY_UPDATE,
    Phase.FEEDBACK,
)


def way_open(dialogue: Dialogue, duty: Duty, now: datetime) -> bool:
    """Whether *duty* can be done at all at *now*, or waits for something that comes before it."""
    first = _NOT_BEFORE.get(duty.kind)
    if first is None or dialogue.phase not in _ORDER:
        return True
    if _ORDER.index(dialogue.phase) < _ORDER.index(first):
        return False
    return _AND.get(duty.kind, _nothing_more)(dialogue, duty, now)


def _standing(dialogue: Dialogue) -> list[Contribution]:
    return [point for point in dialogue.contributions.values() if point.stands]


def _nothing_more(_dialogue: Dialogue, _duty: Duty, _now: datetime) -> bool:
    return True


def _held(dialogue: Dialogue, _duty: Duty, now: datetime) -> bool:
    return dialogue.session_at <= now


def _decided(dialogue: Dialogue, _duty: Duty, _now: datetime) -> bool:
    return all(point.outcome is not None for point in _standing(dialogue))


def _decided_for(dialogue: Dialogue, duty: Duty, _now: datetime) -> bool:
    return all(point.outcome is not None for point in dialogue.contributions_of(duty.whom or ""))


def _answered(dialogue: Dialogue, _duty: Duty, _now: datetime) -> bool:
    return all(point.delivered_at is not None for point in _standing(dialogue))


_AND = {
    "publish-summary": _held,
    "sign-strategy": _decided,
    "answer-participant": _decided_for,
    "close-dialogue": _answered,
}
"""What else must be so, besides the phase."""


def too_early(dialogue: Dialogue, notice: Notice, now: datetime) -> bool:
    """
    Whether *notice* is an early reminder of something for which the way is not open yet (rules 42).

    The last reminder before the due day always goes out: then it is news that the way is closed.
    """
    if notice.rung is None or notice.template != "duty-due-soon":
        return False
    duty = dialogue.duties.get(notice.duty or "")
    if duty is None:
        return False
    mine = rung_offset(notice.rung)
    ladder = dialogue.policy.ladders[duty.ladder]
    later = any(mine < offset < 0 for offset, _ in ladder.steps)
    return later and not way_open(dialogue, duty, now)


def said_now(dialogue: Dialogue, notice: Notice, now: datetime) -> Notice:
    """
    *notice* as it is true at *now*: a reminder of a day that has gone by says that it is late.

    After an outage the highest rung of somebody may be one of before the due day.
    """
    if notice.template not in {"duty-due-soon", "duty-due-today"}:
        return notice
    duty = dialogue.duties.get(notice.duty or "")
    if duty is None or duty.due > now:
        return notice
    return notice.model_copy(update={"template": "duty-late"})


def redundant(templates: set[str]) -> set[str]:
    """Of the *templates* in a letter those that say nothing beside the others: an overview beside tasks."""
    return {"digest"} if templates - {"digest"} else set()


Fate = Literal["wanted", "unwanted", "skipped"]


def fate_of(dialogue: Dialogue, notice: Notice, now: datetime, beside: set[str]) -> Fate:
    """What becomes of *notice* when its letter is about to go, which holds these templates."""
    if not still_wanted(dialogue, notice):
        return "unwanted"
    if too_early(dialogue, notice, now) or notice.template in redundant(beside):
        return "skipped"
    return "wanted"


def undelivered(
    dialogue: Dialogue, notices: Sequence[Notice], reason: str, now: datetime, *, alert: bool = True
) -> Decision:
    """
    What follows when a letter with these *notices*, at least one, could not be delivered for good.

    One alert tells of it, that of the most urgent; not *alert*: it is told already. Source: rules 41.
    """
    facts: list[Fact] = []
    told: list[Notice] = []
    after = dialogue
    for notice in sorted(notices, key=urgency):
        law = undeliverable(after, notice, reason, now)
        after = law.dialogue
        facts += law.facts
        told += [one for one in law.notices if alert or one.template != "delivery-failed"]
        alert = False
    return Decision(dialogue, after, tuple(facts), tuple(told))
