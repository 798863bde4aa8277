"""Pipeline (psycopg): runs several SELECTs in one round trip."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.exc import DBAPIError

from records.engine.database import driver, explain

Rows = Sequence[Sequence[Any]]
_Process = Callable[[Any], Any] | None
_Ready = list[tuple[str, list[_Process]]]


class Questions:
    """What each of *selects* finds, all with the same parameters."""

    def __init__(self, selects: Sequence[Select[Any]]) -> None:
        self._selects = selects
        self._ready: _Ready = []

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Rows]:
        """The rows that each finds for *values*, in the order of the selects; on PostgreSQL all are asked at once."""
        if connection.dialect.name == "postgresql":
            return self._at_once(connection, values)
        return [connection.execute(one, values).all() for one in self._selects]

    def _at_once(self, connection: Connection, values: Mapping[str, Any]) -> list[Rows]:
        raw = driver(connection)
        self._ready = self._ready or [_compile(one, connection.dialect) for one in self._selects]
        try:
            with raw.pipeline():
                asked = [raw.execute(sql, values) for sql, _ in self._ready]
            answers = [one.fetchall() for one in asked]
        except raw.Error as error:
            raise explain(error) or DBAPIError(self._ready[0][0], None, error) from error
        return [_read(rows, how) for rows, (_, how) in zip(answers, self._ready, strict=True)]


def _compile(select: Select[Any], dialect: Dialect) -> tuple[str, list[_Process]]:
    kinds = [column.type.dialect_impl(dialect) for column in select.selected_columns]
    return str(select.compile(dialect=dialect)), [_reader(kind, dialect) for kind in kinds]


def _reader(kind: Any, dialect: Dialect) -> _Process:  # noqa: ANN401 - a type of SQLAlchemy
    found: _Process = kind.result_processor(dialect, None)
    return found


def _read(rows: Rows, how: list[_Process]) -> Rows:
    """*rows* as the law knows them, column by column."""
    columns = zip(how, zip(*rows, strict=True), strict=False)  # no rows have no columns
    return list(
        zip(*(map(read, column) if read else column for read, column in columns), strict=True)
    )
