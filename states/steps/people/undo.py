"""Undo: takes back what was recorded in somebody's name; what was so and owed before, is so again (rules 29)."""

from states.language.errors import NotKnown, Refused
from states.model.contributions import Contribution, LineVerdict
from states.model.dialogue import Phase
from states.model.duties import OWED, Duty, DutyStatus, duty_name
from states.model.people import PARTICIPANT
from states.model.relays import Before, Relayed
from states.model.vocabulary import DutyKind, FactName, Step
from states.privacy.seals import is_answered
from states.steps.draft import Deliberation
from states.steps.people.relayed_steps import keep, latest, restored_fields, undo_until
from states.steps.requests import UndoRelayed
from states.timing.due_facts import lapse_fact, not_reached_fact, renew
from states.timing.lapse import arm

WHY = FactName.STEP_UNDONE
"""The code with which what a step opened is withdrawn once the step was undone."""
_CHECKED = (Phase.STRATEGY_UPDATE, Phase.FEEDBACK, Phase.CLOSED, Phase.CLOSED_WITH_DEBTS)
"""Phases in which a line that nobody checked counts as silence."""


def undo_relayed(work: Deliberation, given: UndoRelayed, voice: str) -> None:
    """
    Put back what was before somebody else recorded *step* in the name of *voice*, within 20 working days.

    A debt comes back with its first promise, and late days count from that. Raises NotKnown when nothing like it was
    recorded for them, Refused when it is too late or something has followed from it since.
    """
    one = latest(work.dialogue, given.step, voice, given.contribution)
    if one is None or one.before is None or _answered_again(work, one):
        raise NotKnown("nothing-to-undo", step=given.step)
    last = undo_until(work.dialogue, one.at)
    if work.today > last:
        raise Refused("undo-too-late", date=last.isoformat())
    _require_still_so(work, one)
    _restore_words(work, one, one.before)
    _restore_duties(work, one.before)
    if one.contribution:
        _owe_again(work, one.contribution)
    keep(work, one, undone_at=work.now, before=None)
    work.fact(WHY, one.contribution or voice, step=one.step)


def _require_still_so(work: Deliberation, one: Relayed) -> None:
    """What was done on the strength of it cannot be taken back with it: an erasure, the answer to a dispute."""
    seat = work.dialogue.stakeholder_of(one.voice)
    if seat is None or seat.erased_at is not None:
        raise NotKnown("nothing-to-undo", step=one.step)
    point = work.dialogue.contributions.get(one.contribution or "")
    objected = one.step in {Step.ASK_BACK, Step.DISPUTE_ANSWER}
    if objected and point and (point.settlement or not point.dispute_open):
        raise Refused("undo-overtaken", contribution=point.id)


def _answered_again(work: Deliberation, one: Relayed) -> bool:
    """Whether the same question was answered once more for them since: that is undone first."""
    later = [r for r in work.dialogue.relays.values() if r.stands and r.voice == one.voice]
    return any(
        r.family == one.family and (r.at, len(r.id), r.id) > (one.at, len(one.id), one.id)
        for r in later
    )


def _restore_words(work: Deliberation, one: Relayed, before: Before) -> None:
    seat, point = restored_fields(one.step, before)
    found = work.dialogue.stakeholder_of(one.voice)
    if seat and found:
        asked = {"erasure_granted_at": None} if one.step == Step.ASK_ERASURE else {}
        work.change_stakeholder(found.id, **seat, **asked)
    if point and one.contribution:
        work.change_contribution(one.contribution, **_as_of_now(work, point))
    if one.step == Step.GIVE_VERDICT:
        work.dialogue.verdicts.pop(one.voice, None)
        if before.verdict:
            work.dialogue.verdicts[one.voice] = before.verdict


def _as_of_now(work: Deliberation, point: dict[str, object]) -> dict[str, object]:
    """A line that nobody had checked is one that nobody checked, also when the session has closed since."""
    unchecked = "line_verdict" in point and point["line_verdict"] is None
    if unchecked and work.dialogue.phase in _CHECKED:
        return {**point, "line_verdict": LineVerdict.SILENT}
    return point


