"""Rewritings: whatever somebody changes in the database by hand, the journal names it, and whose witness says so."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import process_time

import pytest
from sqlalchemy import Connection, event, text, update

from config.policies import policy_of
from records.engine.column_types import canonical
from records.engine.database import connect
from records.journal import journal
from records.journal.embargo import held_facts
from records.journal.embargo.held_chain import held_rows, untruths
from records.journal.examination import Difference, examine
from records.ledger import Ledger
from records.schema.held import HELD_FACTS, HELD_HEADS
from records.schema.salts import detail_of
from tests.records.conftest import DAY, Memory

TRIGGERS = {
    "sqlite": "SELECT 'DROP TRIGGER ' || name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT DISTINCT format('ALTER TABLE %I DISABLE TRIGGER USER', event_object_table)"
        " FROM information_schema.triggers"
    ),
}
ONE_DAY = {"sqlite": "86400000000", "postgresql": "interval '1 day'"}
DEBT = "answer-participant/sealed-1"


def answer(point: str) -> dict[str, object]:
    """Write an answer about *point*."""
    return {"covers": [point], "text": f"We looked at {point} and cannot do it yet."}


def live(memory: Memory) -> None:
    """Live a year with everything in it that somebody could wish to rewrite."""
    memory.open()
    for reason in ("Too far", "Still too far"):
        memory.act("override-check", {"check": "home-share", "reason": reason})
        memory.now += DAY
    memory.sign("organisation")
    memory.act("answer-participant", answer("c1"))
    memory.deliver()
    given = {"heard": "no", "success_test": "no", "comment": "Nothing changed"}
    memory.act("give-verdict", given, by="ngo-nl")
    memory.act("dispute-answer", {"contribution": "c1", "reason": "Not my point"}, by="ngo-nl")
    memory.act("settle-dispute", {"contribution": "c1", "text": "We look again"})
    memory.act("note-lesson", {"text": "Begin earlier"})
    later = {"duty": DEBT, "to": "2022-10-06", "reason": "The sponsor is away"}
    memory.act("postpone", later)
    memory.sweep(memory.now + 150 * DAY)


@pytest.fixture(scope="module")
def lived_file(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the file of a year that was lived."""
    file = tmp_path_factory.mktemp("lived") / "lived.sqlite"
    with opened(migrated_file, file) as memory:
        live(memory)
    return file


@contextmanager
def opened(template: Path, file: Path) -> Iterator[Memory]:
    """Open a copy of *template* as *file*."""
    shutil.copy(template, file)
    url = f"sqlite:///{file}"
    engine = connect(url, durable=False)
    yield Memory(url, engine, Ledger(engine, policy_of), dialogue_id="kleding-2022")
    engine.dispose()


@pytest.fixture
def lived(lived_file: Path, tmp_path: Path) -> Iterator[Memory]:
    """Give a copy of that year."""
    with opened(lived_file, tmp_path / "copy.sqlite") as memory:
        assert examine(memory.engine).ok
        yield memory


def rewrite(memory: Memory, statements: str) -> None:
    """Change the database as somebody could who may do everything, by plain SQL."""
    kind = memory.engine.dialect.name
    with memory.engine.begin() as connection:
        for (drop,) in connection.execute(text(TRIGGERS[kind])).all():
            connection.execute(text(drop))
        for statement in statements.format(day=ONE_DAY[kind]).split(";"):
            assert connection.execute(text(statement)).rowcount > 0, statement


def named(memory: Memory) -> Sequence[Difference]:
    """What is found to differ; the chain of hashes itself is whole."""
    found = examine(memory.engine, memory.dialogue_id)
    assert found.breaks == []
    return found.differences


