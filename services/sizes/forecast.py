"""
Forecast: what a year will cost the manager in each profile, from how many are in the register.

The forms and letters of a year in which nobody is late; a test holds it against two years that are lived whole.
"""

from collections import Counter
from typing import NamedTuple

from services.effort import effort_of
from states.model.people import Role
from states.model.sizes.profiles import GovernedRule, Profile, values_of
from states.model.vocabulary import Step
from states.steps.delivery.letters import Kind

_ONCE = (
    Step.GIVE_INFORMATION, Step.APPROVE_ANALYSIS, Step.INVITE_ALL, Step.ECHO_EXPECTATIONS, Step.INTERIM_WORD,
    Step.NOTE_LESSON, Step.CLOSE_DIALOGUE,
)  # fmt: skip
_REMINDERS = 6
"""Letters of tasks that come in any year: before each of the days that the manager has."""
_OVERVIEWS = {"when-owed": 4, "weekly": 18}
"""Overviews that say something no letter of tasks did, in a year in which nobody is late."""
_CHECKPOINTS = {"at-close": 1, "monthly": 12, "weekly": 52}
"""Checkpoint letters in a year, to auditor and board each, at most."""
_MANY = 10
_SHARE = 4


class RegisterSize(NamedTuple):
    """How many risks are named, how many people are *invited*, dialogues in the chain linked, points expected."""

    risks: int
    invited: int
    chain_dialogues: int
    points: int = 0

    @property
    def expected_points(self) -> int:
        """The points, where they are known; otherwise one of each of the first ten, then of every fourth."""
        return self.points or min(self.invited, _MANY + self.invited // _SHARE)


class Cost(NamedTuple):
    """What a year costs in one *profile*: *letters* and *hours* of the manager, *checkpoints* to auditor and board."""

    profile: Profile
    letters: int
    hours: float
    checkpoints: int


def cost_of(profile: Profile, register: RegisterSize) -> Cost:
    """The cost of a year of *register* in *profile*."""
    values = values_of(profile)
    tasks = _REMINDERS + _OVERVIEWS[values[GovernedRule.OVERVIEW]]
    letters = {(Role.MANAGER.value, Kind.TASKS): tasks, (Role.MANAGER.value, Kind.OWN): 1}
    [manager] = [one for one in effort_of(_steps(register), letters) if one.role is Role.MANAGER]
    checkpoints = _CHECKPOINTS[values[GovernedRule.CHECKPOINTS]]
    return Cost(profile, manager.letters, manager.hours, checkpoints)


def _steps(register: RegisterSize) -> Counter[tuple[str, Step]]:
    points = register.expected_points
    voices = min(points, register.invited)
    manager = Counter(dict.fromkeys(_ONCE, 1)) + Counter(
        {
            Step.NAME_RISK: register.risks,
            Step.MAP_STAKEHOLDER: register.invited,
            Step.DECIDE: points,
            Step.ANSWER_PARTICIPANT: voices,
        }
    )
    found = Counter({(Role.MANAGER.value, step): number for step, number in manager.items()})
    found["participants", Step.SHARE_EXPECTATION] = register.invited
    found["participants", Step.GIVE_VERDICT] = voices
    return found
