"""Schema migration: brings the tables up to date, from the migrations that come with the program."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, insert, inspect, text

from records.engine.database import connect, connect_in_memory, reading, writing
from records.engine.schema_revision import REVISION, VERSION_TABLE, require_known
from records.schema.rehearsal_mark import FOUNDING, REHEARSED
from states.language.errors import Refused

_UPGRADE_LOCK = 7_236_451  # any number, the same for every machine


def upgrade(url: str, revision: str = "head") -> None:
    """
    Bring the tables of *url* up to *revision*, in one transaction; two at once do it once.

    Raises RecordsError: SchemaNewer when a newer version has been here.
    """
    _run(url, revision, down=False)


def found_rehearsal(url: str) -> None:
    """
    Make the tables of a rehearsal in the empty database of *url*, and mark it as one.

    Raises Refused('database-in-use') when it holds any tables: simulated time must never pass among real people's.
    Source: rules 47.
    """
    if current(url) is not None:
        raise Refused("database-in-use")
    upgrade(url)
    engine = connect(url)
    try:
        with writing(engine) as connection:
            connection.execute(insert(FOUNDING), {"mark": REHEARSED})
    finally:
        engine.dispose()


def downgrade(url: str, revision: str) -> None:
    """Take the tables of *url* back to *revision* (`base`: nothing is left), in one transaction."""
    _run(url, revision, down=True)


def _run(url: str, revision: str, *, down: bool) -> None:
    engine = connect(url)
    try:
        _keep_private(engine)
        with writing(engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})"))
            require_known(_revision(connection))
            (command.downgrade if down else command.upgrade)(_config(connection), revision)
    finally:
        engine.dispose()


def _keep_private(engine: Engine) -> None:
    """A new file is for whoever made it; SQLite gives what it puts beside it the same mode."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        file = Path(engine.url.database)
        if not file.exists():
            file.touch(mode=0o600)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option(
        "script_location", str(Path(__file__).parent / "migrations").replace("%", "%%")
    )
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def columns_of(engine: Engine) -> dict[str, frozenset[str]]:
    """The names of the columns of all tables of *engine*, by the name of the table."""
    with reading(engine) as connection:
        found = inspect(connection).get_multi_columns()
    return {table: frozenset(one["name"] for one in of) for (_, table), of in found.items()}


def columns_at(revision: str) -> dict[str, frozenset[str]]:
    """Those that tables of *revision* have, as the migrations make them."""
    engine = connect_in_memory()
    try:
        with engine.connect() as connection:
            command.upgrade(_config(connection), revision)
            return columns_of(engine)
    finally:
        engine.dispose()


def head() -> str:
    """The revision that this version of the program works with."""
    return REVISION


def scripts() -> ScriptDirectory:
    """All revisions, and how they follow each other."""
    return ScriptDirectory.from_config(_config())


def current(url: str) -> str | None:
    """The revision of the tables of *url*, None when there are none yet. Raises DatabaseUnavailable."""
    engine = connect(url)
    try:
        with reading(engine) as connection:
            return _revision(connection)
    finally:
        engine.dispose()


def _revision(connection: Connection) -> str | None:
    options = {"version_table": VERSION_TABLE}
    return MigrationContext.configure(connection, opts=options).get_current_revision()
