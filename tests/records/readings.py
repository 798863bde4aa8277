"""Readings of the memory that no door asks for: duties of dialogues, how much there is, sweeps that were cut off."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Engine, func, select

from records.dialogues.duty_queries import SELECT_DUTIES, DutyRow, duties_in
from records.engine.database import reading
from records.schema.core import DIALOGUES, DUTIES, NOTICES, PROGRAMMES, SWEEPS


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is: programmes, dialogues by phase, duties and notices by status."""

    programmes: int
    dialogues: dict[str, int]
    duties: dict[str, int]
    notices: dict[str, int]


def counts(engine: Engine) -> Counts:
    """Count everything."""
    with reading(engine) as connection:

        def counts_by(column: Column[Any]) -> dict[str, int]:
            rows = connection.execute(
                select(column, func.count()).group_by(column).order_by(column)
            )
            return {str(row[0]): int(row[1]) for row in rows}

        return Counts(
            programmes=connection.scalar(select(func.count()).select_from(PROGRAMMES)) or 0,
            dialogues=counts_by(DIALOGUES.c.phase),
            duties=counts_by(DUTIES.c.status),
            notices=counts_by(NOTICES.c.status),
        )


def duties_of(engine: Engine, dialogue_ids: Iterable[str]) -> list[DutyRow]:
    """Read the duties of *dialogue_ids*, in the order in which they were opened."""
    chosen = SELECT_DUTIES.where(DUTIES.c.dialogue_id.in_(list(dialogue_ids)))
    with reading(engine) as connection:
        return list(duties_in(connection, chosen.order_by(DUTIES.c.id)))


def unfinished_sweeps(engine: Engine) -> list[datetime]:
    """Read when each sweep began that did not finish: it runs now, or it was killed."""
    with reading(engine) as connection:
        chosen = select(SWEEPS.c.began_at).where(SWEEPS.c.ended_at.is_(None))
        return list(connection.scalars(chosen.order_by(SWEEPS.c.id)))
