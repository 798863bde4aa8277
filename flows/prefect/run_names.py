"""Run names: what a run is called once its work is known, counts in plain words, never a name or a text."""

import re
from collections.abc import Iterable

DOT = " · "
HOUSE_TAG = "weerklank"
LATE, OPENED, FAILED_MAIL = "late", "opened", "failed-mail"
"""Tags of runs: something was late when it ended, an edition was opened by it, a mail failed in it."""
_NO_KEY = re.compile(r"[^a-z0-9]+")
Count = tuple[int, str, str]
"""A number with its word for one and for many."""


def run_title(
    title: str, counts: Iterable[Count], otherwise: str, standing: Iterable[str] = ()
) -> str:
    """The name of a run: *title*, each of *counts* that is not zero or else *otherwise*, then what is *standing*."""
    said = [number_with_noun(*count) for count in counts if count[0]]
    return DOT.join([title, *(said or [otherwise]), *standing])


def number_with_noun(number: int, one: str, many: str) -> str:
    """A number with its noun: `1 lapse`, `3,000 lapses`."""
    return f"{number:,} {one if number == 1 else many}"


def programme_tag(programme_id: str) -> str:
    """The tag of everything that concerns one programme."""
    return f"programme:{programme_id}"


def key_of(*parts: str) -> str:
    """A stable artifact key: lower case, digits and dashes."""
    return _NO_KEY.sub("-", "-".join(parts).lower()).strip("-")