C1, C2, NGO = ("contributions", "c1"), ("contributions", "c2"), ("stakeholders", "ngo-nl")
OWED, GIVEN, YEAR = ("duties", DEBT), ("verdicts", "ngo-nl"), ("dialogues", "")
PASSED = ("overrides", "stakeholder_analysis/home-share")
WELL, COMMITMENT, REPLAY, HELD = "'All is well'", "commitment", "replay", "held"
UPDATES = {
    "text": (*C1, "text", WELL, COMMITMENT),
    "text under seal": (*C2, "text", WELL, COMMITMENT),
    "line": (*C2, "line", WELL, COMMITMENT),
    "reason": (*C1, "reason", WELL, COMMITMENT),
    "answer": (*C1, "answer", WELL, COMMITMENT),
    "dispute": (*C1, "dispute_reason", WELL, COMMITMENT),
    "settlement": (*C1, "settlement", WELL, COMMITMENT),
    "expectation": (*NGO, "expectation", WELL, COMMITMENT),
    "words put in": (*NGO, "decline_reason", WELL, COMMITMENT),
    "comment": (*GIVEN, "comment", "NULL", COMMITMENT),
    "agenda": (*YEAR, "agenda_changes", WELL, COMMITMENT),
    "lesson": (*YEAR, "lessons", "'[]'", COMMITMENT),
    "information": (*YEAR, "information", "replace(information, 'Paid', 'Own')", COMMITMENT),
    "risk": ("risks", "wages-bd", "theme", WELL, COMMITMENT),
    "attribution": (*C1, "attribution", "'named'", REPLAY),
    "a word that nobody knows": (*C1, "attribution", "'x'", REPLAY),
    "voice": (*C1, "voice", "'union-bd'", REPLAY),
    "line verdict": (*C2, "line_verdict", "'withdrawn'", REPLAY),
    "outcome": (*C1, "outcome", "'adopted'", REPLAY),
    "delivery": (*C2, "delivered_at", "recorded_at", REPLAY),
    "objection": (*C1, "dispute_open", "NOT dispute_open", REPLAY),
    "verdict": (*GIVEN, "heard", "'yes'", REPLAY),
    "success test": (*GIVEN, "success_test", "'yes'", REPLAY),
    "override's reason": (*PASSED, "reason", WELL, REPLAY),
    "override's author": (*PASSED, "by", "'sponsor'", REPLAY),
    "override's name": (*PASSED, "name", WELL, COMMITMENT),
    "due day": (*OWED, "due", "due + {day}", REPLAY),
    "due day on the page": (*OWED, "day", "'2022-11-30'", REPLAY),
    "lapse": (*OWED, "lapsed_at", "NULL", REPLAY),
    "when it lapsed": (*OWED, "lapsed_at", "lapsed_at + {day}", REPLAY),
    "when it was written": (*C1, "written_at", "written_at - {day}", REPLAY),
    "status": (*OWED, "status", "'met'", REPLAY),
    "first promise": (*OWED, "first_due", "due", REPLAY),
    "why it was postponed": (*OWED, "postponements", "replace(postponements, 'away', 'ill')", REPLAY),
    "when it was met": ("duties", "sign-strategy", "ended_at", "ended_at - {day}", REPLAY),
    "attendance": (*NGO, "present", "NULL", REPLAY),
    "invitation": (*NGO, "invitation", "'declined'", REPLAY),
    "phase": (*YEAR, "phase", "'closed'", REPLAY),
    "signature": (*YEAR, "signed_at", "signed_at - {day}", REPLAY),
    "session": (*YEAR, "session_at", "session_at - {day}", REPLAY),
    "management": (*YEAR, "management", "'{{}}'", REPLAY),
}  # fmt: skip
"""What is rewritten: in which row and field, as what, and whose witness says so."""
OTHERWISE = {
    "salt taken out": ("DELETE FROM salts WHERE words = 'text/c1'", *C1, "text", COMMITMENT),
    "verdict taken out": ("DELETE FROM verdicts", *GIVEN, "", REPLAY),
    "point taken out": ("DELETE FROM contributions WHERE id = 'c2'", *C2, "", REPLAY),
    "point put in": ("UPDATE contributions SET id = 'c3' WHERE id = 'c2'", "contributions", "c3", "", REPLAY),
    "override taken out": ("DELETE FROM overrides", *PASSED, "", REPLAY),
    "duty taken out": ("DELETE FROM duties WHERE name = 'answer-participant/sealed-1'", *OWED, "", REPLAY),
    "held fact not told": ("UPDATE held_facts SET told = NULL WHERE told > 0", "held_facts", "1", "told", HELD),
    "held fact told twice": ("UPDATE held_facts SET told = 1 WHERE told > 0", "held_facts", "1", "fact", HELD),
    "what nobody can read": ("UPDATE dialogues SET lessons = 'x'", "rows", "", "", REPLAY),
}  # fmt: skip


