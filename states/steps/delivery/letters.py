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
from states.model.facts import Fact, HeldStep, Notice
from states.model.people import PARTICIPANT, Person, Role
from states.model.policy import Policy, rung_offset
from states.model.vocabulary import DutyKind, Template
from states.privacy.seals import is_answered
from states.steps.delivery.news_came_back import Behind, news_came_back
from states.steps.delivery.receipts import still_wanted, undeliverable
from states.steps.draft import Decision
from states.timing.lapse import person_key


class Kind(StrEnum):
    """What a letter is: *alerts*, which nobody can mute, and *tasks*, each at most one a day and reader; or its own."""

    ALERTS = "alerts"
    TASKS = "tasks"
    OWN = "own"


KINDS: Mapping[Template, Kind] = {
    # what goes at once, by itself: an answer, an objection, what did not arrive, what somebody asked for, a moved date
    Template.ANSWER: Kind.OWN,
    Template.ANSWER_DISPUTED: Kind.OWN,
    Template.ANSWER_IS_LATE: Kind.OWN,
    Template.ANSWER_POSTPONED: Kind.OWN,
    Template.CALENDAR_MAYBE: Kind.OWN,
    Template.DELIVERY_FAILED: Kind.OWN,
    Template.DIALOGUE_CANCELLED: Kind.OWN,
    Template.DIALOGUE_OPENED: Kind.OWN,
    Template.DISPUTE_SETTLED: Kind.OWN,
    Template.ERASURE_DECLINED: Kind.OWN,
    Template.ERASURE_DONE: Kind.OWN,
    Template.INVITATION_ACCEPTED: Kind.OWN,
    Template.INVITATION_DECLINED: Kind.OWN,
    Template.NEW_LINK: Kind.OWN,
    Template.REPORT_STILL_WAITS: Kind.OWN,
    Template.REPORT_WAITS: Kind.OWN,
    Template.ROLE_HANDED_OVER: Kind.OWN,
    Template.HELPER_NAMED: Kind.OWN,
    Template.HELPER_ENDED: Kind.OWN,
    Template.KEEPER_CHANGED: Kind.OWN,
    Template.CONTACT_TO_CHECK: Kind.OWN,
    Template.CONTACT_CHANGED: Kind.OWN,
    Template.WAY_REPLACED: Kind.OWN,
    Template.THERE_MAY_BE_NEWS: Kind.OWN,
    Template.RELAYED: Kind.OWN,
    Template.SESSION_MOVED: Kind.OWN,
    Template.DATES_CHANGED: Kind.OWN,
    Template.RESULT: Kind.OWN,
    Template.WELCOME: Kind.OWN,
    Template.WORDING_WANTED: Kind.OWN,
    # what is late: nobody can mute it
    Template.ANSWER_LATE_ALERT: Kind.ALERTS,
    Template.ANSWER_LONG_OVERDUE: Kind.ALERTS,
    Template.ANSWER_NOW_OR_POSTPONE: Kind.ALERTS,
    Template.ANSWER_STILL_LATE: Kind.ALERTS,
    Template.CARRYING_LATE: Kind.ALERTS,
    Template.DUTY_LATE: Kind.ALERTS,
    Template.DUTY_LATE_SPONSOR: Kind.ALERTS,
    Template.DUTY_STILL_LATE: Kind.ALERTS,
    Template.PEOPLE_ARE_WAITING: Kind.ALERTS,
    # what is asked, in time, and what is good to know
    Template.AGENDA_ECHOED: Kind.TASKS,
    Template.BY_HAND_TASK: Kind.TASKS,
    Template.WEEKLY_CHECKPOINT: Kind.TASKS,
    Template.INTERIM_WORD: Kind.TASKS,
    Template.DIALOGUE_CLOSED: Kind.TASKS,
    Template.DIGEST: Kind.TASKS,
    Template.DUTY_DUE_SOON: Kind.TASKS,
    Template.DUTY_DUE_TODAY: Kind.TASKS,
    Template.INVITATION: Kind.TASKS,
    Template.PLEASE_ANSWER_INVITATION: Kind.TASKS,
    Template.PLEASE_CHECK_SUMMARY: Kind.TASKS,
    Template.PLEASE_GIVE_VERDICT: Kind.TASKS,
    Template.PLEASE_SHARE_EXPECTATION: Kind.TASKS,
    Template.PROGRESS_REPORTED: Kind.TASKS,
    Template.SUMMARY_TO_CHECK: Kind.TASKS,
    Template.YOUR_TURN: Kind.TASKS,
}
"""The kind of every message; a test holds it against the folders of templates."""
DAILY = frozenset(template for template, kind in KINDS.items() if kind is not Kind.OWN)
"""The messages that wait for the morning's letter."""
TOGETHER = frozenset({Template.ANSWER_IS_LATE, Template.DELIVERY_FAILED})
"""Messages that go at once, but in one letter when several of a kind go to one reader at one moment."""
_URGENT = (
    Template.PEOPLE_ARE_WAITING,
    Template.ANSWER_LONG_OVERDUE,
    Template.ANSWER_NOW_OR_POSTPONE,
    Template.ANSWER_LATE_ALERT,
    Template.ANSWER_IS_LATE,
    Template.ANSWER_STILL_LATE,
    Template.DUTY_LATE_SPONSOR,
    Template.DUTY_STILL_LATE,
    Template.DUTY_LATE,
    Template.INVITATION,
    Template.SUMMARY_TO_CHECK,
    Template.DUTY_DUE_TODAY,
    Template.BY_HAND_TASK,
)
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


