"""Contributions: what participants say and what becomes of it (outcomes, commitments, seals, verdicts)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from states.values.values import Name, Text, Value


class Attribution(StrEnum):
    """Who may know from whom a contribution came (rules 35)."""

    NAMED = "named"
    ORGANISATION = "organisation"
    REGION = "region"
    SEALED = "sealed"


class LineVerdict(StrEnum):
    """What a speaker said of the summary line; silence is recorded as silence."""

    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    SILENT = "silent"


class Outcome(StrEnum):
    """What was decided on a contribution."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    NOT_NOW = "not-now"
    REJECTED = "rejected"
    OUTSIDE_OUR_POWER = "outside-our-power"


class Change(Value):
    """A change of the strategy, as it read before and after."""

    before: Text
    after: Text


class Contribution(Value):
    """One point that one participant made; *voice* is their id, or their pseudonym under seal."""

    id: Name
    voice: str
    attribution: Attribution
    text: Text
    recorded_at: datetime
    line: Text | None = None
    line_verdict: LineVerdict | None = None
    neutral_line: Text | None = None
    """What others read in the place of a line that its speaker, under seal, put in words of their own."""
    line_worded: bool = False
    """Whether the moderator worded that anew; else it is the line as it was published."""
    outcome: Outcome | None = None
    reason: Text | None = None
    owner: str | None = None
    change: Change | None = None
    commitment: Name | None = None
    answer: Text | None = None
    written_at: datetime | None = None
    delivered_at: datetime | None = None
    dispute_round: int = 0
    dispute_open: bool = False
    asked_back: bool = False
    """Whether what is open, or was settled last, is a question about the answer, which counts no round."""
    dispute_reason: Text | None = None
    neutral_dispute: Text | None = None
    """How the moderator words for others what a speaker under seal objects."""
    settlement: Text | None = None
    settlement_waits: bool = False
    """Whether the response to an objection was written under seal, and did not reach its speaker yet."""

    @property
    def stands(self) -> bool:
        """Whether its speaker has not withdrawn it."""
        return self.line_verdict is not LineVerdict.WITHDRAWN

    @property
    def corrected(self) -> bool:
        """Whether its speaker put its line in words of their own."""
        return self.line_verdict is LineVerdict.CORRECTED

    @property
    def awaits_response(self) -> bool:
        """Whether an objection to its answer waits for words: none were written yet."""
        return self.dispute_open and self.settlement is None


class Commitment(Value):
    """A promised action with an owner and a date; it lives on after the dialogue closes."""

    id: Name
    what: Text
    owner: str
    due: date
    contribution: Name
    status: Literal["promised", "under-way", "done", "dropped"] = "promised"
    evidence: Text | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more is to come of it."""
        return self.status in {"done", "dropped"}


class Seal(Value):
    """
    Who speaks under a pseudonym; only the moderator and the speaker may see this.

    Where the moderator has a key of their own, *sealed_for* holds it as ciphertext for the pair of keys called *key*,
    and *stakeholder* is empty but while somebody who may open it looks.
    """

    id: str
    stakeholder: str
    sealed_for: str | None = None
    key: str | None = None

    @property
    def locked(self) -> bool:
        """Whether it cannot be read without the moderator's key."""
        return not self.stakeholder and self.sealed_for is not None


class Verdict(Value):
    """What a participant says of their answer."""

    id: str
    """The voice."""
    heard: Literal["yes", "partly", "no"]
    success_test: Literal["yes", "partly", "no"] | None = None
    comment: Text | None = None
    neutral_comment: Text | None = None
    """How the moderator words for others what a speaker under seal adds."""
    at: datetime
