"""Restored copy: what was put back where, what was kept of before, and what is still to be done."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from records import queries
from records.contents import Contents, contents
from records.engine.errors import DatabaseDamaged, RecordsError, SchemaOutdated
from records.engine.schema_revision import REVISION, require_known, revision
from records.journal.examination import Examination, examine
from records.migrate import columns_at, columns_of
from services.backup.errors import CopyUnfit

SWEPT_LATELY = timedelta(minutes=20)
"""One round of the schedule, with room for a slow one."""


@dataclass(frozen=True, slots=True)
class CheckedCopy:
    """What a copy holds, once it was looked at as records are."""

    revision: str
    verified: bool
    """Whether all journals were told again and held; False: its tables are too old for that, or it differs."""
    contents: Contents
    differences: int = 0
    """In how many places its rows differ from its journal, and did when it was copied."""

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
    checksum: bool = False
    """Whether the copy was held against a checksum beside it."""


def check_copy(engine: Engine, copy: Path, *, vouched: bool) -> CheckedCopy:
    """
    Look at the records of *engine*, which came from *copy*; *vouched*: a checksum says that it is as it was made.

    Raises CopyUnfit when they are no records of ours, lack a column, or differ from their journal and nothing vouches
    that they did so when they were copied; SchemaNewer when a newer version made them.
    """
    try:
        found = revision(engine)
        if found is None:
            raise CopyUnfit(f"{copy} holds no records of Weerklank.")
        require_known(found)
        _require_columns(engine, copy, found)
        examined = _examine_if_known(engine, found)
        differing = _count_differences(examined, copy, vouched=vouched) if examined else 0
        whole = examined is not None and not differing
        return CheckedCopy(found, whole, contents(engine), differing)
    except SchemaOutdated:
        raise CopyUnfit(f"{copy} holds no records of Weerklank.") from None
    except DatabaseDamaged:
        raise CopyUnfit(f"{copy} is damaged. Take an earlier copy.") from None


def _require_columns(engine: Engine, copy: Path, found: str) -> None:
    there = columns_of(engine)
    for table, wanted in columns_at(found).items():
        for column in sorted(wanted - there.get(table, frozenset())):
            raise CopyUnfit(
                f"{copy} is damaged: it lacks {table}.{column}, which tables at {found} have. Take an earlier copy."
            )


def _examine_if_known(engine: Engine, found: str) -> Examination | None:
    """What the journals say of their rows; None: the tables are too old to ask."""
    try:
        return examine(engine)
    except SchemaOutdated:
        if found == REVISION:
            raise
        return None


def _count_differences(examined: Examination, copy: Path, *, vouched: bool) -> int:
    """In how many places rows differ from their journal; as it was made, a copy is worth no less than its house was."""
    for broken in examined.breaks:
        raise CopyUnfit(
            f"In {copy} the journal is broken: {broken.dialogue_id}, entry {broken.seq}. Take an earlier copy."
        )
    if examined.differences and not vouched:
        one = examined.differences[0]
        where = f"{one.dialogue_id}, {one.row.partition(' ')[0]}"
        raise CopyUnfit(
            f"{copy} does not say what its journal says ({where}, witness: {one.witness}). Take an earlier copy, or, "
            f"if you know that it is as it was made, say so: sha256sum {copy.name} > {copy.name}.sha256"
        )
    return len(examined.differences)


def swept_lately(engine: Engine, now: datetime) -> datetime | None:
    """When the records of *engine* were last swept, None when that was long before *now* (aware UTC)."""
    try:
        last = queries.last_sweep(engine, now)
    except RecordsError:
        return None
    return last.began_at if last and now - last.began_at < SWEPT_LATELY else None
