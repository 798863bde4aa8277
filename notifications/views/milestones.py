"""View of milestones: the dates of a year and what came of it, for those who carry no daily task."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from notifications.language.words import tables, word
from states.checks.status import Answers, answers_standing, waiting_voices
from states.model.contributions import Outcome
from states.model.dialogue import Dialogue
from states.model.vocabulary import DutyKind


@dataclass(frozen=True, slots=True)
class Milestone:
    """Until the end of *day* there is time for *what*."""

    day: date
    what: str


@dataclass(frozen=True, slots=True)
class Result:
    """How many *points* were made, how they ended, what was promised, and how many people still wait, late or not."""

    points: int
    outcomes: list[tuple[str, int]]
    commitments: int
    waiting: int
    answers: Answers
    """How the answers stand, by the law."""


def milestones(dialogue: Dialogue, now: datetime, language: str) -> list[Milestone]:
    """The days of *dialogue* that lie ahead of *now*, by its policy and by what was promised."""
    today = dialogue.calendar.day_of(now)
    found = [
        Milestone(_day(dialogue, kind), word("milestone", kind, language))
        for kind in map(DutyKind, tables()["milestone"])
    ]
    return sorted((one for one in found if one.day >= today), key=lambda one: one.day)


def _day(dialogue: Dialogue, kind: DutyKind) -> date:
    promised = dialogue.information.feedback_by
    if kind == DutyKind.ANSWER_PARTICIPANT and promised:
        return promised
    return dialogue.calendar.reckon(dialogue.policy.due[kind], dialogue.session_day).end


def result_of(dialogue: Dialogue) -> Result:
    """What came of *dialogue*, as it stands."""
    points = [point for point in dialogue.contributions.values() if point.stands]
    ended = Counter(point.outcome.value for point in points if point.outcome)
    outcomes = [(one.value, ended[one.value]) for one in Outcome if ended[one.value]]
    waiting, standing = len(waiting_voices(dialogue)), answers_standing(dialogue)
    return Result(len(points), outcomes, len(dialogue.commitments), waiting, standing)
