"""Line lookup: the fact whose number somebody kept, and the first checkpoint that covers it."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, select

from records.engine.database import reading
from records.journal.transparency_log import KeptCheckpoint
from records.schema.anchors import ANCHORS, CHECKPOINTS
from records.schema.core import DIALOGUES, FACTS

_AFTER_HEX = "g"
_LONGEST = 2**31 - 1  # of a line that a database can look for


class Line(NamedTuple):
    """One line of a journal: of which dialogue, its number in it, when (aware UTC), and its hash."""

    dialogue_id: str
    seq: int
    at: datetime
    hash: str


class Cover(NamedTuple):
    """The *checkpoint* that covers a line, and the entry of its list that does: its *place* in it."""

    checkpoint: KeptCheckpoint
    place: int


def find_line(engine: Engine, number: str, line: int | None = None) -> Line | None:
    """
    The line whose hash begins with *number* (hexadecimal, in small letters), None when there is none or are several.

    It is found at once when it is known to be *line* of its journal; else all lines are looked through.
    """
    columns = (FACTS.c.dialogue_id, FACTS.c.seq, FACTS.c.at, FACTS.c.hash)
    chosen = select(*columns).where(FACTS.c.hash >= number, FACTS.c.hash < number + _AFTER_HEX)
    if line is not None:
        if not 0 < line <= _LONGEST:
            return None
        journal = DIALOGUES.c.id == FACTS.c.dialogue_id
        chosen = chosen.join_from(DIALOGUES, FACTS, journal).where(FACTS.c.seq == line)
    with reading(engine) as connection:
        found = connection.execute(chosen.limit(2)).all()
    return Line(*found[0]) if len(found) == 1 else None


def find_cover(engine: Engine, line: Line) -> Cover | None:
    """The first checkpoint made after *line* was written; None: none was made yet."""
    later = (ANCHORS.c.dialogue == line.dialogue_id) & (ANCHORS.c.seq >= line.seq)
    first = select(ANCHORS.c.position).where(later).order_by(ANCHORS.c.position).limit(1)
    columns = [CHECKPOINTS.c[name] for name in KeptCheckpoint._fields]
    with reading(engine) as connection:
        place = connection.scalar(first)
        if place is None:
            return None
        chosen = select(*columns).where(CHECKPOINTS.c.size > place).order_by(CHECKPOINTS.c.id)
        row = connection.execute(chosen.limit(1)).one_or_none()
    return None if row is None else Cover(KeptCheckpoint(*row), place)
