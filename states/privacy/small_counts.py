"""Figures that would point at people: what is too small is left out, and so is what would give it away."""

from collections.abc import Mapping
from dataclasses import dataclass

PAIR = 2
"""One hidden figure beside a known total is no secret; two are."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """The figures that may be shown, by side and group, and their total; what is not there is not shown."""

    shown: Mapping[str, Mapping[str, int]]
    total: int | None


def guarded(counts: Mapping[str, Mapping[str, int]], least: int) -> Guarded:
    """
    The figures of *counts* (side, then group, then how many people) that point at nobody.

    Nothing under *least* is shown. Where what is hidden of one side could be derived from the total, or from a side
    that shows everything, the next smallest is hidden too. The total is that of the first side, in which everybody
    counts once.
    """
    shown = {side: _shown(groups, least) for side, groups in counts.items()}
    whole = sum(next(iter(counts.values()), {}).values())
    return Guarded(shown, whole if whole >= least else None)


def _shown(groups: Mapping[str, int], least: int) -> dict[str, int]:
    kept = {key: number for key, number in groups.items() if number >= least}
    hidden = [number for key, number in groups.items() if key not in kept]
    while hidden and kept and (len(hidden) < PAIR or sum(hidden) < least):
        smallest = min(kept, key=lambda key: kept[key])
        hidden.append(kept.pop(smallest))
    return kept
