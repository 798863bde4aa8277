"""Group commit: the marks *sent* of several mail connections share one transaction when they come at once."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine

from records.engine.database import writing
from records.engine.pinned_connection import PinnedConnection
from records.engine.statements import CompiledStatement


@dataclass(slots=True, eq=False)
class _Mark:
    """The *values* of one mark, and whether it *changed* a row; None while it is not committed."""

    values: Mapping[str, Any]
    changed: bool | None = None


@dataclass
class Marks:
    """
    Runs *statement* for one mark at a time, in the database of *engine*.

    A mark waits for the disk. Whoever comes meanwhile waits too; the first of them then writes the marks of all, so
    that many connections wait for the disk as often as one.
    """

    engine: Engine
    statement: CompiledStatement
    _waiting: list[_Mark] = field(default_factory=list)
    _change: threading.Condition = field(default_factory=threading.Condition)
    _writing: bool = False

    def put(self, values: Mapping[str, Any], pinned: PinnedConnection | None = None) -> bool:
        """
        Write the mark with these *values*; whether it changed a row, once that is committed.

        One that comes alone goes over *pinned*, when there is one and it serves. An error is for this mark only; the
        others that waited try for themselves.
        """
        mark = _Mark(values)
        with self._change:
            self._waiting.append(mark)
            self._change.wait_for(lambda: not self._writing or mark.changed is not None)
            if mark.changed is not None:
                return mark.changed
            marks, self._waiting, self._writing = self._waiting, [], True
        try:
            if len(marks) > 1 or pinned is None or not self._at_once(mark, pinned):
                self._commit(marks)
        finally:
            self._let_go(marks, mark)
        return bool(mark.changed)

    def _at_once(self, mark: _Mark, pinned: PinnedConnection) -> bool:
        """Whether *pinned* served."""
        changed = pinned.run(self.statement, mark.values)
        mark.changed = None if changed is None else changed == 1
        return changed is not None

    def _commit(self, marks: list[_Mark]) -> None:
        with writing(self.engine) as connection:
            changed = [self.statement.run(connection, [mark.values]) == 1 for mark in marks]
        for mark, done in zip(marks, changed, strict=True):
            mark.changed = done

    def _let_go(self, marks: list[_Mark], own: _Mark) -> None:
        with self._change:
            undone = (mark for mark in marks if mark.changed is None and mark is not own)
            self._waiting, self._writing = [*undone, *self._waiting], False
            self._change.notify_all()
