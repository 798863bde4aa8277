"""Reader languages: how many people of a dialogue read one that the house does not write."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from records.engine.database import reading
from records.schema.collections import StakeholderTable

_SEATS = StakeholderTable.__table__


class UnknownReaders(NamedTuple):
    """How many of a dialogue read a *language* that is none of the house's."""

    dialogue_id: str
    language: str
    number: int


def unknown_readers(engine: Engine, known: Collection[str]) -> list[UnknownReaders]:
    """Those who read none of the languages *known* (codes), and were not erased, by dialogue and language."""
    place = _SEATS.c.dialogue_id, _SEATS.c.language
    chosen = select(*place, func.count()).where(
        _SEATS.c.language.not_in(sorted(known)), _SEATS.c.erased_at.is_(None)
    )
    with reading(engine) as connection:
        rows = connection.execute(chosen.group_by(*place).order_by(*place)).all()
    return [UnknownReaders(*row) for row in rows]
