"""
Transparency log: the heads of all journals in a list that only grows, over which checkpoints are signed.

An entry is `dialogue seq hash`. Whoever keeps a checkpoint elsewhere can show that no head in it was changed since,
also not together with the whole chain below it.
"""

import json
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
)

from records.engine.database import reading, writing
from records.journal.embargo.held_facts import beginning
from records.journal.hash_chain import Head
from records.journal.merkle import Frontier, append_leaves, hash_leaf, root_of, tree_root
from records.schema.anchors import ANCHORS, CHECKPOINTS
from records.schema.collections import SEALS
from records.schema.core import DIALOGUES, FACTS
from records.schema.held import HELD_FACTS, HELD_HEADS
from states.model.dialogue import Phase

HELD = "+held"
"""What the name of a dialogue ends with where its chain of held facts is meant; no name of one has such a sign."""
_KEPT_BACK = and_(DIALOGUES.c.phase == Phase.SESSION, DIALOGUES.c.summary_published_at.is_(None))
"""The dialogues in which something may have been said under seal that nobody else knows of yet."""
Sign = Callable[[int, bytes], str]
"""Makes the signed note of a size and a root."""


class KeptCheckpoint(NamedTuple):
    """A checkpoint that was made: how long the list was, when, by which public key, and the signed note."""

    size: int
    made_at: datetime
    key: str
    note: str


class Contradiction(NamedTuple):
    """What a checkpoint says otherwise than the database: of which dialogue ('' for the list) and entry."""

    dialogue_id: str
    seq: int
    checkpoint: str
    database: str


def latest(engine: Engine) -> KeptCheckpoint | None:
    """The newest checkpoint, None before the first."""
    columns = [CHECKPOINTS.c[name] for name in KeptCheckpoint._fields]
    with reading(engine) as connection:
        row = connection.execute(
            select(*columns).order_by(CHECKPOINTS.c.id.desc()).limit(1)
        ).one_or_none()
    return None if row is None else KeptCheckpoint(*row)


def keys(engine: Engine) -> list[str]:
    """The public keys of all checkpoints, the newest first."""
    chosen = select(CHECKPOINTS.c.key).group_by(CHECKPOINTS.c.key)
    with reading(engine) as connection:
        return list(connection.scalars(chosen.order_by(func.max(CHECKPOINTS.c.id).desc())))


def has_journals(engine: Engine) -> bool:
    """Whether anything happened yet that a checkpoint could be about."""
    with reading(engine) as connection:
        return bool(connection.scalar(select(exists().where(DIALOGUES.c.head_seq > 0))))


def append_heads(engine: Engine, sign: Sign, key: str, now: datetime) -> KeptCheckpoint:
    """
    Put the heads that are new behind the list, and let *sign* sign what it then is; *key* is the public one.

    Raises what *sign* raises; then nothing was changed. The heads are read as they stand; nobody waits for it but
    another checkpoint.
    """
    with writing(engine, now) as connection:
        size, frontier = _so_far(connection)
        heads = _new_heads(connection)
        rows = [
            {"position": size + i, "dialogue": name, "seq": seq, "head": head}
            for i, (name, seq, head) in enumerate(heads)
        ]
        frontier = append_leaves(frontier, (leaf_of(*head) for head in heads))
        made = KeptCheckpoint(size + len(rows), now, key, sign(size + len(rows), root_of(frontier)))
        if rows:
            connection.execute(insert(ANCHORS), rows)
        packed = json.dumps([[number, root.hex()] for number, root in frontier])
        connection.execute(insert(CHECKPOINTS), {**made._asdict(), "frontier": packed})
    return made


def leaf_of(dialogue_id: str, seq: int, head: str) -> bytes:
    """The leaf of a head in the tree."""
    return hash_leaf(f"{dialogue_id} {seq} {head}".encode())


def _so_far(connection: Connection) -> tuple[int, Frontier]:
    columns = (CHECKPOINTS.c.size, CHECKPOINTS.c.frontier)
    chosen = select(*columns).order_by(CHECKPOINTS.c.id.desc()).limit(1).with_for_update()
    row = connection.execute(chosen).one_or_none()
    if row is None:
        return 0, []
    return row.size, [(number, bytes.fromhex(root)) for number, root in json.loads(row.frontier)]


def _new_heads(connection: Connection) -> list[tuple[str, int, str]]:
    """The heads of dialogues in which something happened since they were put in the list."""
    d = DIALOGUES.c
    known = select(ANCHORS.c.dialogue, func.max(ANCHORS.c.seq).label("seq"))
    listed = known.group_by(ANCHORS.c.dialogue).subquery()
    chosen = (
        select(d.id, d.head_seq, d.head_hash)
        .outerjoin(listed, listed.c.dialogue == d.id)
        .where(d.head_seq > 0, or_(listed.c.seq.is_(None), listed.c.seq < d.head_seq))
        .order_by(d.id)
    )
    heads = {row[0]: [(row[0], row[1], row[2])] for row in connection.execute(chosen)}
    quiet = list(connection.scalars(select(d.id).where(_KEPT_BACK)))
    held = _held_heads(connection) if heads or quiet else {}
    # Until its summary is out each day has the head of what is held: whether anything is does not show.
    names = sorted({*heads, *quiet})
    return [one for name in names for one in (*heads.get(name, ()), *held.get(name, ()))]


