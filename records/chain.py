"""The chain of the journal: each fact is bound by a hash to the one before it, one chain per dialogue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any

from sqlalchemy import insert

from records.bulk import Bulk
from records.columns import canonical, instant_text
from records.tables import FACTS
from states.facts import Fact

INSERT_FACTS = Bulk(insert(FACTS), [column.name for column in FACTS.c])


@dataclass(frozen=True, slots=True)
class Head:
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
    fact, actor, subject = (encode_basestring(word) for word in words)
    body = f'{prev}[{seq},"{at}",{fact},{actor},{subject},{detail}]'
    return sha256(body.encode()).hexdigest()


def entries_of(
    dialogue_id: str, head: Head, facts: Iterable[Fact], at: datetime
) -> tuple[list[dict[str, Any]], Head]:
    """The rows of *facts*, chained after *head*, and the new head."""
    rows: list[dict[str, Any]] = []
    seq, prev, moment = head.seq, head.hash, instant_text(at)
    for fact in facts:
        seq += 1
        words = (fact.fact, fact.actor, fact.subject)
        detail = canonical(fact.detail)
        digest = link(prev, seq, moment, words, detail)
        rows.append({
            "dialogue_id": dialogue_id, "seq": seq, "at": at, "fact": words[0], "actor": words[1],
            "subject": words[2], "detail": detail, "prev": prev, "hash": digest,
        })  # fmt: skip
        prev = digest
    return rows, Head(seq, prev)
