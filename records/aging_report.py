"""
Aging report (what is owed, by how long): duties that are late or come due, counted by dialogue, kind and who owes them.

Every question is answered from an index of what is alive and looks at no more than MOST rows: it is asked each quarter
of an hour, in houses of ten thousand programmes.
"""

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, Engine, Select, func, select

from records.dialogues.duty_queries import SELECT_DUTIES, DutyRow, duties_in
from records.dialogues.programmes import NOT_PAUSED
from records.dialogues.repository import programme_of
from records.engine.database import reading
from records.outbox.enqueue import FAILED, SENT
from records.run_history import LATE
from records.schema.core import (
    DIALOGUES,
    DUTIES,
    LAPSED_ONLY,
    NOTICES,
    PROGRAMMES,
    TROUBLED_ONLY,
)
from records.schema.operator_view import DUTY_MAY_BE_TOLD, MAIL_MAY_BE_TOLD
from states.model.duties import DutyStatus
from states.model.programme import Programme
from states.model.vocabulary import DutyKind

MOST = 10_000
"""Duties that one question counts; where there are more, that is said."""
_NEWEST = 5_000
"""Notices that are looked through for what was sent lately."""
_KEY: tuple[Column[Any], ...] = (DUTIES.c.dialogue_id, DUTIES.c.kind, DUTIES.c.owner)


class OwedGroup(NamedTuple):
    """So many (*number*) duties of one *kind* that one role owes in one dialogue; their earliest moment and day."""

    dialogue_id: str
    kind: DutyKind
    owner: str
    number: int
    due: datetime
    day: date | None


class RungTold(NamedTuple):
    """A rung of late duties of one *kind* of which a message went to one *role*, *at* last."""

    dialogue_id: str
    kind: DutyKind
    rung: str
    role: str
    at: datetime


class MailLately(NamedTuple):
    """What the newest notices came to: *sent*, the *last* of them when, and *failed* by the role of the reader."""

    sent: int
    last: datetime | None
    failed: Counter[str]
    whole: bool
    """Whether these are all, not only the newest 5,000."""


class NextOpenings(NamedTuple):
    """The programmes whose editions open next, as (id, moment), how many will, how many are paused, some of those."""

    first: list[tuple[str, datetime]]
    programmes: int
    paused: int = 0
    paused_ids: tuple[str, ...] = ()


def late_groups(engine: Engine, now: datetime) -> list[OwedGroup]:
    """
    What lapsed and is still owed at *now* (aware UTC), the longest promised first.

    Of more than MOST duties the oldest MOST + 1 are counted. Lateness counts from the first promise.
    """
    chosen = select(*_KEY, DUTIES.c.first_due.label("at"), DUTIES.c.first_day.label("of_day"))
    chosen = chosen.where(LAPSED_ONLY, DUTIES.c.first_due <= now, DUTY_MAY_BE_TOLD)
    return _groups(engine, chosen.order_by(DUTIES.c.first_due, DUTIES.c.id))


def coming_groups(engine: Engine, until: datetime) -> list[OwedGroup]:
    """
    What is open and due by *until* (aware UTC), the first to come first.

    Time acts on a duty no later than it is due, so that the index of the sweep finds them.
    """
    chosen = select(*_KEY, DUTIES.c.due.label("at"), DUTIES.c.day.label("of_day"))
    chosen = chosen.where(DUTIES.c.next_at <= until, DUTIES.c.due <= until)
    chosen = chosen.where(DUTIES.c.status == DutyStatus.OPEN, DUTY_MAY_BE_TOLD)
    return _groups(engine, chosen.order_by(DUTIES.c.next_at, DUTIES.c.id))


def _groups(engine: Engine, chosen: Select[Any]) -> list[OwedGroup]:
    some = chosen.limit(MOST + 1).subquery()
    key = (some.c.dialogue_id, some.c.kind, some.c.owner)
    counted = select(*key, func.count(), func.min(some.c.at), func.min(some.c.of_day)).group_by(
        *key
    )
    with reading(engine) as connection:
        rows = connection.execute(counted.order_by(func.min(some.c.at), *key))
        return [OwedGroup(*row) for row in rows]


def late_duties(engine: Engine, now: datetime, most: int) -> list[DutyRow]:
    """What lapsed and is still owed at *now* (aware UTC), at most *most*, the longest promised first."""
    chosen = SELECT_DUTIES.where(LAPSED_ONLY, DUTIES.c.first_due <= now, DUTY_MAY_BE_TOLD)
    with reading(engine) as connection:
        ordered = chosen.order_by(DUTIES.c.first_due, DUTIES.c.id).limit(most)
        return list(duties_in(connection, ordered))


