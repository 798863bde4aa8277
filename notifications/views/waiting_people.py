"""View of who waits: people whose promised answer did not come, by the name under which they spoke."""

from dataclasses import dataclass
from datetime import date, datetime

from notifications.views.dialogue_view import DutyView
from notifications.views.names import about
from states.checks.status import ANSWERING, voice_of
from states.model.dialogue import Dialogue
from states.model.duties import Duty


@dataclass(frozen=True, slots=True)
class Wait:
    """One answer that somebody waits for, since the day that was promised *first*."""

    about: str
    first: date
    due: date
    late: int
    moved: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """All who wait: their *number*, how many of them were *moved* to a new date, and each wait by itself."""

    number: int
    moved: int
    waits: tuple[Wait, ...]

    @property
    def longest(self) -> int:
        """Calendar days that the longest wait is late."""
        return max((wait.late for wait in self.waits), default=0)


def waiting_for(dialogue: Dialogue, now: datetime, language: str) -> Waiting:
    """
    Who waits at *now* for an answer whose first promised moment has passed, with a new date or without.

    People are counted by voice: counting persons would open seals.
    """
    owed = [
        d for d in dialogue.duties.values() if d.kind in ANSWERING and d.owed and d.first_due <= now
    ]
    late = {voice_of(dialogue, duty) for duty in owed if duty.due <= now}
    everyone = {voice_of(dialogue, duty) for duty in owed}
    waits = sorted(
        (_wait(dialogue, duty, now, language) for duty in owed), key=lambda w: (w.first, w.about)
    )
    return Waiting(len(everyone), len(everyone - late), tuple(waits))


def _wait(dialogue: Dialogue, duty: Duty, now: datetime, language: str) -> Wait:
    seen = DutyView(dialogue, duty, now, language)
    named = about(dialogue, duty, language) or seen.what
    return Wait(named, seen.first, seen.due, seen.late, seen.moved and duty.due > now)
