"""Relays: what is kept of a step recorded by somebody else in a person's name, and of the state before (rules 29)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from states.model.contributions import LineVerdict, Verdict
from states.model.duties import Duty
from states.model.people import Invitation, TellMeBy
from states.model.vocabulary import Step
from states.values.values import Name, Text, Value

How = Literal["phone", "in-person", "letter", "mail", "calendar", "sms"]
"""In which way somebody said it to whoever recorded it."""
FAMILIES: dict[Step, str] = {
    Step.ACCEPT_INVITATION: "invitation",
    Step.DECLINE_INVITATION: "invitation",
}
"""Steps that answer the same question; each other one stands for itself."""


@dataclass(frozen=True, slots=True)
class Relay:
    """That *by* records a step for somebody else, who said it in the way of *how*."""

    by: str
    how: How
    said_on: date | None = None
    read_back: bool = False
    """Whether it was read back to them in the same call, which counts as telling them."""


class Before(Value):
    """What was so before a relayed step; only what that step changes is filled in."""

    invitation: Invitation | None = None
    declined_at: datetime | None = None
    decline_reason: Text | None = None
    expectation: Text | None = None
    success_test: Text | None = None
    tell_me_by: TellMeBy | None = None
    erasure_wish: Text | None = None
    erasure_refusal: Text | None = None
    line: Text | None = None
    line_verdict: LineVerdict | None = None
    neutral_line: Text | None = None
    line_worded: bool = False
    dispute_round: int = 0
    dispute_open: bool = False
    asked_back: bool = False
    dispute_reason: Text | None = None
    neutral_dispute: Text | None = None
    settlement: Text | None = None
    verdict: Verdict | None = None
    duties: tuple[Duty, ...] = ()
    """Duties as they stood, of those that the step changed."""
    opened: tuple[str, ...] = ()
    """Duties that the step opened."""


class Relayed(Value):
    """One step that was recorded for somebody, and what undoing it needs; the words go when they are erased."""

    id: str
    step: Step
    voice: str
    """Their own id, or their pseudonym: what is under seal opens nothing here either."""
    contribution: Name | None = None
    by: str
    """The role that recorded it; under seal for the moderator and the speaker alone."""
    how: str
    said_on: date | None = None
    at: datetime
    undone_at: datetime | None = None
    overtaken_at: datetime | None = None
    """When the person took that step themselves, or was erased: what was before is no longer theirs to go back to."""
    before: Before | None = None

    @property
    def stands(self) -> bool:
        """Whether it is still what holds, so that it could be undone."""
        return self.undone_at is None and self.overtaken_at is None

    @property
    def family(self) -> tuple[str, str | None]:
        """The question that it answers, and the point it is about."""
        return FAMILIES.get(self.step, self.step), self.contribution
