"""Sweep: what time does to all duties that are due, in chunks, each chunk one transaction."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Connection, DateTime, Engine, bindparam, select, tuple_
from sqlalchemy.exc import StatementError

from records.delivery.settle import Deliveries
from records.dialogues.persist import end_all_days
from records.dialogues.repository import DialogueReader, Policies
from records.engine.clock_guard import is_chosen, require_present
from records.engine.column_types import BigId
from records.engine.database import reading, writing
from records.engine.statements import CompiledStatement
from records.journal.embargo.held_facts import days_over
from records.run_history import Tally, record_end, record_idle, record_start
from records.schema.core import DUTIES
from records.schema.fact_order import require_order_of_due
from records.sweep import chunk as one_chunk
from records.sweep.chunk import Draft
from records.sweep.rule_cache import RuleCache
from records.sweep.sealed_clock import pass_carrying

_log = logging.getLogger(__name__)
_ROUNDS = 3  # what somebody else held in one round is looked at again in the next

Pause = Callable[[float], None]


@dataclass
class SweepReport(Tally):
    """What one sweep did; *dialogues* has the same counts for each dialogue that it touched."""

    dialogues: dict[str, Tally] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    """The dialogues that somebody else held to the end: what is due in them is left to the next sweep."""

    def note(self, dialogue_id: str, tally: Tally) -> None:
        """Count what was done in one dialogue."""
        self.dialogues.setdefault(dialogue_id, Tally()).add(tally)
        self.add(tally)


Due = tuple[Any, int, str]
"""A duty on which time acts: its moment as it is stored, its key and its dialogue."""
_FIRST = select(DUTIES.c.next_at, DUTIES.c.id, DUTIES.c.dialogue_id).where(
    DUTIES.c.next_at <= bindparam("moment")
)
_FIRST = _FIRST.order_by(DUTIES.c.next_at, DUTIES.c.id).limit(bindparam("chunk"))
_STORED = BigInteger().with_variant(DateTime(timezone=True), "postgresql")
_NEXT = _FIRST.where(
    tuple_(DUTIES.c.next_at, DUTIES.c.id)
    > tuple_(bindparam("after_at", type_=_STORED), bindparam("after_id", type_=BigId))
)
_AT_FIRST = CompiledStatement(_FIRST, ["moment", "chunk"])
_AFTER = CompiledStatement(_NEXT, ["moment", "chunk", "after_at", "after_id"])


def sweep(
    engine: Engine,
    policies: Policies,
    now: datetime,
    *,
    chunk: int | None = None,
    pause_seconds: float = 0.005,
    pause: Pause = time.sleep,
) -> SweepReport:
    """
    Let time act up to *now* (aware UTC) on every duty whose moment has come; nothing happens twice.

    Works in chunks of at most *chunk* duties, fewer when writing them would let people wait. On SQLite it pauses
    *pause_seconds* after each, because its lock is not fair: people come first. A duty on which the law fails is noted
    with its error and holds up nobody else.
    Raises Refused('future-now', 'past-now'), Busy, DatabaseUnavailable; what was done stays done. Source: rules 23.
    """
    require_present(engine, now)
    if is_chosen(engine, now):
        require_order_of_due(engine, now)
    if over := days_over(engine, now):
        end_all_days(engine, policies, over, now)
    report = SweepReport()
    run = _Run(engine, RuleCache(policies, now, engine.dialect), report, pause, pause_seconds)
    if not _is_any_due(run, policies):
        record_idle(engine, now)
        return report
    number = record_start(engine, now)
    pace = _Pace(engine.dialect.name, chunk)
    for _ in range(_ROUNDS):
        report.held = _round(run, pace)
        if not report.held:
            break
    if run.rules.unsettled:
        _settle_left(run, policies)
    record_end(engine, number, now, report)
    return report


def _is_any_due(run: "_Run", policies: Policies) -> bool:
    """Whether anything is due but what is carried under seal, on which time acts here and of which no report tells."""
    if not run.any_due():
        return False
    pass_carrying(run.engine, policies, run.rules.now)
    return run.any_due()


def _settle_left(run: "_Run", policies: Policies) -> None:
    """What a killed delivery left: invitations that were accepted, and whose duty still counts as owed."""
    deliveries = Deliveries(run.engine, DialogueReader(policies))
    for dialogue_id in sorted(run.rules.unsettled):
        deliveries.settle(dialogue_id, run.rules.now)


class _Pace:
    """How many duties a chunk takes: as many as are written while a person can wait."""

    _MOST: ClassVar = {"sqlite": (1000, 0.007), "postgresql": (5000, 0.025)}
    _LEAST = 200

    def __init__(self, kind: str, most: int | None) -> None:
        usual, self._seconds = self._MOST[kind]
        self._most = most or usual
        self._least = min(self._LEAST, self._most)
        self.chunk = self._least

    def took(self, duties: int, seconds: float) -> None:
        """Learn from a chunk that held the lock for so many *seconds*."""
        fitting = int(duties * self._seconds / max(seconds, 1e-6))
        self.chunk = min(self._most, max(self._least, (self.chunk + fitting) // 2))


@dataclass
class _Run:
    engine: Engine
    rules: RuleCache
    report: SweepReport
    pause: Pause
    pause_seconds: float
    shared: bool = False
    """Whether another sweep was met: what this one prepared for a chunk would be prepared by both."""

    def any_due(self) -> bool:
        """Whether anything is due at all."""
        with reading(self.engine) as connection:
            return bool(self._due(connection, None, 1))

    def coming(self, after: Due | None, chunk: int) -> tuple[list[Due], Draft | None]:
        """The next *chunk* of what is due, in the order of time, and what to write, prepared before the lock."""
        with reading(self.engine) as connection:
            due = self._due(connection, after, chunk)
            if not due or self.shared:
                return due, None
            return due, one_chunk.prepare(connection, *_ids_and_names(due), self.rules)

    def _due(self, connection: Connection, after: Due | None, chunk: int) -> list[Due]:
        values = {"moment": self.rules.now, "chunk": chunk}
        if after is None:
            return _AT_FIRST.rows(connection, values)
        at, number, _ = after
        return _AFTER.rows(connection, values | {"after_at": at, "after_id": number})

    def rest(self) -> None:
        if self.engine.dialect.name == "sqlite":
            self.pause(self.pause_seconds)


def _round(run: _Run, pace: _Pace) -> set[str]:
    """One walk over all that is due, which only goes forward; the dialogues of it that somebody else held."""
    held_back: set[str] = set()
    due, draft = run.coming(None, pace.chunk)
    while due:
        tallies, held = _settle(run, due, draft, pace)
        held_back |= held
        # A person holds one dialogue; only another sweep holds nearly all that this one is about to take.
        run.shared = run.shared or len(held) > len(tallies)
        for dialogue_id, tally in tallies.items():
            run.report.note(dialogue_id, tally)
        run.rest()
        due, draft = run.coming(due[-1], pace.chunk)
    return held_back


def _settle(
    run: _Run, due: list[Due], draft: Draft | None, pace: _Pace
) -> tuple[dict[str, Tally], set[str]]:
    try:
        # What a power cut undoes is due again; the end of the sweep is recorded so that it lasts, and all before it.
        with writing(run.engine, lasting=False) as connection:
            begun = time.monotonic()
            done = _apply(run, connection, due, draft=draft)
            # Without the commit: what the disk takes for it is the same for a chunk of any size.
            pace.took(len(due), time.monotonic() - begun)
    except StatementError:
        _log.exception("a chunk of the sweep was refused; each dialogue is tried by itself")
        return _one_by_one(run, due)
    return done


def _apply(
    run: _Run,
    connection: Connection,
    due: list[Due],
    *,
    draft: Draft | None = None,
    careful: bool = False,
) -> tuple[dict[str, Tally], set[str]]:
    ids, dialogues = _ids_and_names(due)
    return one_chunk.apply(connection, ids, dialogues, run.rules, draft=draft, careful=careful)


def _ids_and_names(due: list[Due]) -> tuple[list[int], set[str]]:
    return [number for _, number, _ in due], {dialogue for _, _, dialogue in due}


def _one_by_one(run: _Run, due: list[Due]) -> tuple[dict[str, Tally], set[str]]:
    """Find the dialogue whose rows the database refuses, and let the others through."""
    tallies: dict[str, Tally] = {}
    held_back: set[str] = set()
    for dialogue_id in sorted({dialogue for _, _, dialogue in due}):
        mine = [one for one in due if one[2] == dialogue_id]
        try:
            with writing(run.engine) as connection:
                found, held = _apply(run, connection, mine, careful=True)
        except StatementError as error:
            found, held = _refusals(run, mine, error), set()
        tallies |= found
        held_back |= held
    return tallies, held_back


def _refusals(run: _Run, due: list[Due], error: StatementError) -> dict[str, Tally]:
    _log.error("the sweep could not write the duties of one dialogue", exc_info=error)
    errors = {number: type(error).__name__ for _, number, _ in due}
    with writing(run.engine) as connection:
        one_chunk.note_errors(connection, errors, run.rules.now)
    return {due[0][2]: Tally(failed=len(due))}
