"""Ladders: which rung of a duty fires at which moment, and who hears of it (rules 23)."""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from states.model.calendar import WorkCalendar
from states.model.policy import Ladder, rung_name


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of one duty: its *name* (`+1wd`), the instant *at* which it fires, and *to* whom it speaks."""

    name: str
    at: datetime
    to: tuple[str, ...]


def rung_at(
    ladder: Ladder, index: int, due_day: date, calendar: WorkCalendar, clock: time
) -> Rung | None:
    """
    The rung with *index* (from 0) of a duty that is due at the end of *due_day*; None when the ladder has ended.

    Fires at local time *clock* on its working day; repeats follow each other by the ladder's `repeat_every`.
    """
    found = _rung(ladder, index)
    if found is None:
        return None
    offset, to = found
    return Rung(rung_name(offset), rung_moment(calendar, due_day, offset, clock), to)


def _rung(ladder: Ladder, index: int) -> tuple[int, tuple[str, ...]] | None:
    steps = ladder.steps
    if index < len(steps):
        return steps[index]
    if ladder.repeat_every is None:
        return None
    last = steps[-1][0] if steps else 0
    return last + ladder.repeat_every * (index - len(steps) + 1), ladder.repeat_to


@lru_cache(maxsize=65_536)
def rung_moment(calendar: WorkCalendar, due_day: date, offset: int, clock: time) -> datetime:
    """When a rung fires: *offset* working days after *due_day* (below 0: before it), at local time *clock*."""
    return calendar.at(calendar.shift(due_day, offset), clock)
