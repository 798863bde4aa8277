"""Metrics: gauges for whoever watches the engine, each read from an index, however much the records grow."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select

from records.engine.database import reading
from records.outbox.enqueue import FAILED, WAITS_SINCE
from records.run_history import finished_by
from records.schema.core import DUTIES, LAPSED_ONLY, NOTICES, PENDING_ONLY, PROGRAMMES, SWEEPS
from records.schema.operator_view import DUTY_MAY_BE_TOLD, MAIL_MAY_BE_TOLD

LOOKED_AT = 10_000
"""How many notices are looked at where no index counts them."""


@dataclass(frozen=True, slots=True)
class Gauges:
    """How the engine is doing: counts and moments (aware UTC), never ids or words."""

    programmes: bool
    """Whether there is any programme, so anything to sweep."""
    overdue: int
    """Duties that lapsed and are still owed."""
    oldest_overdue: datetime | None
    """The oldest first promise among them."""
    pending: int
    """Notices that wait for a channel."""
    oldest_pending: datetime | None
    """When the oldest of the next `LOOKED_AT` of them was written."""
    failed: int
    """Notices that could not be delivered, among the newest `LOOKED_AT` of all."""
    last_sweep: datetime | None
    """When the last sweep that finished began; not one of a clock that was ahead."""


def gauges(engine: Engine, now: datetime) -> Gauges:
    """The figures at *now* (aware UTC), in one consistent view. Raises RecordsError."""
    with reading(engine) as connection:
        overdue, oldest_overdue = _overdue_count(connection)
        pending, oldest_pending = _pending(connection)
        return Gauges(
            programmes=connection.execute(select(PROGRAMMES.c.id).limit(1)).first() is not None,
            overdue=overdue,
            oldest_overdue=oldest_overdue,
            pending=pending,
            oldest_pending=oldest_pending,
            failed=_failed_count(connection),
            last_sweep=_last_sweep(connection, now),
        )


def _overdue_count(connection: Connection) -> tuple[int, datetime | None]:
    late = select(func.count()).select_from(DUTIES).where(LAPSED_ONLY, DUTY_MAY_BE_TOLD)
    oldest = select(DUTIES.c.first_due).where(LAPSED_ONLY, DUTY_MAY_BE_TOLD)
    first = connection.scalar(oldest.order_by(DUTIES.c.first_due).limit(1))
    return connection.scalar(late) or 0, first


def _pending(connection: Connection) -> tuple[int, datetime | None]:
    waits = select(func.count()).select_from(NOTICES).where(PENDING_ONLY, MAIL_MAY_BE_TOLD)
    turn = select(WAITS_SINCE.label("at")).where(PENDING_ONLY, MAIL_MAY_BE_TOLD)
    turn = turn.order_by(NOTICES.c.next_try_at, NOTICES.c.id).limit(LOOKED_AT)
    oldest = select(func.min(turn.subquery().c.at))
    return connection.scalar(waits) or 0, connection.scalar(oldest)


def _failed_count(connection: Connection) -> int:
    chosen = select(NOTICES.c.status, MAIL_MAY_BE_TOLD.label("told"))
    newest = chosen.order_by(NOTICES.c.id.desc()).limit(LOOKED_AT).subquery()
    failed = select(func.count()).where(newest.c.told, newest.c.status == FAILED)
    return connection.scalar(failed) or 0


def _last_sweep(connection: Connection, now: datetime) -> datetime | None:
    done = select(SWEEPS.c.began_at).where(finished_by(now))
    return connection.scalar(done.order_by(SWEEPS.c.began_at.desc()).limit(1))
