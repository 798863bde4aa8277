"""Commitments: facts bind the words that they are about, and whoever is erased takes the proof along."""

import hmac
import json
from typing import Any

import pytest
from sqlalchemy import Text, text

from records import migrate
from records.engine.database import connect
from records.engine.randomness import draw_from, seeded_bytes
from records.journal import journal
from records.journal.commitments import canonical_words
from records.journal.embargo.held_chain import lived_entries
from records.schema.base import Base
from states.model.vocabulary import FactName
from states.privacy.bound_words import BOUND, DIALOGUE, words_spoken_of
from tests.records.conftest import Memory

WORDS = "Wages below the living wage: 12 of 40 cafés"
UNBOUND = {
    "id", "voice", "owner", "commitment", "status", "contribution", "country", "group", "check",
    "by", "heard", "step", "how", "risk", "stakeholder", "category", "language", "replaces",
    "name", "organisation", "email", "phone", "postal_address", "safe_hours", "time_zone",
    "unsafe", "left_ways", "speaks_for", "before", "dialogue_id", "success_test",
}  # fmt: skip
"""Columns of collections that hold ids and words of the law, how people are reached, or what was so before."""


def stored(memory: Memory, query: str) -> list[Any]:
    """Read by plain SQL."""
    with memory.engine.connect() as connection:
        return list(connection.execute(text(query)).mappings())


def facts_of(memory: Memory, name: str) -> list[Any]:
    """The entries of the journal with the fact *name*."""
    return [e for e in journal.entries(memory.engine, memory.dialogue_id) if e.fact == name]


@pytest.fixture
def said(memory: Memory) -> Memory:
    """Somebody said something under their own name, and somebody else under seal."""
    memory.open()
    memory.meet()
    for seat, point, level in (("ngo-nl", "c1", "named"), ("union-bd", "c2", "sealed")):
        given = {"stakeholder": seat, "id": point, "text": WORDS, "attribution": level}
        memory.act("record-contribution", given, by="moderator")
    return memory


def test_a_fact_carries_the_hmac_of_its_words(said: Memory) -> None:
    """Computed here from the description of the canonical form alone."""
    salts = {row["words"]: row["salt"] for row in stored(said, "SELECT * FROM salts")}
    form = {"dialogue": said.dialogue_id, "fields": {"text": WORDS}, "words": "text/c1"}
    message = json.dumps(form, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    salt = bytes.fromhex(salts["text/c1"])

    recorded = [
        one
        for one in lived_entries(said.engine, said.dialogue_id)
        if one.fact == "contribution-recorded"
    ]

    assert len(salt) == 16
    assert recorded[0].commit == hmac.digest(salt, message, "sha256").hex()
    assert recorded[1].commit != recorded[0].commit
    assert "commit" not in recorded[0].detail
    assert WORDS not in str(stored(said, "SELECT * FROM facts"))
    assert journal.verify(said.engine) == []


def test_the_same_words_have_another_commitment_each_time(memory: Memory) -> None:
    memory.open()
    memory.gather()
    memory.act("invite-all")
    for _ in range(2):
        memory.act("accept-invitation", by="ngo-nl")
        memory.act("decline-invitation", {"reason": "No time"}, by="ngo-nl")
    one, other = facts_of(memory, "invitation-declined")
    assert one.commit
    assert one.commit != other.commit


@pytest.mark.parametrize("word", ["cafe\u0301", "caf\u00e9"])
def test_the_canonical_form_is_nfc_with_keys_in_order_and_nothing_empty(word: str) -> None:
    form = canonical_words("d", "w", {"b": word, "a": [1, "x"], "c": None, "n": {"z": None}})
    told = '{"dialogue":"d","fields":{"a":[1,"x"],"b":"café","n":{}},"words":"w"}'
    assert form == told.encode()


def test_a_line_break_before_an_accent_stays_one() -> None:
    """Composed as one text with its JSON the `n` of the break would take the accent."""
    assert json.loads(canonical_words("d", "w", {"a": "\n\u0303"}))["fields"] == {"a": "\n\u0303"}


def test_whether_there_were_words_is_not_shown(said: Memory) -> None:
    """A verdict without a comment commits as one with a comment does: the journal shows neither."""
    accepted = facts_of(said, "invitation-accepted")
    assert all(isinstance(entry.commit, str) for entry in accepted)


def test_a_seeded_source_writes_the_same_twice(memory: Memory) -> None:
    draw_from(memory.engine, seeded_bytes)
    memory.open()
    memory.map()
    salts = stored(memory, "SELECT dialogue_id, words, salt FROM salts")
    assert salts
    with memory.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    numbers = {entry.subject: entry.seq for entry in facts_of(memory, "risk-named")}
    again = seeded_bytes(memory.dialogue_id, f"salt:{numbers['wages-bd']}:risk/wages-bd", 16).hex()
    assert again in {row["salt"] for row in salts}


def test_other_salts_are_not_foreseeable(said: Memory) -> None:
    [row] = stored(said, "SELECT salt FROM salts WHERE words = 'text/c1'")
    [entry] = [e for e in facts_of(said, "contribution-recorded") if e.subject == "c1"]
    assert row["salt"] != seeded_bytes(said.dialogue_id, f"salt:{entry.seq}:text/c1", 16).hex()


def test_what_was_written_before_keeps_its_hash(said: Memory) -> None:
    """Down to the tables of before and up again with data in them: the chain is the same, and whole."""
    before = stored(said, "SELECT seq, hash, detail FROM facts ORDER BY seq")
    said.engine.dispose()
    migrate.downgrade(said.url, "0021")
    earlier = connect(said.url)
    assert journal.verify(earlier) == []
    earlier.dispose()
    migrate.upgrade(said.url)
    assert stored(said, "SELECT seq, hash, detail FROM facts ORDER BY seq") == before
    assert journal.verify(said.engine) == []
    said.act("publish-summary", {"lines": {"c1": "Wages", "c2": "Hours"}}, by="moderator")
    assert set(facts_of(said, "summary-published")[0].commit) == {"line/c1", "line/c2"}
    assert journal.verify(said.engine) == []


def test_every_text_of_a_dialogue_is_bound_or_named_here() -> None:
    """A new column with words must be bound by a fact."""
    bound = {(b.collection, field) for b in BOUND.values() for field in b.fields}
    for name in {b.collection for b in BOUND.values()} - {DIALOGUE}:
        columns = Base.metadata.tables[name].columns
        texts = {c.name for c in columns if isinstance(c.type, Text)}
        left = {c for c in texts if (name, c) not in bound}
        assert left <= UNBOUND, (name, left - UNBOUND)


def test_every_kind_of_words_is_spoken_of_by_a_fact() -> None:
    detail = {
        "phase": "strategy_update", "check": "x", "commitment": "k", "covers": ["c"],
        "step": "check-line", "about": "line",
    }  # fmt: skip
    spoken = {n.partition("/")[0] for f in FactName for n in words_spoken_of(f, "s", detail)}
    assert spoken == set(BOUND)
