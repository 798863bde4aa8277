"""Dialogue repository: reads a dialogue whole, as a snapshot, and writes back only what a step changed."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from records.dialogues.carried_debts import OWED_BEFORE, inherited_debts
from records.dialogues.collection_mappers import MAPPERS, collections_of, write_collections
from records.engine.column_types import can_be_key, canonical
from records.engine.pinned_connection import PinnedConnection
from records.engine.pipeline import Questions
from records.engine.statements import CompiledStatement
from records.journal.embargo.held_facts import changes_of
from records.journal.hash_chain import Head
from records.schema.core import DIALOGUES, PROGRAMMES
from states.language.errors import NotKnown
from states.model.dialogue import Dialogue
from states.model.duties import Duty
from states.model.policy import Policy
from states.model.programme import Programme
from states.privacy.seals import has_seals
from states.values.values import STORED

Policies = Callable[[Mapping[str, Any]], Policy]
"""From the policy values that a programme changes to its whole policy; the caller caches."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A dialogue as it was read, with what writing it back needs."""

    dialogue: Dialogue
    head: Head
    revision: int
    programme_revision: int

    @property
    def version(self) -> tuple[int, str, int]:
        """What is no longer the same in the database when somebody changed the dialogue or its programme."""
        return self.revision, self.head.hash, self.programme_revision


_MAPPED = {mapper.name for mapper in MAPPERS}
_PLAIN = tuple(
    field.name for field in fields(Dialogue) if field.name not in {"programme", "policy", *_MAPPED}
)
_HEADS = ("revision", "head_seq", "head_hash", "programme_id")
_SELECT = (
    select(
        *(DIALOGUES.c[name] for name in (*_PLAIN, *_HEADS)),
        PROGRAMMES.c.document,
        PROGRAMMES.c.revision.label("programme_revision"),
        OWED_BEFORE.label("owed_before"),
    )
    .join_from(DIALOGUES, PROGRAMMES)
    .where(DIALOGUES.c.id == bindparam("of_dialogue"))
)
_COLUMNS = [column.name for column in _SELECT.selected_columns]
_WHOLE = Questions([_SELECT, *(mapper.select for mapper in MAPPERS)])
_STAMP = (
    select(DIALOGUES.c.revision, DIALOGUES.c.head_hash, PROGRAMMES.c.revision)
    .join_from(DIALOGUES, PROGRAMMES)
    .where(DIALOGUES.c.id == bindparam("of_dialogue"))
)
_LOOK = CompiledStatement(_STAMP, ["of_dialogue"])
_LOCK = CompiledStatement(_STAMP.with_for_update(of=DIALOGUES), ["of_dialogue"])


@lru_cache(maxsize=2048)
def programme_of(document: str) -> Programme:
    """The programme of its JSON *document*; equal documents share one value."""
    return Programme.model_validate_json(document, context=STORED)


class DialogueReader:
    """
    Reads dialogues, and keeps the last few it read: what is kept is used only when its revision is still the same.

    *policies* turns a programme's own policy values into its policy.
    """

    def __init__(self, policies: Policies, keep: int = 64) -> None:
        self._policies = policies
        self._most = keep
        self._kept: OrderedDict[str, Snapshot] = OrderedDict()
        self._lock = threading.Lock()

    def read(
        self,
        connection: Connection,
        dialogue_id: str,
        *,
        lock: bool = False,
        known: Snapshot | None = None,
    ) -> Snapshot:
        """
        The dialogue *dialogue_id*, locked for this transaction with *lock*; *known* itself when it is still so.

        Raises NotKnown('unknown-dialogue').
        """
        found = []
        if can_be_key(dialogue_id):
            found = (_LOCK if lock else _LOOK).rows(connection, {"of_dialogue": dialogue_id})
        if not found:
            raise NotKnown("unknown-dialogue", dialogue=dialogue_id)
        if known is not None and known.version == found[0]:
            return known
        kept = self._kept_as(dialogue_id, found[0])
        if kept is None:
            kept = self._load(connection, dialogue_id)
            self.remember(kept)
        return kept

    def same(self, pinned: PinnedConnection, known: Snapshot) -> bool:
        """Whether *known* is still so, asked over *pinned*; False also when that does not serve."""
        return pinned.rows(_LOOK, {"of_dialogue": known.dialogue.id}) == [known.version]

    def remember(self, held: Snapshot) -> None:
        """Keep *held*, so that the next step need not load it. After a change: only once that was committed."""
        with self._lock:
            self._kept[held.dialogue.id] = held
            self._kept.move_to_end(held.dialogue.id)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def _kept_as(self, dialogue_id: str, version: tuple[int, str, int]) -> Snapshot | None:
        with self._lock:
            found = self._kept.get(dialogue_id)
            if found is None or found.version != version:
                return None
            self._kept.move_to_end(dialogue_id)
            return found

    def _load(self, connection: Connection, dialogue_id: str) -> Snapshot:
        [row], *collections = _WHOLE.rows(connection, {"of_dialogue": dialogue_id})
        own = dict(zip(_COLUMNS, row, strict=True))
        programme = programme_of(own["document"])
        parts = {name: own[name] for name in _PLAIN} | collections_of(collections)
        policy = self._policies(programme.policy)
        dialogue = Dialogue(programme=programme, policy=policy, **parts)
        if own["owed_before"]:
            dialogue.inherits, dialogue.uncarried = inherited_debts(connection, dialogue)
        if has_seals(dialogue):
            dialogue.held = changes_of(connection, dialogue_id)
        head = Head(own["head_seq"], own["head_hash"])
        return Snapshot(dialogue, head, own["revision"], own["programme_revision"])


_plain = attrgetter(*_PLAIN)


def _update(names: Sequence[str]) -> CompiledStatement:
    statement = update(DIALOGUES).where(DIALOGUES.c.id == bindparam("of_dialogue"))
    return CompiledStatement(
        statement.values({name: bindparam(name) for name in names}), ["of_dialogue", *names]
    )


_HEAD = ("revision", "head_seq", "head_hash")
_UPDATE_HEAD = _update(_HEAD)
_UPDATE = _update([name for name in (*_PLAIN, *_HEAD) if name != "id"])
_INSERT = insert(DIALOGUES)


def save(connection: Connection, held: Snapshot, after: Dialogue, head: Head) -> list[Duty]:
    """Write what *after* changed of *held*, with the journal's new *head*; returns the duties that changed."""
    same = _plain(after) == _plain(held.dialogue)
    row = {**_row(after, head, held.revision + 1), "of_dialogue": after.id}
    (_UPDATE_HEAD if same else _UPDATE).run(connection, [row])
    return write_collections(connection, after, held.dialogue, held.revision + 1)


def add(connection: Connection, dialogue: Dialogue, head: Head) -> None:
    """Write a new *dialogue* whole. Raises IntegrityError when it is already there."""
    row = {**_row(dialogue, head, 1), "programme_id": dialogue.programme.id}
    connection.execute(_INSERT, row)
    write_collections(connection, dialogue, None, 1)


def _row(dialogue: Dialogue, head: Head, revision: int) -> dict[str, Any]:
    plain = zip(_PLAIN, _plain(dialogue), strict=True)
    return {**dict(plain), "revision": revision, "head_seq": head.seq, "head_hash": head.hash}


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
