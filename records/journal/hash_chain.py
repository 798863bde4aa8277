"""Hash chain: each fact of the journal is bound to the one before it, one chain for each dialogue."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from itertools import zip_longest
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from sqlalchemy import insert

from records.engine.column_types import canonical, instant_text
from records.engine.pg_copy import Copy
from records.engine.statements import CompiledStatement
from records.schema.core import FACTS
from records.schema.salts import COMMIT, Commit
from states.model.facts import Fact

_COLUMNS = [column.name for column in FACTS.c]
INSERT_FACTS = CompiledStatement(insert(FACTS), _COLUMNS)
COPY_FACTS = Copy(FACTS, _COLUMNS)


class Head(NamedTuple):
    """The last entry of a chain: its number and its hash."""

    seq: int
    hash: str


def beginning(dialogue_id: str) -> Head:
    """The head of an empty chain; it names the dialogue, so that a chain cannot be moved to another one."""
    return Head(0, sha256(f"weerklank:{dialogue_id}".encode()).hexdigest())


def link(prev: str, seq: int, at: str, words: tuple[str, str, str], detail: str) -> str:
    """
    The hash of one entry: SHA-256, in hex, over *prev* and the canonical JSON of the entry.

    *at* is the instant in UTC with microseconds, *words* are fact, actor and subject, *detail* is canonical JSON.
    """
    fact, actor, subject = words
    return bind(prev, seq, opening(at, fact, actor), encode_basestring(subject), detail)


def opening(at: str, fact: str, actor: str) -> str:
    """What the entries of one *fact* by one *actor* at one moment have in common."""
    return f'"{at}",{encode_basestring(fact)},{encode_basestring(actor)}'


def bind(prev: str, seq: int, opened: str, subject: str, detail: str) -> str:
    """The hash of one entry from its parts: its *opening*, and its subject and detail as JSON."""
    return sha256(f"{prev}[{seq},{opened},{subject},{detail}]".encode()).hexdigest()


def entries_of(
    dialogue_id: str,
    head: Head,
    facts: Iterable[Fact],
    at: datetime,
    commits: Iterable[Commit | None] = (),
) -> tuple[list[dict[str, Any]], Head]:
    """The rows of *facts*, each with its commitment of *commits*, chained after *head*, and the new head."""
    rows: list[dict[str, Any]] = []
    seq, prev, moment = head.seq, head.hash, instant_text(at)
    for fact, commit in zip_longest(facts, commits):
        seq += 1
        words = (fact.fact, fact.actor, fact.subject)
        detail = canonical({**fact.detail, COMMIT: commit} if commit else fact.detail)
        digest = link(prev, seq, moment, words, detail)
        rows.append({
            "dialogue_id": dialogue_id, "seq": seq, "at": at, "fact": words[0], "actor": words[1],
            "subject": words[2], "detail": detail, "prev": prev, "hash": digest,
        })  # fmt: skip
        prev = digest
    return rows, Head(seq, prev)
