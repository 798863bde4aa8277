"""
Held facts (end of day): what acts under seal brought about waits beside the journal, in a chain of its own.

A step changes its rows at once. Its facts are written here in the same transaction, and enter the journal when the day
is over in the programme's zone: in order of pseudonym, `at` that midnight. What says how far words to a sealed voice
came never does. The hash of each entry covers a nonce, so that nobody who knows all but the minute can try it.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    delete,
    func,
    insert,
    not_,
    select,
    text,
    update,
)

from records.engine.column_types import canonical, instant_text
from records.engine.database import reading
from records.engine.randomness import draw
from records.engine.statements import CompiledStatement
from records.journal.hash_chain import Head
from records.schema.held import HELD_CHANGES, HELD_FACTS, HELD_HEADS, TO_TELL
from records.schema.salts import COMMIT, Commit
from states.model.dialogue import Dialogue
from states.model.facts import Fact, HeldChange, HeldStep, Notice, RowChange
from states.model.vocabulary import FactName
from states.privacy.embargo.known_to_others import number_of
from states.privacy.embargo.row_changes import fields_read

NOTICES = "notices"
"""What stands for the collection of a change that is a message for later."""
_NONCE_LENGTH = 16  # bytes
_INSERT = CompiledStatement(insert(HELD_FACTS), [column.name for column in HELD_FACTS.c])
_PUT_HEAD = text(
    "INSERT INTO held_heads (dialogue_id, seq, hash) VALUES (:dialogue_id, :seq, :hash)"
    " ON CONFLICT (dialogue_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash"
)


def beginning(dialogue_id: str) -> Head:
    """The head of an empty chain of held facts; no journal begins with it."""
    return Head(0, sha256(f"weerklank held:{dialogue_id}".encode()).hexdigest())


def link(prev: str, row: Any) -> str:  # noqa: ANN401 - a row of the table, or the fields of one
    """The hash of one held fact: SHA-256, in hex, over *prev* and the canonical JSON of all that is never changed."""
    until = instant_text(row["until"]) if row["until"] else None
    said = [row["seq"], row["behind"], instant_text(row["at"]), row["voice"], until]
    words = [row["fact"], row["actor"], row["subject"], row["detail"], row["nonce"]]
    return sha256(f"{prev}{canonical([*said, *words])}".encode()).hexdigest()


def head_of(connection: Connection, dialogue_id: str) -> Head:
    """The last held fact of a dialogue."""
    columns = (HELD_HEADS.c.seq, HELD_HEADS.c.hash)
    chosen = select(*columns).where(HELD_HEADS.c.dialogue_id == dialogue_id)
    row = connection.execute(chosen).one_or_none()
    return Head(row.seq, row.hash) if row else beginning(dialogue_id)


def put(
    connection: Connection,
    dialogue: Dialogue,
    facts: Sequence[tuple[Fact, Commit | None]],
    behind: int,
    now: datetime,
) -> None:
    """Hold *facts* of *dialogue*, each with its commitment, which were written when the journal had *behind* facts."""
    head = head_of(connection, dialogue.id)
    rows: list[dict[str, Any]] = []
    for seq, (fact, commit) in enumerate(facts, head.seq + 1):
        hold = fact.hold
        assert hold is not None  # noqa: S101 - chosen by the caller
        row = {
            "dialogue_id": dialogue.id, "seq": seq, "behind": behind, "at": now, "voice": hold.voice,
            "until": hold.until, "fact": fact.fact, "actor": fact.actor,
            "subject": fact.subject,
            "detail": canonical({**fact.detail, COMMIT: commit} if commit else fact.detail),
            "nonce": draw(connection, dialogue.id, f"nonce:{seq}", _NONCE_LENGTH).hex(), "told": None,
        }  # fmt: skip
        digest = link(head.hash, row)
        rows.append({**row, "prev": head.hash, "hash": digest})
        head = Head(seq, digest)
    _INSERT.run(connection, rows)
    connection.execute(_PUT_HEAD, {"dialogue_id": dialogue.id, **head._asdict()})


def put_changes(
    connection: Connection, dialogue: Dialogue, steps: Iterable[HeldStep]
) -> tuple[HeldChange, ...]:
    """Keep what *steps* changed of *dialogue*, and whom they tell later; returns the changes."""
    rows, changes = [], []
    for step in steps:
        hold = step.hold
        whose = {
            "dialogue_id": dialogue.id, "voice": hold.voice, "until": hold.until, "awaits": step.awaits,
        }  # fmt: skip
        for one in step.changes:
            before = None if one.before is None else canonical(one.before)
            rows.append({**whose, "collection": one.collection, "key": one.key, "before": before})
            changes.append(HeldChange(step.hold.voice, one, step.awaits))
        for notice in step.notices:
            said = canonical(notice.model_dump(mode="json"))
            rows.append({**whose, "collection": NOTICES, "key": notice.to, "before": said})
    if rows:
        connection.execute(insert(HELD_CHANGES), rows)
    return tuple(changes)


def changes_of(connection: Connection, dialogue_id: str) -> tuple[HeldChange, ...]:
    """What steps under seal changed in a dialogue since the last end of a day, oldest first."""
    c = HELD_CHANGES.c
    chosen = select(c.voice, c.collection, c.key, c.before, c.awaits).order_by(c.id)
    chosen = chosen.where(c.dialogue_id == dialogue_id, c.collection != NOTICES)
    return tuple(
        HeldChange(row.voice, RowChange(row.collection, row.key, _fields(row)), row.awaits)
        for row in connection.execute(chosen)
    )


def _fields(row: Any) -> dict[str, Any] | None:  # noqa: ANN401 - a row of the table
    return None if row.before is None else fields_read(row.collection, json.loads(row.before))


def days_over(engine: Engine, now: datetime) -> list[str]:
    """The dialogues of which held facts are to enter the journal by *now* (aware UTC)."""
    facts = select(HELD_FACTS.c.dialogue_id).where(TO_TELL, HELD_FACTS.c.until <= now)
    changes = select(HELD_CHANGES.c.dialogue_id).where(HELD_CHANGES.c.until <= now)
    with reading(engine) as connection:
        return sorted(connection.scalars(facts.union(changes)))


def is_over(connection: Connection, dialogue_id: str, now: datetime) -> bool:
    """Whether a day is over by *now* on which something was held of *dialogue_id*."""
    facts = select(HELD_FACTS.c.seq).where(HELD_FACTS.c.dialogue_id == dialogue_id, TO_TELL)
    changes = select(HELD_CHANGES.c.id).where(HELD_CHANGES.c.dialogue_id == dialogue_id)
    over = facts.where(HELD_FACTS.c.until <= now), changes.where(HELD_CHANGES.c.until <= now)
    return any(connection.execute(one.limit(1)).first() for one in over)


def next_day_end(engine: Engine) -> datetime | None:
    """When held facts enter the journal next; None: there are none to do so."""
    facts = select(func.min(HELD_FACTS.c.until)).where(TO_TELL)
    changes = select(func.min(HELD_CHANGES.c.until))
    with reading(engine) as connection:
        found = [connection.scalar(facts), connection.scalar(changes)]
    return min((moment for moment in found if moment is not None), default=None)


def take_due(
    connection: Connection, dialogue_id: str, now: datetime
) -> Iterator[tuple[datetime, list[Any]]]:
    """The held facts whose day was over by *now*, day by day, each day's in order of pseudonym."""
    c = HELD_FACTS.c
    chosen = select(HELD_FACTS).where(c.dialogue_id == dialogue_id, TO_TELL, c.until <= now)
    rows = sorted(
        connection.execute(chosen), key=lambda row: (row.until, number_of(row.voice), row.seq)
    )
    for end, day in groupby(rows, key=lambda row: row.until):
        yield end, list(day)


