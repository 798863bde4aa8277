"""The sweep: what time does to all duties that are due, in chunks, each chunk one transaction."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, Row, bindparam, select, tuple_
from sqlalchemy.exc import StatementError

from records import sweeping
from records.columns import BigId, Moment
from records.database import reading, writing
from records.loading import Policies
from records.sweeping import Settings, Tally
from records.sweeps import began, ended, idle
from records.tables import DUTIES

_log = logging.getLogger(__name__)
_ROUNDS = 3  # what somebody else held in one round is looked at again in the next

Pause = Callable[[float], None]


@dataclass
class SweepReport:
    """What one sweep did; *dialogues* has the same counts for each dialogue that it touched."""

    duties: int = 0
    notices: int = 0
    lapses: int = 0
    no_answers: int = 0
    skipped: int = 0
    failed: int = 0
    dialogues: dict[str, Tally] = field(default_factory=dict)

    def add(self, dialogue_id: str, tally: Tally) -> None:
        """Count what was done in one dialogue."""
        self.dialogues.setdefault(dialogue_id, Tally()).add(tally)
        self.duties += tally.duties
        self.notices += tally.notices
        self.lapses += tally.lapses
        self.no_answers += tally.no_answers
        self.skipped += tally.skipped
        self.failed += tally.failed


class Due(NamedTuple):
    """A duty on which time acts, in the order of time."""

    next_at: datetime
    id: int
    dialogue_id: str


_FIRST = select(DUTIES.c.next_at, DUTIES.c.id, DUTIES.c.dialogue_id).where(
    DUTIES.c.next_at <= bindparam("moment")
)
_FIRST = _FIRST.order_by(DUTIES.c.next_at, DUTIES.c.id).limit(bindparam("chunk"))
_NEXT = _FIRST.where(
    tuple_(DUTIES.c.next_at, DUTIES.c.id)
    > tuple_(bindparam("after_at", type_=Moment()), bindparam("after_id", type_=BigId))
)


def sweep(
    engine: Engine,
    policies: Policies,
    now: datetime,
    *,
    chunk: int = 1000,
    pause_seconds: float = 0.005,
    pause: Pause = time.sleep,
) -> SweepReport:
    """
    Let time act up to *now* (aware UTC) on every duty whose moment has come; nothing happens twice.

    Works in chunks of *chunk* duties. On SQLite it pauses *pause_seconds* after each, because its lock is not fair:
    people come first. A duty on which the law fails is noted with its error and holds up nobody else.
    Raises Busy or DatabaseUnavailable; what was done before stays done. Source: DESIGN 3.6.
    """
    report = SweepReport()
    if not _due(engine, now, None, 1):
        idle(engine, now)
        return report
    number = began(engine, now)
    settings = Settings(policies)
    for _ in range(_ROUNDS):
        if not _round(_Run(engine, settings, now, chunk, report, pause, pause_seconds)):
            break
    ended(engine, number, now, report)
    return report


@dataclass(frozen=True)
class _Run:
    engine: Engine
    settings: Settings
    now: datetime
    chunk: int
    report: SweepReport
    pause: Pause
    pause_seconds: float

    def rest(self) -> None:
        if self.engine.dialect.name == "sqlite":
            self.pause(self.pause_seconds)


def _round(run: _Run) -> bool:
    """One walk over all that is due; whether somebody else held some of it."""
    held_back = False
    for due in _chunks(run):
        tallies, held = _settle(run, due)
        held_back = held_back or held
        for dialogue_id, tally in tallies.items():
            run.report.add(dialogue_id, tally)
        run.rest()
    return held_back


def _chunks(run: _Run) -> Iterator[list[Due]]:
    """All due duties in the order of time; the walk only goes forward, so it ends."""
    last: Due | None = None
    while due := _due(run.engine, run.now, last, run.chunk):
        last = due[-1]
        yield due
        if len(due) < run.chunk:
            return


def _due(engine: Engine, now: datetime, after: Due | None, chunk: int) -> list[Due]:
    values = {"moment": now, "chunk": chunk}
    with reading(engine) as connection:
        if after is None:
            return [_as_due(row) for row in connection.execute(_FIRST, values)]
        place = {"after_at": after.next_at, "after_id": after.id}
        return [_as_due(row) for row in connection.execute(_NEXT, values | place)]


def _as_due(row: Row[tuple[datetime, int, str]]) -> Due:
    return Due(row[0], row[1], row[2])


def _settle(run: _Run, due: list[Due]) -> tuple[dict[str, Tally], bool]:
    try:
        with writing(run.engine) as connection:
            return _apply(run, connection, due)
    except StatementError:
        _log.exception("a chunk of the sweep was refused; each dialogue is tried by itself")
        return _one_by_one(run, due)


def _apply(run: _Run, connection: Connection, due: list[Due]) -> tuple[dict[str, Tally], bool]:
    return sweeping.apply(
        connection, [one.id for one in due], {one.dialogue_id for one in due}, run.settings, run.now
    )


def _one_by_one(run: _Run, due: list[Due]) -> tuple[dict[str, Tally], bool]:
    """Find the dialogue whose rows the database refuses, and let the others through."""
    tallies: dict[str, Tally] = {}
    held_back = False
    for dialogue_id in sorted({one.dialogue_id for one in due}):
        mine = [one for one in due if one.dialogue_id == dialogue_id]
        try:
            with writing(run.engine) as connection:
                found, held = _apply(run, connection, mine)
        except StatementError as error:
            found, held = _refused(run, mine, error), False
        tallies |= found
        held_back = held_back or held
    return tallies, held_back


def _refused(run: _Run, due: list[Due], error: StatementError) -> dict[str, Tally]:
    _log.error("the sweep could not write the duties of one dialogue", exc_info=error)
    with writing(run.engine) as connection:
        sweeping.note_errors(connection, {one.id: type(error).__name__ for one in due}, run.now)
    return {due[0].dialogue_id: Tally(failed=len(due))}