def rewriting(what: str) -> tuple[str, str, str, str]:
    """Give the statement of a rewriting, and the row, field and witness by which it is found."""
    if what in OTHERWISE:
        statement, table, key, field, witness = OTHERWISE[what]
        return statement, f"{table} {key}".strip(), field, witness
    table, key, field, value, witness = UPDATES[what]
    where = {"duties": f" WHERE name = '{key}'", "dialogues": ""}.get(table, f" WHERE id = '{key}'")
    row = "dialogue" if table == "dialogues" and witness == COMMITMENT else f"{table} {key}".strip()
    return f'UPDATE {table} SET "{field}" = {value}{where}', row, field, witness  # noqa: S608 - our own


REWRITINGS = [*UPDATES, *OTHERWISE]
ON_POSTGRESQL = ("text", "due day", "first promise", "override's reason", "what nobody can read")


def test_who_acts_meanwhile_is_no_rewriting(lived: Memory) -> None:
    """Somebody acts after the journal was read and before the rows are: both are read in one view."""
    acted: list[str] = []

    def act_now(*seen: object) -> None:
        if "FROM risks" in str(seen[2]) and not acted:
            acted.append("note-lesson")
            lived.act("note-lesson", {"text": "Ask more"})

    event.listen(lived.engine, "before_cursor_execute", act_now)
    try:
        assert named(lived) == []
    finally:
        event.remove(lived.engine, "before_cursor_execute", act_now)
    assert acted


@pytest.mark.parametrize("what", REWRITINGS)
def test_every_kind_of_rewriting_is_named(lived: Memory, what: str) -> None:
    rewrite_and_find(lived, what)


HELD_REWRITINGS = {
    "what happened": "UPDATE held_facts SET fact = 'lesson-noted' WHERE seq = 1",
    "to whom": "UPDATE held_facts SET subject = 'c1' WHERE seq = 1",
    "by whom": "UPDATE held_facts SET actor = 'ngo-nl' WHERE seq = 1",
    "of which voice": "UPDATE held_facts SET voice = 'sealed-2' WHERE seq = 1",
    "when": "UPDATE held_facts SET at = at + {day} WHERE seq = 1",
    "until when": "UPDATE held_facts SET until = until + {day} WHERE until > 0",
    "that it waits": "UPDATE held_facts SET until = at WHERE seq = 1",
    "its place": "UPDATE held_facts SET behind = 1 WHERE seq = 2",
    "its words": "UPDATE held_facts SET detail = replace(detail, 'confirmed', 'withdrawn')",
    "taken out": "DELETE FROM held_facts WHERE seq = 1",
    "last taken out": "DELETE FROM held_facts WHERE seq = (SELECT max(seq) FROM held_facts)",
    "all taken out": "DELETE FROM held_facts",
}  # fmt: skip


@pytest.mark.parametrize("what", HELD_REWRITINGS)
def test_every_rewriting_of_a_held_fact_breaks_its_chain(lived: Memory, what: str) -> None:
    rewrite(lived, HELD_REWRITINGS[what])

    assert [one for one in examine(lived.engine).breaks if "held back" in one.what]


def test_a_held_fact_that_the_journal_tells_otherwise_is_named(lived: Memory) -> None:
    """Both chains are whole: one of them was written anew."""
    entries = journal.entries(lived.engine, lived.dialogue_id)
    with lived.engine.connect() as connection:
        [row] = [
            one for one in held_rows(connection, lived.dialogue_id) if one["fact"] == "line-checked"
        ]
    told = [replace(one, subject="c1") if one.seq == row["told"] else one for one in entries]

    assert [(one.field, one.journal, one.held) for one in untruths(told, [row])] == [
        ("subject", "c1", "c2")
    ]


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_postgresql_is_examined_alike(memory: Memory) -> None:
    live(memory)
    assert examine(memory.engine).ok
    for what in ON_POSTGRESQL:
        rewrite_and_find(memory, what)


