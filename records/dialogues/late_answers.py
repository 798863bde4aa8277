"""Long lateness: the answers that are late by many working days, counted for each programme."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, func, select

from records.dialogues.repository import Policies, programme_of
from records.engine.database import reading
from records.schema.core import DIALOGUES, DUTIES, LAPSED_ONLY, PROGRAMMES
from records.schema.operator_view import DUTY_MAY_BE_TOLD
from states.model.calendar import calendar_of
from states.model.duties import KINDS
from states.timing.ladders import rung_moment

LONG = 10
"""Working days after which it is an operator's affair too: when the ladder of an answer reaches the sponsor."""
ANSWERS = frozenset(rule.name for rule in KINDS.values() if rule.ladder == "feedback")
"""The kinds of duty of which somebody waits for the words."""
_MOST = 10_000  # the oldest promises, which are looked at: where so many are late, more tell nobody anything


class LateAnswers(NamedTuple):
    """How many *answers* of a programme are long late, the *oldest* promise among them, and in which dialogues."""

    programme_id: str
    answers: int
    oldest: datetime
    dialogue_ids: tuple[str, ...]


def late_answers(engine: Engine, policies: Policies, now: datetime) -> list[LateAnswers]:
    """
    The programmes with answers that are late for `LONG` working days at *now* (aware UTC), by their own calendar.

    A promise that was moved with its reason counts from its new day. Raises RecordsError.
    """
    with reading(engine) as connection:
        found = [tuple(row) for row in connection.execute(_late(now))]
        passed = _those_passed(connection, found, policies, now)
        return [_summary(name, list(rows)) for name, rows in groupby(passed, lambda row: row[0])]


def _late(now: datetime) -> Any:  # noqa: ANN401 - a statement repeats its columns
    """One row for each programme, dialogue and promise; so many working days are as many days at least."""
    before = now - timedelta(days=LONG)
    chosen = select(DUTIES.c.dialogue_id, DUTIES.c.due, DUTIES.c.day)
    chosen = chosen.where(LAPSED_ONLY, DUTIES.c.first_due <= before, DUTIES.c.due <= before)
    chosen = chosen.where(DUTIES.c.lapsed_version == DUTIES.c.version)
    chosen = chosen.where(DUTIES.c.kind.in_(sorted(ANSWERS)), DUTY_MAY_BE_TOLD)
    oldest = chosen.order_by(DUTIES.c.first_due, DUTIES.c.id).limit(_MOST).subquery()
    which = (DIALOGUES.c.programme_id, oldest.c.dialogue_id, oldest.c.due, oldest.c.day)
    in_all = select(*which, func.count()).where(oldest.c.dialogue_id == DIALOGUES.c.id)
    return in_all.group_by(*which).order_by(*which)


def _those_passed(
    connection: Connection, rows: list[tuple[Any, ...]], policies: Policies, now: datetime
) -> Iterator[tuple[Any, ...]]:
    documents = _documents(connection, {row[0] for row in rows})
    for row in rows:
        programme = programme_of(documents[row[0]])
        policy = policies(programme.policy)
        calendar = calendar_of(programme, policy)
        due_day = row[3] or calendar.due_day(row[2])
        if rung_moment(calendar, due_day, LONG, policy.notice_time) <= now:
            yield row


def _documents(connection: Connection, programme_ids: set[str]) -> Mapping[str, str]:
    chosen = select(PROGRAMMES.c.id, PROGRAMMES.c.document)
    chosen = chosen.where(PROGRAMMES.c.id.in_(sorted(programme_ids)))
    return {row.id: row.document for row in connection.execute(chosen)} if programme_ids else {}


def _summary(programme_id: str, rows: list[tuple[Any, ...]]) -> LateAnswers:
    dialogues = tuple(dict.fromkeys(row[1] for row in rows))
    answers, oldest = sum(row[4] for row in rows), min(row[2] for row in rows)
    return LateAnswers(programme_id, answers, oldest, dialogues)
