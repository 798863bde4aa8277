"""
Breaking a database at a point of one's choice: before or after any statement, before or after any commit.

On PostgreSQL statements are met at the driver's cursor, for not all of them go by SQLAlchemy: copies and questions that
are asked at once do not.
"""

# ruff: noqa: ANN401 - calls of a driver are passed on as they come

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psycopg
from sqlalchemy import Engine, event

STATEMENTS = ("do_execute", "do_executemany", "do_execute_no_params")
EACH = (*STATEMENTS, "do_commit")


class Killed(BaseException):
    """The process ends here: nothing that catches errors may catch it."""


def lost(engine: Engine) -> Exception:
    """What the driver of *engine* says when the disk or the server fails."""
    if engine.dialect.name == "sqlite":
        return sqlite3.OperationalError("disk I/O error")
    return psycopg.OperationalError("server closed the connection unexpectedly")


@dataclass
class Faults:
    """
    Counts the points of *engine* and calls *breaks* at the one with number *at* (from 1; 0: never).

    Each statement and each commit has two: before it, and after it with its answer lost.
    """

    engine: Engine
    breaks: Callable[[], None]
    at: int = 0
    only: tuple[str, ...] = EACH
    count: int = 0
    passed: list[str] = field(default_factory=list)
    dead: bool = False
    """Whether the process was killed: it does nothing more, not even what it would on its way out."""

    def __post_init__(self) -> None:
        by_cursor = self.engine.dialect.name == "postgresql"
        for name in set(self.only) - set(STATEMENTS if by_cursor else ()):
            setattr(self.engine.dialect, name, self._wrapped(name))
        if by_cursor and set(self.only) & set(STATEMENTS):
            event.listen(self.engine, "checkout", self._meet)

    def _wrapped(self, name: str) -> Callable[..., Any]:
        real = getattr(self.engine.dialect, name)

        def broken(*given: Any, **more: Any) -> Any:
            with self.points(name):
                return real(*given, **more)

        return broken

    def _meet(self, connection: Any, *_: object) -> None:
        connection.cursor_factory = partial(Met, faults=self)

    @contextmanager
    def points(self, name: str) -> Iterator[None]:
        """The two of what is done meanwhile."""
        self._point(f"before {name}")
        yield
        self._point(f"after {name}")

    def _point(self, name: str) -> None:
        if self.dead:
            raise Killed
        self.count += 1
        self.passed.append(name)
        if self.count == self.at:
            self._break()

    def _break(self) -> None:
        try:
            self.breaks()
        except Killed:
            self.dead = True
            raise


class Met(psycopg.Cursor[Any]):
    """A cursor of PostgreSQL's driver that passes the points of *faults*."""

    def __init__(self, *given: Any, faults: Faults, **more: Any) -> None:
        """Be a cursor."""
        super().__init__(*given, **more)
        self.faults = faults

    def execute(self, *given: Any, **more: Any) -> Any:
        """Ask one thing."""
        with self.faults.points("execute"):
            return super().execute(*given, **more)

    def executemany(self, *given: Any, **more: Any) -> None:
        """Ask it for many rows."""
        with self.faults.points("executemany"):
            super().executemany(*given, **more)

    @contextmanager
    def copy(self, *given: Any, **more: Any) -> Iterator[Any]:
        """Write many rows in one stream."""
        with self.faults.points("copy"), super().copy(*given, **more) as stream:
            yield stream


def raising(error: Callable[[], BaseException]) -> Callable[[], None]:
    """What breaks a point by raising a new *error*; one that is kept would keep its connection open too."""

    def breaks() -> None:
        raise error()

    return breaks
