"""
Proof of words (commitments): whether the words in the rows are those that the facts of the journal bound.

The newest fact about some words counts. Words from before words were bound are no contradiction, and are counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from records.journal.commitments import commitment
from records.journal.journal import Entry
from records.journal.stored_rows import Rows
from states.model.people import ERASED
from states.model.vocabulary import FactName
from states.privacy.bound_words import ALL, BOUND, words_gone, words_spoken_of


class Disproof(NamedTuple):
    """Words that are not those that were bound: in which row, which, what the journal and what the database says."""

    row: str
    words: str
    bound: str
    found: str


@dataclass
class Proof:
    """What the commitments of a dialogue prove."""

    disproved: list[Disproof] = field(default_factory=list)
    unbound: int = 0
    """How many words are from before words were bound."""
    since: datetime | None = None
    """Since when words are bound here; None: not yet."""


@dataclass
class _Promises:
    """Which words are bound by which entry, were taken out, or were spoken of without being bound."""

    bound: dict[str, tuple[int, str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    loose: set[str] = field(default_factory=set)
    points: dict[str, list[str]] = field(default_factory=dict)
    actions: dict[str, str | None] = field(default_factory=dict)
    since: datetime | None = None


def prove(dialogue_id: str, entries: Sequence[Entry], rows: Mapping[str, Rows]) -> Proof:
    """Hold the words in *rows* against what the *entries* of the journal of *dialogue_id* bound."""
    promises = _Promises()
    for entry in entries:
        _promise(promises, entry)
    proof = Proof(since=promises.since)
    for name, (seq, digest) in promises.bound.items():
        found = _contradiction(dialogue_id, name, digest, rows)
        if found:
            proof.disproved.append(_disproof(name, f"bound by entry {seq}", found))
    _look_at_the_rest(promises, rows, proof)
    return proof


def _promise(promises: _Promises, entry: Entry) -> None:
    spoken = words_spoken_of(entry.fact, entry.subject, entry.detail)
    if entry.fact == FactName.CONTRIBUTION_RECORDED:
        promises.points.setdefault(entry.detail["voice"], []).append(entry.subject)
    if entry.commit is not None and promises.since is None:
        promises.since = entry.at
    bound = {spoken[0]: entry.commit} if isinstance(entry.commit, str) else entry.commit or {}
    for name in spoken:
        if name not in bound and not name.endswith(ALL):
            promises.bound.pop(name, None)
        if promises.since is None or (ALL in name and not bound):
            promises.loose.add(name)
    for name, digest in bound.items():
        promises.bound[name] = (entry.seq, digest)
        promises.gone.discard(name)
    said = promises.points.get(entry.subject, ())
    for name in [*words_gone(entry.fact, entry.subject, said), *_action_dropped(promises, entry)]:
        promises.bound.pop(name, None)
        promises.gone.add(name)


def _action_dropped(promises: _Promises, entry: Entry) -> list[str]:
    """A point that is decided again with another promise lets go of the earlier one."""
    if entry.fact != FactName.CONTRIBUTION_DECIDED:
        return []
    was, now = promises.actions.get(entry.subject), entry.detail["commitment"]
    promises.actions[entry.subject] = now
    return [f"promise/{was}", f"progress/{was}"] if was and was != now else []


def _contradiction(
    dialogue_id: str, name: str, digest: str, rows: Mapping[str, Rows]
) -> str | None:
    salt = rows["salts"].get(name)
    if salt is None:
        return "its salt is missing"

    def row(collection: str, key: str) -> Mapping[str, Any] | None:
        return rows[collection].get(key or dialogue_id)

    found = commitment(bytes.fromhex(salt["salt"]), dialogue_id, name, row)
    if found is None:
        return "the row is missing"
    return None if found == digest else "other words"


def _look_at_the_rest(promises: _Promises, rows: Mapping[str, Rows], proof: Proof) -> None:
    """Words of which no fact speaks that binds them: from before, erased, or put in by somebody."""
    for kind, where in BOUND.items():
        for key, row in rows[where.collection].items():
            name = kind if where.collection == "dialogue" else f"{kind}/{key}"
            if name in promises.bound:
                continue
            words = [row[one] for one in where.fields if row[one] not in _EMPTY]
            if name in promises.gone:
                if any(one != ERASED for one in words):
                    proof.disproved.append(_disproof(name, "erased", "words"))
            elif words and any(fnmatchcase(name, loose) for loose in promises.loose):
                proof.unbound += 1
            elif words and not _is_no_word_of_ours(kind, words):
                proof.disproved.append(_disproof(name, "no fact speaks of it", "words"))


_EMPTY: tuple[Any, ...] = (None, [], {}, "")


def _is_no_word_of_ours(kind: str, words: list[Any]) -> bool:
    """An information of which every field is empty is none."""
    return kind == "information" and not any(v is not None for one in words for v in one.values())


def _disproof(name: str, bound: str, found: str) -> Disproof:
    kind, _, key = name.partition("/")
    where = BOUND[kind]
    return Disproof(f"{where.collection} {key}".strip(), ", ".join(where.fields), bound, found)
