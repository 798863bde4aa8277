"""Journal queries of the participants' pages: phases that began, a session moved, a role given on."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine, bindparam, select

from records.engine.database import reading
from records.schema.core import FACTS
from records.schema.salts import detail_of
from states.model.vocabulary import FactName

_TURNS = (FactName.PHASE_ENTERED, FactName.SESSION_RESCHEDULED, FactName.ROLE_HANDED_OVER)

_SELECT_TURNS = (
    select(FACTS.c.at, FACTS.c.fact, FACTS.c.actor, FACTS.c.subject, FACTS.c.detail)
    .where(FACTS.c.dialogue_id == bindparam("of_dialogue"), FACTS.c.fact.in_(_TURNS))
    .order_by(FACTS.c.seq)
)


class Turn(NamedTuple):
    """A fact that everybody invited may know: a phase began, the session was moved, or a role went to another."""

    at: datetime
    fact: str
    actor: str
    subject: str | None
    detail: dict[str, Any]


def turns_of(engine: Engine, dialogue_id: str) -> list[Turn]:
    """The turns of *dialogue_id*, in order."""
    with reading(engine) as connection:
        rows = connection.execute(_SELECT_TURNS, {"of_dialogue": dialogue_id})
        return [
            Turn(row.at, row.fact, row.actor, row.subject, detail_of(row.detail)[0]) for row in rows
        ]