def next_to_act(engine: Engine, dialogue_ids: Collection[str]) -> list[DutyRow]:
    """Of the late duties of *dialogue_ids*, for each kind and owner the one on which time acts next."""
    order = (DUTIES.c.next_at.is_(None), DUTIES.c.next_at, DUTIES.c.id)
    place = func.row_number().over(partition_by=_KEY, order_by=order)
    numbered = select(DUTIES.c.id, place.label("place"))
    numbered = numbered.where(LAPSED_ONLY, DUTIES.c.dialogue_id.in_(list(dialogue_ids)))
    first = numbered.where(DUTY_MAY_BE_TOLD).subquery()
    chosen = SELECT_DUTIES.where(DUTIES.c.id.in_(select(first.c.id).where(first.c.place == 1)))
    with reading(engine) as connection:
        return list(duties_in(connection, chosen.order_by(DUTIES.c.id)))


def rungs_told(engine: Engine, dialogue_ids: Collection[str]) -> list[RungTold]:
    """What went out about the late duties of *dialogue_ids* since they lapsed, by role, `participant` for who waits."""
    rung = (NOTICES.c.dialogue_id, NOTICES.c.kind, NOTICES.c.rung, NOTICES.c.role)
    same = (NOTICES.c.dialogue_id == DUTIES.c.dialogue_id) & (NOTICES.c.duty == DUTIES.c.name)
    last = func.max(NOTICES.c.sent_at)
    chosen = select(*rung, last).join_from(NOTICES, DUTIES, same)
    chosen = chosen.where(NOTICES.c.dialogue_id.in_(list(dialogue_ids)))
    chosen = chosen.where(NOTICES.c.sent_at.is_not(None), MAIL_MAY_BE_TOLD)
    chosen = chosen.where(
        NOTICES.c.rung.startswith(LATE), DUTIES.c.status == DutyStatus.LAPSED, DUTY_MAY_BE_TOLD
    ).group_by(*rung)
    with reading(engine) as connection:
        rows = connection.execute(chosen.order_by(last, *rung))
        return [RungTold(*row) for row in rows]


def programmes_behind(engine: Engine, dialogue_ids: Collection[str]) -> dict[str, Programme]:
    """The programme of each of *dialogue_ids*."""
    chosen = select(DIALOGUES.c.id, PROGRAMMES.c.document).join_from(DIALOGUES, PROGRAMMES)
    with reading(engine) as connection:
        rows = connection.execute(chosen.where(DIALOGUES.c.id.in_(list(dialogue_ids))))
        return {str(name): programme_of(document) for name, document in rows}


def mail_lately(engine: Engine, since: datetime) -> MailLately:
    """What was sent since *since* (aware UTC), and what of that time could not be; among the newest 5,000 notices."""
    columns = (NOTICES.c.id, NOTICES.c.status, NOTICES.c.role, NOTICES.c.at, NOTICES.c.sent_at)
    newest = select(*columns, MAIL_MAY_BE_TOLD.label("told"))
    new = newest.order_by(NOTICES.c.id.desc()).limit(_NEWEST).subquery()
    sent = select(func.count(), func.max(new.c.sent_at)).where(new.c.told)
    failed = select(new.c.role, func.count()).where(new.c.told, new.c.status == FAILED)
    failed = failed.where(new.c.at >= since)
    with reading(engine) as connection:
        seen, oldest = connection.execute(select(func.count(), func.min(new.c.at))).one()
        went = connection.execute(sent.where(new.c.status == SENT, new.c.sent_at >= since)).one()
        lost = connection.execute(failed.group_by(new.c.role)).all()
    whole = seen < _NEWEST or oldest < since
    return MailLately(went[0], went[1], Counter({str(role): n for role, n in lost}), whole)


def failures(engine: Engine) -> Counter[str]:
    """How many notices ever failed for good, by the role of the reader; of voices under seal none."""
    chosen = select(NOTICES.c.role, func.count()).where(TROUBLED_ONLY, NOTICES.c.status == FAILED)
    chosen = chosen.where(MAIL_MAY_BE_TOLD)
    with reading(engine) as connection:
        rows = connection.execute(chosen.group_by(NOTICES.c.role))
        return Counter({str(role): int(number) for role, number in rows})


def next_openings(engine: Engine, most: int) -> NextOpenings:
    """The *most* editions that open next by themselves, of how many programmes, and so many of the paused."""
    chosen = select(PROGRAMMES.c.id, PROGRAMMES.c.opens_at).where(NOT_PAUSED)
    chosen = chosen.order_by(PROGRAMMES.c.opens_at, PROGRAMMES.c.id).limit(most)
    counted = select(func.count(), func.count(PROGRAMMES.c.paused_at))
    with reading(engine) as connection:
        first = [(str(name), at) for name, at in connection.execute(chosen)]
        number, paused = connection.execute(counted).one()
        stopped = connection.scalars(_PAUSED.limit(most)) if paused else ()
        return NextOpenings(first, number - paused, paused, tuple(stopped))


_PAUSED = select(PROGRAMMES.c.id).where(~NOT_PAUSED).order_by(PROGRAMMES.c.id)