class DayEnded(NamedTuple):
    """What ends with a day: what others are told then, at which moment, and which duties began under seal."""

    notices: list[tuple[datetime, Notice]]
    duties: list[str]


def take_changes(connection: Connection, dialogue_id: str, now: datetime) -> DayEnded:
    """Forget what held steps changed whose day was over by *now*; what follows is in order of pseudonym."""
    return _take(connection, dialogue_id, HELD_CHANGES.c.until <= now, not_(HELD_CHANGES.c.awaits))


def take_awaiting(connection: Connection, dialogue_id: str) -> DayEnded:
    """Forget what was to be known with the points under seal, as `take_changes` does."""
    return _take(connection, dialogue_id, HELD_CHANGES.c.awaits)


def _take(connection: Connection, dialogue_id: str, *which: ColumnElement[bool]) -> DayEnded:
    here = (HELD_CHANGES.c.dialogue_id == dialogue_id, *which)
    rows = list(connection.execute(select(HELD_CHANGES).where(*here)))
    connection.execute(delete(HELD_CHANGES).where(*here))
    rows.sort(key=lambda row: (row.until, number_of(row.voice), row.id))
    told = [row for row in rows if row.collection == NOTICES]
    notices = [(row.until, Notice.model_validate_json(row.before)) for row in told]
    new = [row for row in rows if row.collection == "duties" and row.before is None]
    return DayEnded(notices, [row.key for row in new])


def mark_told(connection: Connection, dialogue_id: str, numbers: Iterable[tuple[int, int]]) -> None:
    """Put down under which number of the journal each held fact stands there now."""
    c = HELD_FACTS.c
    for seq, told in numbers:
        one = update(HELD_FACTS).where(c.dialogue_id == dialogue_id, c.seq == seq)
        connection.execute(one.values(told=told))


def own_number(connection: Connection, dialogue_id: str, voice: str) -> int:
    """How many facts of *voice* are held in a dialogue or were."""
    c = HELD_FACTS.c
    chosen = select(func.count()).where(c.dialogue_id == dialogue_id, c.voice == voice)
    return connection.scalar(chosen) or 0


def fact_of(row: Any) -> Fact:  # noqa: ANN401 - a row of the table
    """The fact that a held row is, with its commitment in its detail, as the journal keeps it."""
    return Fact(
        fact=FactName(row.fact), actor=row.actor, subject=row.subject, detail=json.loads(row.detail)
    )