_NOT_BEFORE: Mapping[DutyKind, Phase] = {
    DutyKind.ECHO_EXPECTATIONS: Phase.EXPECTATION_GATHERING,
    DutyKind.INVITE_STAKEHOLDER: Phase.EXPECTATION_GATHERING,
    DutyKind.PUBLISH_SUMMARY: Phase.SESSION,
    DutyKind.INTERIM_WORD: Phase.SESSION,
    DutyKind.DECIDE_CONTRIBUTION: Phase.STRATEGY_UPDATE,
    DutyKind.SIGN_STRATEGY: Phase.STRATEGY_UPDATE,
    DutyKind.ANSWER_PARTICIPANT: Phase.STRATEGY_UPDATE,
    DutyKind.CLOSE_DIALOGUE: Phase.FEEDBACK,
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


def _is_held(dialogue: Dialogue, _duty: Duty, now: datetime) -> bool:
    return dialogue.session_at <= now


def _is_decided(dialogue: Dialogue, _duty: Duty, _now: datetime) -> bool:
    return all(point.outcome is not None for point in _standing(dialogue))


def _decided_for(dialogue: Dialogue, duty: Duty, _now: datetime) -> bool:
    return all(point.outcome is not None for point in dialogue.contributions_of(duty.whom or ""))


def _is_answered(dialogue: Dialogue, _duty: Duty, _now: datetime) -> bool:
    return all(is_answered(point) for point in _standing(dialogue))


_AND = {
    DutyKind.PUBLISH_SUMMARY: _is_held,
    DutyKind.INTERIM_WORD: _is_held,
    DutyKind.SIGN_STRATEGY: _is_decided,
    DutyKind.ANSWER_PARTICIPANT: _decided_for,
    DutyKind.CLOSE_DIALOGUE: _is_answered,
}
"""What else must be so, besides the phase."""


def too_early(dialogue: Dialogue, notice: Notice, now: datetime) -> bool:
    """
    Whether *notice* is an early reminder of something for which the way is not open yet (rules 42).

    The last reminder before the due day always goes out: then it is news that the way is closed.
    """
    if notice.rung is None or notice.template != Template.DUTY_DUE_SOON:
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
    if notice.template not in {Template.DUTY_DUE_SOON, Template.DUTY_DUE_TODAY}:
        return notice
    duty = dialogue.duties.get(notice.duty or "")
    if duty is None or duty.due > now:
        return notice
    return notice.model_copy(update={"template": Template.DUTY_LATE})


def redundant(templates: set[Template]) -> set[str]:
    """Of the *templates* in a letter those that say nothing beside the others: an overview beside tasks."""
    return {Template.DIGEST} if templates - {Template.DIGEST, Template.WEEKLY_CHECKPOINT} else set()


Fate = Literal["wanted", "unwanted", "skipped"]


def fate_of(dialogue: Dialogue, notice: Notice, now: datetime, beside: set[Template]) -> Fate:
    """What becomes of *notice* when its letter is about to go, which holds these templates."""
    if not still_wanted(dialogue, notice):
        return "unwanted"
    if too_early(dialogue, notice, now) or notice.template in redundant(beside):
        return "skipped"
    return "wanted"


def undeliver(
    dialogue: Dialogue,
    notices: Sequence[Notice],
    reason: str,
    now: datetime,
    *,
    alert: bool = True,
    behind: Sequence[Behind] = (),
) -> Decision:
    """
    What follows when a letter with these *notices*, at least one, could not be delivered for good.

    One alert tells of it, that of the most urgent; not *alert*: it is told already. *behind* is what waited for
    pseudonyms behind a neutral letter among them. Source: rules 41.
    """
    facts: list[Fact] = []
    told: list[Notice] = []
    held: list[HeldStep] = []
    after = dialogue
    for notice in sorted(notices, key=urgency):
        law = undeliverable(after, notice, reason, now)
        after = law.dialogue
        facts += law.facts
        held += law.held
        told += [one for one in law.notices if alert or one.template != Template.DELIVERY_FAILED]
        alert = False
    for one in behind:
        law = news_came_back(after, one, now)
        after = law.dialogue
        facts += law.facts
        held += law.held
        told += law.notices
    return Decision(dialogue, after, tuple(facts), tuple(told), held=tuple(held))
