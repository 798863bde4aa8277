"""
Copy the records while everything runs: `python deploy/backup.py FOLDER [--keep 14]`.

SQLite: a file that can be put in place as it is, its journal verified. PostgreSQL: an archive for `pg_restore`, made by
the `pg_dump` on the path, its table of contents read back; its journal is verified when it is restored.
Says what it made; ends with 1 and keeps the older copies when something is wrong.
"""
# ruff: noqa: INP001 - a script beside the units that call it

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from config.clock import utc_now
from config.settings import SettingsUnfit, load_settings
from records.engine.database import connect
from records.engine.errors import RecordsError
from records.journal.journal import verify


class CopyUnfit(Exception):
    """The copy was not made, or cannot be trusted; what was made of it is taken away."""


def copy(url: str, folder: Path, name: str) -> Path:
    """Copy the records at *url* into *folder* as *name* with an ending of its kind. Raises CopyUnfit."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sqlite = url.startswith("sqlite")
    made = folder / f"{name}.{'db' if sqlite else 'dump'}"
    part = made.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        (_copy_file if sqlite else _dump)(url, part)
    except (CopyUnfit, RecordsError, OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise CopyUnfit(f"{name} was not copied: {error}") from error
    return part.rename(made)


def _copy_file(url: str, part: Path) -> None:
    """All pages in one reading transaction: whoever writes meanwhile is neither copied nor hindered."""
    source = url.removeprefix("sqlite:///")
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as running,
        closing(sqlite3.connect(part)) as target,
    ):
        running.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
        (sound,) = target.execute("PRAGMA quick_check(1)").fetchone()
    if sound != "ok":
        raise CopyUnfit(f"the copy is damaged ({sound})")
    _verify(f"sqlite:///{part}")
    with closing(sqlite3.connect(part)) as target:
        target.execute("PRAGMA journal_mode=DELETE")


def _verify(url: str) -> None:
    engine = connect(url)
    try:
        broken = verify(engine)
    finally:
        engine.dispose()
    if broken:
        raise CopyUnfit(f"the journal of {len(broken)} dialogues is broken: weerklank doctor")


def _dump(url: str, part: Path) -> None:
    options = ["--format=custom", "--no-owner", "--no-privileges", "--compress=6"]
    _run("pg_dump", *options, f"--file={part}", url=url)
    _run("pg_restore", "--list", str(part))


def _run(program: str, *options: str, url: str | None = None) -> None:
    found = shutil.which(program)
    if found is None:
        raise CopyUnfit(f"{program} is not on the path (Debian's package is postgresql-client)")
    address, secret = plain(url) if url else (None, {})
    command = [found, *options, *([f"--dbname={address}"] if address else [])]
    done = subprocess.run(
        command, env={**os.environ, **secret}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CopyUnfit(f"{program}: {done.stderr.strip()}")


def plain(url: str) -> tuple[str, dict[str, str]]:
    """The address that PostgreSQL's own programs take, and the password apart: a process list shows the first."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    user = f"{parts.username}@" if parts.username else ""
    secret = {"PGPASSWORD": unquote(parts.password)} if parts.password else {}
    return urlunsplit(("postgresql", user + place, *parts[2:])), secret


def forget(folder: Path, keep: int) -> None:
    """Take away all but the newest *keep* copies in *folder*; their names sort by age."""
    copies = sorted(folder.glob("weerklank-*.d[bu]*"))
    for old in copies[:-keep]:
        old.unlink()


def main() -> int:
    """Make one copy of the records that the settings name."""
    wish = argparse.ArgumentParser(description="Copy the records while everything runs.")
    wish.add_argument("folder", type=Path)
    wish.add_argument("--keep", type=int, default=14, help="how many copies stay (default: 14)")
    given = wish.parse_args()
    try:
        url = load_settings().database_url
        made = copy(url, given.folder, f"weerklank-{utc_now():%Y%m%dT%H%M%SZ}")
    except (CopyUnfit, SettingsUnfit) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    forget(given.folder, max(1, given.keep))
    sys.stdout.write(f"{made} ({made.stat().st_size:,} bytes)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
