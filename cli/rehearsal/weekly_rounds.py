"""Weekly rounds: the Mondays of a rehearsed life on which the overview of the week may be written."""

from datetime import datetime, time, timedelta

from states.model.calendar import WorkCalendar

_HOUR = time(8)
"""When the schedule asks, local time; a test holds it against that of the machine."""
_MONDAY = 0


def next_monday(calendar: WorkCalendar, moment: datetime) -> datetime:
    """The first Monday morning (aware UTC) after *moment*, in the zone of *calendar*."""
    local = moment.astimezone(calendar.zone)
    day = local.date() + timedelta(days=(_MONDAY - local.weekday()) % 7)
    found = calendar.at(day, _HOUR)
    return found if found > moment else calendar.at(day + timedelta(days=7), _HOUR)
