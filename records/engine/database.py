"""Database engine and connection pool: SQLite (WAL) or PostgreSQL (psycopg); errors become advice."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NoReturn
from uuid import uuid4

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError

from records.engine.clock_guard import require_present
from records.engine.errors import (
    Busy,
    DatabaseDamaged,
    DatabaseUnavailable,
    JournalProtected,
    RecordsError,
    SchemaOutdated,
)

_WAIT_SECONDS = 10
_LOOK_AGAIN_SECONDS = 0.0001, 0.001
"""After which pause to look again whether the file is free, at first and at most: most need it for a part of that."""
_KNOWN = "use sqlite:///path/to/file.db or postgresql+psycopg://user@host/database"
_WRITING, _ALONE = "weerklank_writing", "weerklank_alone"


def connect(url: str, *, durable: bool = True) -> Engine:
    """
    An engine for *url* (`sqlite:///file` or `postgresql+psycopg://…`); nothing is opened yet.

    *durable* False leaves out the waiting for the disk, for simulations whose file is thrown away.
    Raises DatabaseUnavailable when the address is of another kind.
    """
    try:
        target = make_url(url)
    except ArgumentError:
        message = f"This is no database address; {_KNOWN}."
        raise DatabaseUnavailable(message) from None
    if target.drivername in {"sqlite", "sqlite+pysqlite"}:
        return _sqlite(_file_of(target), durable=durable)
    if target.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return _postgresql(target.set(drivername="postgresql+psycopg"), durable=durable)
    message = f"'{target.drivername}' is not a kind of database that is supported; {_KNOWN}."
    raise DatabaseUnavailable(message)


def connect_in_memory() -> Engine:
    """
    An engine on a new, empty database in the memory of this process, which all its connections share.

    It is gone once the last of them is closed: whoever uses it keeps one open.
    """
    query = {"vfs": "memdb", "uri": "true"}
    name = f"file:/weerklank-{uuid4().hex}"
    return _sqlite(URL.create("sqlite", database=name, query=query), durable=False)


def _file_of(target: URL) -> URL:
    if not target.database or target.database == ":memory:":
        message = f"A database in memory is lost with the process; {_KNOWN}."
        raise DatabaseUnavailable(message)
    Path(target.database).parent.mkdir(parents=True, exist_ok=True)
    return target


def _sqlite(target: URL, *, durable: bool) -> Engine:
    # The connection that wrote last comes first: a write makes what the others hold of the file worthless.
    engine = create_engine(
        target,
        pool_use_lifo=True,
        connect_args={"timeout": _WAIT_SECONDS},
        hide_parameters=True,
    )
    sync = "FULL" if durable else "OFF"

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
        raw.isolation_level = None  # transactions begin below, not where the driver thinks best
        _keep_wal(raw)
        for pragma in (
            f"synchronous={sync}",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            # A sweep writes the same pages of its indexes again and again: fewer of them go to the file twice.
            "wal_autocheckpoint=4000",
        ):
            raw.execute(f"PRAGMA {pragma}")
        raw.execute("PRAGMA cache_size=-16384")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get(_WRITING):
            _take_turn(connection)
        elif not options.get(_ALONE):
            driver(connection).execute("BEGIN")

    event.listen(engine, "handle_error", _explain)
    return engine


def _as_soon_as_free(work: Callable[[], object]) -> None:
    """Do *work*, looking again and again while somebody else has the file locked; raises what it does at last."""
    until = monotonic() + _WAIT_SECONDS
    pause, longest = _LOOK_AGAIN_SECONDS
    while True:
        try:
            work()
        except (Busy, sqlite3.OperationalError) as error:
            locked = isinstance(error, Busy) or "locked" in str(error)
            if not locked or monotonic() >= until:
                raise
            sleep(pause)
            pause = min(2 * pause, longest)
        else:
            return


def _keep_wal(raw: Any) -> None:  # noqa: ANN401 - the driver's own connection
    """Of those who open a new file at once one changes its journal; SQLite would not let the others wait for that."""
    _as_soon_as_free(lambda: raw.execute("PRAGMA journal_mode=WAL"))


def _take_turn(connection: Connection) -> None:
    """
    Begin to write as soon as nobody else does.

    SQLite itself would look again after longer and longer pauses, and so miss the short one that a sweep leaves.
    """
    with _not_waiting(driver(connection)):
        _as_soon_as_free(lambda: connection.exec_driver_sql("BEGIN IMMEDIATE"))


@contextmanager
def _not_waiting(raw: Any) -> Iterator[None]:  # noqa: ANN401 - the driver's own connection
    raw.execute("PRAGMA busy_timeout=0")
    try:
        yield
    finally:
        with suppress(sqlite3.ProgrammingError):  # whoever is interrupted finds it closed already
            raw.execute(f"PRAGMA busy_timeout={_WAIT_SECONDS * 1000}")


def _postgresql(target: URL, *, durable: bool) -> Engine:
    options = f"-c timezone=UTC -c lock_timeout={_WAIT_SECONDS}s"
    if not durable:
        options += " -c synchronous_commit=off"
    # Pre-ping: after a restart of the server the first caller must not pay for a dead connection.
    engine = create_engine(
        target,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": options, "connect_timeout": 10},
    )
    event.listen(engine, "handle_error", _explain)
    return engine


@contextmanager
def writing(
    engine: Engine, now: datetime | None = None, *, lasting: bool = True
) -> Iterator[Connection]:
    """
    One writing transaction: committed at the end, undone whole on any error. Raises Busy when it must wait long.

    What is written as of *now* (aware UTC) is refused as 'future-now' when the clock is not near it yet.

    Not *lasting*: PostgreSQL does not wait for its disk, so a power cut may still undo it. The next transaction that
    lasts, of whomever, makes it last too. For work that is done again when it is gone.
    """
    if now is not None:
        require_present(engine, now)
    with engine.connect() as connection:
        connection.execution_options(**{_WRITING: True})
        with connection.begin():
            if not lasting and connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view to read from; it never takes or waits for the write lock."""
    with engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def driver(connection: Connection) -> Any:  # noqa: ANN401 - the driver's own connection
    """The driver's connection beneath *connection*."""
    return connection.connection.dbapi_connection


