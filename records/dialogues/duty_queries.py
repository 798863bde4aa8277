"""Duty queries: duties read outside their dialogue, for the sweep, for openings and for reports."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from records.dialogues.collection_mappers import builder
from records.engine.database import reading
from records.schema.collections import CONTRIBUTIONS
from records.schema.core import DIALOGUES, DUTIES, DialogueTable
from states.model.duties import KINDS, OWED, Duty
from states.model.vocabulary import DutyKind
from states.privacy.seals import PSEUDONYM

_FIELDS = tuple(Duty.model_fields)
_build = builder(Duty)
_DEBTS = sorted(kind.name for kind in KINDS.values() if kind.debt)


class DutyRow(NamedTuple):
    """A duty, its counting key and the dialogue it belongs to."""

    id: int
    dialogue_id: str
    duty: Duty


SELECT_DUTIES: Select[Any] = select(
    DUTIES.c.id, DUTIES.c.dialogue_id, *(DUTIES.c[name] for name in _FIELDS)
)
"""The duties, to be narrowed down; read its rows with `duties_in`."""


def duties_in(
    connection: Connection, statement: Select[Any], values: Mapping[str, Any] | None = None
) -> Iterator[DutyRow]:
    """The rows of *statement*, which narrows SELECT_DUTIES down."""
    for row in connection.execute(statement, values or {}).all():
        yield DutyRow(row[0], row[1], _build(dict(zip(_FIELDS, row[2:], strict=True))))


def debts_before(connection: Connection, programme_id: str, edition: int) -> list[tuple[str, Duty]]:
    """What the editions of *programme_id* before *edition* still owe, as (dialogue id, duty), oldest first."""
    chosen = (
        SELECT_DUTIES.join(DIALOGUES, DIALOGUES.c.id == DUTIES.c.dialogue_id)
        .where(DIALOGUES.c.programme_id == programme_id, DIALOGUES.c.edition < edition)
        .where(DUTIES.c.status.in_(sorted(OWED)), DUTIES.c.kind.in_(_DEBTS))
        .order_by(DIALOGUES.c.edition, DUTIES.c.id)
    )
    return [(row.dialogue_id, row.duty) for row in duties_in(connection, chosen)]


def written_under_seal(engine: Engine) -> list[str]:
    """The dialogues in which words under seal are written and, since before carrying was a duty, count as owed."""
    unwritten = exists().where(
        CONTRIBUTIONS.c.dialogue_id == DUTIES.c.dialogue_id,
        CONTRIBUTIONS.c.voice == DUTIES.c.whom,
        CONTRIBUTIONS.c.written_at.is_(None),
    )
    responded = exists().where(
        CONTRIBUTIONS.c.dialogue_id == DUTIES.c.dialogue_id,
        CONTRIBUTIONS.c.id == DUTIES.c.whom,
        CONTRIBUTIONS.c.settlement.is_not(None),
    )
    answer = and_(DUTIES.c.kind == DutyKind.ANSWER_PARTICIPANT, ~unwritten)
    dispute = and_(DUTIES.c.kind == DutyKind.ANSWER_DISPUTE, responded)
    chosen = select(DUTIES.c.dialogue_id).distinct().where(or_(answer, dispute))
    chosen = chosen.where(DUTIES.c.status.in_(sorted(OWED)), DUTIES.c.waiting.startswith(PSEUDONYM))
    with reading(engine) as connection:
        return list(connection.scalars(chosen.order_by(DUTIES.c.dialogue_id)))


_later = aliased(DialogueTable)


def alerting(engine: Engine) -> list[str]:
    """The dialogues that can still alert: each programme's newest, and those that owe something; newest first."""
    owes = exists().where(DUTIES.c.dialogue_id == DIALOGUES.c.id, DUTIES.c.status.in_(sorted(OWED)))
    newer = exists().where(_later.programme_id == DIALOGUES.c.programme_id)
    newer = newer.where(_later.edition > DIALOGUES.c.edition)
    chosen = select(DIALOGUES.c.id).where(or_(owes, ~newer))
    with reading(engine) as connection:
        ordered = chosen.order_by(DIALOGUES.c.programme_id, DIALOGUES.c.edition.desc())
        return list(connection.scalars(ordered))
