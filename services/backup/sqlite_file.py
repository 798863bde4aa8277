"""SQLite file copies: all pages in one reading transaction, and a file that lies there complete, without a WAL."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from records.engine.database import SHM_FULL
from services.backup.errors import CopyUnfit, NotRestored

FILE_BEGINS = b"SQLite format 3\0"
BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a file, by the end of its name."""


def copy_pages(source: Path, target: Path) -> None:
    """
    Copy *source* into the empty file *target*; whoever writes meanwhile is neither copied nor hindered.

    Raises sqlite3.Error when there is nothing to read, CopyUnfit when what was read is damaged.
    """
    with closing(open_source(source)) as running, closing(sqlite3.connect(target)) as copied:
        running.backup(copied)
        copied.execute("PRAGMA journal_mode=DELETE")
        (sound,) = copied.execute("PRAGMA integrity_check").fetchone()
    if sound != "ok":
        raise CopyUnfit(f"It is damaged ({sound}).")


def open_source(source: Path) -> sqlite3.Connection:
    """
    A connection that reads *source*, also where its disk has no room for what readers share (`-shm`).

    Then nobody else can read it either: alone, SQLite keeps that in memory.
    """
    address = source.absolute().as_uri()
    running = sqlite3.connect(f"{address}?mode=ro", uri=True)
    try:
        running.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        running.close()
        if error.sqlite_errorcode != SHM_FULL:
            raise
    except BaseException:
        running.close()
        raise
    else:
        return running
    running = sqlite3.connect(f"{address}?mode=rw", uri=True)
    running.execute("PRAGMA locking_mode=EXCLUSIVE")
    return running


def complete(file: Path) -> None:
    """Let all of *file*, which nobody else has open, stand in it alone, and on the disk."""
    with closing(sqlite3.connect(file)) as last:
        last.execute("PRAGMA journal_mode=DELETE")
    with file.open("rb") as written:
        os.fsync(written.fileno())


def discard(file: Path) -> None:
    """Take away *file* and what lies beside it."""
    for end in ("", *BESIDE):
        file.with_name(file.name + end).unlink(missing_ok=True)


def set_aside(file: Path, name: str) -> Path:
    """Give *file* and what lies beside it *name* (its ends are kept), and say where it is now."""
    for end in ("", *BESIDE):
        one = file.with_name(file.name + end)
        if one.exists():
            one.rename(file.with_name(name + end))
    return file.with_name(name)


def is_database(file: Path) -> bool:
    """Whether *file* begins as one of SQLite does; to open another would take away what lies beside it."""
    with file.open("rb") as begins:
        return begins.read(len(FILE_BEGINS)) == FILE_BEGINS


def require_closed(file: Path) -> None:
    """
    Raise NotRestored while any process has *file* open; afterwards nothing of it waits in its WAL.

    A file that is damaged is nobody's: it is left as it is.
    """
    if not is_database(file):
        return
    try:
        with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as own:
            own.execute("PRAGMA locking_mode=EXCLUSIVE")
            own.execute("BEGIN EXCLUSIVE")
            own.execute("COMMIT")
            own.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise NotRestored(
                f"Somebody has {file} open: stop Weerklank, and end shells and copy tools that read it."
            ) from None