def alone(connection: Connection) -> None:
    """Make each statement over *connection* a transaction of its own."""
    if connection.dialect.name == "sqlite":
        connection.execution_options(**{_ALONE: True})
        driver(connection).execute("PRAGMA busy_timeout=0")
    else:
        connection.execution_options(isolation_level="AUTOCOMMIT")


def _explain(context: ExceptionContext) -> None:
    if context.is_pre_ping:
        return  # nobody asked for anything yet: the pool connects anew, and explains what comes of that
    found = explain(context.original_exception)
    if found is not None:
        _raise(found, context)


def _raise(found: RecordsError, context: ExceptionContext) -> NoReturn:
    raise found from context.sqlalchemy_exception or context.original_exception


_BY_STATE: dict[str, tuple[type[RecordsError], str]] = {
    "55P03": (Busy, "Somebody else is changing the same dialogue."),
    "40P01": (Busy, "Two changes waited for each other."),
    "40001": (Busy, "Somebody else changed the same rows."),
    "42P01": (SchemaOutdated, "A table is missing."),
    "42703": (SchemaOutdated, "A column is missing."),
    "53100": (DatabaseUnavailable, "The disk of the database is full."),
    "25006": (DatabaseUnavailable, "The database may only be read."),
    "42501": (DatabaseUnavailable, "The database does not let this user do that."),
    "57014": (Busy, "The database broke it off: it took too long, or somebody ended it."),
}
_BY_TEXT: tuple[tuple[str, type[RecordsError], str], ...] = (
    ("weerklank protects", JournalProtected, "The records refused to forget."),
    ("database is locked", Busy, "The database was locked by somebody else."),
    ("database table is locked", Busy, "The database was locked by somebody else."),
    ("no such table", SchemaOutdated, "A table is missing."),
    ("no such column", SchemaOutdated, "A column is missing."),
    ("has no column named", SchemaOutdated, "A column is missing."),
    ("unable to open database", DatabaseUnavailable, "The database file cannot be opened."),
    ("readonly database", DatabaseUnavailable, "The database file may not be written to."),
    ("disk is full", DatabaseUnavailable, "The disk is full."),
    ("disk I/O error", DatabaseUnavailable, "The disk cannot be read or written."),
    ("is not a database", DatabaseUnavailable, "The file is not a database."),
    ("malformed", DatabaseDamaged, "The database file is damaged."),
)


SHM_FULL = sqlite3.SQLITE_IOERR_SHMSIZE
"""SQLite calls it an error of the disk when what readers share (`-shm`) finds no room there."""


def explain(error: BaseException) -> RecordsError | None:
    """What an *error* of the driver means and what to do about it, None when it says nothing known."""
    if getattr(error, "sqlite_errorcode", None) == SHM_FULL:
        return DatabaseUnavailable("The disk is full.")
    text = str(error)
    for sign, kind, what in _BY_TEXT:
        if sign in text:
            return kind(what)
    state = getattr(error, "sqlstate", None)
    if state in _BY_STATE:
        kind, what = _BY_STATE[state]
        return kind(what)
    return _lost_connection(error, state)


def _lost_connection(error: BaseException, state: str | None) -> RecordsError | None:
    """A server that cannot be reached, refuses the login or shuts down."""
    unreachable = type(error).__name__ == "OperationalError" and type(error).__module__.startswith(
        "psycopg"
    )
    if state is not None and state[:2] in {"08", "28", "3D", "57"}:
        unreachable = True
    if not unreachable:
        return None
    return DatabaseUnavailable(
        "The database server cannot be reached, refuses us or ended the connection."
    )
