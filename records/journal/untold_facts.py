"""
Event outbox: the facts that the operator's feed of events has still to tell, written with the facts themselves.

A watermark of moments would miss what a long transaction commits late, or a step that is recorded as of yesterday.
A round claims what waits, tells it, and forgets it; of one that is killed in between, a later round tells it again
under the same name.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)

from records.engine.database import reading, writing
from records.engine.statements import CompiledStatement
from records.schema.collections import HELPERS
from records.schema.core import DIALOGUES, FACTS
from records.schema.salts import detail_of
from records.schema.watch import UNTOLD_FACTS
from states.model.dialogue import Dialogue
from states.model.facts import Fact
from states.model.vocabulary import FactName
from states.privacy.operator_feed import is_told

LEASE = timedelta(minutes=10)
"""So long the round that claimed a fact has it for itself: longer than Prefect may take to be told."""
_PUT = CompiledStatement(insert(UNTOLD_FACTS), ["dialogue_id", "seq", "claimed_until"])
_SAME = (FACTS.c.dialogue_id == UNTOLD_FACTS.c.dialogue_id) & (FACTS.c.seq == UNTOLD_FACTS.c.seq)


class UntoldFact(NamedTuple):
    """A fact to tell: its number here, its place and hash in the journal, and what happened when."""

    id: int
    dialogue_id: str
    programme_id: str
    hash: str
    at: datetime
    fact: FactName
    subject: str
    helps: bool
    """Whether the subject is a helper."""
    detail: dict[str, Any]


def put(
    connection: Connection,
    dialogue: Dialogue,
    facts: Iterable[Fact],
    rows: Iterable[Mapping[str, Any]],
) -> None:
    """Note which of *facts* of *dialogue*, written as *rows* of the journal, are to be told."""
    told = (row for fact, row in zip(facts, rows, strict=True) if is_told(dialogue, fact))
    pointers = [
        {"dialogue_id": dialogue.id, "seq": row["seq"], "claimed_until": None} for row in told
    ]
    _PUT.run(connection, pointers)


def claim(engine: Engine, now: datetime, limit: int) -> list[UntoldFact]:
    """Up to *limit* facts to tell, the oldest first; until `LEASE` after *now* (aware UTC) nobody else gets them."""
    with reading(engine) as connection:
        if connection.execute(_waiting(now).limit(1)).first() is None:
            return []
    with writing(engine, now) as connection:
        chosen = _waiting(now).order_by(UNTOLD_FACTS.c.id).limit(limit)
        ids = list(connection.scalars(chosen.with_for_update(skip_locked=True)))
        taken = update(UNTOLD_FACTS).where(UNTOLD_FACTS.c.id.in_(ids))
        connection.execute(taken.values(claimed_until=now + LEASE))
        return _read(connection, UNTOLD_FACTS.c.id.in_(ids))


def _waiting(now: datetime) -> Any:  # noqa: ANN401 - a statement repeats its columns
    free = or_(UNTOLD_FACTS.c.claimed_until.is_(None), UNTOLD_FACTS.c.claimed_until <= now)
    return select(UNTOLD_FACTS.c.id).where(free)


def _read(connection: Connection, which: ColumnElement[bool]) -> list[UntoldFact]:
    columns = (UNTOLD_FACTS.c.id, UNTOLD_FACTS.c.dialogue_id, DIALOGUES.c.programme_id)
    helps = exists().where(
        HELPERS.c.dialogue_id == FACTS.c.dialogue_id, HELPERS.c.id == FACTS.c.subject
    )
    named = (FACTS.c.hash, FACTS.c.at, FACTS.c.fact, FACTS.c.subject)
    fact = (*named, helps.correlate(FACTS), FACTS.c.detail)
    chosen = select(*columns, *fact).join_from(UNTOLD_FACTS, FACTS, _SAME)
    chosen = chosen.join(DIALOGUES, DIALOGUES.c.id == UNTOLD_FACTS.c.dialogue_id).where(which)
    rows = connection.execute(chosen.order_by(UNTOLD_FACTS.c.id))
    return [UntoldFact._make([*row[:-1], detail_of(row.detail)[0]]) for row in rows]


def forget(engine: Engine, ids: Collection[int]) -> None:
    """The facts with these *ids* were told."""
    with writing(engine) as connection:
        connection.execute(delete(UNTOLD_FACTS).where(UNTOLD_FACTS.c.id.in_(ids)))
