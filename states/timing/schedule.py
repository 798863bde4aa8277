"""Yearly schedule (cron): when the next edition opens by itself, and which session it proposes."""

import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from states.language.errors import BadInput, Refused
from states.model.calendar import WorkCalendar

DEFAULT_HOUR = time(10, 0)
_MOST_MISSED = 1000  # openings of one schedule during an outage
_MOST_PASSED = 2000  # days of openings whose edition is open already
_LOOKED_AT = 10  # moments at which all who read a schedule must agree
_SHORTEST_MONTH = 28
_PART = re.compile(r"([0-9]{1,2})(?:-([0-9]{1,2}))?")
_STEP = re.compile(r"\*/([0-9]{1,2})")
_FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_STEPPED = 2  # minutes and hours; steps of days end a month in different ways
_MONTH = 3


def next_opening(schedule: str, zone_name: str, after: datetime) -> datetime:
    """
    The first moment (UTC) after *after* at which the cron line *schedule* opens an edition, in zone *zone_name*.

    Raises BadInput when *schedule* is no cron line or never comes.
    """
    try:
        local = next(CronSim(schedule, after.astimezone(ZoneInfo(zone_name))))
    except (CronSimError, StopIteration):
        raise BadInput("schedule-not-understood", schedule=schedule) from None
    return local.astimezone(UTC)


def require_schedule(schedule: str, zone_name: str, after: datetime) -> None:
    """
    Raise BadInput unless everybody who reads the cron line *schedule* reads the same ten moments after *after*.

    We read it to open an edition, Prefect reads it to run: what they read differently (names, `L`, `#`, six
    fields, a weekday beside a day, steps of days, 31 among other days) is refused, and so is an hour that summer
    time skips or doubles. The test beside Prefect holds these rules against both readers.
    """
    _require_one_reading(schedule)
    calendar = WorkCalendar(zone_name, "NL")
    start = after.astimezone(calendar.zone).replace(tzinfo=None)
    try:
        moments = list(islice(CronSim(schedule, start), _LOOKED_AT))
    except CronSimError:
        moments = []
    if not moments:
        raise BadInput("schedule-not-understood", schedule=schedule)
    for moment in moments:
        _require_once(calendar, moment, schedule)


def _require_once(calendar: WorkCalendar, moment: datetime, schedule: str) -> None:
    try:
        calendar.instant(moment)
    except Refused:
        at = f"{moment:%Y-%m-%d %H:%M}"
        raise BadInput("schedule-in-the-gap", schedule=schedule, at=at) from None


def _require_one_reading(schedule: str) -> None:
    fields = schedule.split()
    if len(fields) != len(_FIELDS):
        raise BadInput("schedule-not-understood", schedule=schedule)
    if not all(_is_plain(place, field) for place, field in enumerate(fields)):
        raise BadInput("schedule-not-understood", schedule=schedule)
    _, _, day, _, weekday = fields
    days = list(_numbers(day))
    if (day != "*" and weekday != "*") or (len(days) > 1 and max(days) > _SHORTEST_MONTH):
        raise BadInput("schedule-read-twice", schedule=schedule)


def _is_plain(place: int, field: str) -> bool:
    lowest, highest = _FIELDS[place]
    if field == "*":
        return True
    if step := _STEP.fullmatch(field):
        return (place < _STEPPED or place == _MONTH) and 0 < int(step[1]) <= highest
    return all(_is_within(part, lowest, highest) for part in field.split(","))


def _is_within(part: str, lowest: int, highest: int) -> bool:
    found = _PART.fullmatch(part)
    if found is None:
        return False
    first, last = int(found[1]), int(found[2]) if found[2] else None
    return lowest <= first <= highest and (last is None or first < last <= highest)


def _numbers(field: str) -> Iterator[int]:
    for part in _PART.finditer(field):
        yield from range(int(part[1]), int(part[2] or part[1]) + 1)


def proposed_session(
    calendar: WorkCalendar, opening: datetime, lead_weeks: int, hour: time
) -> datetime:
    """
    The session that an edition opened at *opening* proposes: *lead_weeks* later, on a working day, at *hour* local.

    Source: rules 4.
    """
    day = calendar.next_working(calendar.day_of(opening) + timedelta(weeks=lead_weeks))
    return calendar.at(day, hour)


class SessionRule(NamedTuple):
    """How a programme proposes its sessions: in its *calendar*, so many weeks after the opening, at a local *hour*."""

    calendar: WorkCalendar
    lead_weeks: int
    hour: time = DEFAULT_HOUR

    def session_after(self, opening: datetime) -> datetime:
        """The session (UTC) that an edition opened at *opening* proposes."""
        return proposed_session(self.calendar, opening, self.lead_weeks, self.hour)

    def edition_of(self, session_at: datetime) -> int:
        """The edition to which a session belongs: the year in which it is held."""
        return self.calendar.day_of(session_at).year


class EditionDue(NamedTuple):
    """The *edition* that a schedule asks for, its session, and when the *following* one opens (both UTC)."""

    edition: int
    session_at: datetime
    following: datetime


def which_edition_is_due(
    schedule: str, opens_at: datetime, rule: SessionRule, now: datetime
) -> EditionDue | None:
    """
    Which edition is due at *now* where *schedule* opens the next one at *opens_at* (aware UTC); None when none is.

    However many openings were missed, one edition is due: that of the latest. When its session should have been by
    *now* too, because the machine was down for longer than the whole preparation takes, it is planned from *now*.
    """
    if opens_at > now:
        return None
    opening, following = _latest_and_next(schedule, rule.calendar.zone_name, opens_at, now)
    session_at = rule.session_after(opening)
    if session_at <= now:
        session_at = rule.session_after(now)
    return EditionDue(rule.edition_of(session_at), session_at, following)


def _latest_and_next(
    schedule: str, zone_name: str, opening: datetime, now: datetime
) -> tuple[datetime, datetime]:
    """The latest opening that has come, from one that is known to have, and the first after *now*."""
    for _ in range(_MOST_MISSED):
        following = next_opening(schedule, zone_name, opening)
        if following > now:
            return opening, following
        opening = following
    return opening, next_opening(schedule, zone_name, now)


def opening_of_the_next(
    schedule: str, opens_at: datetime, rule: SessionRule, editions: Collection[int]
) -> datetime:
    """
    From *opens_at* (aware UTC) on, the first opening by *schedule* whose edition is none of *editions*, which are open.

    An edition opened by hand, early, leaves nothing for its own opening to do. All openings of one local day propose
    the same session, so each day is looked at once.
    """
    opening = opens_at
    for _ in range(_MOST_PASSED):
        if rule.edition_of(rule.session_after(opening)) not in editions:
            return opening
        ended = rule.calendar.end_of(rule.calendar.day_of(opening))
        opening = next_opening(schedule, rule.calendar.zone_name, ended - timedelta(seconds=1))
    return opening
