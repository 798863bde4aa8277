"""Nothing is written about a moment that has not come, by whichever door."""

import ast
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

import records
from records import run_history
from records.access import links, requests, retaliation_reports
from records.access.links import Capacity
from records.engine.clock_guard import AHEAD, live_by
from records.migrate import found_rehearsal, upgrade
from records.schema.rehearsal_mark import is_rehearsed
from states.language.errors import Refused
from states.model.vocabulary import Step
from tests.records.conftest import INFORMATION, Memory, a_programme

LATER = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
REPORT = {"who": None, "contact": None}

WRITERS: dict[str, Callable[[Memory], object]] = {
    "act": lambda m: m.act("give-information", INFORMATION.model_dump(mode="json")),
    "act_all": lambda m: m.ledger.act_all(
        m.dialogue_id, Step.GIVE_INFORMATION, [{}], by="manager", now=m.now
    ),
    "apply_programme": lambda m: m.ledger.apply_programme(a_programme("other"), m.now),
    "open_edition": lambda m: m.ledger.open_edition(
        "kleding", session_at=None, edition=2024, information=None, by="manager", now=m.now
    ),
    "open_cycle": lambda m: m.ledger.open_cycle("kleding", m.now),
    "open_due_editions": lambda m: m.ledger.open_due_editions(m.now),
    "delivered": lambda m: m.ledger.record_delivered(1, "maildir", m.now),
    "undeliverable": lambda m: m.ledger.undeliverable(1, "maildir", "550", m.now),
    "by_hand": lambda m: m.ledger.by_hand(1, m.now),
    "sweep": lambda m: m.sweep(),
    "began": lambda m: run_history.record_start(m.engine, m.now),
    "idle": lambda m: run_history.record_idle(m.engine, m.now),
    "claim": lambda m: m.claim(),
    "report": lambda m: retaliation_reports.report(
        m.engine, m.dialogue_id, "They threatened me.", m.now, react_by=m.now, **REPORT
    ),
    "ask": lambda m: requests.ask(
        m.engine, m.dialogue_id, "manager", kind="attribution", value="", now=m.now
    ),
    "mint_link": lambda m: links.mint_link(
        m.engine, Capacity("role", "kleding", "manager"), m.now, HOUR
    ),
}


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
def test_no_writer_gets_ahead_of_the_clock(
    memory: Memory, writer: Callable[[Memory], object]
) -> None:
    memory.open()
    before, clock = _everything(memory), memory.now
    live_by(memory.engine, lambda: clock)
    memory.now = clock + AHEAD + LATER
    with pytest.raises(Refused) as refused:
        writer(memory)
    assert refused.value.code == "future-now"
    assert _everything(memory) == before


def test_two_clocks_may_differ_by_a_quarter_and_the_past_is_free(memory: Memory) -> None:
    memory.open()
    clock = memory.now
    live_by(memory.engine, lambda: clock)
    memory.now = clock + AHEAD
    memory.sweep()
    memory.now = clock - timedelta(days=3000)
    memory.sweep()


def test_the_refusal_says_what_time_it_is_in_both_languages(memory: Memory) -> None:
    clock = memory.now
    live_by(memory.engine, lambda: clock)
    memory.now = memory.now.replace(year=2028)
    with pytest.raises(Refused) as refused:
        memory.sweep()
    for language in ("en", "nl"):
        assert "2021-12-10 08:00 UTC" in refused.value.why(language)
        assert "2028-12-10 08:00 UTC" in refused.value.why(language)


def _everything(memory: Memory) -> str:
    with memory.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        if connection.dialect.name == "sqlite":
            return "\n".join(raw.iterdump())  # type: ignore[union-attr]
    return str(memory.ledger.read(memory.dialogue_id))


def _writing(function: ast.FunctionDef) -> list[ast.Call]:
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "writing"]


def test_whoever_is_told_the_time_writes_with_it() -> None:
    """Otherwise a new writer would stand outside the law without anybody noticing."""
    (room,) = records.__path__
    without = [
        f"{file.name}:{call.lineno}"
        for file in sorted(Path(room).glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and "now" in {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}
        for call in _writing(node)
        if len(call.args) == 1
    ]
    assert without == []


def test_a_rehearsal_founds_its_own_database_and_marks_it(database_url: str) -> None:
    from records.engine.database import connect

    found_rehearsal(database_url)
    engine = connect(database_url)
    assert is_rehearsed(engine)
    engine.dispose()
    with pytest.raises(Refused) as refused:
        found_rehearsal(database_url)
    assert refused.value.code == "database-in-use"


def test_what_others_founded_is_none_of_a_rehearsals(database_url: str, engine: Engine) -> None:
    upgrade(database_url)
    assert not is_rehearsed(engine)
    with pytest.raises(Refused):
        found_rehearsal(database_url)
