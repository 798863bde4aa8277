"""Restore: puts a copy of the records in their place, whichever database it is of."""

import dataclasses
import errno
import sqlite3
from datetime import datetime
from pathlib import Path

from config.settings import Settings
from records.engine.database import explain
from records.engine.errors import Busy, RecordsError, SchemaNewer
from services.backup.checksum import is_as_made
from services.backup.errors import CopyUnfit, NotRestored
from services.backup.postgres_programs import DUMP_BEGINS
from services.backup.restore_dump import restore_dump
from services.backup.restore_file import restore_file
from services.backup.restored import Restored
from services.backup.sqlite_file import FILE_BEGINS


def restore(
    settings: Settings, copy: Path, now: datetime, *, replace: bool = False, stopped: bool = False
) -> Restored:
    """
    Put *copy* in the place of the records of *settings*; those of before are kept under a name that says *now*.

    Where a checksum lies beside *copy* it is held against that first.

    *stopped* matters on PostgreSQL alone: workers of other machines hold no session between their rounds, while
    whoever uses a file of SQLite is seen. Raises RecordsError (NotRestored, CopyUnfit, SchemaNewer): nothing was
    changed then.
    """
    try:
        return _restore(settings, copy, now, replace=replace, stopped=stopped)
    except (NotRestored, SchemaNewer, Busy):
        raise  # they say it themselves
    except CopyUnfit as unfit:
        raise CopyUnfit(unfit.what, NotRestored.advice) from unfit
    except (RecordsError, sqlite3.Error, OSError) as error:
        raise NotRestored(_why(error)) from error


def _restore(
    settings: Settings, copy: Path, now: datetime, *, replace: bool, stopped: bool
) -> Restored:
    begins = _first_bytes(copy)
    if begins.startswith(FILE_BEGINS):
        as_made = is_as_made(copy)
        done = restore_file(settings, copy, now, vouched=as_made, replace=replace)
    elif begins.startswith(DUMP_BEGINS):
        as_made = is_as_made(copy)
        done = restore_dump(settings, copy, now, vouched=as_made, replace=replace, stopped=stopped)
    else:
        raise CopyUnfit(f"{copy} is no copy that 'weerklank backup' made.")
    return dataclasses.replace(done, checksum=as_made)


def _why(error: RecordsError | sqlite3.Error | OSError) -> str:
    if isinstance(error, RecordsError):
        return str(error)
    if isinstance(error, OSError):
        full = error.errno == errno.ENOSPC
        return "The disk is full." if full else f"{error.filename}: {error.strerror}."
    known = explain(error)
    return known.what if known else f"{error}."


def _first_bytes(copy: Path) -> bytes:
    try:
        if copy.exists() and not copy.is_file():
            raise CopyUnfit(f"{copy} is no file that 'weerklank backup' made.")
        with copy.open("rb") as file:
            return file.read(len(FILE_BEGINS))
    except OSError as error:
        raise CopyUnfit(f"{copy} cannot be read: {error.strerror}.") from None
