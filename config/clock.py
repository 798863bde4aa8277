"""The one reader of the clock; everything else gets the time as an argument called *now*."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present moment as aware UTC, read once per entry (a command, a request, a flow run)."""
    return datetime.now(UTC)
