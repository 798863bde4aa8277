"""Restore of an SQLite file: the copy is checked beside the records, and takes their place in one move."""

import os
import sqlite3
from datetime import datetime
from pathlib import Path

from config.settings import Settings
from records.engine.database import connect
from records.engine.errors import DatabaseDamaged, DatabaseUnavailable
from services.backup import sqlite_file
from services.backup.errors import CopyUnfit, NotRestored
from services.backup.machine_lock import hold_machine
from services.backup.restored import CheckedCopy, Restored, check_copy, swept_lately

DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def restore_file(
    settings: Settings, copy: Path, now: datetime, *, vouched: bool, replace: bool = False
) -> Restored:
    """
    Put *copy* where the records of *settings* are, and keep those of before under a name that says *now* (aware UTC).

    *vouched*: a checksum says that *copy* is as it was made.

    Raises NotRestored when somebody uses them, or when there are any and *replace* is not said; CopyUnfit and
    SchemaNewer when the copy is not to be trusted. Nothing was changed then.
    """
    target = settings.sqlite_file
    if target is None:
        raise NotRestored(f"{copy} is a file of SQLite; WEERKLANK_DATABASE_URL names none.")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with hold_machine(settings, target.parent):
        _require_room(target, copy, replace=replace)
        fresh = target.with_name(f"{target.name}.restored")
        try:
            checked = _load(copy, fresh, target, vouched=vouched)
            swept = _last_look(target, now)
            kept = _take_place(fresh, target, now)
        finally:
            sqlite_file.discard(fresh)
    return Restored(copy, str(target), str(kept) if kept else None, checked, swept)


def _require_room(target: Path, copy: Path, *, replace: bool) -> None:
    if not target.exists():
        return
    if copy.exists() and target.samefile(copy):
        raise NotRestored(f"{copy} is the file of the records itself.")
    sqlite_file.require_closed(target)
    if not replace:
        raise NotRestored(
            f"There are records at {target}. With --replace they are kept beside it, under another name."
        )


def _load(copy: Path, fresh: Path, target: Path, *, vouched: bool) -> CheckedCopy:
    sqlite_file.discard(fresh)
    fresh.touch(mode=0o600)
    _give(fresh, target)
    try:
        sqlite_file.copy_pages(copy, fresh)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in DAMAGED:
            raise CopyUnfit(f"{copy} is damaged ({error}). Take an earlier copy.") from error
        raise
    except CopyUnfit as unfit:
        raise CopyUnfit(f"{copy} cannot be used. {unfit.what}") from None
    engine = connect(f"sqlite:///{fresh}")
    try:
        checked = check_copy(engine, copy, vouched=vouched)
    finally:
        engine.dispose()
    sqlite_file.complete(fresh)
    return checked


def _give(fresh: Path, target: Path) -> None:
    """Root may put back what belongs to the user of the services: they must be able to write it."""
    if os.geteuid() == 0:
        owner = (target if target.exists() else target.parent).stat()
        os.chown(fresh, owner.st_uid, owner.st_gid)


def _last_look(target: Path, now: datetime) -> datetime | None:
    """Nobody may have come meanwhile; when the records of before were swept."""
    if not target.exists() or not sqlite_file.is_database(target):
        return None
    engine = connect(f"sqlite:///{target}")
    try:
        swept = swept_lately(engine, now)
    except (DatabaseDamaged, DatabaseUnavailable):
        swept = None
    finally:
        engine.dispose()
    sqlite_file.require_closed(target)
    return swept


def _take_place(fresh: Path, target: Path, now: datetime) -> Path | None:
    name = f"{target.name}.before-{now:%Y%m%dT%H%M%SZ}"
    if target.with_name(name).exists():
        raise NotRestored(f"There is a file {target.with_name(name)} already; try again.")
    there = target.exists()
    kept = sqlite_file.set_aside(target, name)
    try:
        fresh.rename(target)
    except OSError:
        sqlite_file.set_aside(kept, target.name)
        raise
    return kept if there else None
