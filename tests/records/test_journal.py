"""The journal: bound by hashes, protected by the database, and whoever breaks it is found."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import Engine, text

from records.engine.database import writing
from records.engine.errors import JournalProtected
from records.journal import journal
from records.journal.hash_chain import Head, beginning, entries_of
from states.language.errors import NotKnown
from states.model.facts import Fact
from states.model.vocabulary import FactName
from tests.records.conftest import DAY, START, Memory, a_programme

TRIGGERS = {
    "sqlite": ("facts_keep_on_update", "facts_keep_on_delete", "facts_keep_on_replace"),
    "postgresql": ("facts_keep ON facts",),
}


@pytest.fixture
def written(memory: Memory) -> Memory:
    """Give two dialogues with some history."""
    memory.open(a_programme("other"))
    memory.map()
    memory.open()
    memory.map()
    return memory


def break_in(engine: Engine, *statements: str) -> None:
    """Change the database as somebody could who may do everything."""
    with writing(engine) as connection:
        for trigger in TRIGGERS[engine.dialect.name]:
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        for statement in statements:
            connection.execute(text(statement))


def test_entries_come_in_order_with_what_happened(written: Memory) -> None:
    entries = journal.entries(written.engine, written.dialogue_id)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert entries[0].fact == "dialogue-opened"
    assert entries[-1].fact == "stakeholder-mapped"
    assert (entries[-1].at, entries[-1].actor, entries[-1].subject) == (START, "manager", "ngo-nl")


def test_the_head_is_the_last_entry(written: Memory) -> None:
    last = journal.entries(written.engine, written.dialogue_id)[-1]
    assert journal.head(written.engine, written.dialogue_id) == (last.seq, last.hash)


def test_an_untouched_journal_verifies(written: Memory) -> None:
    assert journal.verify(written.engine) == []
    assert journal.verify(written.engine, written.dialogue_id) == []


@pytest.mark.parametrize("ask", [journal.entries, journal.head, journal.verify])
def test_an_unknown_dialogue_is_said(memory: Memory, ask: Callable[..., Any]) -> None:
    with pytest.raises(NotKnown, match="nowhere-1999"):
        ask(memory.engine, "nowhere-1999")


def test_no_name_stands_in_the_journal(written: Memory) -> None:
    said = " ".join(str(e) for e in journal.entries(written.engine, written.dialogue_id))
    assert "Rahima" not in said
    assert "union.example" not in said


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE facts SET actor = 'nobody'",
        "UPDATE facts SET detail = '{}' WHERE seq = 1",
        "DELETE FROM facts",
        "DELETE FROM facts WHERE seq = 3",
    ],
)
def test_the_database_refuses_to_change_the_journal(written: Memory, statement: str) -> None:
    with pytest.raises(JournalProtected, match="only ever added"), writing(written.engine) as c:
        c.execute(text(statement))
    assert journal.verify(written.engine) == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_sqlite_refuses_to_replace_an_entry(written: Memory) -> None:
    replace = "INSERT OR REPLACE INTO facts SELECT * FROM facts WHERE seq = 2"
    with pytest.raises(JournalProtected), writing(written.engine) as connection:
        connection.execute(text(replace))


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize("table", ["facts", "duties"])
def test_postgresql_refuses_to_empty_what_is_kept(written: Memory, table: str) -> None:
    with pytest.raises(JournalProtected), writing(written.engine) as connection:
        connection.execute(text("TRUNCATE " + table))


def test_the_database_refuses_to_lose_a_duty(written: Memory) -> None:
    with pytest.raises(JournalProtected), writing(written.engine) as connection:
        connection.execute(text("DELETE FROM duties"))


@pytest.mark.parametrize(
    "change", ["lapsed_at = NULL", "first_due = due + {day}", "lapsed_at = lapsed_at + {day}"]
)
def test_the_database_refuses_to_forget_a_lapse(written: Memory, change: str) -> None:
    written.sweep(START + 100 * DAY)
    day = {"sqlite": "86400000000", "postgresql": "interval '1 day'"}[written.engine.dialect.name]
    with pytest.raises(JournalProtected), writing(written.engine) as connection:
        connection.execute(text("UPDATE duties SET " + change.format(day=day)))  # noqa: S608 - no text of anybody


@pytest.mark.parametrize(
    ("statements", "seq", "what"),
    [
        (["UPDATE facts SET actor = 'ghost' WHERE dialogue_id = '{d}' AND seq = 3"], 3, "changed"),
        (["UPDATE facts SET detail = '{{}}' WHERE dialogue_id = '{d}' AND seq = 1"], 1, "changed"),
        (["DELETE FROM facts WHERE dialogue_id = '{d}' AND seq = 2"], 2, "is missing"),
        (["DELETE FROM facts WHERE dialogue_id = '{d}' AND seq = 6"], 6, "missing at the end"),
        (["DELETE FROM facts WHERE dialogue_id = '{d}'"], 1, "is missing"),
        (
            [
                "DELETE FROM facts WHERE dialogue_id = '{d}' AND seq = 6",
                "UPDATE dialogues SET head_seq = 5 WHERE id = '{d}'",
            ],
            5,
            "names as its last",
        ),
        (["UPDATE facts SET hash = prev WHERE dialogue_id = '{d}' AND seq = 4"], 4, "changed"),
        (["UPDATE facts SET prev = hash WHERE dialogue_id = '{d}' AND seq = 4"], 4, "not follow"),
        (["UPDATE dialogues SET head_hash = 'x' WHERE id = '{d}'"], 6, "names as its last"),
    ],
)
def test_the_first_bad_entry_is_named(
    written: Memory, statements: Sequence[str], seq: int, what: str
) -> None:
    assert journal.head(written.engine, written.dialogue_id)[0] == 6
    break_in(written.engine, *(s.format(d=written.dialogue_id) for s in statements))
    [found] = journal.verify(written.engine)
    assert (found.dialogue_id, found.seq) == (written.dialogue_id, seq)
    assert what in found.what
    assert journal.verify(written.engine, written.dialogue_id) == [found]
    assert journal.verify(written.engine, "other-2022") == []


def test_a_chain_cannot_be_moved_to_another_dialogue() -> None:
    facts = [Fact(fact=FactName.DIALOGUE_OPENED, actor="manager", subject="x")]
    [one], _ = entries_of("one", beginning("one"), facts, START)
    [other], _ = entries_of("other", beginning("other"), facts, START)
    assert one["hash"] != other["hash"]


def test_each_part_of_an_entry_is_bound() -> None:
    plain = {"fact": FactName.BROUGHT, "actor": "b", "subject": "c", "detail": {"d": 1}}
    head = Head(4, "0" * 64)
    hashes = {
        entries_of("d", head, [Fact.model_validate(plain | change)], START + later)[1].hash
        for change in (
            {},
            {"fact": FactName.LESSON_NOTED},
            {"actor": "x"},
            {"subject": "x"},
            {"detail": {"d": 2}},
        )
        for later in (0 * DAY, DAY)
    }
    hashes.add(entries_of("d", Head(5, head.hash), [Fact.model_validate(plain)], START)[1].hash)
    hashes.add(entries_of("d", Head(4, "1" * 64), [Fact.model_validate(plain)], START)[1].hash)
    assert len(hashes) == 12
