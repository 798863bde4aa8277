"""Retry with back-off: how long to wait before a passing failure is tried again, and when to give up."""

from datetime import datetime, timedelta

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
LONG_PAUSE = timedelta(hours=4)
PATIENCE = timedelta(days=5)
"""How long in all a message is tried before its failure counts as permanent."""


def next_try(attempts: int, now: datetime) -> datetime | None:
    """
    When to try again after *attempts* failed ones (from 1), counted from *now*.

    None when the pauses so far add up to five days: then the failure is permanent.
    """
    short = sum(PAUSES[:attempts], timedelta())
    waited = short + LONG_PAUSE * max(0, attempts - len(PAUSES))
    if waited > PATIENCE:
        return None
    return now + (PAUSES[attempts - 1] if attempts <= len(PAUSES) else LONG_PAUSE)
