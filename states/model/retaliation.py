"""Retaliation: whoever reports it gets a reaction of the confidant within two working days."""

from datetime import datetime

from states.model.calendar import WorkCalendar

REACTION_DAYS = 2
"""Working days. No value of the policy: whoever writes the policy may be whom the report is about."""


def reaction_due(calendar: WorkCalendar, now: datetime) -> datetime:
    """The moment (UTC) by which the confidant reacts to a report of *now* (aware UTC): the end of a working day."""
    return calendar.end_of(calendar.shift(calendar.day_of(now), REACTION_DAYS))
