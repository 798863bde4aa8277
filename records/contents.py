"""Contents of the records: how much they hold and up to when, to tell one copy from another; of how many people."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from records.engine.database import reading
from records.schema.collections import STAKEHOLDERS
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


@dataclass(frozen=True, slots=True)
class PeopleKept:
    """How many people are known, each once in a programme, from which countries (ISO 3166) and of which categories."""

    number: int
    countries: frozenset[str]
    categories: frozenset[str]


def people_kept(engine: Engine) -> PeopleKept:
    """Of whom the records of *engine* hold something. Raises RecordsError."""
    of = STAKEHOLDERS.join(DIALOGUES, DIALOGUES.c.id == STAKEHOLDERS.c.dialogue_id)
    seats = select(DIALOGUES.c.programme_id, STAKEHOLDERS.c.id).select_from(of).distinct()
    kinds = select(STAKEHOLDERS.c.country, STAKEHOLDERS.c.category).distinct()
    with reading(engine) as connection:
        number = connection.scalar(select(func.count()).select_from(seats.subquery())) or 0
        rows = connection.execute(kinds).all()
    lands, categories = zip(*rows, strict=True) if rows else ((), ())
    return PeopleKept(number, frozenset(lands), frozenset(categories))
