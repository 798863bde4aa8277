"""Working calendar: working days, due days and local times of a programme; arithmetic only, without a clock."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import holidays
from holidays.registry import COUNTRIES

from states.language.errors import Refused
from states.language.languages import SOURCE
from states.model.policy import span
from states.values.promised_days import Reckoning

DAY = timedelta(days=1)


@lru_cache(maxsize=256)
def _public_holidays(country: str) -> Any:  # noqa: ANN401 - the library's own mapping type differs per country
    """Named in English where that is known: the library would ask the environment of whoever started us."""
    kind = type(holidays.country_holidays(country))
    english = [name for name in kind.supported_languages if name.startswith(SOURCE)]
    spoken = english[0] if english else kind.default_language
    return holidays.country_holidays(country, language=spoken)


@lru_cache(maxsize=1)
def known_countries() -> frozenset[str]:
    """The ISO 3166 codes whose public holidays are known."""
    return frozenset(names[1] for names in COUNTRIES.values())


@dataclass(frozen=True)
class WorkCalendar:
    """The calendar of a programme: its IANA *zone*, its *country*'s public holidays and its own *extra* days off."""

    zone_name: str
    country: str
    extra: frozenset[date] = field(default_factory=frozenset)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone in which days begin and end."""
        return ZoneInfo(self.zone_name)

    def holiday(self, day: date) -> str | None:
        """The name of the holiday on *day*, None when it is none."""
        if day in self.extra:
            return "programme"
        known = _public_holidays(self.country)
        return str(known.get(day)) if day in known else None

    def is_working(self, day: date) -> bool:
        """Whether people work on *day*: no weekend of the country, no holiday."""
        return day.weekday() not in _public_holidays(self.country).weekend and not self.holiday(day)

    def shift(self, day: date, working_days: int) -> date:
        """The day that lies *working_days* after (or before) *day*; zero is *day* itself."""
        step = DAY if working_days > 0 else -DAY
        for _ in range(abs(working_days)):
            day += step
            while not self.is_working(day):
                day += step
        return day

    def working_days(self, first: date, last: date) -> int:
        """How many working days lie after *first*, up to and with *last*; none when *last* comes before it."""
        found, day = 0, first
        while day < last:
            day += DAY
            found += self.is_working(day)
        return found

    def next_working(self, day: date) -> date:
        """*day* when people work on it, else the first working day after it."""
        return day if self.is_working(day) else self.shift(day, 1)

    def reckon(self, rule: str, start: date) -> Reckoning:
        """
        The due day of *rule* (`S-18w`, `+10wd`) counted from *start*, with the holidays that were skipped.

        Weeks are calendar weeks; working days skip weekends and holidays (rules 13).
        """
        number, unit = span(rule)
        if unit == "w":
            return Reckoning(rule=rule, start=start, end=start + timedelta(weeks=number))
        end = self.shift(start, number)
        return Reckoning(
            rule=rule, start=start, end=end, holidays=tuple(self._holidays(start, end))
        )

    def _holidays(self, start: date, end: date) -> Iterator[tuple[date, str]]:
        day, last = min(start, end), max(start, end)
        while day <= last:
            name = self.holiday(day)
            if name and day not in {start, end}:
                yield day, name
            day += DAY

    def end_of(self, day: date) -> datetime:
        """The instant at which *day* ends, 24:00 local time, in UTC."""
        return datetime.combine(day + DAY, time(), tzinfo=self.zone).astimezone(UTC)

    def at(self, day: date, clock: time) -> datetime:
        """The instant of local time *clock* on *day*, in UTC; a skipped hour counts as the hour after it."""
        return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)

    def day_of(self, instant: datetime) -> date:
        """The local day in which *instant* falls."""
        return instant.astimezone(self.zone).date()

    def due_day(self, due: datetime) -> date:
        """The local day that ends at *due*."""
        return self.day_of(due - timedelta(microseconds=1))

    def instant(self, local: datetime) -> datetime:
        """
        The UTC instant of *local*; a naive time is read in this calendar's zone.

        Raises Refused when summer time skips that local time or lets it happen twice.
        """
        if local.tzinfo is not None:
            return local.astimezone(UTC)
        early, late = (local.replace(tzinfo=self.zone, fold=fold) for fold in (0, 1))
        if early.astimezone(UTC).astimezone(self.zone).replace(tzinfo=None) != local:
            raise Refused("time-skipped", time=local.isoformat(sep=" "), zone=self.zone_name)
        if early.utcoffset() != late.utcoffset():
            raise Refused("time-doubled", time=local.isoformat(sep=" "), zone=self.zone_name)
        return early.astimezone(UTC)


class NamesDaysOff(Protocol):
    """Who names days off beside the public holidays: a programme, a policy."""

    @property
    def holidays(self) -> tuple[date, ...]:
        """The days."""


class HasPlace(NamesDaysOff, Protocol):
    """A programme, as far as its calendar goes."""

    @property
    def time_zone(self) -> str:
        """The IANA name of its zone."""

    @property
    def country(self) -> str:
        """The ISO 3166 code of the country whose public holidays it keeps."""


def calendar_of(programme: HasPlace, policy: NamesDaysOff) -> WorkCalendar:
    """The working calendar of *programme*, with the days off of its *policy*; the same one for all who ask alike."""
    extra = frozenset((*programme.holidays, *policy.holidays))
    return _calendar(programme.time_zone, programme.country, extra)


@lru_cache(maxsize=1024)
def _calendar(zone_name: str, country: str, extra: frozenset[date]) -> WorkCalendar:
    return WorkCalendar(zone_name, country, extra)
