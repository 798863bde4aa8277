"""What the participants' pages read of the journal: when the phases began, and when the session was moved."""

import json
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine, select

from records.database import reading
from records.tables import FACTS

_TURNS = ("phase-entered", "session-rescheduled")


class Turn(NamedTuple):
    """A fact that everybody invited may know: a phase began, or the session was moved."""

    at: datetime
    fact: str
    detail: dict[str, Any]


def turns_of(engine: Engine, dialogue_id: str) -> list[Turn]:
    """The turns of *dialogue_id*, in order."""
    chosen = select(FACTS.c.at, FACTS.c.fact, FACTS.c.detail)
    chosen = chosen.where(FACTS.c.dialogue_id == dialogue_id, FACTS.c.fact.in_(_TURNS))
    with reading(engine) as connection:
        rows = connection.execute(chosen.order_by(FACTS.c.seq))
        return [Turn(row.at, row.fact, json.loads(row.detail)) for row in rows]
