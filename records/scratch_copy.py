"""
Scratch copy: what there is of some programmes, copied into the memory of this process, to act on without effect.

The real database is only ever read, in one consistent view: no row is locked, no key is drawn, nobody waits.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    Select,
    SelectBase,
    Table,
    delete,
    insert,
    select,
    tuple_,
    union_all,
    update,
)

from records.dialogues import import_headings
from records.dialogues.programmes import due_ids
from records.engine.database import connect_in_memory, driver, reading, writing
from records.schema import (
    access,
    anchors,
    collections,
    core,
    held,
    rehearsal_mark,
    salts,
    seal_keys,
    watch,
)
from records.schema.base import Base
from states.privacy.readers import Reader
from states.privacy.seals import may_know_notice, may_know_owed

_HOLDING = (
    access, anchors, collections, core, held, rehearsal_mark, salts, seal_keys, watch, import_headings,
)  # fmt: skip
"""The modules that hold tables: all must be loaded before a copy is made."""
_MANY = 5000  # rows at a time
_SOURCE = "source"


@contextmanager
def scratch_copy(engine: Engine | None, programme_ids: Collection[str]) -> Iterator[Engine]:
    """
    An engine on a copy of the programmes *programme_ids* out of that of *engine*, gone at the end; None: empty.

    No clock binds the copy: what is done there is done nowhere. Raises Busy or DatabaseUnavailable when the original
    cannot be read.
    """
    copy = connect_in_memory()
    try:
        with copy.connect():  # keeps it
            Base.metadata.create_all(copy)
            if engine is not None:
                _fill(copy, engine, sorted(programme_ids))
            yield copy
    finally:
        copy.dispose()


def _fill(copy: Engine, engine: Engine, programme_ids: list[str]) -> None:
    if engine.dialect.name == "sqlite":
        _fill_from_file(copy, Path(engine.url.database or ""), programme_ids)
        return
    with reading(engine) as source, writing(copy) as target:
        for table in Base.metadata.sorted_tables:
            _carry_over(source, target, table, programme_ids)


def _carry_over(
    source: Connection, target: Connection, table: Table, programme_ids: list[str]
) -> None:
    found = source.execution_options(yield_per=_MANY).execute(_of(table, table, programme_ids))
    for rows in found.mappings().partitions(_MANY):
        target.execute(insert(table), [dict(row) for row in rows])


def _fill_from_file(copy: Engine, file: Path, programme_ids: list[str]) -> None:
    """As they are stored, byte for byte: a row that nobody can read shall stop no more here than there."""
    # Named: else it would be looked for where the copy lies.
    address = f"{file.absolute().as_uri()}?mode=ro&vfs=unix"
    with copy.connect() as connection:
        driver(connection).execute(f"ATTACH DATABASE ? AS {_SOURCE}", (address,))
        source = MetaData(schema=_SOURCE)
        tables = [(one, one.to_metadata(source)) for one in Base.metadata.sorted_tables]
        with connection.begin():
            for table, there in tables:
                rows = _of(table, there, programme_ids)
                connection.execute(insert(table).from_select(list(table.c), rows))
        driver(connection).execute(f"DETACH DATABASE {_SOURCE}")


def _of(table: Table, there: Table, programme_ids: list[str]) -> Select[tuple[object, ...]]:
    """The rows of *table* that belong to the programmes, or to none, read from where it is *there*."""
    chosen = select(*(there.c[column.name] for column in table.c))
    if table is core.PROGRAMMES:
        return chosen.where(there.c.id.in_(programme_ids))
    if "programme_id" in there.c:
        return chosen.where(there.c.programme_id.in_(programme_ids))
    if "dialogue_id" in there.c:
        ours = _beside(there, core.DIALOGUES)
        within = select(ours.c.id).where(ours.c.programme_id.in_(programme_ids))
        return chosen.where(there.c.dialogue_id.in_(within))
    if table is access.REPORT_LETTERS:
        reports = _beside(there, access.REPORTS)
        told = select(reports.c.number).where(reports.c.programme_id.in_(programme_ids))
        return chosen.where(there.c.report.in_(told))
    return chosen


def _beside(there: Table, table: Table) -> Table:
    """*table* where the table *there* is read."""
    return there.metadata.tables[f"{_SOURCE}.{table.name}" if there.schema else table.name]


def leave_out_untold(copy: Engine, reader: Reader) -> None:
    """
    Take out of *copy* all that time and mail would do of which *reader* may not know.

    Then nothing that comes of it can be told either, nor counted: what was left out by its name would still be missed.
    """
    waiting = [core.NOTICES.c[name] for name in ("id", "to", "template", "kind", "duty")]
    acted_on = select(core.DUTIES.c.id, core.DUTIES.c.name).where(
        core.DUTIES.c.next_at.is_not(None)
    )
    with writing(copy) as connection:
        _leave_out_held(connection)
        for row in connection.execute(select(*waiting).where(core.PENDING_ONLY)).all():
            if not may_know_notice(reader, row.to, row.template, row.kind, row.duty):
                connection.execute(delete(core.NOTICES).where(core.NOTICES.c.id == row.id))
        for row in connection.execute(acted_on).all():
            if not may_know_owed(reader, row.name):
                still = update(core.DUTIES).where(core.DUTIES.c.id == row.id)
                connection.execute(still.values(next_at=None))


def _leave_out_held(connection: Connection) -> None:
    """What was done under seal today is told to nobody, nor what time does to the duties that began with it."""
    c = held.HELD_CHANGES.c
    began = select(c.dialogue_id, c.key).where(c.collection == "duties", c.before.is_(None))
    ours = tuple_(core.DUTIES.c.dialogue_id, core.DUTIES.c.name).in_(began)
    connection.execute(update(core.DUTIES).where(ours).values(next_at=None))
    connection.execute(delete(held.HELD_CHANGES))
    connection.execute(delete(held.HELD_FACTS).where(held.TO_TELL))


def programmes_due(engine: Engine, now: datetime) -> list[str]:
    """The programmes in which time may do something by *now* (aware UTC)."""
    acts = select(core.DUTIES.c.dialogue_id).where(core.DUTIES.c.next_at <= now)
    over = select(held.HELD_CHANGES.c.dialogue_id).where(held.HELD_CHANGES.c.until <= now)
    due = union_all(acts, over)
    with reading(engine) as connection:
        return sorted({*due_ids(connection, now), *connection.scalars(_with(due))})


def programmes_writing(engine: Engine) -> list[str]:
    """The programmes of which something waits to be sent."""
    waiting = select(core.NOTICES.c.dialogue_id).where(core.PENDING_ONLY)
    with reading(engine) as connection:
        return sorted(connection.scalars(_with(waiting)))


def _with(dialogue_ids: SelectBase) -> Select[tuple[str]]:
    """The programmes of *dialogue_ids*, each once."""
    ours = select(core.DIALOGUES.c.programme_id).where(core.DIALOGUES.c.id.in_(dialogue_ids))
    return ours.distinct()
