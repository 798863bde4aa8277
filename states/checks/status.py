"""Status of promises, checks and answers: told once, for pages, letters and commands."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from states.checks.composition import seats_needing_hands
from states.model.contributions import Commitment, Contribution, Outcome
from states.model.dialogue import OPEN_PHASES, Dialogue, Phase
from states.model.duties import Duty, DutyStatus
from states.model.vocabulary import CheckName, DutyKind
from states.privacy.seals import is_answered

ANSWERING = frozenset({DutyKind.ANSWER_PARTICIPANT, DutyKind.ANSWER_DISPUTE})
"""The duties by which somebody waits for words of the company: an answer, or a response to an objection."""
Answers = Literal["nobody", "waiting", "under-way", "not-reached", "everybody"]
"""How the answers of a year stand: a word of the table `answers`."""
Stage = Literal["past", "here", "coming"]


def stage_of(dialogue: Dialogue, phase: Phase) -> Stage:
    """Whether *phase*, an open one, is over, is now, or is to come; after the end of a dialogue they are all over."""
    if not dialogue.open:
        return "past"
    here, at = OPEN_PHASES.index(dialogue.phase), OPEN_PHASES.index(phase)
    return "past" if at < here else "here" if at == here else "coming"


def waiting_voices(dialogue: Dialogue) -> set[str]:
    """
    The voices to whom an answer or a response is still owed, late or not.

    People are counted by voice: counting persons would open seals.
    """
    return {
        voice_of(dialogue, x) for x in dialogue.duties.values() if x.kind in ANSWERING and x.owed
    }


def voice_of(dialogue: Dialogue, duty: Duty) -> str:
    """The voice that waits for *duty*, an answer or a response to an objection."""
    point = dialogue.contributions.get(duty.whom or "")
    return duty.waiting or (point.voice if point else duty.whom or "")


def answers_standing(dialogue: Dialogue) -> Answers:
    """
    How the answers stand: `waiting` while one is to be written, `under-way` while one did not arrive.

    When nothing is owed any more: `not-reached` when somebody was given up, who is never *answered* (rules 30),
    `nobody` when there was nothing to answer, else `everybody`.
    """
    if waiting := waiting_voices(dialogue):
        return (
            "waiting" if any(has_unwritten(dialogue, voice) for voice in waiting) else "under-way"
        )
    if any(_given_up(dialogue, x) for x in dialogue.duties.values()):
        return "not-reached"
    return "everybody" if any(is_answered(c) for c in _standing(dialogue)) else "nobody"


def has_unwritten(dialogue: Dialogue, voice: str) -> bool:
    """Whether something for *voice* is still to be written: an answer, or the response to an objection."""
    return any(c.written_at is None or c.awaits_response for c in dialogue.contributions_of(voice))


def _given_up(dialogue: Dialogue, duty: Duty) -> bool:
    latest = dialogue.latest(duty.name) is duty
    return latest and duty.kind in ANSWERING and duty.status is DutyStatus.NOT_REACHED


def _standing(dialogue: Dialogue) -> list[Contribution]:
    """What was contributed and neither withdrawn nor erased."""
    points = dialogue.contributions.values()
    return [c for c in points if c.stands and not dialogue.is_erased(c.voice)]


def promise_standing(dialogue: Dialogue, promise: Commitment, now: datetime) -> str:
    """
    How *promise* stands at *now*: what was reported last, or `late` when its day is over and it is not ended.

    Source: rules 22, a promise whose day has passed is not under way.
    """
    over = now >= dialogue.calendar.end_of(promise.due)
    return "late" if over and not promise.ended else promise.status


About = Callable[[Dialogue], object]
_SUBJECTS: dict[str, About] = {
    CheckName.SAFETY_CONSIDERED: lambda d: d.stakeholders,
    CheckName.EVERYONE_INVITED: lambda d: d.stakeholders,
    CheckName.ANSWERS_IN: lambda d: any(s.invited for s in d.stakeholders.values()),
    CheckName.DECLINED_REPLACED: lambda d: any(s.declined_at for s in d.stakeholders.values()),
    CheckName.ATTENDANCE_RECORDED: lambda d: any(s.accepted for s in d.stakeholders.values()),
    CheckName.AFFECTED_REPRESENTED: lambda d: d.risks,
    CheckName.REACHABLE: lambda d: d.stakeholders,
    CheckName.HANDS_NAMED: seats_needing_hands,
    CheckName.SUMMARY_CHECKED: lambda d: d.contributions,
    CheckName.EVERYTHING_DECIDED: _standing,
    CheckName.ADOPTIONS_TRACED: lambda d: any(
        c.outcome in {Outcome.ADOPTED, Outcome.PARTLY} for c in d.contributions.values()
    ),
    CheckName.NO_STOCK_PHRASES: lambda d: any(c.reason for c in d.contributions.values()),
    CheckName.EVERYONE_ANSWERED: _standing,
    CheckName.ANSWERS_SPEAK: lambda d: any(c.answer for c in d.contributions.values()),
    CheckName.VERDICTS_IN: lambda d: any(is_answered(c) for c in d.contributions.values()),
    CheckName.DISPUTES_SETTLED: lambda d: any(
        c.dispute_round or c.asked_back for c in d.contributions.values()
    ),
    CheckName.DEBTS_CARRIED: lambda d: d.inherits or d.uncarried,
}
"""What a check is about: while there is none of it, nothing is in order yet, however little is missing."""


def about_nothing(dialogue: Dialogue, check: CheckName) -> bool:
    """Whether *check* has nothing to look at yet, so that it says nothing when it lacks nothing."""
    subject = _SUBJECTS.get(check)
    return subject is not None and not subject(dialogue)
