"""
Windows under seal: what somebody says of their line or their answer shows once the time to say it is over.

On which day they said it, and whether they had done so by then, would tell who it is: who was away, who was called. So
the duty that asks stays owed until its window closes, as if they were silent, and what they said waits as long.
Source: rules 35.
"""

from collections.abc import Mapping
from datetime import date, datetime

from states.model.contributions import LineVerdict, Verdict
from states.model.dialogue import Dialogue
from states.model.duties import Duty, duty_name
from states.model.facts import Fact
from states.model.vocabulary import DutyKind, FactName, Step
from states.privacy.seals import is_sealed

_ASKED_BY: Mapping[str, DutyKind] = {
    Step.CHECK_LINE: DutyKind.CHECK_SUMMARY,
    Step.GIVE_VERDICT: DutyKind.GIVE_VERDICT,
}
"""Which duty asks for what a step says."""
_ABOUT: Mapping[str, DutyKind] = {
    "line": DutyKind.CHECK_SUMMARY,
    "verdict": DutyKind.GIVE_VERDICT,
}
"""Which duty asked for the words that a moderator put neutrally."""
WINDOWS = frozenset(_ASKED_BY.values())
"""The duties of which nobody sees before they are due whether a voice under seal did what they ask."""


def asking_duty(dialogue: Dialogue, step: Step, voice: str) -> Duty | None:
    """The duty that asks *voice*, under seal, to take *step*, if that is one of a window; else None."""
    kind = _ASKED_BY.get(step)
    return dialogue.latest(duty_name(kind, voice)) if kind and is_sealed(dialogue, voice) else None


def is_window_open(dialogue: Dialogue, kind: DutyKind, voice: str, now: datetime) -> bool:
    """Whether *voice* speaks under seal, and its window of *kind* is open at *now* (aware UTC)."""
    return open_window(dialogue, kind, voice, now) is not None


def open_window(dialogue: Dialogue, kind: DutyKind, voice: str, now: datetime) -> Duty | None:
    """The duty of *kind* of *voice*, if it speaks under seal, until *now* (aware UTC) is its due moment."""
    duty = dialogue.latest(duty_name(kind, voice)) if is_sealed(dialogue, voice) else None
    return duty if duty and duty.owed and now < duty.due else None


def is_done(dialogue: Dialogue, duty: Duty) -> bool:
    """Whether a voice under seal did what *duty* asks, which may be owed still because its window is open."""
    if duty.whom is None or not is_sealed(dialogue, duty.whom):
        return False
    if duty.kind is DutyKind.CHECK_SUMMARY:
        points = [c for c in dialogue.contributions.values() if c.voice == duty.whom]
        return all(c.line_verdict not in {None, LineVerdict.SILENT} for c in points)
    verdict = dialogue.verdicts.get(duty.whom)
    return (
        duty.kind is DutyKind.GIVE_VERDICT and verdict is not None and verdict.at >= duty.opened_at
    )


def told_at(dialogue: Dialogue, fact: Fact, voice: str, now: datetime) -> datetime | None:
    """When others may know *fact*, an act of *voice* at *now*, if a window decides that: as *dialogue* was before."""
    kind = _asking_kind(fact)
    if kind is None:
        return None
    if window := open_window(dialogue, kind, voice, now):
        return window.due
    return _before_its_window(dialogue, voice, now) if kind is DutyKind.GIVE_VERDICT else None


def _asking_kind(fact: Fact) -> DutyKind | None:
    """What kind of duty asked for what *fact* tells: said, taken back or worded neutrally."""
    match fact.fact:
        case FactName.LINE_CHECKED:
            return DutyKind.CHECK_SUMMARY
        case FactName.VERDICT_GIVEN:
            return DutyKind.GIVE_VERDICT
        case FactName.STEP_UNDONE:
            return _ASKED_BY.get(str(fact.detail.get("step")))
        case FactName.WORDED_NEUTRALLY:
            return _ABOUT.get(str(fact.detail.get("about")))
    return None


def shown_at(dialogue: Dialogue, verdict: Verdict) -> datetime | None:
    """The moment that others see of *verdict*, given under seal: when its window closed; None: none was open."""
    rounds = [
        duty
        for duty in dialogue.duties.values()
        if duty.kind is DutyKind.GIVE_VERDICT and duty.whom == verdict.id
    ]
    for duty in rounds:
        told_sooner = duty.met_at is not None and duty.met_at < duty.due  # by an earlier version
        if duty.opened_at <= verdict.at < duty.due and not told_sooner:
            return duty.due
    later = all(verdict.at < duty.opened_at for duty in rounds)
    return _before_its_window(dialogue, verdict.id, verdict.at) if later else None


def _before_its_window(dialogue: Dialogue, voice: str, now: datetime) -> datetime | None:
    """When a window would close that had opened with what was written to *voice* last; None: there is one, or was."""
    if any(
        duty.kind is DutyKind.GIVE_VERDICT and duty.whom == voice and duty.opened_at <= now
        for duty in dialogue.duties.values()
    ):
        return None
    points = (c.written_at for c in dialogue.contributions.values() if c.voice == voice)
    written = [at for at in points if at is not None and at <= now]
    if not written:
        return None
    day = _due_day(dialogue, DutyKind.CARRY_ANSWER, dialogue.calendar.day_of(max(written)))
    end = dialogue.calendar.end_of(_due_day(dialogue, DutyKind.GIVE_VERDICT, day))
    return end if end > now else None


def _due_day(dialogue: Dialogue, kind: DutyKind, start: date) -> date:
    rule = dialogue.policy.due[kind]
    if rule == "promised":
        return start
    begin = dialogue.session_day if rule.startswith("S") else start
    return dialogue.calendar.reckon(rule, begin).end
