"""Heartbeat record: when the watchman outside was last told of a sweep, and when he last heard."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, select
from sqlalchemy.dialects import postgresql, sqlite

from records.engine.database import reading, writing
from records.schema.watch import HEARTBEATS

_OUTSIDE = "outside"
_OURS = HEARTBEATS.c.watchman == _OUTSIDE
_INSERT: dict[str, sqlite.Insert | postgresql.Insert] = {
    "sqlite": sqlite.insert(HEARTBEATS),
    "postgresql": postgresql.insert(HEARTBEATS),
}


class Heartbeat(NamedTuple):
    """The last heartbeat: when it was *tried*, when one was last *heard*, and why the last one was not, as a code."""

    tried_at: datetime
    heard_at: datetime | None
    error: str | None


def record(engine: Engine, now: datetime, error: str | None) -> None:
    """Record that the watchman was told at *now* (aware UTC), or why he did not hear. Raises RecordsError."""
    told = {"tried_at": now, "error": error, **({} if error else {"heard_at": now})}
    put = _INSERT[engine.dialect.name].values({"watchman": _OUTSIDE, "heard_at": None, **told})
    with writing(engine, now) as connection:
        connection.execute(put.on_conflict_do_update(index_elements=["watchman"], set_=told))


def last(engine: Engine) -> Heartbeat | None:
    """The last heartbeat, None when there never was one. Raises RecordsError."""
    chosen = select(HEARTBEATS.c.tried_at, HEARTBEATS.c.heard_at, HEARTBEATS.c.error).where(_OURS)
    with reading(engine) as connection:
        row = connection.execute(chosen).one_or_none()
    return None if row is None else Heartbeat(*row)
