"""Binary COPY (PostgreSQL): many rows in one command; whatever it refuses, it refuses whole."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, DateTime, Integer, Table
from sqlalchemy.exc import DBAPIError

from records.engine.database import driver, explain


class Copy:
    """Rows for the *columns* of *table*, in their order and as they are stored."""

    def __init__(self, table: Table, columns: Sequence[str]) -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        self._sql = f'COPY "{table.name}" ({names}) FROM STDIN (FORMAT BINARY)'
        self._columns = [table.c[name] for name in columns]

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write *rows*. Raises DBAPIError when the database refuses one of them, then none of them is written."""
        raw = driver(connection)
        kinds = [_kind(column.type.dialect_impl(connection.dialect)) for column in self._columns]
        try:
            with raw.cursor() as cursor, cursor.copy(self._sql) as copy:
                copy.set_types(kinds)
                for row in rows:
                    copy.write_row(row)
        except raw.Error as error:
            raise explain(error) or DBAPIError(self._sql, None, error) from error


def _kind(kind: Any) -> str:  # noqa: ANN401 - a type of SQLAlchemy
    stored = getattr(kind, "impl", kind)
    if isinstance(stored, DateTime):
        return "timestamptz"
    if isinstance(stored, BigInteger):
        return "int8"
    return "int4" if isinstance(stored, Integer) else "text"
