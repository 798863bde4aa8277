"""Compiled statements: SQLAlchemy compiles them once, and stays out of the way of each of many rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect

Row = Mapping[str, Any]
Pack = Callable[[Row], Any]
Rows = Sequence[tuple[Any, ...]]
_Ready = tuple[str, Pack, Callable[[Rows], Any]]


class CompiledStatement:
    """
    One *statement* that is run for rows with exactly the *keys*; values are stored as their columns say.

    `Connection.execute` spends most of its time on the parameters of each row; here they are packed at once.
    """

    def __init__(self, statement: Any, keys: Sequence[str]) -> None:  # noqa: ANN401 - any statement of Core
        self._statement = statement
        self._keys = list(keys)
        self._ready: dict[str, _Ready] = {}

    def run(self, connection: Connection, rows: Iterable[Row]) -> int:
        """Run for each of *rows* and return how many rows of the table changed."""
        sql, pack, _ = self._for(connection.dialect)
        packed = [pack(row) for row in rows]
        return connection.exec_driver_sql(sql, packed).rowcount if packed else 0

    def run_stored(self, connection: Connection, rows: Rows) -> None:
        """Run for each of *rows*, whose values are in the order of the keys and already as they are stored."""
        sql, _, arrange = self._for(connection.dialect)
        if rows:
            connection.exec_driver_sql(sql, arrange(rows))

    def rows(self, connection: Connection, values: Row) -> list[Any]:
        """What the statement finds for *values*, as it is stored: tuples, with no value turned back."""
        return list(
            connection.exec_driver_sql(*self.pack(connection.dialect, values)).cursor.fetchall()
        )

    def pack(self, dialect: Dialect, values: Row) -> tuple[str, Any]:
        """The statement and its *values* as the driver of *dialect* takes them."""
        sql, pack, _ = self._for(dialect)
        return sql, pack(values)

    def _for(self, dialect: Dialect) -> _Ready:
        if dialect.name not in self._ready:
            self._ready[dialect.name] = self._compile(dialect)
        return self._ready[dialect.name]

    def _compile(self, dialect: Dialect) -> _Ready:
        compiled = self._statement.compile(dialect=dialect, column_keys=self._keys)
        names = list(compiled.positiontup if compiled.positional else compiled.binds)
        processors = [_processor(compiled.binds[name], dialect) for name in names]
        # What the statement itself holds, such as the 0 of an OFFSET that the dialect adds.
        own = {name: compiled.binds[name].value for name in names if name not in self._keys}
        work = [(i, process) for i, process in enumerate(processors) if process is not None]
        pick = _picker(names)

        def in_order(row: Row) -> tuple[Any, ...]:
            values = list(pick({**own, **row} if own else row))
            for place, process in work:
                values[place] = process(values[place])
            return tuple(values)

        def by_name(row: Row) -> dict[str, Any]:
            return dict(zip(names, in_order(row), strict=True))

        def as_named(rows: Rows) -> list[dict[str, Any]]:
            return [dict(zip(self._keys, row, strict=True)) for row in rows]

        if not compiled.positional:
            return str(compiled), by_name, as_named
        return str(compiled), in_order, _arrange(self._keys, names)


def _arrange(keys: list[str], names: list[str]) -> Callable[[Rows], Rows]:
    if set(names) != set(keys) or names == keys:
        return list
    reorder = _picker([keys.index(name) for name in names])
    return lambda rows: [reorder(row) for row in rows]


def _picker(names: Sequence[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """Like itemgetter, which answers no tuple when it is asked for one thing only."""
    if len(names) == 1:
        return lambda row: (row[names[0]],)
    return itemgetter(*names)


def _processor(bind: Any, dialect: Dialect) -> Callable[[Any], Any] | None:  # noqa: ANN401 - a bound parameter
    found: Callable[[Any], Any] | None = bind.type.dialect_impl(dialect).bind_processor(dialect)
    return found
