"""The one reader of the clock; everything else gets the time as an argument called *now*."""

from datetime import UTC, datetime
from pathlib import Path


def utc_now() -> datetime:
    """The present moment as aware UTC, read once per entry (a command, a request, a flow run)."""
    return datetime.now(UTC)


def now_by(file: Path | None) -> datetime:
    """
    What time it is by the clock *file* of a demonstration (one line, ISO 8601); the present without one.

    Raises ValueError when the file holds no aware time.
    """
    if file is None or not file.exists():
        return utc_now()
    moment = datetime.fromisoformat(file.read_text(encoding="ascii").strip())
    if moment.tzinfo is None:
        raise ValueError(f"{file} holds a time without a zone")
    return moment.astimezone(UTC)


def set_clock(file: Path, now: datetime) -> None:
    """Set the clock *file* of a demonstration to *now* (aware); whoever reads it meanwhile reads the old time."""
    draft = file.with_suffix(".draft")
    draft.write_text(now.isoformat(), encoding="ascii")
    draft.replace(file)
