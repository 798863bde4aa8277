"""Statements for many rows: SQLAlchemy compiles them once, and then stays out of the way of each row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect

Row = Mapping[str, Any]
Pack = Callable[[Row], Any]


class Bulk:
    """
    One *statement* that is run for rows with exactly the *keys*; values are stored as their columns say.

    `Connection.execute` spends most of its time on the parameters of each row; here they are packed at once.
    """

    def __init__(self, statement: Any, keys: Sequence[str]) -> None:  # noqa: ANN401 - any statement of Core
        self._statement = statement
        self._keys = list(keys)
        self._ready: dict[str, tuple[str, Pack]] = {}

    def run(self, connection: Connection, rows: Iterable[Row]) -> int:
        """Run for each of *rows* and return how many rows of the table changed."""
        dialect = connection.dialect
        if dialect.name not in self._ready:
            self._ready[dialect.name] = self._compiled(dialect)
        sql, pack = self._ready[dialect.name]
        packed = [pack(row) for row in rows]
        return connection.exec_driver_sql(sql, packed).rowcount if packed else 0

    def _compiled(self, dialect: Dialect) -> tuple[str, Pack]:
        compiled = self._statement.compile(dialect=dialect, column_keys=self._keys)
        names = list(compiled.positiontup if compiled.positional else compiled.binds)
        processors = [_processor(compiled.binds[name], dialect) for name in names]
        work = [(i, process) for i, process in enumerate(processors) if process is not None]
        pick = itemgetter(*names)

        def in_order(row: Row) -> tuple[Any, ...]:
            values = list(pick(row))
            for place, process in work:
                values[place] = process(values[place])
            return tuple(values)

        def by_name(row: Row) -> dict[str, Any]:
            return dict(zip(names, in_order(row), strict=True))

        return str(compiled), in_order if compiled.positional else by_name


def _processor(bind: Any, dialect: Dialect) -> Callable[[Any], Any] | None:  # noqa: ANN401 - a bound parameter
    found: Callable[[Any], Any] | None = bind.type.dialect_impl(dialect).bind_processor(dialect)
    return found
