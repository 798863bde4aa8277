"""
Profiles: the values that a small, a standard and a large programme begin with, and the floors below all of them.

One flat table: a rule that comes later is one row more. What the house does not ask yet has no row. Source: rules 50.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from states.model.vocabulary import CheckName

MOST_SMALL = 20
"""Invited people up to whom a programme is small."""
MOST_STANDARD = 100
"""Invited people up to whom it is a standard one."""
MOST_CHAIN_DIALOGUES = 3
"""Dialogues in the chain up to which it is a standard one."""


class Profile(StrEnum):
    """What a company can carry."""

    SMALL = "small"
    STANDARD = "standard"
    LARGE = "large"


class GovernedRule(StrEnum):
    """The rules of which a profile sets the value."""

    INDEPENDENT_MODERATOR = CheckName.INDEPENDENT_MODERATOR.value
    MODERATOR_KEY = "moderator-key"
    CHECKPOINTS = "checkpoints"
    OVERVIEW = "overview"


class Floor(StrEnum):
    """What holds in every programme: no profile and no value turns it off."""

    ANSWER_DEBT = "answer-debt"
    HONEST_NOTICE = "honest-notice"
    DEBTORS_HANDS = "debtors-hands"
    CLOCK_AT_DELIVERY = "clock-at-delivery"
    SEALS = "seals"
    AT_RISK = "at-risk"
    SMALL_GROUP = "small-group"
    CONFIDANTS_CLOCKS = "confidants-clocks"
    OVERRIDE_REASONS = "override-reasons"


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """
    One row: the *values* that a rule can have, the lightest first, and which of them each profile has.

    Why a profile has its value stands in the words (`profile-reason`), what no value leaves too (`rule-floor`).
    """

    rule: GovernedRule
    values: tuple[str, ...]
    small: str
    standard: str
    large: str

    def value(self, profile: Profile) -> str:
        """The value of the rule in *profile*."""
        return {
            Profile.SMALL: self.small,
            Profile.STANDARD: self.standard,
            Profile.LARGE: self.large,
        }[profile]


ROWS: dict[GovernedRule, ProfileRow] = {
    row.rule: row
    for row in (
        ProfileRow(
            GovernedRule.INDEPENDENT_MODERATOR, ("session-day", "soft", "hard"),
            small="session-day", standard="soft", large="hard",
        ),
        ProfileRow(
            GovernedRule.MODERATOR_KEY, ("offered", "on"),
            small="offered", standard="offered", large="on",
        ),
        ProfileRow(
            GovernedRule.CHECKPOINTS, ("at-close", "monthly", "weekly"),
            small="at-close", standard="monthly", large="weekly",
        ),
        ProfileRow(
            GovernedRule.OVERVIEW, ("when-owed", "weekly"),
            small="when-owed", standard="weekly", large="weekly",
        ),
    )
}  # fmt: skip


def values_of(profile: Profile) -> dict[str, str]:
    """The value of every governed rule in *profile*."""
    return {rule.value: row.value(profile) for rule, row in ROWS.items()}


def fitting_profile(invited: int, chain_dialogues: int) -> Profile | None:
    """
    The profile for a register of so many *invited* people and *chain_dialogues*; None while nobody is in it.

    Source: rules 50.
    """
    if invited == 0:
        return None
    if invited > MOST_STANDARD or chain_dialogues > MOST_CHAIN_DIALOGUES:
        return Profile.LARGE
    return Profile.SMALL if invited <= MOST_SMALL else Profile.STANDARD


FLOORS: Collection[str] = frozenset(Floor)
