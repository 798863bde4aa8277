"""
Carriage: under seal answering and carrying are two duties, and nothing that others see depends on the second.

Whoever answers is done when the words are written. That they reach the speaker is the moderator's duty, who alone
knows who that is. Source: rules 39.
"""

from datetime import date, datetime

from states.model.contributions import Contribution
from states.model.dialogue import Dialogue
from states.model.duties import Duty, duty_name
from states.model.people import SYSTEM, Role
from states.model.vocabulary import DutyKind, FactName
from states.privacy.embargo.unpublished import may_hold_seals
from states.privacy.seals import is_under_seal
from states.steps.draft import Decision, Deliberation
from states.timing.due_facts import renew
from states.timing.lapse import arm, pass_time

_KEEPERS = (Role.MODERATOR, Role.CONFIDANT)


def response_waits(point: Contribution) -> bool:
    """Whether the response to an objection was written and did not arrive yet."""
    return point.settlement is not None and (point.dispute_open or point.settlement_waits)


def answer_written(work: Deliberation, voice: str) -> None:
    """An answer to *voice*, under seal, was written: what is owed to it is met once nothing is left to write."""
    name = duty_name(DutyKind.ANSWER_PARTICIPANT, voice)
    if all(c.written_at for c in work.dialogue.contributions_of(voice)):
        work.meet(name)
        _open_verdict(work, voice)
    _carry(work, voice, work.duty(name))


def response_written(work: Deliberation, point: Contribution) -> None:
    """The response to an objection of a voice under seal was written, and settles it."""
    name = duty_name(DutyKind.ANSWER_DISPUTE, point.id)
    work.change_contribution(point.id, dispute_open=False, settlement_waits=True)
    work.fact(FactName.DISPUTE_SETTLED, point.id, round=point.dispute_round, written=True)
    work.meet(name)
    _carry(work, point.voice, work.duty(name))


def adopt(work: Deliberation, voice: str) -> None:
    """What was written to *voice* while its answer still had to arrive to count, counts as written from now on."""
    answer = work.duty(duty_name(DutyKind.ANSWER_PARTICIPANT, voice))
    own = work.dialogue.contributions_of(voice)
    if answer and answer.owed and all(c.written_at for c in own):
        answer_written(work, voice)
    for point in own:
        if point.dispute_open and point.settlement:
            response_written(work, point)


def adopt_all(dialogue: Dialogue, now: datetime) -> Decision:
    """The same of every voice under seal in *dialogue*, which may come from an earlier version; mostly nothing."""
    work = Deliberation(dialogue, SYSTEM, now)
    sealed = [point.voice for point in dialogue.contributions.values() if is_under_seal(point)]
    for voice in dict.fromkeys(sealed):
        adopt(work, voice)
    return work.decision()


def _open_verdict(work: Deliberation, voice: str) -> None:
    """The window runs from when the words should have arrived, whenever they do."""
    verdict = work.duty(duty_name(DutyKind.GIVE_VERDICT, voice))
    if verdict is None or not verdict.owed:
        start = work.reckon(DutyKind.CARRY_ANSWER).end
        work.open_duty(DutyKind.GIVE_VERDICT, voice, start=start)


def _carry(work: Deliberation, voice: str, promise: Duty | None) -> None:
    """
    The words are owed to *voice* until they arrived: at the promise, or some days after writing if that is later.

    What is written while other words are still being carried goes along with them.
    """
    day = _promised_day(work, promise)
    duty = work.duty(duty_name(DutyKind.CARRY_ANSWER, voice))
    if duty is None or not duty.owed:
        owner = next((role for role in _KEEPERS if work.dialogue.role(role)), Role.MODERATOR)
        work.open_duty(DutyKind.CARRY_ANSWER, voice, owner=owner, due_day=day, waiting=voice)
        return
    later = work.reckon(DutyKind.CARRY_ANSWER, day)
    if work.now < duty.first_due and work.dialogue.due_day(duty) < later.end:
        due = work.calendar.end_of(later.end)
        moved = work.move(duty, due, later, first_due=due, first_day=later.end)
        dates = {"was": duty.due.isoformat(), "due": due.isoformat()}
        work.fact(FactName.DUTY_RESCHEDULED, duty.name, **dates, version=moved.version)


def _promised_day(work: Deliberation, promise: Duty | None) -> date | None:
    """The day that was promised, None when it comes before the days that carrying takes."""
    day = work.dialogue.due_day(promise) if promise else None
    return day if day and day > work.reckon(DutyKind.CARRY_ANSWER).end else None


def end_carrying(work: Deliberation, voice: str) -> None:
    """Words reached *voice*: carrying is met once all that was written did."""
    if not _wait(work.dialogue, voice):
        work.meet(duty_name(DutyKind.CARRY_ANSWER, voice))


def _wait(dialogue: Dialogue, voice: str) -> bool:
    own = dialogue.contributions_of(voice)
    return any(response_waits(c) or (c.written_at and not c.delivered_at) for c in own)


def pass_time_of_carrying(dialogue: Dialogue, now: datetime) -> Decision:
    """What time does by *now* to all that is carried in *dialogue*: a step by itself, whose facts only keepers know."""
    work = Deliberation(dialogue, SYSTEM, now)
    for duty in dialogue.owed(DutyKind.CARRY_ANSWER):
        if duty.next_at and duty.next_at <= now:
            passing = pass_time(duty, work.setting, now)
            work.keep(passing.duty)
            work.facts += passing.facts
            work.notices += passing.notices
    return work.decision()


def keep_from_managers(work: Deliberation) -> None:
    """
    Where there may be seals what is to be passed on by hand to anybody is told, late or not, to who keeps them.

    What nobody else was told of then tells nobody whose words did not arrive (rules 35), and since it begins with the
    first point, whoever made it, not that somebody spoke under seal.
    """
    mine = work.dialogue.owed(DutyKind.PASS_ON) if may_hold_seals(work.dialogue) else []
    for duty in (one for one in mine if not one.kept):
        owner = duty.owner
        if owner not in _KEEPERS:
            owner = next((role for role in _KEEPERS if work.dialogue.role(role)), owner)
        kept = duty.model_copy(update={"kept": True, "owner": owner})
        work.keep(arm(kept, work.setting, work.armed_from))


def came_back(work: Deliberation, voice: str) -> None:
    """Words to *voice* came back: they stay written, and are to be carried again, with days enough to do it."""
    duty = work.duty(duty_name(DutyKind.CARRY_ANSWER, voice))
    if duty is None:
        _carry(work, voice, None)
    elif not duty.owed:
        _reopen(work, duty)


def _reopen(work: Deliberation, duty: Duty) -> None:
    again, moved = renew(duty), dict[str, str]()
    if duty.due <= work.now:
        reckoning = work.reckon(DutyKind.CARRY_ANSWER)
        due = work.calendar.end_of(reckoning.end)
        dates = {"due": due, "day": reckoning.end, "reckoning": reckoning}
        again, moved = again.model_copy(update=dates), {"due": due.isoformat()}
    work.keep(arm(again, work.setting, work.armed_from))
    told = {"for": duty.whom, "version": again.version}
    work.fact(FactName.DUTY_REOPENED, duty.name, kind=duty.kind, **told, **moved)
