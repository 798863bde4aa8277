"""Time stamps (RFC 3161): which checkpoint has one, and which is to be asked for."""

from base64 import b64decode, b64encode
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine, select, update

from records.engine.database import reading, writing
from records.journal.transparency_log import KeptCheckpoint
from records.schema.anchors import CHECKPOINTS


class Stamped(NamedTuple):
    """A checkpoint and the *stamp* that an authority put on it."""

    checkpoint: KeptCheckpoint
    stamp: bytes


_COLUMNS = [CHECKPOINTS.c[name] for name in KeptCheckpoint._fields]


def claim_unstamped(
    engine: Engine, now: datetime, pause: timedelta
) -> tuple[int, KeptCheckpoint] | None:
    """
    The newest checkpoint and its key, to be stamped by whoever asks at *now* (aware UTC).

    None when it has a stamp, when somebody tried within the *pause*, or when there is none.
    """
    with reading(engine) as connection:
        chosen = select(
            CHECKPOINTS.c.id, CHECKPOINTS.c.stamp, CHECKPOINTS.c.stamp_tried_at, *_COLUMNS
        )
        row = connection.execute(chosen.order_by(CHECKPOINTS.c.id.desc()).limit(1)).one_or_none()
    if row is None or row.stamp or (row.stamp_tried_at and now - row.stamp_tried_at < pause):
        return None
    mine = update(CHECKPOINTS).where(
        CHECKPOINTS.c.id == row.id,
        CHECKPOINTS.c.stamp_tried_at.is_not_distinct_from(row.stamp_tried_at),
    )
    with writing(engine, now) as connection:
        taken = connection.execute(mine.values(stamp_tried_at=now)).rowcount
    return (row.id, KeptCheckpoint(*row[3:])) if taken else None


def keep_stamp(engine: Engine, number: int, stamp: bytes, now: datetime) -> None:
    """Keep the *stamp* of the checkpoint with this *number*."""
    kept = update(CHECKPOINTS).where(CHECKPOINTS.c.id == number)
    with writing(engine, now) as connection:
        connection.execute(kept.values(stamp=b64encode(stamp).decode()))


def stamps_of(engine: Engine) -> list[Stamped]:
    """Every checkpoint that has a stamp, in their order."""
    chosen = select(CHECKPOINTS.c.stamp, *_COLUMNS).where(CHECKPOINTS.c.stamp.is_not(None))
    with reading(engine) as connection:
        rows = connection.execute(chosen.order_by(CHECKPOINTS.c.id)).all()
    return [Stamped(KeptCheckpoint(*row[1:]), b64decode(row.stamp)) for row in rows]


def unstamped_since(engine: Engine) -> datetime | None:
    """Since when the newest checkpoint waits for its stamp; None: it has one, or there is none."""
    chosen = select(CHECKPOINTS.c.stamp, CHECKPOINTS.c.made_at).order_by(CHECKPOINTS.c.id.desc())
    with reading(engine) as connection:
        row = connection.execute(chosen.limit(1)).one_or_none()
    return None if row is None or row.stamp else row.made_at
