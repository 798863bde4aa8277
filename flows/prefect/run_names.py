"""Run names: what a run is called once its work is known, counts in plain words, never a name or a text."""

from collections.abc import Iterable

DOT = " · "
HOUSE_TAG = "weerklank"
Count = tuple[int, str, str]
"""A number with its word for one and for many."""


def run_title(title: str, counts: Iterable[Count], otherwise: str) -> str:
    """The name of a run: *title*, then each of *counts* that is not zero, or else *otherwise*."""
    said = [number_with_noun(*count) for count in counts if count[0]]
    return DOT.join([title, *(said or [otherwise])])


def number_with_noun(number: int, one: str, many: str) -> str:
    """A number with its noun: `1 lapse`, `3,000 lapses`."""
    return f"{number:,} {one if number == 1 else many}"


def programme_tag(programme_id: str) -> str:
    """The tag of everything that concerns one programme."""
    return f"programme:{programme_id}"
