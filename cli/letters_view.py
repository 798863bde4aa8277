"""View of letters: those in which notices went out, as JSON, numbered so that no name says whose it is."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from records.outbox.enqueue import BY_HAND, FAILED, SENT
from states.steps.delivery.letters import Kind

Row = dict[str, Any]


def number_letters(notices: list[Row], kinds: Mapping[str, str]) -> list[Row]:
    """
    The letters of *notices*, in whose `letter` stands the name of it; there its number is put, or None without one.

    *kinds* says which kind each name has. What was not handed to a channel, or was passed on by hand, has no letter.
    """
    letters: dict[str, Row] = {}
    for notice in notices:
        name, went = notice["letter"], notice["status"] in {SENT, FAILED}
        if not went or notice["channel"] in {None, BY_HAND}:
            notice["letter"] = None
            continue
        letter = letters.setdefault(name, _new_row(notice, f"letter-{len(letters) + 1}", kinds))
        letter["notices"] += 1
        notice["letter"] = letter["id"]
    return list(letters.values())


def busiest(letters: Iterable[Row]) -> tuple[tuple[str, str], int]:
    """Who got most letters on one day, which day (in UTC), and how many; at least one letter must be there."""
    counts = Counter((row["to"], row["at"][:10]) for row in letters)
    return max(counts.items(), key=lambda found: (found[1], found[0]))


def _new_row(notice: Row, number: str, kinds: Mapping[str, str]) -> Row:
    return {
        "id": number,
        "at": notice["at"],
        "to": notice["to"],
        "role": notice["role"],
        "kind": kinds.get(notice["letter"], Kind.OWN.value),
        "notices": 0,
    }
