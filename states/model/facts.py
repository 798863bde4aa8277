"""Facts and notices: what has happened, in the past tense and never changed; and what must now be said to whom."""

from typing import Any

from pydantic import Field

from states.model.vocabulary import DutyKind, FactName, Template
from states.values.values import Value


class Fact(Value):
    """One entry of the journal before it is chained; it carries ids, dates, counts and the company's own reasons."""

    fact: FactName
    actor: str
    subject: str
    detail: dict[str, Any] = Field(default_factory=dict)


class Notice(Value):
    """One message to one person because of one rung or one fact."""

    to: str
    """A role, a stakeholder id or the pseudonym of a sealed speaker; never an address."""
    role: str
    """In which capacity they get it: a role, or `participant`."""
    template: Template
    duty: str | None = None
    kind: DutyKind | None = None
    rung: str | None = None
    version: int = 1
    detail: dict[str, Any] = Field(default_factory=dict)
    """What the message needs beyond the dialogue as it stands: the old date, the reason, the answer's text."""
