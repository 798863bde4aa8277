"""Backup copies: made while everything runs, held against their own journal, and forgotten when there are enough."""

import errno
import os
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from records.engine.database import connect, explain
from records.engine.errors import RecordsError
from records.journal import journal
from services.backup import sqlite_file
from services.backup.checksum import END, beside, write_checksum
from services.backup.errors import CopyUnfit
from services.backup.postgres_programs import run_program

ASIDE = "weerklank_before_"
"""How the schema begins in which a restore kept what was there before."""


def make_copy(url: str, folder: Path, now: datetime) -> Path:
    """
    Copy the records at *url* into *folder*, with its checksum beside it; whoever works goes on.

    Its name says *now* (aware UTC), or the next second of which there is no copy yet.

    SQLite: a file that can be put in place as it is, its journal verified. PostgreSQL: an archive for `pg_restore`,
    its table of contents read back; its journal is verified when it is restored.
    Raises CopyUnfit, and leaves nothing behind then, or what the database says when it cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sqlite = url.startswith("sqlite")
    made, part = _take_name(folder, "db" if sqlite else "dump", now)
    try:
        (_copy_file if sqlite else _dump)(url, part)
        write_checksum(made, part)
        part.rename(made)
    except (sqlite3.Error, OSError) as error:
        raise _explain(error, made) from error
    finally:
        sqlite_file.discard(part)
        if not made.exists():
            beside(made).unlink(missing_ok=True)
    _keep_name(folder)
    return made


def _take_name(folder: Path, end: str, now: datetime) -> tuple[Path, Path]:
    """A name that no copy has, and the file in which it is made, which nobody else fills."""
    while True:
        made = folder / f"weerklank-{now:%Y%m%dT%H%M%SZ}.{end}"
        part = made.with_suffix(".part")
        try:
            part.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            pass
        else:
            if not made.exists():
                return made, part
            part.unlink()
        now += timedelta(seconds=1)


def _explain(error: sqlite3.Error | OSError, made: Path) -> RecordsError:
    full = getattr(error, "errno", None) == errno.ENOSPC or "disk is full" in str(error)
    if full:
        return CopyUnfit(f"{made} was not made: the disk of {made.parent} is full.")
    return explain(error) or CopyUnfit(f"{made} was not made: {error}.")


def _copy_file(url: str, part: Path) -> None:
    sqlite_file.copy_pages(Path(url.removeprefix("sqlite:///")), part)
    require_unbroken(f"sqlite:///{part}")
    sqlite_file.complete(part)


def require_unbroken(url: str) -> None:
    """Raise CopyUnfit unless every journal at *url* is as it was written."""
    engine = connect(url)
    try:
        broken = journal.verify(engine)
    finally:
        engine.dispose()
    if broken:
        raise CopyUnfit(f"The journal of {len(broken)} dialogues is broken: weerklank doctor.")


def _dump(url: str, part: Path) -> None:
    options = ["--format=custom", "--no-owner", "--no-privileges", "--compress=6"]
    run_program("pg_dump", *options, f"--exclude-schema={ASIDE}*", f"--file={part}", url=url)
    run_program("pg_restore", "--list", str(part))


def _keep_name(folder: Path) -> None:
    """A power cut must not take away the name of a copy that was said to be there."""
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def forget_old(folder: Path, keep: int) -> list[Path]:
    """Take away all but the newest *keep* copies in *folder*, and say which; their names sort by age."""
    found = folder.glob("weerklank-*Z.d[bu]*")
    copies = sorted(one for one in found if one.suffix != END)
    old = copies[: -max(1, keep)]
    for one in old:
        one.unlink()
        beside(one).unlink(missing_ok=True)
    return old
