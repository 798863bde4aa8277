"""
Closing of windows: what voices under seal said of their lines and answers counts for all once the time for it is over.

Until then what asks for it stays owed, so that checks, reminders and figures are as they would be of somebody silent.
Source: rules 35.
"""

from datetime import datetime

from states.model.dialogue import Dialogue
from states.model.duties import OWED, Duty, DutyStatus, duty_name
from states.model.facts import Fact
from states.model.vocabulary import DutyKind, FactName
from states.privacy.embargo.known_to_others import number_of
from states.privacy.embargo.windows import WINDOWS, is_done
from states.steps.draft import Deliberation

_MAY_CLOSE = frozenset({*OWED, DutyStatus.NO_ANSWER})
"""How a duty stands that its voice may have done: a sweep may have been faster than who acted in the last second."""


def settle_check(work: Deliberation, voice: str) -> None:
    """What follows once *voice* said of all its lines what they are, or withdrew them all."""
    own = work.dialogue.contributions_of(voice)
    if all(c.line_verdict for c in own):
        work.meet(duty_name(DutyKind.CHECK_SUMMARY, voice))
    if not own:
        _owe_no_answer(work, voice)


def _owe_no_answer(work: Deliberation, voice: str) -> None:
    work.withdraw_named(duty_name(DutyKind.ANSWER_PARTICIPANT, voice), "contribution-withdrawn")


def close_windows(dialogue: Dialogue, at: datetime) -> tuple[Dialogue, list[Fact]]:
    """
    Let the windows under seal close that are over *at* a moment (aware UTC), in order of pseudonym.

    Who did what was asked has met it in time, whenever that was. Returns the dialogue after it and the facts.
    """
    done = [
        duty
        for duty in dialogue.duties.values()
        if duty.kind in WINDOWS
        and duty.status in _MAY_CLOSE
        and duty.due <= at
        and is_done(dialogue, duty)
    ]
    facts: list[Fact] = []
    for duty in sorted(done, key=lambda one: (number_of(str(one.whom)), one.name)):
        work = Deliberation(dialogue, str(duty.whom), at)
        _close(work, duty)
        dialogue = work.dialogue
        facts += work.facts
    return dialogue, facts


def _close(work: Deliberation, duty: Duty) -> None:
    late = duty.lapsed_at is not None or duty.due > duty.first_due  # asked again after it was over
    status = DutyStatus.MET_LATE if late else DutyStatus.MET
    met = {"status": status, "ended_at": duty.due, "next_at": None}
    work.keep(duty.model_copy(update=met))
    days = (work.dialogue.due_day(duty) - work.dialogue.first_day(duty)).days if late else 0
    told = {"kind": duty.kind, "for": duty.whom, "late_days": days}
    work.fact(FactName.DUTY_MET, duty.name, **told)
    if duty.kind is DutyKind.CHECK_SUMMARY and not work.dialogue.contributions_of(str(duty.whom)):
        _owe_no_answer(work, str(duty.whom))