def _restore_duties(work: Deliberation, before: Before) -> None:
    work.withdraw([d for name in before.opened if (d := work.duty(name)) and d.owed], WHY)
    for was in before.duties:
        now = work.dialogue.duties.get(was.name)
        if now is not None and not now.owed and was.status is not now.status:
            put_back(work, was, now)


def put_back(work: Deliberation, was: Duty, now: Duty) -> None:
    """The duty *now*, which a step had ended, stands as it *was*; what was owed is owed from its first promise."""
    if was.status not in OWED:
        _ended_again(work, was, now)
        return
    if was.owner == PARTICIPANT and not _still_asked(work, was):
        return
    reopen(work, now)


def _ended_again(work: Deliberation, was: Duty, now: Duty) -> None:
    """Silence, or that nothing had reached them, is so again; the journal says it, or it would tell another story."""
    version = now.version + 1
    again = was.model_copy(update={"version": version, "lapsed_version": version})
    work.keep(again)
    work.fact(FactName.DUTY_REOPENED, was.name, kind=was.kind, **{"for": was.whom}, version=version)
    if was.status is DutyStatus.NOT_REACHED:
        work.facts.append(not_reached_fact(again, work.actor))
    elif was.status is DutyStatus.NO_ANSWER:
        work.facts.append(lapse_fact(again, silent=True))


def _still_asked(work: Deliberation, duty: Duty) -> bool:
    """Nobody is asked again what is over: an invitation after the session, a line after it was closed."""
    over = {
        DutyKind.ANSWER_INVITATION: work.dialogue.phase is not Phase.EXPECTATION_GATHERING,
        DutyKind.SHARE_EXPECTATION: work.dialogue.phase is not Phase.EXPECTATION_GATHERING,
        DutyKind.CHECK_SUMMARY: work.dialogue.phase is not Phase.SESSION,
    }
    return not over.get(duty.kind, False)


def reopen(work: Deliberation, duty: Duty) -> None:
    """*duty* was ended and is owed again, from its first promise; somebody who is asked again gets time to answer."""
    again = renew(duty)
    if duty.owner == PARTICIPANT and duty.due <= work.now:
        again = again.model_copy(update=_time_to_answer(work, duty))
    work.keep(arm(again, work.setting, work.armed_from))
    moved = {"due": again.due.isoformat()} if again.due != duty.due else {}
    work.fact(
        FactName.DUTY_REOPENED,
        duty.name,
        kind=duty.kind,
        **{"for": duty.whom},
        version=again.version,
        **moved,
    )


def _time_to_answer(work: Deliberation, duty: Duty) -> dict[str, object]:
    end = work.calendar.shift(work.today, work.dialogue.policy.limits.days_to_answer)
    dates = {"start": work.today, "end": end}
    return {
        "due": work.calendar.end_of(end),
        "day": end,
        "reckoning": duty.reckoning.model_copy(update=dates),
    }


def _owe_again(work: Deliberation, name: str) -> None:
    """A point that stands again is owed a decision and an answer, also where the others of its voice were answered."""
    point = work.dialogue.contributions[name]
    if not point.stands or is_answered(point):
        return
    answer = work.duty(duty_name(DutyKind.ANSWER_PARTICIPANT, point.voice))
    if answer is not None and not answer.owed:
        reopen(work, answer)
    _decide_again(work, point)


def _decide_again(work: Deliberation, point: Contribution) -> None:
    """
    Before the signature a decision is owed; after it the decision leads back to the strategy, as a dispute does.

    After the close it is a debt that is answered without one (rules 17).
    """
    open_still = work.dialogue.phase in {Phase.STRATEGY_UPDATE, Phase.FEEDBACK}
    duty = work.duty(duty_name(DutyKind.DECIDE_CONTRIBUTION, point.id))
    if open_still and point.outcome is None and (duty is None or not duty.owed):
        work.open_duty(DutyKind.DECIDE_CONTRIBUTION, point.id)
