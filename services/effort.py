"""
Effort: how many hours a year in the software costs each role, estimated from what it did and read.

The one place of this arithmetic: minutes for each kind of form, letter and word to read, each with its reason. They are
an estimate for planning, of somebody who does it carefully and for the first time; what happens outside the software
(the session itself, weighing with colleagues) is not in them. Source: rules 53.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from states.model.people import Role
from states.model.vocabulary import Step
from states.steps.delivery.letters import Kind

MINUTES_OF_HOUR = 60


@dataclass(frozen=True, slots=True)
class TaskTime:
    """How many *minutes* one of a kind takes, and the *reason* for that number."""

    minutes: int
    reason: str


_BY_HAND = "a call or a letter, and writing down what came of it"
_FORM = "one short form"
_SAID = "one form, with what somebody said on the phone read back to them"
FORMS: Mapping[Step, TaskTime] = {
    Step.NAME_RISK: TaskTime(20, "country, tier, group and weight are looked up before they are written down"),
    Step.DROP_RISK: TaskTime(3, _FORM),
    Step.MAP_STAKEHOLDER: TaskTime(6, "who it is, whom they speak for, how they are reached, is speaking safe"),
    Step.DROP_STAKEHOLDER: TaskTime(3, _FORM),
    Step.LINK_CHAIN_DIALOGUE: TaskTime(15, "partner, place and day are looked up"),
    Step.GIVE_INFORMATION: TaskTime(60, "eight fields, agreed upon with the sponsor: they are a promise"),
    Step.APPROVE_ANALYSIS: TaskTime(30, "the mirror of who is at the table, and each check"),
    Step.INVITE: TaskTime(3, _FORM),
    Step.INVITE_ALL: TaskTime(15, "the invitation is read once more, in each language"),
    Step.ACCEPT_INVITATION: TaskTime(5, _SAID),
    Step.DECLINE_INVITATION: TaskTime(5, _SAID),
    Step.SHARE_EXPECTATION: TaskTime(10, _SAID),
    Step.ECHO_EXPECTATIONS: TaskTime(90, "a letter to all about what changed, and what did not"),
    Step.OPEN_SESSION: TaskTime(5, _FORM),
    Step.RECORD_ATTENDANCE: TaskTime(1, "one tick in a list"),
    Step.RECORD_MANAGEMENT: TaskTime(1, "one tick in a list"),
    Step.RECORD_CONTRIBUTION: TaskTime(4, "written down while it is said, and read back"),
    Step.PUBLISH_SUMMARY: TaskTime(60, "each line is held against what was said, and for what it tells of its speaker"),
    Step.WORD_NEUTRALLY: TaskTime(10, "what a point says, in words from which no speaker follows"),
    Step.CHECK_LINE: TaskTime(5, _SAID),
    Step.CLOSE_SESSION: TaskTime(10, "the checks are read"),
    Step.DECIDE: TaskTime(20, "an outcome, a reason that speaks to the point, an owner, a day for what is promised"),
    Step.INTERIM_WORD: TaskTime(30, "a letter to all about what is decided, what is not, and by when"),
    Step.SIGN_STRATEGY: TaskTime(60, "every decision is read before it is signed"),
    Step.ANSWER_PARTICIPANT: TaskTime(25, "one letter to one person in their language, read over by somebody else"),
    Step.GIVE_VERDICT: TaskTime(10, _SAID),
    Step.DISPUTE_ANSWER: TaskTime(10, _SAID),
    Step.ASK_BACK: TaskTime(5, _SAID),
    Step.SETTLE_DISPUTE: TaskTime(30, "answer and objection are read again, and answered"),
    Step.NOTE_LESSON: TaskTime(20, "what was learned, in words for who comes next"),
    Step.CLOSE_DIALOGUE: TaskTime(10, "the checks are read"),
    Step.CLOSE_WITH_DEBTS: TaskTime(20, "a reason that everybody reads"),
    Step.OVERRIDE_CHECK: TaskTime(10, "a reason that everybody reads"),
    Step.BRING: TaskTime(15, _BY_HAND),
    Step.RECORD_DELIVERY: TaskTime(15, _BY_HAND),
    Step.COULD_NOT_REACH: TaskTime(10, "the tries are listed"),
    Step.NAME_HELPER: TaskTime(10, _FORM),
    Step.END_HELPER: TaskTime(3, _FORM),
    Step.CHANGE_CONTACT: TaskTime(5, "the way is checked with the person"),
    Step.MARK_UNSAFE: TaskTime(2, _FORM),
    Step.RESCHEDULE_SESSION: TaskTime(15, "what moves along is read before"),
    Step.POSTPONE: TaskTime(10, "a day that can be kept, and a reason that is told at once"),
    Step.AGREE_HAND_OVER: TaskTime(5, _FORM),
    Step.HAND_OVER: TaskTime(10, _FORM),
    Step.REPORT_PROGRESS: TaskTime(15, "how it stands is asked where it is done"),
    Step.ASK_ERASURE: TaskTime(5, _SAID),
    Step.UNDO_RELAYED: TaskTime(5, _SAID),
    Step.SETTLE_ERASURE: TaskTime(30, "what must stay and why is looked up, as the law wants"),
    Step.CANCEL_DIALOGUE: TaskTime(30, "a reason that everybody reads"),
}  # fmt: skip
"""One form of each step."""
LETTERS: Mapping[Kind, TaskTime] = {
    Kind.TASKS: TaskTime(4, "read, and the page behind it opened"),
    Kind.ALERTS: TaskTime(10, "something is late: it is looked into at once"),
    Kind.OWN: TaskTime(3, "read once"),
}
"""One letter of each kind."""
READING: Mapping[Step, tuple[Role, TaskTime]] = {
    Step.SHARE_EXPECTATION: (Role.MANAGER, TaskTime(3, "each expectation is read")),
    Step.GIVE_VERDICT: (Role.MANAGER, TaskTime(2, "each verdict is read")),
    Step.DISPUTE_ANSWER: (Role.MANAGER, TaskTime(5, "each objection is read")),
}
"""What participants do that somebody reads."""


class WorkShare(NamedTuple):
    """One kind of work of a role: *what* (a step, `read/<step>` or `letter/<kind>`), how often, and minutes in all."""

    what: str
    number: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Effort:
    """What a year costs one *role*: the *parts*, the dearest first."""

    role: Role
    letters: int
    parts: tuple[WorkShare, ...]

    @property
    def minutes(self) -> int:
        """All in all."""
        return sum(part.minutes for part in self.parts)

    @property
    def hours(self) -> float:
        """All in all, in hours to a tenth."""
        return round(self.minutes / MINUTES_OF_HOUR, 1)


Steps = Mapping[tuple[str, Step], int]
"""How often whom (a role, or a participant by whatever name) took each step."""
Letters = Mapping[tuple[str, Kind], int]
"""How many letters of each kind went to each role."""


def effort_of(steps: Steps, letters: Letters) -> list[Effort]:
    """What so many *steps* and *letters* cost each role of the programme; in the order of the roles."""
    read = _read_by(steps)
    return [_of_role(role, steps, letters, read) for role in Role]


def _read_by(steps: Steps) -> Counter[tuple[str, Step]]:
    """What was taken by others than roles, by who reads it."""
    read: Counter[tuple[str, Step]] = Counter()
    for (by, step), number in steps.items():
        if step in READING and by not in set(Role):
            read[READING[step][0], step] += number
    return read


def _of_role(role: Role, steps: Steps, letters: Letters, read: Steps) -> Effort:
    parts = [
        *(_part(step, n, FORMS[step]) for (by, step), n in steps.items() if by == role),
        *(_part(f"read/{s}", n, READING[s][1]) for (by, s), n in read.items() if by == role),
        *(_part(f"letter/{k}", n, LETTERS[k]) for (to, k), n in letters.items() if to == role),
    ]
    total = sum(number for (to, _), number in letters.items() if to == role)
    return Effort(role, total, tuple(_dearest(parts)))


def _part(what: str, number: int, task: TaskTime) -> WorkShare:
    return WorkShare(f"{what}", number, number * task.minutes)


def _dearest(parts: Iterable[WorkShare]) -> list[WorkShare]:
    return sorted(parts, key=lambda part: (-part.minutes, part.what))
