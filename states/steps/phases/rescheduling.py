"""Step handlers of rescheduling: postponing a promise, moving the session."""

from datetime import date, timedelta

from states.language.errors import BadInput, NotKnown, NotYours, Refused
from states.model.duties import KINDS, Duty
from states.model.people import PARTICIPANT, Role
from states.model.vocabulary import FactName, Template
from states.privacy.readers import Reader
from states.privacy.seals import may_know_duty
from states.steps.delivery.onlookers import tell_onlookers
from states.steps.draft import Deliberation
from states.steps.permissions import can_move_session, moves_with_session, postponements_left
from states.steps.phases.lead_time import kinds_that_move, require_room
from states.steps.requests import Postpone, RescheduleSession
from states.values.promised_days import Reckoning


def postpone(work: Deliberation, given: Postpone) -> None:
    """
    Promise another date, with the reason.

    Before the due moment it is announced, after it *late, postponed*; at most as often as the policy allows.
    """
    duty = work.duty(given.duty)
    if duty is None or not may_know_duty(Reader.by_name(work.actor), duty.name):
        raise NotKnown("unknown-duty", duty=given.duty)
    if not duty.owed:
        raise Refused("duty-not-owed", duty=duty.name, status=duty.status)
    if KINDS[duty.kind].fixed:
        raise Refused("fixed-by-law", duty=duty.name)
    _require_postponer(work, duty)
    _require_later(work, duty, given.to)
    if not postponements_left(work.dialogue, duty):
        limit = work.dialogue.policy.limits.postponements
        raise Refused("postponed-enough", duty=duty.name, limit=limit)
    work.postpone(duty, given.to, given.reason)


def _require_postponer(work: Deliberation, duty: Duty) -> None:
    owner = work.dialogue.owner_role(duty)
    may = {owner, Role.MANAGER, Role.DEPUTY}
    if owner == PARTICIPANT or work.actor not in may:
        raise NotYours("not-your-duty", duty=duty.name, owner=owner)


def _require_later(work: Deliberation, duty: Duty, to: date) -> None:
    due_day = work.dialogue.due_day(duty)
    if to < work.today:
        raise BadInput("date-in-the-past", date=to.isoformat(), today=work.today.isoformat())
    if to <= due_day:
        raise BadInput("not-later", date=to.isoformat(), due=due_day.isoformat())
    _require_near(work, to)


def _require_near(work: Deliberation, day: date) -> None:
    weeks = work.dialogue.policy.limits.farthest_weeks
    if day > work.today + timedelta(weeks=weeks):
        raise BadInput("too-far", date=day.isoformat(), weeks=weeks)


def reschedule_session(work: Deliberation, given: RescheduleSession) -> None:
    """
    Move the session; the open duties that hang on it move along and everyone invited is told both dates.

    The promised feedback date moves by as many days unless the manager names another. An answer that is already
    owed is postponed instead: its first promise stands.
    """
    d = work.dialogue
    to = work.calendar.instant(given.to)
    if to <= work.now:
        raise BadInput("date-in-the-past", date=given.to.isoformat(), today=work.today.isoformat())
    _require_near(work, work.calendar.day_of(to))
    if to == d.session_at:
        raise Refused("session-not-moved")
    if not can_move_session(d):
        raise Refused("summary-is-out")
    was, promised = d.session_at, d.information.feedback_by
    old_day = d.session_day
    d.session_at = to
    d.calendar_sequence += 1
    if not given.tight:
        require_room(d, work.now, kinds_that_move(d))
    feedback_by = _moved_promise(work, given, promised, old_day)
    dates = {"was": was.isoformat(), "to": to.isoformat(), "reason": given.reason}
    promise = {"feedback_was": _iso(promised), "feedback_by": _iso(feedback_by)}
    work.fact(FactName.SESSION_RESCHEDULED, **dates, **promise)
    for duty in [duty for duty in d.duties.values() if moves_with_session(duty)]:
        _move_along(work, duty, given.reason, feedback_by)
    for stakeholder in d.stakeholders.values():
        if stakeholder.invited:
            work.tell(stakeholder.id, Template.SESSION_MOVED, **dates, **promise)
    tell_onlookers(work, Template.DATES_CHANGED, **dates, **promise)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moved_promise(
    work: Deliberation, given: RescheduleSession, promised: date | None, old_day: date
) -> date | None:
    d = work.dialogue
    moved = given.feedback_by or (promised + (d.session_day - old_day) if promised else None)
    if moved and moved <= d.session_day:
        raise BadInput(
            "promise-before-session", date=moved.isoformat(), session=d.session_day.isoformat()
        )
    d.information = d.information.model_copy(update={"feedback_by": moved})
    return moved


def _move_along(work: Deliberation, duty: Duty, reason: str, feedback_by: date | None) -> None:
    debt = KINDS[duty.kind].debt
    reckoning = work.reckon(duty.kind, feedback_by if debt else None)
    if debt:
        if _may_be_postponed(work, duty, reckoning):
            work.postpone(duty, reckoning.end, reason)
        return
    duty = work.lapse_if_past(duty) if duty.owner != PARTICIPANT else duty
    due = work.calendar.end_of(reckoning.end)
    stands = duty.lapsed_at or duty.postponements or duty.first_due <= work.now
    first = {} if stands else {"first_due": due, "first_day": reckoning.end}
    was = duty.due.isoformat()
    moved = work.move(duty, due, reckoning, **first)
    work.fact(
        FactName.DUTY_RESCHEDULED, duty.name, was=was, due=due.isoformat(), version=moved.version
    )


def _may_be_postponed(work: Deliberation, duty: Duty, reckoning: Reckoning) -> bool:
    left = postponements_left(work.dialogue, duty)
    return (
        bool(left) and reckoning.end > work.dialogue.due_day(duty) and reckoning.end >= work.today
    )
