"""Time zones: those that may be given, by their IANA names."""

from functools import lru_cache
from zoneinfo import available_timezones

_AREAS = frozenset(
    {
        *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic"),
        *("Australia", "Europe", "Indian", "Pacific"),
    }
)


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """
    The IANA time zones that this machine knows, by area and place, and UTC.

    `localtime` is another zone on each machine; `EST5EDT`, `CET`, `Turkey` or `US/Eastern` are old names of
    zones that have one with a place.
    """
    places = {name for name in available_timezones() if name.partition("/")[0] in _AREAS}
    return frozenset(places | {"UTC", "Etc/UTC"})
