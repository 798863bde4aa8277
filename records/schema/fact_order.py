"""
Total order of facts: nothing is recorded as if it had come before what is recorded already.

It holds for who chooses the moment. Who lives by a clock is heard whatever it says: one that ran ahead and was put
right must break nobody's day.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, exists, func, not_, select

from records.engine.clock_guard import AHEAD, is_chosen, stamp
from records.engine.database import reading
from records.schema.core import DUTIES, FACTS
from states.language.errors import Refused
from states.privacy.seals import PSEUDONYM

_TOLD = and_(not_(FACTS.c.actor.startswith(PSEUDONYM)), not_(FACTS.c.subject.contains(PSEUDONYM)))
"""Whoever tries one moment after the other would else learn when a voice under seal did something."""


def require_order(
    connection: Connection, dialogue_id: str, now: datetime, *, typed: bool = False
) -> None:
    """
    Raise Refused('past-now') when *now* (aware), which somebody chose, lies far before the newest fact of a dialogue.

    Somebody chose it when they *typed* it, or when the clock says something else. Far is more than AHEAD. The refusal
    does not say when that fact was. Source: rules 47.
    """
    if not (typed or is_chosen(connection.engine, now)):
        return
    further = select(FACTS.c.seq).where(FACTS.c.dialogue_id == dialogue_id, _lies_after(now))
    if connection.execute(further.limit(1)).first() is not None:
        raise Refused("past-now", dialogue=dialogue_id, now=stamp(now))


def require_order_of_due(engine: Engine, now: datetime) -> None:
    """
    Raise Refused('past-now') when time should act at *now*, which somebody chose, in a dialogue that is further.

    Source: rules 47.
    """
    further = exists().where(FACTS.c.dialogue_id == DUTIES.c.dialogue_id, _lies_after(now))
    chosen = select(func.min(DUTIES.c.dialogue_id)).where(DUTIES.c.next_at <= now, further)
    with reading(engine) as connection:
        found = connection.scalar(chosen)
    if found is not None:
        raise Refused("past-now", dialogue=found, now=stamp(now))


def _lies_after(now: datetime) -> ColumnElement[bool]:
    return and_(FACTS.c.at > now + AHEAD, _TOLD)
