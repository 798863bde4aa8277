"""
Retaliation reports: kept apart from the dialogue, with the mails that tell the confidant of them.

They lie beside the dialogue: no fact, no duty and no notice speaks of them, because the manager's line reads those.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, Select, func, insert, select, update

from records.engine.database import reading, writing
from records.schema.access import REPORT_LETTERS, REPORTS
from records.schema.core import DIALOGUES
from states.model.vocabulary import Template

WAITS, STILL_WAITS = Template.REPORT_WAITS, Template.REPORT_STILL_WAITS
"""The two mails to the confidant: at once, and after the promised days without a reaction."""
_NAME_LENGTH = 24
_R, _L = REPORTS.c, REPORT_LETTERS.c
_PROMISED = (
    select(_L.due_at).where(_L.report == _R.number, _L.template == STILL_WAITS).scalar_subquery()
)


class Report(NamedTuple):
    """A report of retaliation; *who* None: they did not say. A reaction is promised by *react_by*."""

    number: int
    dialogue_id: str
    who: str | None
    text: str
    contact: str | None
    made_at: datetime
    taken_up_at: datetime | None
    settled_at: datetime | None
    react_by: datetime

    def late(self, now: datetime) -> bool:
        """Whether the promised days went by without a reaction."""
        reacted = self.taken_up_at or self.settled_at or now
        return reacted >= self.react_by


class ReportLetter(NamedTuple):
    """A mail that the confidant should get; *attempts* counts this try too. It never holds the report."""

    report: int
    template: Template
    dialogue_id: str
    attempts: int

    @property
    def message_id(self) -> str:
        """The left part of its Message-ID, the same at every try; it tells nobody what it is about."""
        name = f"{self.dialogue_id}\n{self.report}\n{self.template}"
        return f"letter-{sha256(name.encode()).hexdigest()[:_NAME_LENGTH]}"


class Unheard(NamedTuple):
    """What an operator may know of the reports, in numbers: mails that should have gone out, reports left lying."""

    untold: int
    untold_since: datetime | None
    left_lying: int


def report(
    engine: Engine,
    dialogue_id: str,
    text: str,
    now: datetime,
    *,
    who: str | None,
    contact: str | None,
    react_by: datetime,
) -> None:
    """
    Write down a report of retaliation at *now* (aware UTC), with the mails that tell the confidant alone of it.

    *who* None leaves the reporter out; *react_by* is the promised moment of a reaction, stored and never recomputed.
    """
    with writing(engine, now) as connection:
        of = select(DIALOGUES.c.programme_id).where(DIALOGUES.c.id == dialogue_id)
        row = {"programme_id": connection.scalar(of), "dialogue_id": dialogue_id, "who": who}
        row |= {"text": text, "contact": contact, "made_at": now}
        (number,) = connection.execute(insert(REPORTS).values(row)).inserted_primary_key or (0,)
        connection.execute(insert(REPORT_LETTERS), list(_letters(number, now, react_by)))


def _letters(number: int, now: datetime, react_by: datetime) -> Iterator[dict[str, object]]:
    for template, at in ((WAITS, now), (STILL_WAITS, react_by)):
        yield {
            "report": number, "template": template, "due_at": at, "attempts": 0, "next_try_at": at,
        }  # fmt: skip


def reports_of(engine: Engine, programme_id: str) -> list[Report]:
    """The reports of *programme_id*, newest first; for the confidant's eyes only."""
    columns = [_R[name] for name in Report._fields[:-1]]
    chosen = select(*columns, _PROMISED).where(_R.programme_id == programme_id)
    with reading(engine) as connection:
        return [Report._make(row) for row in connection.execute(chosen.order_by(_R.number.desc()))]


def take_up_report(engine: Engine, programme_id: str, number: int, now: datetime) -> bool:
    """Note that the confidant reacted to a report of *programme_id*; False when there is none that waits."""
    with writing(engine, now) as connection:
        return _take_up(connection, programme_id, number, now)


def settle_report(engine: Engine, programme_id: str, number: int, now: datetime) -> bool:
    """Close a report of *programme_id*; False when there is none that is open."""
    is_it = (_R.programme_id == programme_id, _R.number == number, _R.settled_at.is_(None))
    with writing(engine, now) as connection:
        _take_up(connection, programme_id, number, now)
        return connection.execute(update(REPORTS).where(*is_it).values(settled_at=now)).rowcount > 0


def _take_up(connection: Connection, programme_id: str, number: int, now: datetime) -> bool:
    is_it = (_R.programme_id == programme_id, _R.number == number, _R.taken_up_at.is_(None))
    return connection.execute(update(REPORTS).where(*is_it).values(taken_up_at=now)).rowcount > 0


_UNSENT = (
    select(_L.report, _L.template, _R.dialogue_id, _L.attempts)
    .join(REPORTS, _R.number == _L.report)
    .where(_L.sent_at.is_(None), _R.taken_up_at.is_(None))
)
"""Nobody is told of what they took up already."""


def claim_letter(engine: Engine, now: datetime, lease: timedelta) -> ReportLetter | None:
    """
    The next mail to a confidant that should go out at *now* (aware UTC), None when there is none.

    For *lease* nobody else gets it; what was not marked as sent by then can be claimed again.
    """
    chosen = _UNSENT.where(_L.next_try_at <= now).order_by(_L.next_try_at, _L.report).limit(1)
    with reading(engine) as connection:
        if connection.execute(chosen).first() is None:
            return None
    with writing(engine, now) as connection:
        return _claim(connection, chosen, now + lease)


def _claim(
    connection: Connection, chosen: Select[tuple[int, str, str, int]], until: datetime
) -> ReportLetter | None:
    row = connection.execute(chosen.with_for_update(of=REPORT_LETTERS, skip_locked=True)).first()
    if row is None:
        return None
    tried = {"attempts": row.attempts + 1, "next_try_at": until}
    connection.execute(update(REPORT_LETTERS).where(*_is(row.report, row.template)).values(tried))
    return ReportLetter(row.report, Template(row.template), row.dialogue_id, row.attempts + 1)


def letter_sent(engine: Engine, letter: ReportLetter, now: datetime) -> None:
    """Mark *letter* as accepted by a channel."""
    _mark(engine, letter, sent_at=now)


def letter_later(engine: Engine, letter: ReportLetter, next_try_at: datetime) -> None:
    """Let *letter* be tried again from *next_try_at* on. It is never given up: somebody waits behind it."""
    _mark(engine, letter, next_try_at=next_try_at)


def _mark(engine: Engine, letter: ReportLetter, **values: datetime) -> None:
    chosen = update(REPORT_LETTERS).where(*_is(letter.report, letter.template))
    with writing(engine) as connection:
        connection.execute(chosen.values(**values))


def _is(report: int, template: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _L.report == report, _L.template == template


def missed_reports(engine: Engine, now: datetime, patience: timedelta) -> Unheard:
    """What is wrong with hearing reports at *now*, in numbers alone; a mail is missed after *patience*."""
    unsent = _UNSENT.with_only_columns(func.count(), func.min(_L.due_at))
    unsent = unsent.where(_L.due_at <= now - patience)
    left = select(func.count()).where(_R.taken_up_at.is_(None), now >= _PROMISED)
    with reading(engine) as connection:
        number, since = connection.execute(unsent).one()
        return Unheard(number, since, connection.scalar(left) or 0)
