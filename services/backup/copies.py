"""Backup copies: made while everything runs, held against their own journal, and forgotten when there are enough."""

import os
import sqlite3
from datetime import datetime
from pathlib import Path

from records.engine.database import connect, explain
from records.journal import journal
from services.backup import sqlite_file
from services.backup.errors import CopyUnfit
from services.backup.postgres_programs import run_program

ASIDE = "weerklank_before_"
"""How the schema begins in which a restore kept what was there before."""


def make_copy(url: str, folder: Path, now: datetime) -> Path:
    """
    Copy the records at *url* into *folder*, under a name that says *now* (aware UTC); whoever works goes on.

    SQLite: a file that can be put in place as it is, its journal verified. PostgreSQL: an archive for `pg_restore`,
    its table of contents read back; its journal is verified when it is restored.
    Raises CopyUnfit, and leaves nothing behind then, or what the database says when it cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sqlite = url.startswith("sqlite")
    made = folder / f"weerklank-{now:%Y%m%dT%H%M%SZ}.{'db' if sqlite else 'dump'}"
    if made.exists():
        raise CopyUnfit(f"There is a copy {made} already.")
    part = made.with_suffix(".part")
    part.touch(mode=0o600)
    try:
        (_copy_file if sqlite else _dump)(url, part)
        part.rename(made)
    except (sqlite3.Error, OSError) as error:
        raise explain(error) or CopyUnfit(f"{made} was not made: {error}.") from error
    finally:
        sqlite_file.discard(part)
    _keep_name(folder)
    return made


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
    copies = sorted(folder.glob("weerklank-*Z.d[bu]*"))
    old = copies[: -max(1, keep)]
    for one in old:
        one.unlink()
    return old