def rewrite_and_find(memory: Memory, what: str) -> None:
    """Change the database, and find in the examination what it was, with its witness."""
    statement, row, field, witness = rewriting(what)
    rewrite(memory, statement)

    found = named(memory)

    assert [
        one for one in found
        if (one.row, one.witness) == (row, witness) and field in one.field.split(", ")
    ], found  # fmt: skip


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_an_earlier_line_does_not_come_back_with_its_salt(memory: Memory) -> None:
    """Whoever kept the old salt can put it back with the old words; the newest fact about them counts."""
    memory.open()
    memory.speak()
    memory.act("publish-summary", {"lines": {"c1": "Pay.", "c2": "Pay."}}, by="moderator")
    with memory.engine.connect() as connection:
        chosen = text("SELECT salt FROM salts WHERE words = 'line/c1'")
        old = connection.scalar(chosen)
    given = {"contribution": "c1", "verdict": "corrected", "text": "Pay more."}
    memory.act("check-line", given, by="ngo-nl")
    rewrite(
        memory,
        f"UPDATE contributions SET line = 'Pay.' WHERE id = 'c1';"  # noqa: S608 - our own
        f"UPDATE salts SET salt = '{old}' WHERE words = 'line/c1'",
    )

    assert [one.witness for one in named(memory)] == ["commitment"]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_who_is_erased_leaves_the_chain_whole_and_their_words_unprovable(memory: Memory) -> None:
    memory.open()
    memory.speak()
    before = journal.entries(memory.engine, memory.dialogue_id)
    memory.act("ask-erasure", {"text": "All of it"}, by="ngo-nl")
    memory.act("settle-erasure", {"stakeholder": "ngo-nl"})
    memory.deliver()

    found = examine(memory.engine)
    with memory.engine.connect() as connection:
        salts = set(connection.scalars(text("SELECT words FROM salts")))
    entries = journal.entries(memory.engine, memory.dialogue_id)

    assert found.ok
    assert entries[: len(before)] == before
    assert [
        e for e in before if e.fact == "contribution-recorded" and e.subject == "c1" and e.commit
    ]
    assert not [name for name in salts if name.endswith(("/c1", "/ngo-nl"))]
    assert "text/c2" in salts
    rewrite(memory, "UPDATE contributions SET text = 'She asked for nothing' WHERE id = 'c1'")
    assert [(one.row, one.journal) for one in named(memory)] == [("contributions c1", "erased")]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_of_words_from_before_it_is_said_that_nothing_binds_them(memory: Memory) -> None:
    """As an earlier version would have written it: no commitment, no salt."""
    live(memory)
    at = memory.now + timedelta(days=1)
    _forget_commitments(memory)
    assert examine(memory.engine).ok
    assert examine(memory.engine).unbound == {memory.dialogue_id: None}

    memory.now = at
    memory.act("note-lesson", {"text": "Ask more"})
    found = examine(memory.engine)
    assert found.ok
    assert found.unbound == {memory.dialogue_id: at}
    rewrite(memory, "UPDATE dialogues SET lessons = '[]'")
    assert [one.field for one in named(memory)] == ["lessons"]


def _forget_commitments(memory: Memory) -> None:
    from records.journal.hash_chain import Head, beginning, entries_of
    from states.model.facts import Fact

    entries = journal.entries(memory.engine, memory.dialogue_id)
    head = beginning(memory.dialogue_id)
    rewrite(memory, "DELETE FROM salts")
    with memory.engine.begin() as connection:
        for e in entries:
            fact = Fact.model_validate(
                {"fact": e.fact, "actor": e.actor, "subject": e.subject, "detail": e.detail}
            )
            [row], head = entries_of(memory.dialogue_id, Head(*head), [fact], e.at)
            kept = {key: row[key] for key in ("detail", "prev", "hash", "seq")}
            connection.execute(
                text("UPDATE facts SET detail = :detail, prev = :prev, hash = :hash WHERE seq = :seq"),
                kept,
            )  # fmt: skip
        connection.execute(
            text("UPDATE dialogues SET head_seq = :seq, head_hash = :hash"), head._asdict()
        )
        _forget_held_commitments(connection, memory.dialogue_id)


def _forget_held_commitments(connection: Connection, name: str) -> None:
    prev = held_facts.beginning(name).hash
    for row in held_rows(connection, name):
        plain = canonical(detail_of(row["detail"])[0])
        prev, was = held_facts.link(prev, {**row, "detail": plain}), prev
        changed = {"detail": plain, "prev": was, "hash": prev}
        one = update(HELD_FACTS).where(HELD_FACTS.c.seq == row["seq"])
        connection.execute(one.values(changed))
    connection.execute(update(HELD_HEADS).values(hash=prev))


def test_a_thousand_facts_are_examined_in_a_tenth_of_a_second(lived: Memory) -> None:
    number = journal.head(lived.engine, lived.dialogue_id)[0]
    while number < 1000:
        lived.now += DAY
        for _ in range(50):
            lived.act("note-lesson", {"text": "Begin earlier"})
        number = journal.head(lived.engine, lived.dialogue_id)[0]
    took = []
    for _ in range(5):
        began = process_time()
        assert examine(lived.engine, lived.dialogue_id).ok
        took.append(process_time() - began)
    assert min(took) < 0.1
