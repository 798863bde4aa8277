"""
Commitments (HMAC-SHA-256): a fact binds the words that it is about, which lie elsewhere and can be erased there.

A commitment is the HMAC, under a salt of 128 bits, of the words in their canonical form: JSON with keys in order and
no spaces, all text in NFC, what is empty left out, with the dialogue and the name of the words. Without its salt,
which is erased with the words, it says nothing about them, and nobody can prove what they were.
"""

import hmac
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from unicodedata import normalize

from sqlalchemy import Connection, delete, text

from records.engine.column_types import canonical
from records.engine.randomness import draw
from records.schema.salts import SALTS, Commit
from states.model.dialogue import Dialogue
from states.model.facts import Fact
from states.privacy.bound_words import ALL, BOUND, DIALOGUE, words_gone, words_spoken_of

Row = Callable[[str, str], Mapping[str, Any] | None]
"""The fields of the row with an id in a collection, None when it is not there."""
SALT_LENGTH = 16  # bytes
_PUT = text(
    "INSERT INTO salts (dialogue_id, words, salt) VALUES (:dialogue_id, :words, :salt)"
    " ON CONFLICT (dialogue_id, words) DO UPDATE SET salt = excluded.salt"
)


class Binding(NamedTuple):
    """What binds the words of one step: the commitment of each fact, None without words, and the salts."""

    commits: list[Commit | None]
    salts: dict[str, str]
    gone: list[str]
    """The names of words that were taken out, whose salts go with them."""


def bind(
    connection: Connection,
    dialogue: Dialogue,
    facts: Sequence[Fact],
    after: int = 0,
    of: str = "",
) -> Binding:
    """Commit to the words of *dialogue* that *facts* are about: they count from *after* on, held ones *of* a voice."""
    row, made = _row_of(dialogue), dict[str, str]()
    salts, commits, gone = dict[str, str](), list[Commit | None](), list[str]()
    for seq, fact in enumerate(facts, after + 1):
        spoken = words_spoken_of(fact.fact, fact.subject, fact.detail)
        gone += words_gone(fact.fact, fact.subject, _points_of(dialogue, fact.subject))
        names = _present(dialogue, spoken, row) if spoken else []
        for name in names:
            if name not in made:
                salt = draw(connection, dialogue.id, f"salt:{of}{seq}:{name}", SALT_LENGTH)
                salts[name] = salt.hex()
                made[name] = commitment(salt, dialogue.id, name, row) or ""
        commits.append(_shape(spoken, {name: made[name] for name in names}))
    return Binding(commits, salts, gone)


def _shape(spoken: list[str], found: dict[str, str]) -> Commit | None:
    """One that is certain to be one is told as such; of several each has its name."""
    if not found:
        return None
    return found[spoken[0]] if spoken == list(found) and len(found) == 1 else found


def _present(dialogue: Dialogue, spoken: list[str], row: Row) -> list[str]:
    """The names of *spoken* words of which there is a row now, with those that `*` stands for."""
    found: list[str] = []
    for name in spoken:
        kind, _, key = name.partition("/")
        if key.endswith(ALL):
            begin = key.removesuffix(ALL)
            rows = getattr(dialogue, BOUND[kind].collection)
            found += [f"{kind}/{one}" for one in rows if one.startswith(begin) and one != begin]
        elif row(BOUND[kind].collection, key) is not None:
            found.append(name)
    return found


def _points_of(dialogue: Dialogue, voice: str) -> list[str]:
    return [point.id for point in dialogue.contributions.values() if point.voice == voice]


def _row_of(dialogue: Dialogue) -> Row:
    def row(collection: str, key: str) -> Mapping[str, Any] | None:
        if collection == DIALOGUE:
            return vars(dialogue)
        value = getattr(dialogue, collection).get(key)
        return None if value is None else vars(value)

    return row


def commitment(salt: bytes, dialogue_id: str, name: str, row: Row) -> str | None:
    """The HMAC, in hex, under *salt* of the words *name* as they stand in their *row*; None: there is no such row."""
    kind, _, key = name.partition("/")
    where = BOUND[kind]
    found = row(where.collection, key)
    if found is None:
        return None
    fields = {field: found[field] for field in where.fields}
    return hmac.digest(salt, canonical_words(dialogue_id, name, fields), "sha256").hex()


def canonical_words(dialogue_id: str, name: str, fields: Mapping[str, Any]) -> bytes:
    """The words *name* of a dialogue in their one canonical form, as UTF-8."""
    plain = _normal(json.loads(canonical(fields)))
    return canonical({"dialogue": dialogue_id, "fields": plain, "words": name}).encode()


def _normal(value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    if isinstance(value, str):
        return normalize("NFC", value)
    if isinstance(value, dict):
        return {key: _normal(inner) for key, inner in value.items() if inner is not None}
    return [_normal(inner) for inner in value] if isinstance(value, list) else value


def put_salts(connection: Connection, dialogue_id: str, binding: Binding) -> None:
    """Keep the salts of *binding* beside the words, and take out those of words that are gone."""
    rows = [
        {"dialogue_id": dialogue_id, "words": name, "salt": salt}
        for name, salt in binding.salts.items()
    ]
    if rows:
        connection.execute(_PUT, rows)
    if binding.gone:
        _take_out(connection, dialogue_id, binding.gone)


def _take_out(connection: Connection, dialogue_id: str, names: Iterable[str]) -> None:
    here = SALTS.c.dialogue_id == dialogue_id
    connection.execute(delete(SALTS).where(here, SALTS.c.words.in_(list(names))))