def _held_heads(connection: Connection) -> dict[str, list[tuple[str, int, str]]]:
    """
    By dialogue the head of its held facts, which goes into the list beside that of its journal.

    Always, once a session began, and when its summary is out once there are points under seal: that it is there says of
    no day that somebody acted on it.
    """
    sealed = exists().where(SEALS.c.dialogue_id == DIALOGUES.c.id)
    chosen = (
        select(DIALOGUES.c.id, HELD_HEADS.c.seq, HELD_HEADS.c.hash)
        .outerjoin(HELD_HEADS, HELD_HEADS.c.dialogue_id == DIALOGUES.c.id)
        .where(or_(and_(sealed, DIALOGUES.c.summary_published_at.is_not(None)), _KEPT_BACK))
    )
    found = {}
    for name, seq, digest in connection.execute(chosen):
        head = beginning(name) if seq is None else Head(seq, digest)
        found[name] = [(f"{name}{HELD}", *head)]
    return found


def leaves(engine: Engine, size: int) -> list[bytes]:
    """The leaves of the first *size* entries of the list, as they stand in the database."""
    columns = (ANCHORS.c.dialogue, ANCHORS.c.seq, ANCHORS.c.head)
    chosen = select(*columns).where(ANCHORS.c.position < size).order_by(ANCHORS.c.position)
    with reading(engine) as connection:
        return [leaf_of(*row) for row in connection.execute(chosen)]


def roots(engine: Engine, sizes: Collection[int]) -> dict[int, bytes]:
    """The roots that the list had at each of *sizes*, as it stands in the database; none for what it never was."""
    found: dict[int, bytes] = {}
    frontier: Frontier = []
    at = 0
    listed = leaves(engine, max(sizes, default=0))
    for size in sorted(sizes):
        frontier = append_leaves(frontier, listed[at:size])
        at = size
        if size <= len(listed):
            found[size] = root_of(frontier)
    return found


def first_rewritten(engine: Engine, size: int, dialogue_id: str | None = None) -> int | None:
    """The place in the list, of its first *size* entries, of the first that the journals bear out no more."""
    with reading(engine) as connection:
        return next((place for place, _ in _changes(connection, size, dialogue_id)), None)


def contradictions(
    engine: Engine, size: int, root: bytes, dialogue_id: str | None = None
) -> list[Contradiction]:
    """What the database says otherwise than a checkpoint over *size* entries with *root*."""
    found = leaves(engine, size)
    if len(found) < size:
        return [Contradiction("", size, f"{size} entries", f"{len(found)} entries")]
    if (now := tree_root(found)) != root:
        return [Contradiction("", size, f"root {root.hex()[:16]}", f"root {now.hex()[:16]}")]
    with reading(engine) as connection:
        return [change for _, change in _changes(connection, size, dialogue_id)]


def _changes(
    connection: Connection, size: int, dialogue_id: str | None
) -> Iterator[tuple[int, Contradiction]]:
    """What else is so than the list says, if that is as it was signed; each with its place."""
    own = func.substr(ANCHORS.c.dialogue, 1, func.length(ANCHORS.c.dialogue) - len(HELD))
    held = ANCHORS.c.dialogue.endswith(HELD)
    found = [
        *_changes_of(connection, FACTS, ANCHORS.c.dialogue, not_(held), (size, dialogue_id)),
        *_changes_of(connection, HELD_FACTS, own, held, (size, dialogue_id)),
    ]
    yield from sorted(found)


def _changes_of(
    connection: Connection,
    table: Table,
    name: ColumnElement[str],
    which: ColumnElement[bool],
    of: tuple[int, str | None],
) -> Iterator[tuple[int, Contradiction]]:
    size, dialogue_id = of
    same = and_(table.c.dialogue_id == name, table.c.seq == ANCHORS.c.seq)
    columns = (ANCHORS.c.position, ANCHORS.c.dialogue, ANCHORS.c.seq, ANCHORS.c.head)
    chosen = (
        select(*columns, table.c.hash)
        .outerjoin(table, same)
        .where(ANCHORS.c.position < size, ANCHORS.c.seq > 0, which)
        .where(or_(table.c.hash.is_(None), table.c.hash != ANCHORS.c.head))
    )
    if dialogue_id is not None:
        chosen = chosen.where(name == dialogue_id)
    for place, listed, seq, head, found in connection.execute(chosen):
        said = f"hash {found[:16]}" if found else "no such entry"
        yield place, Contradiction(listed, seq, f"hash {head[:16]}", said)
