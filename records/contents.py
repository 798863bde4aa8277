"""Contents of the records: how much they hold and up to when, to tell one copy from another."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from records.engine.database import reading
from records.schema.core import DIALOGUES, FACTS, PROGRAMMES


@dataclass(frozen=True, slots=True)
class Contents:
    """Counts, and the moment (aware UTC) of the newest fact; None when nothing has happened yet."""

    programmes: int
    dialogues: int
    facts: int
    newest: datetime | None


def contents(engine: Engine) -> Contents:
    """What the records of *engine* hold, of this version of the tables or an earlier one. Raises RecordsError."""
    with reading(engine) as connection:
        programmes, dialogues, facts = (
            connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (PROGRAMMES, DIALOGUES, FACTS)
        )
        newest = connection.scalar(select(func.max(FACTS.c.at)))
    return Contents(programmes, dialogues, facts, newest)
