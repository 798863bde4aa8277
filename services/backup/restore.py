"""Restore: puts a copy of the records in their place, whichever database it is of."""

from datetime import datetime
from pathlib import Path

from config.settings import Settings
from services.backup.errors import CopyUnfit
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

    *stopped* matters on PostgreSQL alone: workers of other machines hold no session between their rounds, while
    whoever uses a file of SQLite is seen. Raises RecordsError (NotRestored, CopyUnfit, SchemaNewer): nothing was
    changed then.
    """
    begins = _first_bytes(copy)
    if begins.startswith(FILE_BEGINS):
        return restore_file(settings, copy, now, replace=replace)
    if begins.startswith(DUMP_BEGINS):
        return restore_dump(settings, copy, now, replace=replace, stopped=stopped)
    raise CopyUnfit(f"{copy} is no copy that 'weerklank backup' made.")


def _first_bytes(copy: Path) -> bytes:
    try:
        with copy.open("rb") as file:
            return file.read(len(FILE_BEGINS))
    except OSError as error:
        raise CopyUnfit(f"{copy} cannot be read: {error.strerror}.") from None
