"""When somebody can be called: their safe hours and their time zone, read from what was typed."""

import re
from collections.abc import Callable

from states.hours import hours_of
from states.values import LINE_LIMIT
from states.zones import known_zones


def zone_named(text: str) -> str | None:
    """The IANA time zone that *text* names, by its whole name or by its city alone."""
    wanted = re.sub(r"\s+", "_", text.strip()).casefold()
    zones = sorted(known_zones(), key=lambda zone: (zone.count("/"), zone), reverse=True)
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in zones}
    return {zone.casefold(): zone for zone in zones}.get(wanted) or cities.get(wanted)


def city_of(zone: str) -> str:
    """The city by which people know a time zone."""
    return zone.rpartition("/")[2].replace("_", " ")


def hours_written(text: str) -> str | None:
    """*text* on one line when hours or days can be read from it, so that nobody is called outside them."""
    line = " ".join(text.split())
    return line if len(line) <= LINE_LIMIT and hours_of(line) else None


WHEN: dict[str, tuple[Callable[[str], str | None], str, str]] = {
    "time_zone": (
        zone_named,
        "Schrijf een grote stad met dezelfde tijd, zoals Dhaka of New York.",
        "Write a large city with the same time, like Dhaka or New York.",
    ),
    "safe_hours": (
        hours_written,
        "Noem uren, zoals 19-21, of ma-vr 19:00-21:00, niet op vrijdag.",
        "Name hours, like 19-21, or Mon-Fri 19:00-21:00, not on Friday.",
    ),
}
"""How each is read, and what is said when it is not understood."""
