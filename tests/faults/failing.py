"""Breaking a database at a point of one's choice: before or after any statement, before or after any commit."""

# ruff: noqa: ANN401 - calls of a driver are passed on as they come

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Engine

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
        for name in self.only:
            setattr(self.engine.dialect, name, self._wrapped(name))

    def _wrapped(self, name: str) -> Callable[..., Any]:
        real = getattr(self.engine.dialect, name)

        def broken(*given: Any, **more: Any) -> Any:
            self._point(f"before {name}")
            answer = real(*given, **more)
            self._point(f"after {name}")
            return answer

        return broken

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


def raising(error: Callable[[], BaseException]) -> Callable[[], None]:
    """What breaks a point by raising a new *error*; one that is kept would keep its connection open too."""

    def breaks() -> None:
        raise error()

    return breaks
