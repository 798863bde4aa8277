"""Facts and notices: what has happened, in the past tense and never changed; and what must now be said to whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import Field

from states.model.vocabulary import DutyKind, FactName, Template
from states.values.values import Value


class Hold(Value):
    """Until when a fact is held back, because the minute of it would tell who acts under seal."""

    voice: str
    """The pseudonym whose own act brought the fact about, or a delivery to it."""
    until: datetime | None
    """
    The moment (aware UTC) at which everybody may know; None: with the points under seal, or never if it tells how words
    came to somebody.
    """


class Fact(Value):
    """One entry of the journal before it is chained; it carries ids, dates, counts and the company's own reasons."""

    fact: FactName
    actor: str
    subject: str
    detail: dict[str, Any] = Field(default_factory=dict)
    hold: Hold | None = Field(default=None, exclude=True)
    """None: it enters the journal at once."""


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


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a step changed of one row of a dialogue: *before* are the fields as they were, None: there was no row."""

    collection: str
    """The name of the collection, or `dialogue` for what it has once."""
    key: str
    before: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class HeldStep:
    """What a step under seal changed, and what others are to hear of it once the day is over."""

    hold: Hold
    changes: tuple[RowChange, ...]
    notices: tuple[Notice, ...]
    awaits: bool = False
    """Whether others hear of it as soon as the points under seal are published, if that is before the day's end."""


@dataclass(frozen=True, slots=True)
class HeldChange:
    """A change that not everybody may know of yet, and whose it is."""

    voice: str
    change: RowChange
    awaits: bool = False
    """Whether it waits for the points under seal to be published."""
