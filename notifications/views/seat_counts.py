"""Seat counts with small figures suppressed: how many of each kind are on the list, as everybody invited may know."""

from collections import Counter
from functools import lru_cache
from operator import attrgetter

from states.model.dialogue import Dialogue
from states.privacy.small_counts import least_of, seats_counted, suppress_small

SeatCount = tuple[str, int | None]
"""A value and how many seats have it; None: so few that the figure would point at people."""


def seat_counts(dialogue: Dialogue, sides: tuple[str, ...]) -> list[list[SeatCount]]:
    """For each of *sides*, a field of a seat, the values in *dialogue*: the largest first, the hidden by name."""
    seats = seats_counted(dialogue)
    return _count(tuple(tuple(map(attrgetter(side), seats)) for side in sides), least_of(dialogue))


@lru_cache(maxsize=256)
def _count(sides: tuple[tuple[str, ...], ...], least: int) -> list[list[SeatCount]]:
    """All who are invited to a dialogue are told the same figures."""
    counts = {str(place): Counter(values) for place, values in enumerate(sides)}
    shown = suppress_small(counts, least).shown
    return [_by_size(counts[side], dict(shown[side])) for side in counts]


def _by_size(count: Counter[str], shown: dict[str, int]) -> list[SeatCount]:
    return [
        (value, shown.get(value)) for value in sorted(count, key=lambda v: (-shown.get(v, 0), v))
    ]
