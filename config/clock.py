"""Clock: the one reader of it; everything else gets the time as an argument called *now*."""

from datetime import UTC, datetime
from pathlib import Path

from config.validation_messages import Unfit

_WANTED = "should hold one moment with its offset, like 2022-09-12T09:00+02:00"


def utc_now() -> datetime:
    """The present moment as aware UTC, read once per entry (a command, a request, a flow run)."""
    return datetime.now(UTC)


def now_by(file: Path | None) -> datetime:
    """
    What time it is by the clock *file* of a demonstration (one line, ISO 8601); the present without one.

    Raises Unfit when the file holds no aware time.
    """
    if file is None or not file.exists():
        return utc_now()
    try:
        moment = datetime.fromisoformat(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        raise Unfit([f"{file} {_WANTED}"]) from None
    if moment.tzinfo is None:
        raise Unfit([f"{file} holds a time without a zone; it {_WANTED}"])
    return moment.astimezone(UTC)


def set_clock(file: Path, now: datetime) -> None:
    """Set the clock *file* of a demonstration to *now* (aware); whoever reads it meanwhile reads the old time."""
    draft = file.with_suffix(".draft")
    draft.write_text(now.isoformat(), encoding="ascii")
    draft.replace(file)
