"""Story (read model): what the facts of a journal tell of a dialogue, its points and its seats."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from records.journal.duty_replay import DutyStory
from states.model.people import Invitation


@dataclass
class PointStory:
    """What the journal tells of one contribution; *unsure*: what it cannot tell."""

    voice: str
    attribution: str
    recorded_at: datetime
    line_verdict: str | None = None
    outcome: str | None = None
    owner: str | None = None
    commitment: str | None = None
    written_at: datetime | None = None
    delivered: bool = False
    dispute_round: int = 0
    dispute_open: bool = False
    asked_back: bool = False
    response_waits: bool = False
    unsure: set[str] = field(default_factory=set)


@dataclass
class SeatStory:
    """What the journal tells of one stakeholder; *known*: it tells how they came on the map."""

    invitation: str = Invitation.NOT_YET
    present: bool | None = None
    erased: bool = False
    known: bool = False


@dataclass
class Story:
    """What the journal tells of a dialogue."""

    phase: str = ""
    phase_since: datetime | None = None
    session_at: datetime | None = None
    signed_at: datetime | None = None
    summary_published_at: datetime | None = None
    echoed_at: datetime | None = None
    management: dict[str, bool] = field(default_factory=dict)
    duties: dict[str, DutyStory] = field(default_factory=dict)
    points: dict[str, PointStory] = field(default_factory=dict)
    seats: dict[str, SeatStory] = field(default_factory=dict)
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    overrides: list[dict[str, Any]] = field(default_factory=list)
    commitments: dict[str, str] = field(default_factory=dict)
    """How each promised action stands."""
    past: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    """What was so before each step that can be undone, by step and subject."""

    def points_of(self, voice: str) -> list[str]:
        """The contributions of *voice*."""
        return [name for name, point in self.points.items() if point.voice == voice]
