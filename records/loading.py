"""Reading a dialogue whole, and writing back only what a step changed."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from records.bulk import Bulk
from records.chain import Head
from records.columns import can_be_key, canonical
from records.shelves import SHELVES
from records.tables import DIALOGUES, PROGRAMMES
from states.dialogue import Dialogue
from states.duties import Duty
from states.errors import NotKnown
from states.policy import Policy
from states.programme import Programme

Policies = Callable[[Mapping[str, Any]], Policy]
"""From the policy values that a programme changes to its whole policy; the caller caches."""


@dataclass(frozen=True, slots=True)
class Held:
    """A dialogue as it was read, with what writing it back needs."""

    dialogue: Dialogue
    head: Head
    revision: int
    programme_revision: int

    @property
    def stamp(self) -> "_Stamp":
        """What is different as soon as somebody changed it."""
        return self.revision, self.head.hash, self.programme_revision


_SHELVED = {shelf.name for shelf in SHELVES}
_PLAIN = tuple(
    field.name for field in fields(Dialogue) if field.name not in {"programme", "policy", *_SHELVED}
)
_HEADS = ("revision", "head_seq", "head_hash", "programme_id")
_SELECT = (
    select(
        *(DIALOGUES.c[name] for name in (*_PLAIN, *_HEADS)),
        PROGRAMMES.c.document,
        PROGRAMMES.c.revision.label("programme_revision"),
    )
    .join_from(DIALOGUES, PROGRAMMES)
    .where(DIALOGUES.c.id == bindparam("of_dialogue"))
)
_SELECT_LOCKED = _SELECT.with_for_update(of=DIALOGUES)


@lru_cache(maxsize=2048)
def programme_of(document: str) -> Programme:
    """The programme of its JSON *document*; equal documents share one value."""
    return Programme.model_validate_json(document)


_Stamp = tuple[int, str, int]


_STAMP = Bulk(
    select(DIALOGUES.c.revision, DIALOGUES.c.head_hash, PROGRAMMES.c.revision)
    .join_from(DIALOGUES, PROGRAMMES)
    .where(DIALOGUES.c.id == bindparam("of_dialogue")),
    ["of_dialogue"],
)


def _stamp_now(connection: Connection, dialogue_id: str) -> _Stamp | None:
    found = _STAMP.rows(connection, {"of_dialogue": dialogue_id})
    return tuple(found[0]) if found else None


class Reader:
    """
    Reads dialogues, and keeps the last few it read: what is kept is used only when its revision is still the same.

    *policies* turns a programme's own policy values into its policy.
    """

    def __init__(self, policies: Policies, keep: int = 64) -> None:
        self._policies = policies
        self._most = keep
        self._kept: OrderedDict[str, tuple[_Stamp, Held]] = OrderedDict()
        self._lock = threading.Lock()

    def read(
        self,
        connection: Connection,
        dialogue_id: str,
        *,
        lock: bool = False,
        known: Held | None = None,
    ) -> Held:
        """
        The dialogue *dialogue_id*, locked for this transaction with *lock*; *known* itself when it is still so.

        Raises NotKnown('unknown-dialogue').
        """
        if known is not None and not lock and _stamp_now(connection, dialogue_id) == known.stamp:
            return known
        statement = _SELECT_LOCKED if lock else _SELECT
        row = None
        if can_be_key(dialogue_id):
            row = connection.execute(statement, {"of_dialogue": dialogue_id}).one_or_none()
        if row is None:
            raise NotKnown("unknown-dialogue", dialogue=dialogue_id)
        stamp = (row.revision, row.head_hash, row.programme_revision)
        return self._kept_as(dialogue_id, stamp) or self._keep_as(
            stamp, self._load(connection, row)
        )

    def remember(self, held: Held) -> None:
        """Keep *held*, which was just committed, so that the next step need not load it."""
        self._keep_as(held.stamp, held)

    def _kept_as(self, dialogue_id: str, stamp: _Stamp) -> Held | None:
        with self._lock:
            found = self._kept.get(dialogue_id)
            if found is None or found[0] != stamp:
                return None
            self._kept.move_to_end(dialogue_id)
            return found[1]

    def _keep_as(self, stamp: _Stamp, held: Held) -> Held:
        with self._lock:
            self._kept[held.dialogue.id] = (stamp, held)
            self._kept.move_to_end(held.dialogue.id)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return held

    def _load(self, connection: Connection, row: Row[Any]) -> Held:
        programme = programme_of(row.document)
        parts: dict[str, Any] = {name: getattr(row, name) for name in _PLAIN}
        parts |= {shelf.name: shelf.read(connection, row.id) for shelf in SHELVES}
        policy = self._policies(programme.policy)
        dialogue = Dialogue(programme=programme, policy=policy, **parts)
        head = Head(row.head_seq, row.head_hash)
        return Held(dialogue, head, row.revision, row.programme_revision)


_CHANGEABLE = [name for name in (*_PLAIN, "revision", "head_seq", "head_hash") if name != "id"]
_UPDATE = Bulk(
    update(DIALOGUES)
    .where(DIALOGUES.c.id == bindparam("of_dialogue"))
    .values({name: bindparam(name) for name in _CHANGEABLE}),
    ["of_dialogue", *_CHANGEABLE],
)
_INSERT = insert(DIALOGUES)


def save(connection: Connection, held: Held, after: Dialogue, head: Head) -> list[Duty]:
    """Write what *after* changed of *held*, with the journal's new *head*; returns the duties that changed."""
    row = _row(after, head, held.revision + 1)
    row["of_dialogue"] = row.pop("id")
    _UPDATE.run(connection, [row])
    return _save_shelves(connection, after, held.dialogue, held.revision + 1)


def add(connection: Connection, dialogue: Dialogue, head: Head) -> None:
    """Write a new *dialogue* whole. Raises IntegrityError when it is already there."""
    row = {**_row(dialogue, head, 1), "programme_id": dialogue.programme.id}
    connection.execute(_INSERT, row)
    _save_shelves(connection, dialogue, None, 1)


def _row(dialogue: Dialogue, head: Head, revision: int) -> dict[str, Any]:
    plain = {name: getattr(dialogue, name) for name in _PLAIN}
    return {**plain, "revision": revision, "head_seq": head.seq, "head_hash": head.hash}


def _save_shelves(
    connection: Connection, after: Dialogue, before: Dialogue | None, revision: int
) -> list[Duty]:
    duties: list[Duty] = []
    for shelf in SHELVES:
        was = getattr(before, shelf.name) if before is not None else {}
        duties = shelf.write(connection, after, was, revision)
    return duties


def save_programme(
    connection: Connection, programme: Programme, revision: int, applied_at: datetime
) -> bool:
    """Replace the programme that was read with *revision*; False when somebody changed it since."""
    changed = connection.execute(
        update(PROGRAMMES)
        .where(PROGRAMMES.c.id == programme.id, PROGRAMMES.c.revision == revision)
        .values(document=document_of(programme), revision=revision + 1, applied_at=applied_at)
    )
    return changed.rowcount == 1


def document_of(programme: Programme) -> str:
    """The JSON document of *programme*, the same for equal programmes."""
    return canonical(programme.model_dump(mode="json"))
