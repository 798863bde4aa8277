"""
Restore on PostgreSQL: the tables of before are set aside as a schema of their own, and `pg_restore` fills an empty one.

Nobody needs to be superuser for it or to make databases: who owns the database owns its schemas.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from config.settings import Settings
from config.validation_messages import hide_passwords
from records.engine import pg_catalog
from records.engine.database import connect
from records.engine.schema_revision import VERSION_TABLE, require_known
from services.backup.copies import ASIDE
from services.backup.errors import CopyUnfit, NotRestored
from services.backup.machine_lock import hold_machine
from services.backup.postgres_programs import run_program
from services.backup.restored import Restored, check_copy, swept_lately


def restore_dump(
    settings: Settings,
    copy: Path,
    now: datetime,
    *,
    vouched: bool,
    replace: bool = False,
    stopped: bool = False,
) -> Restored:
    """
    Fill the database of *settings* from the archive *copy*, and keep what is there as a schema whose name says *now*.

    *vouched*: a checksum says that *copy* is as it was made.

    Raises NotRestored when somebody uses it or lately swept it (unless *stopped*: the caller knows that nobody will),
    or when it holds records and *replace* is not said; CopyUnfit and SchemaNewer when the copy is not to be trusted.
    All is as it was then.
    """
    if settings.sqlite_file is not None:
        raise NotRestored(
            f"{copy} is of PostgreSQL; WEERKLANK_DATABASE_URL names a file of SQLite."
        )
    engine = connect(settings.database_url)
    try:
        with hold_machine(settings):
            require_known(_dumped_revision(copy))
            swept = _require_idle(engine, now, stopped=stopped)
            with _make_room(engine, now, replace=replace) as kept:
                _fill(settings.database_url, copy)
                checked = check_copy(engine, copy, vouched=vouched)
    finally:
        engine.dispose()
    return Restored(copy, hide_passwords(settings.database_url), kept, checked, swept)


def _dumped_revision(copy: Path) -> str | None:
    """That of the tables in *copy*, from the one row in which it stands: no database is needed for it."""
    told = run_program(
        "pg_restore", "--data-only", f"--table={VERSION_TABLE}", "--file=-", str(copy)
    )
    rows = told.partition("FROM stdin;\n")[2].splitlines()
    if not rows:
        raise CopyUnfit(f"{copy} holds no records of Weerklank.")
    return rows[0].strip()


def _require_idle(engine: Engine, now: datetime, *, stopped: bool) -> datetime | None:
    if others := pg_catalog.other_sessions(engine):
        who = ", ".join(f"{one.number} from {one.machine}" for one in others)
        raise NotRestored(f"Others have the database open ({who}): stop pages, workers and shells.")
    swept = swept_lately(engine, now)
    if swept and not stopped:
        raise NotRestored(
            f"It was swept at {swept:%H:%M} UTC, so workers may do so again: stop them on every machine, "
            "then say so with --stopped."
        )
    return swept


@contextmanager
def _make_room(engine: Engine, now: datetime, *, replace: bool) -> Iterator[str | None]:
    """An empty schema as long as the block goes well; what was in it stays under the name that is given."""
    if pg_catalog.is_empty(engine):
        kept, schema = None, pg_catalog.schema_of(engine)
    elif not replace:
        raise NotRestored(
            "The database holds records. With --replace they are kept in it, as a schema of their own."
        )
    else:
        kept = f"{ASIDE}{now:%Y%m%d_%H%M%S}"
        schema = pg_catalog.set_schema_aside(engine, kept)
    try:
        yield kept
    except BaseException:
        if kept:
            pg_catalog.take_schema_back(engine, kept, schema)
        else:
            pg_catalog.empty_schema(engine, schema)
        raise


def _fill(url: str, copy: Path) -> None:
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    run_program("pg_restore", *options, str(copy), url=url)
