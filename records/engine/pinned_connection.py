"""
Pinned connection: kept for many small statements, each committed as a transaction of its own.

Taking a connection, beginning and ending cost more than such a statement, and so does what SQLAlchemy keeps of each: a
pinned connection hands it to the driver.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from records.engine.database import alone, driver, explain
from records.engine.statements import CompiledStatement, Row

Answer = TypeVar("Answer")


@dataclass
class PinnedConnection:
    """
    A kept *connection*; *cursor* is the driver's own.

    Whoever asks over it must do without an answer when it is lost or somebody else is writing: on SQLite it waits for
    nobody, on PostgreSQL for who holds the same row, as long as everybody does.
    """

    connection: Connection
    cursor: Any

    def rows(self, statement: CompiledStatement, values: Row) -> list[Any] | None:
        """What *statement* finds for *values*, as it is stored; None when it does not serve."""
        return self._ask(statement, values, lambda cursor: cursor.fetchall())

    def run(self, statement: CompiledStatement, values: Row) -> int | None:
        """How many rows *statement* changed for *values*, committed; None when it does not serve."""
        return self._ask(statement, values, lambda cursor: cursor.rowcount)

    def _ask(
        self, statement: CompiledStatement, values: Row, answer: Callable[[Any], Answer]
    ) -> Answer | None:
        dialect = self.connection.dialect
        sql, packed = statement.pack(dialect, values)
        try:
            dialect.do_execute(self.cursor, sql, packed)
            return answer(self.cursor)
        except dialect.loaded_dbapi.Error as error:
            if explain(error) is None:
                raise DBAPIError(sql, None, error) from error
            return None


@contextmanager
def pin_connection(engine: Engine) -> Iterator[PinnedConnection]:
    """Keep a connection to the database of *engine*, for one thread. Raises Busy or DatabaseUnavailable at once."""
    with engine.connect() as connection:
        alone(connection)
        raw = driver(connection)
        connection.detach()  # the pool has few, for short work that takes turns; nor does it close this one then
        with closing(raw), connection, closing(raw.cursor()) as cursor:
            yield PinnedConnection(connection, cursor)
