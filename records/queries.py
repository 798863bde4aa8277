"""Read queries of the doors: duties, notices, what is overdue and what waits, when the engine ran. Read-only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, Engine, Select, Table, and_, bindparam, func, not_, null, or_, select

from records.dialogues.duty_queries import SELECT_DUTIES, DutyRow, duties_in
from records.dialogues.programmes import NOT_PAUSED
from records.engine.database import reading
from records.outbox.enqueue import BY_HAND, FAILED, PENDING, WAITS_SINCE
from records.run_history import LATE, finished_by
from records.schema.core import (
    DIALOGUES,
    DUTIES,
    LAPSED_ONLY,
    NOTICES,
    PENDING_ONLY,
    POISONED_ONLY,
    PROGRAMMES,
    SWEEPS,
    TROUBLED_ONLY,
)
from records.schema.operator_view import (
    DUTY_MAY_BE_TOLD,
    MAIL_MAY_BE_TOLD,
    TELLS_OF_CARRYING,
    TOLD_STATUS,
)
from states.model.dialogue import Phase
from states.model.duties import OWED, DutyStatus
from states.model.people import PARTICIPANT
from states.model.vocabulary import DutyKind, Template

_PASSED = DUTIES.c.lapsed_version == DUTIES.c.version
_OWED = (
    SELECT_DUTIES.where(DUTIES.c.status.in_(sorted(OWED)))
    .where(
        DUTIES.c.dialogue_id.in_(
            select(DIALOGUES.c.id).where(DIALOGUES.c.programme_id == bindparam("of_programme"))
        )
    )
    .order_by(DUTIES.c.first_due, DUTIES.c.due, DUTIES.c.id)
)


class NoticeRow(NamedTuple):
    """One row of the outbox, without what the message says; *message_id* names its letter, once it has one."""

    id: int
    dialogue_id: str
    cause: str
    to: str
    role: str
    template: Template
    duty: str | None
    kind: DutyKind | None
    rung: str | None
    version: int
    at: datetime
    status: str
    channel: str | None
    attempts: int
    next_try_at: datetime
    sent_at: datetime | None
    error: str | None
    message_id: str | None


class Late(NamedTuple):
    """A duty whose due moment has passed, and the *rung* that somebody heard of, if that is what is told."""

    dialogue_id: str
    kind: DutyKind
    due: datetime
    rung: str | None


class Tallied(NamedTuple):
    """
    How many duties of a dialogue have one *status*, and when the first of them is due; no status: it has none.

    Those that tell how far words came are left out.
    """

    dialogue_id: str
    phase: Phase
    status: DutyStatus | None
    duties: int
    first_due: datetime | None
    first_day: date | None


class SweepRow(NamedTuple):
    """One run of the engine; *ended_at* None: it runs now, or it was killed."""

    began_at: datetime
    ended_at: datetime | None
    duties: int
    notices: int
    lapses: int
    no_answers: int
    skipped: int
    failed: int


class Poisoned(NamedTuple):
    """A duty on which the sweep could not act, and why."""

    dialogue_id: str
    name: str
    error: str
    error_at: datetime


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """The outbox: how many notices wait for a channel and since when, for a hand, and how many failed."""

    pending: int
    oldest: datetime | None
    by_hand: int
    failed: int


def notices_of(engine: Engine, dialogue_ids: Iterable[str]) -> list[NoticeRow]:
    """The notices of *dialogue_ids*, in the order in which they were written."""
    chosen = select(*_columns(NOTICES, NoticeRow))
    chosen = chosen.where(NOTICES.c.dialogue_id.in_(list(dialogue_ids))).order_by(NOTICES.c.id)
    with reading(engine) as connection:
        return [NoticeRow(*row) for row in connection.execute(chosen)]


def _columns(table: Table, row: Any) -> list[Column[Any]]:  # noqa: ANN401 - a NamedTuple's class
    return [table.c[name] for name in row._fields]


def lapsed_in(engine: Engine, dialogue_ids: Iterable[str]) -> list[Late]:
    """The duties of *dialogue_ids* whose present due moment has passed, as the operator may know, the newest first."""
    chosen = select(DUTIES.c.dialogue_id, DUTIES.c.kind, DUTIES.c.due, null())
    chosen = chosen.where(DUTIES.c.dialogue_id.in_(list(dialogue_ids)), _PASSED)
    chosen = chosen.where(not_(TELLS_OF_CARRYING))
    with reading(engine) as connection:
        rows = connection.execute(chosen.order_by(DUTIES.c.due.desc(), DUTIES.c.id))
        return [Late(*row) for row in rows]


def escalated_in(engine: Engine, dialogue_ids: Iterable[str], at: datetime) -> list[Late]:
    """The rungs of late duties of *dialogue_ids* that a role heard of *at* one moment, each once, for the operator."""
    rung = (DUTIES.c.dialogue_id, DUTIES.c.kind, DUTIES.c.due, NOTICES.c.rung)
    same = (NOTICES.c.dialogue_id == DUTIES.c.dialogue_id) & (NOTICES.c.duty == DUTIES.c.name)
    chosen = select(*rung).join_from(NOTICES, DUTIES, same).group_by(DUTIES.c.id, *rung)
    chosen = chosen.where(NOTICES.c.dialogue_id.in_(list(dialogue_ids)), NOTICES.c.at == at)
    chosen = chosen.where(NOTICES.c.rung.startswith(LATE), NOTICES.c.role != PARTICIPANT, _PASSED)
    chosen = chosen.where(not_(TELLS_OF_CARRYING))
    with reading(engine) as connection:
        rows = connection.execute(chosen.order_by(func.min(NOTICES.c.id)))
        return [Late(*row) for row in rows]


def tally(engine: Engine, dialogue_ids: Iterable[str]) -> list[Tallied]:
    """How the duties of *dialogue_ids* stand for the operator, counted: one row for each dialogue and status."""
    counted = (func.count(DUTIES.c.id), func.min(DUTIES.c.due), func.min(DUTIES.c.day))
    status = TOLD_STATUS.label("status")
    chosen = select(DIALOGUES.c.id, DIALOGUES.c.phase, status, *counted)
    told = (DUTIES.c.dialogue_id == DIALOGUES.c.id) & DUTY_MAY_BE_TOLD
    chosen = chosen.join_from(DIALOGUES, DUTIES, told, isouter=True)
    chosen = chosen.where(DIALOGUES.c.id.in_(list(dialogue_ids)))
    chosen = chosen.group_by(DIALOGUES.c.id, DIALOGUES.c.phase, status)
    with reading(engine) as connection:
        return [Tallied(*row) for row in connection.execute(chosen.order_by(DIALOGUES.c.id))]


def newest_dialogues(engine: Engine, most: int) -> list[str]:
    """The *most* dialogues of the latest editions."""
    chosen = select(DIALOGUES.c.id).order_by(DIALOGUES.c.edition.desc(), DIALOGUES.c.id).limit(most)
    with reading(engine) as connection:
        return list(connection.scalars(chosen))


def _duties(engine: Engine, chosen: Select[Any]) -> list[DutyRow]:
    with reading(engine) as connection:
        return list(duties_in(connection, chosen))


def overdue_duties(
    engine: Engine, now: datetime, *, programme_id: str | None = None, limit: int | None = None
) -> list[DutyRow]:
    """
    The duties that lapsed and are still owed at *now* (aware UTC), the longest overdue first.

    Lateness counts from the first promise. At most *limit*, of *programme_id* alone when that is given.
    """
    chosen = SELECT_DUTIES.where(LAPSED_ONLY, DUTIES.c.first_due <= now)
    if programme_id is not None:
        chosen = chosen.where(DUTIES.c.dialogue_id.in_(_of_programme(programme_id)))
    return _duties(engine, chosen.order_by(DUTIES.c.first_due, DUTIES.c.id).limit(limit))


def owed_duties(engine: Engine, programme_id: str) -> list[DutyRow]:
    """Everything that is owed in *programme_id*, by anybody, the longest promised first."""
    with reading(engine) as connection:
        return list(duties_in(connection, _OWED, {"of_programme": programme_id}))


def _of_programme(programme_id: str) -> Select[tuple[str]]:
    return select(DIALOGUES.c.id).where(DIALOGUES.c.programme_id == programme_id)


def waiting(engine: Engine) -> OutboxCounts:
    """What the outbox holds that did not go out, as far as whoever watches the machine may know."""
    oldest = select(func.count(), func.min(WAITS_SINCE)).where(PENDING_ONLY, MAIL_MAY_BE_TOLD)
    chosen = select(NOTICES.c.status, func.count()).where(TROUBLED_ONLY, MAIL_MAY_BE_TOLD)
    with reading(engine) as connection:
        pending = connection.execute(oldest).one()
        rows = connection.execute(chosen.group_by(NOTICES.c.status))
        others = {str(row[0]): int(row[1]) for row in rows}
    return OutboxCounts(int(pending[0]), pending[1], others.get(BY_HAND, 0), others.get(FAILED, 0))


def waits_because(engine: Engine) -> str | None:
    """What kept most of the waiting notices from going out when they were tried, None when none was tried."""
    why = NOTICES.c.error
    chosen = select(why).where(PENDING_ONLY, why.is_not(None), MAIL_MAY_BE_TOLD).group_by(why)
    with reading(engine) as connection:
        return connection.scalar(chosen.order_by(func.count().desc(), why).limit(1))


def waiting_notices(engine: Engine, status: str = PENDING) -> list[NoticeRow]:
    """The notices with *status* (`pending`, `by-hand`, `failed`), oldest first."""
    chosen = select(*_columns(NOTICES, NoticeRow)).where(NOTICES.c.status == status)
    if status in {BY_HAND, FAILED}:
        chosen = chosen.where(TROUBLED_ONLY)
    with reading(engine) as connection:
        return [NoticeRow(*row) for row in connection.execute(chosen.order_by(NOTICES.c.id))]


def last_sweep(engine: Engine, now: datetime) -> SweepRow | None:
    """The last sweep that finished by *now* (aware UTC), None when there never was one."""
    chosen = select(*_columns(SWEEPS, SweepRow)).where(finished_by(now))
    chosen = chosen.order_by(SWEEPS.c.began_at.desc(), SWEEPS.c.id.desc()).limit(1)
    with reading(engine) as connection:
        row = connection.execute(chosen).one_or_none()
    return None if row is None else SweepRow(*row)


def poisoned_duties(engine: Engine) -> list[Poisoned]:
    """The duties on which the sweep cannot act; each stays due until the cause is gone."""
    chosen = select(*_columns(DUTIES, Poisoned)).where(POISONED_ONLY).order_by(DUTIES.c.id)
    with reading(engine) as connection:
        return [Poisoned(*row) for row in connection.execute(chosen)]


def stuck_duties(engine: Engine) -> list[DutyRow]:
    """Owed duties whose due moment time will never notice: none, unless the database was changed by hand."""
    forgotten = and_(DUTIES.c.next_at.is_(None), DUTIES.c.lapsed_version < DUTIES.c.version)
    chosen = SELECT_DUTIES.where(DUTIES.c.status.in_(sorted(OWED)), forgotten)
    return _duties(engine, chosen.order_by(DUTIES.c.id))


def next_moment(engine: Engine) -> datetime | None:
    """
    When something happens next by itself: time acts on a duty, an edition opens, or a notice is tried.

    May lie in the past when that has not been done yet; None: never again.
    """
    duty = select(DUTIES.c.next_at).where(DUTIES.c.next_at.is_not(None), DUTIES.c.error.is_(None))
    free = or_(NOTICES.c.claimed_until.is_(None), NOTICES.c.claimed_until <= NOTICES.c.next_try_at)
    notice = select(NOTICES.c.next_try_at).where(PENDING_ONLY, free)
    with reading(engine) as connection:
        found = [
            connection.scalar(duty.order_by(DUTIES.c.next_at).limit(1)),
            connection.scalar(notice.order_by(NOTICES.c.next_try_at).limit(1)),
            connection.scalar(select(func.min(PROGRAMMES.c.opens_at)).where(NOT_PAUSED)),
        ]
    return min((moment for moment in found if moment is not None), default=None)
