"""Form of safe hours: when somebody can be called, and their time zone, read from what was typed."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from states.language.catalogue import N_
from states.language.languages import LANGUAGES
from states.values.safe_hours import hours_of
from states.values.time_zones import known_zones
from states.values.values import LINE_LIMIT

Say = Callable[..., str]
"""A sentence, with what is named in its places, in the reader's language."""
Choice = tuple[Callable[[str], str | bool | None], str]
"""How a field is read, and what is said when it is not understood."""


def zone_named(text: str) -> str | None:
    """The IANA time zone that *text* names, by its whole name or by its city alone."""
    return _zones().get(re.sub(r"\s+", "_", text.strip()).casefold())


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    """Every zone by its city and by its whole name; where two have one city, the name with fewer parts."""
    zones = sorted(known_zones(), key=lambda zone: (zone.count("/"), zone), reverse=True)
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in zones}
    return cities | {zone.casefold(): zone for zone in zones}


def city_of(zone: str) -> str:
    """The city by which people know a time zone."""
    return zone.rpartition("/")[2].replace("_", " ")


def hours_written(text: str) -> str | None:
    """*text* on one line when hours or days can be read from it, so that nobody is called outside them."""
    line = " ".join(text.split())
    return line if len(line) <= LINE_LIMIT and hours_of(line) else None


WHEN: Mapping[str, Choice] = {
    "time_zone": (
        zone_named,
        N_("Write a large city with the same time, like Dhaka or New York."),
    ),
    "safe_hours": (
        hours_written,
        N_("Name hours, like 19-21, or Mon-Fri 19:00-21:00, not on Friday."),
    ),
}
"""How each is read, and what is said when it is not understood."""


def choice(
    raw: Mapping[str, str], choices: Mapping[str, Choice], say: Say
) -> tuple[dict[str, Any], dict[str, str]]:
    """What *choices* read in *raw*, and what is wrong with the rest, by field; what is empty is neither."""
    given: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, (read, sorry) in choices.items():
        if not raw.get(name):
            continue
        value = read(raw[name])
        if value is None or value == "":
            problems[name] = say(sorry, languages=", ".join(LANGUAGES))
        else:
            given[name] = value
    return given, problems
