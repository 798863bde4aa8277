"""Information: the eight fields of an invitation, which the invited know before they decide to come."""

from datetime import datetime
from enum import StrEnum

from states.values.values import Day, Text, Value


class Influence(StrEnum):
    """How far participants influence the decision (the public participation spectrum)."""

    INFORM = "inform"
    CONSULT = "consult"
    INVOLVE = "involve"
    COLLABORATE = "collaborate"
    EMPOWER = "empower"


class InterimWord(Value):
    """What the company tells those who took part while they wait for its answers (rules 52)."""

    at: datetime
    decided: Text
    not_decided: Text
    who_decides_when: Text


class Information(Value):
    """The eight fields of an invitation (SER transparency; OECD: in good time and in writing)."""

    purpose: Text | None = None
    use_of_outcomes: Text | None = None
    contribution_asked: Text | None = None
    degree_of_influence: Influence | None = None
    decided_by: Text | None = None
    feedback_by: Day | None = None
    """The promise: the day on which everybody who contributed has their answer."""
    confidentiality: Text | None = None
    costs: Text | None = None

    @property
    def missing(self) -> list[str]:
        """The fields that are still empty."""
        return [name for name in type(self).model_fields if getattr(self, name) is None]
