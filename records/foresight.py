"""Difference of two states: which facts and notices stand in a database that did not stand there before."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from records.engine.database import reading
from records.outbox.enqueue import PENDING
from records.queries import NoticeRow
from records.schema.access import ACCOUNT_LETTERS
from records.schema.core import DIALOGUES, FACTS, NOTICES


class NewFact(NamedTuple):
    """A fact that was written."""

    dialogue_id: str
    fact: str
    actor: str
    subject: str


@dataclass(frozen=True)
class Mark:
    """How far a database had come: the last notice and letter, the notices that waited, the journals' ends."""

    newest: int
    letters: int
    waiting: frozenset[int]
    heads: dict[str, int]


def mark(engine: Engine) -> Mark:
    """How far the database of *engine* has come."""
    with reading(engine) as connection:
        newest = connection.scalar(select(func.max(NOTICES.c.id))) or 0
        letters = connection.scalar(select(func.max(ACCOUNT_LETTERS.c.number))) or 0
        waiting = connection.scalars(select(NOTICES.c.id).where(NOTICES.c.status == PENDING))
        heads = connection.execute(select(DIALOGUES.c.id, DIALOGUES.c.head_seq))
        return Mark(newest, letters, frozenset(waiting), {row.id: row.head_seq for row in heads})


def notices_since(engine: Engine, before: Mark) -> list[NoticeRow]:
    """The notices that were written since *before*, and those that waited then and do not any more."""
    chosen = select(*(NOTICES.c[name] for name in NoticeRow._fields)).order_by(NOTICES.c.id)
    with reading(engine) as connection:
        rows = [NoticeRow(*row) for row in connection.execute(chosen)]
    return [
        row
        for row in rows
        if row.id > before.newest or (row.id in before.waiting and row.status != PENDING)
    ]


def facts_since(engine: Engine, before: Mark) -> list[NewFact]:
    """The facts that were written since *before*, in the order of each journal."""
    columns = [FACTS.c[name] for name in ("fact", "actor", "subject")]
    found: list[NewFact] = []
    with reading(engine) as connection:
        heads = connection.execute(
            select(DIALOGUES.c.id, DIALOGUES.c.head_seq).order_by(DIALOGUES.c.id)
        )
        for name, seq in heads.all():
            if seq <= (then := before.heads.get(name, 0)):
                continue
            written = select(*columns).where(FACTS.c.dialogue_id == name, FACTS.c.seq > then)
            found += [
                NewFact(name, *row) for row in connection.execute(written.order_by(FACTS.c.seq))
            ]
    return found


def sign_ins_since(engine: Engine, before: Mark) -> list[str]:
    """The roles that are told since *before* that their sign-in is another's, or elsewhere."""
    chosen = select(ACCOUNT_LETTERS.c.role).where(ACCOUNT_LETTERS.c.number > before.letters)
    with reading(engine) as connection:
        return sorted(set(connection.scalars(chosen)))
