"""Restored copy: what was put back where, what was kept of before, and what is still to be done."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from records import queries
from records.contents import Contents, contents
from records.engine.errors import RecordsError, SchemaOutdated
from records.engine.schema_revision import REVISION, require_known, revision
from records.journal import journal
from services.backup.errors import CopyUnfit

SWEPT_LATELY = timedelta(minutes=20)
"""One round of the schedule, with room for a slow one."""


@dataclass(frozen=True, slots=True)
class CheckedCopy:
    """What a copy holds, once it was looked at as records are."""

    revision: str
    verified: bool
    """Whether every journal was found unbroken; False: its tables are too old for that, so verify it afterwards."""
    contents: Contents

    @property
    def outdated(self) -> bool:
        """Whether its tables wait for `weerklank db upgrade`."""
        return self.revision != REVISION


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    copy: Path
    place: str
    """The file or the address of the database, without a password."""
    kept: str | None
    """Where the records of before are now; None: there were none."""
    checked: CheckedCopy
    swept: datetime | None
    """When the records of before were last swept, if that was lately: whoever did it may do so again."""


def check_copy(engine: Engine, copy: Path) -> CheckedCopy:
    """
    Look at the records of *engine*, which came from *copy*.

    Raises CopyUnfit when they are no records of ours or their journal is broken, SchemaNewer when a newer version made
    them.
    """
    try:
        found = revision(engine)
    except SchemaOutdated:
        found = None
    if found is None:
        raise CopyUnfit(f"{copy} holds no records of Weerklank.")
    require_known(found)
    return CheckedCopy(found, _is_verified(engine, copy, found), contents(engine))


def _is_verified(engine: Engine, copy: Path, found: str) -> bool:
    try:
        broken = journal.verify(engine)
    except SchemaOutdated:
        if found == REVISION:
            raise
        return False
    if broken:
        first = broken[0]
        raise CopyUnfit(
            f"In {copy} the journal is broken: {first.dialogue_id}, entry {first.seq}. Take an earlier copy."
        )
    return True


def swept_lately(engine: Engine, now: datetime) -> datetime | None:
    """When the records of *engine* were last swept, None when that was long before *now* (aware UTC)."""
    try:
        last = queries.last_sweep(engine, now)
    except RecordsError:
        return None
    return last.began_at if last and now - last.began_at < SWEPT_LATELY else None
