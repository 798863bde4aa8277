"""Audit log (the journal): the facts of a dialogue in order, and the proof that nobody changed them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, select

from records.engine.column_types import can_be_key, instant_text
from records.engine.database import reading
from records.journal.hash_chain import Head, beginning, link
from records.schema.core import DIALOGUES, FACTS
from records.schema.salts import Commit, detail_of
from states.language.errors import NotKnown
from states.model.vocabulary import FactName

_AT_ONCE = 1000  # rows in memory while the chains are recomputed
_SELECT_HEAD = select(DIALOGUES.c.head_seq, DIALOGUES.c.head_hash).where(
    DIALOGUES.c.id == bindparam("of_dialogue")
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact of the journal."""

    seq: int
    at: datetime
    fact: str
    actor: str
    subject: str
    detail: dict[str, Any]
    hash: str
    commit: Commit | None = None
    """What binds the words that it is about; None: it is about none, or from before words were bound."""


@dataclass(frozen=True, slots=True)
class Break:
    """Where the journal of a dialogue is not what it was: the first bad entry, and *what* is wrong with it."""

    dialogue_id: str
    seq: int
    what: str


def entries(engine: Engine, dialogue_id: str) -> list[Entry]:
    """The facts of *dialogue_id* in order. Raises NotKnown('unknown-dialogue')."""
    with reading(engine) as connection:
        return entries_of(connection, dialogue_id)


def entries_of(connection: Connection, dialogue_id: str) -> list[Entry]:
    """The facts of *dialogue_id* in order, in the view of *connection*. Raises NotKnown('unknown-dialogue')."""
    _head(connection, dialogue_id)
    chosen = select(FACTS).where(FACTS.c.dialogue_id == dialogue_id).order_by(FACTS.c.seq)
    return [_entry(row) for row in connection.execute(chosen)]


def _entry(row: Any) -> Entry:  # noqa: ANN401 - a row of the table
    detail, commit = detail_of(row.detail)
    return Entry(row.seq, row.at, row.fact, row.actor, row.subject, detail, row.hash, commit)


def has_happened(
    engine: Engine, dialogue_id: str, fact: FactName, subject: str, since: datetime
) -> bool:
    """Whether *fact* happened to *subject* after *since* (aware UTC)."""
    chosen = select(FACTS.c.seq).where(
        FACTS.c.dialogue_id == dialogue_id,
        FACTS.c.fact == fact,
        FACTS.c.subject == subject,
        FACTS.c.at > since,
    )
    with reading(engine) as connection:
        return connection.execute(chosen.limit(1)).first() is not None


def has_changed(engine: Engine, dialogue_id: str, since: datetime) -> bool:
    """Whether anything happened in *dialogue_id* from *since* (aware UTC) on."""
    chosen = select(FACTS.c.seq).where(FACTS.c.dialogue_id == dialogue_id, FACTS.c.at >= since)
    with reading(engine) as connection:
        return connection.execute(chosen.limit(1)).first() is not None


def head(engine: Engine, dialogue_id: str) -> tuple[int, str]:
    """Number and hash of the last fact of *dialogue_id*. Raises NotKnown('unknown-dialogue')."""
    with reading(engine) as connection:
        found = _head(connection, dialogue_id)
    return found.seq, found.hash


def _head(connection: Connection, dialogue_id: str) -> Head:
    row = None
    if can_be_key(dialogue_id):
        row = connection.execute(_SELECT_HEAD, {"of_dialogue": dialogue_id}).one_or_none()
    if row is None:
        raise NotKnown("unknown-dialogue", dialogue=dialogue_id)
    return Head(row.head_seq, row.head_hash)


def verify(engine: Engine, dialogue_id: str | None = None) -> list[Break]:
    """
    Recompute the chain of *dialogue_id*, or of every dialogue; the answer is empty when all is as it was written.

    For each broken chain its first bad entry is named. Raises NotKnown('unknown-dialogue').
    """
    with reading(engine) as connection:
        if dialogue_id is not None:
            _head(connection, dialogue_id)
        return [found for found in _verdicts(connection, dialogue_id) if found is not None]


def _verdicts(connection: Connection, dialogue_id: str | None) -> Iterator[Break | None]:
    """One walk over dialogues and facts side by side, in one order, so that memory stays flat."""
    heads = select(DIALOGUES.c.id, DIALOGUES.c.head_seq, DIALOGUES.c.head_hash)
    facts = select(FACTS).order_by(FACTS.c.dialogue_id, FACTS.c.seq)
    if dialogue_id is not None:
        heads = heads.where(DIALOGUES.c.id == dialogue_id)
        facts = facts.where(FACTS.c.dialogue_id == dialogue_id)
    known = {row.id: Head(row.head_seq, row.head_hash) for row in connection.execute(heads)}
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(facts)
    for name, chain in groupby(rows, key=lambda row: str(row.dialogue_id)):
        yield _check(name, chain, known.pop(name, None))
    for name, left in sorted(known.items()):
        yield Break(name, 1, "is missing") if left.seq else None


def _check(dialogue_id: str, chain: Iterator[Any], expected: Head | None) -> Break | None:
    last = beginning(dialogue_id)
    for row in chain:
        what = _wrong(row, last)
        if what is not None:
            return Break(dialogue_id, row.seq if row.seq == last.seq + 1 else last.seq + 1, what)
        last = Head(row.seq, row.hash)
    return _check_head(dialogue_id, last, expected)


def _wrong(row: Any, last: Head) -> str | None:  # noqa: ANN401 - a row of the table
    if row.seq != last.seq + 1:
        return "is missing"
    if row.prev != last.hash:
        return "does not follow from the entry before it"
    words = (row.fact, row.actor, row.subject)
    if link(row.prev, row.seq, instant_text(row.at), words, row.detail) != row.hash:
        return "was changed after it was written"
    return None


def _check_head(dialogue_id: str, last: Head, expected: Head | None) -> Break | None:
    if expected is None:
        return Break(dialogue_id, last.seq, "belongs to a dialogue that is not there")
    if last == expected:
        return None
    if last.seq < expected.seq:
        return Break(dialogue_id, last.seq + 1, "is missing at the end")
    return Break(dialogue_id, last.seq, "is not the one that the dialogue names as its last")
