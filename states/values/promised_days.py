"""Promised days: how a due moment was computed, and how a promise was moved, kept so that it can be explained."""

from datetime import date, datetime

from states.values.values import Value


class Reckoning(Value):
    """How a due moment was computed, so that it can be explained in any language."""

    rule: str
    """`S-18w`, `+10wd`, or `promised` for a date that a person named."""
    start: date | None = None
    end: date
    """The due day; the duty is due when it ends, 24:00 local time."""
    holidays: tuple[tuple[date, str], ...] = ()
    """Public holidays that were skipped in counting working days."""


class Postponement(Value):
    """A moved promise: both dates and the reason are kept for ever."""

    at: datetime
    was: datetime
    to: datetime
    reason: str
    late: bool
