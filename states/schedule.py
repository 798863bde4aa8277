"""The yearly schedule: when the next edition opens by itself, and which session it proposes."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from states.calendar import WorkCalendar
from states.errors import BadInput

DEFAULT_HOUR = time(10, 0)


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


def proposed_session(
    calendar: WorkCalendar, opening: datetime, lead_weeks: int, hour: time
) -> datetime:
    """
    The session that an edition opened at *opening* proposes: *lead_weeks* later, on a working day, at *hour* local.

    Source: DESIGN 3.1.
    """
    day = calendar.next_working(calendar.day_of(opening) + timedelta(weeks=lead_weeks))
    return calendar.at(day, hour)
