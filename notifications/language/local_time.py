"""Local time of a person: the zone that they named, or the only one of their country."""

from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import get_global

from states.model.people import Stakeholder
from states.values.time_zones import known_zones


def zone_of(seat: Stakeholder) -> ZoneInfo | None:
    """Where their clock stands: as it was said, or the one zone of their country; None when it has several."""
    if seat.time_zone:
        return ZoneInfo(seat.time_zone) if seat.time_zone in known_zones() else None
    return _only(seat.country)


@lru_cache(maxsize=256)
def _only(country: str) -> ZoneInfo | None:
    zones = [z for z in get_global("territory_zones").get(country, ()) if z in known_zones()]
    return ZoneInfo(zones[0]) if len(zones) == 1 else None
