"""The sweep: everything that is due, once, whoever else is at work and whatever fails."""

import sqlite3
import threading
from collections import Counter
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, text, update
from sqlalchemy.exc import IntegrityError

from config.policies import policy_of
from records import queries
from records.engine.database import connect, reading, writing
from records.journal import journal
from records.run_history import Tally
from records.schema.core import DIALOGUES, DUTIES, FACTS, NOTICES, SWEEPS
from records.sweep import chunk as sweeping
from records.sweep import rule_cache
from records.sweep.sweep import SweepReport, sweep
from states.model.dialogue import Phase
from states.model.duties import Duty, DutyStatus
from states.model.vocabulary import Step
from states.timing.lapse import Passing, Setting, pass_time
from tests.conftest import POSTGRESQL
from tests.records.conftest import DAY, START, Memory, a_programme, no_pause, utc
from tests.records.readings import duties_of, unfinished_sweeps

# approve-analysis is due at the end of 10 February 2022, 18 weeks before the session.
FIRST_RUNG = utc(2022, 1, 27, 7)
LAPSE = utc(2022, 2, 10, 23)


@pytest.fixture
def many(memory: Memory) -> Memory:
    """Give twelve programmes, each with its edition of 2022 open."""
    for number in range(12):
        memory.open(a_programme(f"p{number:02}"))
    return memory


def sent(memory: Memory) -> Counter[tuple[str, str, str | None]]:
    """Count the reminders by dialogue, person and rung."""
    ids = memory.ledger.dialogue_ids()
    rows = queries.notices_of(memory.engine, ids)
    return Counter((row.dialogue_id, row.to, row.rung) for row in rows if row.rung)


def test_the_first_reminder_comes_at_its_moment_and_once(opened: Memory) -> None:
    assert opened.next_at() == FIRST_RUNG
    assert opened.sweep(FIRST_RUNG - timedelta(microseconds=1)).duties == 0
    report = opened.sweep(FIRST_RUNG)
    assert (report.duties, report.notices, report.lapses) == (1, 1, 0)
    assert report.dialogues["kleding-2022"].notices == 1
    assert opened.sweep(FIRST_RUNG).duties == 0
    [reminder] = opened.notices(rung="-10wd")
    assert (reminder.to, reminder.duty, reminder.at) == ("manager", "approve-analysis", FIRST_RUNG)
    last = journal.entries(opened.engine, opened.dialogue_id)[-1]
    assert (last.fact, last.actor, last.subject) == ("rung-reached", "system", "approve-analysis")


def test_a_lapse_is_a_fact_and_stays(opened: Memory) -> None:
    assert opened.sweep(LAPSE).lapses == 1
    duty = opened.reread().duties["approve-analysis"]
    assert (duty.status, duty.lapsed_at) == (DutyStatus.LAPSED, LAPSE)
    assert opened.read().duties["approve-analysis"] == duty
    assert [row.duty.name for row in queries.overdue_duties(opened.engine, LAPSE)] == [
        "approve-analysis"
    ]


def test_after_an_outage_each_hears_the_highest_rung_and_the_rest_is_recorded(
    opened: Memory,
) -> None:
    report = opened.sweep(utc(2022, 3, 1))
    assert sent(opened) == {
        ("kleding-2022", "manager", "+5wd"): 1,
        ("kleding-2022", "deputy", "+5wd"): 1,
        ("kleding-2022", "sponsor", "+10wd"): 1,
    }
    assert (report.lapses, report.notices, report.skipped) == (1, 3, 5)
    facts = Counter(e.fact for e in journal.entries(opened.engine, opened.dialogue_id))
    assert facts["rung-skipped"] == 5
    assert opened.sweep(utc(2022, 3, 1)).duties == 0


@pytest.mark.parametrize("chunk", [1, 5, 12, 1000])
def test_chunks_of_any_size_do_the_same(many: Memory, chunk: int) -> None:
    report = many.sweep(LAPSE, chunk=chunk)
    assert (report.duties, report.lapses, len(report.dialogues)) == (12, 12, 12)
    assert set(sent(many).values()) == {1}
    assert journal.verify(many.engine) == []


@pytest.mark.parametrize("chunk", [1, 1000])
def test_two_sweeps_at_once_send_nothing_twice(many: Memory, chunk: int) -> None:
    start = threading.Barrier(2)

    def run(_: int) -> SweepReport:
        engine = connect(many.url)
        start.wait()
        try:
            return sweep(engine, policy_of, LAPSE, chunk=chunk, pause=lambda _: None)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(run, range(2)))
    assert sum(report.duties for report in done) == 12
    assert sum(report.lapses for report in done) == 12
    assert many.sweep(LAPSE).duties == 0
    assert set(sent(many).values()) == {1}
    assert journal.verify(many.engine) == []


def test_people_act_while_the_sweep_runs(many: Memory) -> None:
    def act(number: int) -> Phase:
        receipt = many.ledger.act(
            f"p{number:02}-2022",
            Step.CANCEL_DIALOGUE,
            {"reason": "Sold"},
            by="manager",
            now=many.now,
        )
        return receipt.phase

    with ThreadPoolExecutor(3) as threads:
        acts = [threads.submit(act, number) for number in range(12)]
        done = threads.submit(many.sweep, LAPSE, chunk=1)
        assert {one.result() for one in acts} == {Phase.CANCELLED}
        done.result()
    many.sweep(LAPSE)
    assert journal.verify(many.engine) == []
    duties = duties_of(many.engine, many.ledger.dialogue_ids())
    assert {row.duty.status for row in duties if row.duty.kind == "approve-analysis"} <= {
        DutyStatus.WITHDRAWN
    }
    unsent = [row for row in queries.waiting_notices(many.engine) if row.rung]
    assert unsent == []


def single_out(many: Memory) -> None:
    """Let one duty stand otherwise than the others: in its second version."""
    with writing(many.engine) as connection:
        chosen = update(DUTIES).where(DUTIES.c.dialogue_id == "p05-2022")
        connection.execute(chosen.values(version=2))


def test_a_poisoned_duty_holds_up_nobody(many: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    single_out(many)

    def poisoned(duty: Duty, setting: Setting, now: datetime) -> Passing:
        if duty.version == 2:
            message = "there is no such rung"
            raise KeyError(message)
        return pass_time(duty, setting, now)

    with monkeypatch.context() as patch:
        patch.setattr(rule_cache, "pass_time", poisoned)
        report = many.sweep(LAPSE, chunk=3)
    assert (report.duties, report.failed) == (11, 1)
    [found] = queries.poisoned_duties(many.engine)
    assert (found.dialogue_id, found.name, found.error_at) == (
        "p05-2022",
        "approve-analysis",
        LAPSE,
    )
    assert found.error == "KeyError: 'there is no such rung'"
    assert queries.next_moment(many.engine) != many.next_at()
    assert many.sweep(LAPSE).duties == 1
    assert queries.poisoned_duties(many.engine) == []
    assert journal.verify(many.engine) == []


def test_what_cannot_be_written_is_caught_before_anything_is_written(
    many: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    single_out(many)

    def unwritable(duty: Duty, setting: Setting, now: datetime) -> Passing:
        passing = pass_time(duty, setting, now)
        if duty.version != 2:
            return passing
        strange = [n.model_copy(update={"detail": {"x": object()}}) for n in passing.notices]
        return Passing(passing.duty, passing.facts, tuple(strange))

    monkeypatch.setattr(rule_cache, "pass_time", unwritable)
    report = many.sweep(LAPSE)
    assert (report.duties, report.failed) == (11, 1)
    assert journal.verify(many.engine) == []
    assert len(journal.entries(many.engine, "p05-2022")) == 3


def test_rows_that_the_database_refuses_hold_up_nobody(
    many: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sweeping.apply

    def refusing(
        connection: Connection,
        duty_ids: list[int],
        dialogue_ids: Collection[str],
        rules: rule_cache.RuleCache,
        *,
        draft: sweeping.Draft | None = None,
        careful: bool = False,
    ) -> tuple[dict[str, Tally], set[str]]:
        done = real(connection, duty_ids, dialogue_ids, rules, draft=draft, careful=careful)
        if "p05-2022" in dialogue_ids:
            raise IntegrityError("INSERT", {}, ValueError())
        return done

    monkeypatch.setattr(sweeping, "apply", refusing)
    report = many.sweep(LAPSE, chunk=4)
    assert (report.duties, report.failed) == (11, 1)
    assert [found.dialogue_id for found in queries.poisoned_duties(many.engine)] == ["p05-2022"]
    assert set(sent(many).values()) == {1}
    assert journal.verify(many.engine) == []


def test_what_was_prepared_is_prepared_again_when_the_programme_changed_meanwhile(
    opened: Memory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now, real = utc(2022, 3, 1), sweeping.prepare
    whole = a_programme()
    roles = {role: person for role, person in whole.roles.items() if role != "deputy"}
    changes = [whole.model_copy(update={"roles": roles})]

    def overtaken(
        connection: Connection,
        duty_ids: list[int],
        dialogue_ids: Collection[str],
        rules: rule_cache.RuleCache,
    ) -> sweeping.Draft:
        draft = real(connection, duty_ids, dialogue_ids, rules)
        while changes:
            opened.ledger.apply_programme(changes.pop(), now)
        return draft

    monkeypatch.setattr(sweeping, "prepare", overtaken)
    assert opened.sweep(now).notices == 2
    assert {to for _, to, _ in sent(opened)} == {"manager", "sponsor"}
    assert journal.verify(opened.engine) == []
    assert caplog.records == []


def test_what_was_prepared_is_prepared_again_when_somebody_acted_meanwhile(
    opened: Memory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = sweeping.prepare
    steps = [(Step.CANCEL_DIALOGUE, {"reason": "The factory closed."})]

    def overtaken(
        connection: Connection,
        duty_ids: list[int],
        dialogue_ids: Collection[str],
        rules: rule_cache.RuleCache,
    ) -> sweeping.Draft:
        draft = real(connection, duty_ids, dialogue_ids, rules)
        while steps:
            opened.ledger.act(opened.dialogue_id, *steps.pop(), by="sponsor", now=LAPSE)
        return draft

    monkeypatch.setattr(sweeping, "prepare", overtaken)
    assert opened.sweep(LAPSE).duties == 0
    assert sent(opened) == Counter()
    assert journal.verify(opened.engine) == []
    assert caplog.records == []


# A file has one writer, for whom the others wait.
@pytest.mark.parametrize("database_kind", [POSTGRESQL])
def test_beside_another_sweep_nothing_is_prepared_by_both(
    many: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared, real = list[int](), sweeping.prepare

    def counted(connection: Connection, duty_ids: list[int], *given: Any) -> sweeping.Draft:  # noqa: ANN401
        prepared.append(len(duty_ids))
        return real(connection, duty_ids, *given)

    monkeypatch.setattr(sweeping, "prepare", counted)
    with writing(many.engine) as other:
        other.execute(select(DIALOGUES.c.id).with_for_update())
        assert many.sweep(LAPSE, chunk=4).duties == 0
    assert prepared == [4]
    assert many.sweep(LAPSE, chunk=4).duties == 12
    assert prepared == [4, 4, 4, 4]


def test_a_sweep_that_is_killed_is_finished_by_the_next(many: Memory) -> None:
    class Killed(BaseException):
        pass

    def kill(_: float) -> None:
        raise Killed

    if many.engine.dialect.name == "sqlite":
        with pytest.raises(Killed):
            sweep(many.engine, policy_of, LAPSE, chunk=5, pause=kill)
        assert sum(sent(many).values()) == 5 * 2
        assert unfinished_sweeps(many.engine) == [LAPSE]
        assert many.sweep(LAPSE).duties == 7
    assert many.sweep(LAPSE + DAY).duties == 12
    assert set(sent(many).values()) == {1}
    assert journal.verify(many.engine) == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_on_sqlite_it_rests_after_each_chunk_so_that_people_come_first(many: Memory) -> None:
    rests: list[float] = []
    sweep(many.engine, policy_of, LAPSE, chunk=5, pause=rests.append, pause_seconds=0.25)
    assert rests == [0.25] * 3


def test_a_reminder_that_waits_is_withdrawn_when_silence_ends_its_duty(invited: Memory) -> None:
    due = min(duty.due for duty in invited.read().duties.values() if duty.owner == "participant")
    for row in invited.notices(template="invitation"):
        invited.ledger.record_delivered(row.id, "email", invited.now)
    invited.sweep(due - timedelta(hours=1))
    waiting = {row.to: row.status for row in invited.notices(rung="-1wd", kind="answer-invitation")}
    assert set(waiting.values()) == {"pending"}

    assert invited.sweep(due).no_answers == len(waiting)

    for row in invited.notices(rung="-1wd", kind="answer-invitation"):
        assert (row.status, row.error) == ("withdrawn", "it is no longer owed")


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_on_postgresql_it_passes_by_what_somebody_else_holds(many: Memory) -> None:
    with writing(many.engine) as person:
        locked = select(DIALOGUES.c.id).where(DIALOGUES.c.id == "p05-2022").with_for_update()
        person.execute(locked)
        report = many.sweep(LAPSE, chunk=5)
        assert (report.duties, report.held) == (11, {"p05-2022"})
    report = many.sweep(LAPSE)
    assert (report.duties, report.held) == (1, set())


def test_nothing_due_is_one_look_and_no_lock(opened: Memory) -> None:
    opened.sweep(START)
    statements: list[str] = []
    event.listen(opened.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    with (
        writing(opened.engine)
        if opened.engine.dialect.name == "postgresql"
        else reading(opened.engine)
    ):
        report = opened.sweep(START + timedelta(minutes=5))
    assert report == SweepReport()
    assert [s.split()[0] for s in statements if "duties" in s] == ["SELECT"]
    assert not any(s.startswith(("INSERT", "UPDATE", "BEGIN IMMEDIATE")) for s in statements)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_looking_for_what_is_due_reads_the_index_of_what_is_due(opened: Memory) -> None:
    asked = "SELECT next_at, id, dialogue_id FROM duties WHERE next_at <= 1 ORDER BY next_at, id"
    pending = "SELECT id FROM notices WHERE status = 'pending' ORDER BY next_try_at, id"
    with reading(opened.engine) as connection:
        for query, index in ((asked, "ix_duties_next_at_id"), (pending, "ix_notices_pending")):
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {query} LIMIT 1000")).all()
            assert len(plan) == 1
            assert index in plan[0][-1]


def test_idle_sweeps_are_recorded_now_and_then(opened: Memory) -> None:
    for minutes in (0, 3, 9, 11, 15, 30):
        opened.sweep(START + timedelta(minutes=minutes))
    with reading(opened.engine) as connection:
        began = connection.scalars(select(SWEEPS.c.began_at).order_by(SWEEPS.c.id)).all()
    assert [moment - START for moment in began] == [timedelta(minutes=m) for m in (0, 11, 30)]
    last = queries.last_sweep(opened.engine, START + timedelta(minutes=30))
    assert last is not None
    assert last.ended_at == START + timedelta(minutes=30)


def test_a_sweep_that_did_something_says_what(opened: Memory) -> None:
    opened.sweep(LAPSE)
    last = queries.last_sweep(opened.engine, LAPSE)
    assert last is not None
    assert (last.began_at, last.ended_at) == (LAPSE, LAPSE)
    assert (last.duties, last.lapses, last.failed) == (1, 1, 0)
    assert unfinished_sweeps(opened.engine) == []


def test_time_changes_nothing_but_what_the_sweep_writes(opened: Memory) -> None:
    """The sweep writes some columns only: the law must not change another one."""
    opened.speak()
    dialogue = opened.read()
    setting = Setting(dialogue.id, dialogue.policy, dialogue.calendar, dialogue.programme.roles)
    for days in (1, 30, 90, 400):
        for duty in dialogue.duties.values():
            after = pass_time(duty, setting, opened.now + days * DAY).duty
            kept = after.model_copy(
                update={name: getattr(duty, name) for name in sweeping.CHANGED_BY_TIME}
            )
            assert kept == duty


def test_what_stands_after_a_sweep_is_what_the_law_says(opened: Memory) -> None:
    opened.speak()
    dialogue = opened.read()
    setting = Setting(dialogue.id, dialogue.policy, dialogue.calendar, dialogue.programme.roles)
    later = opened.now + 200 * DAY
    opened.sweep(later)
    expected = {
        name: pass_time(duty, setting, later).duty for name, duty in dialogue.duties.items()
    }
    sealed = "answer-participant/sealed-1"
    stands = opened.reread().duties
    known = {"opened_at": stands[sealed].opened_at}  # others hear of it ten working days before
    assert stands == expected | {sealed: expected[sealed].model_copy(update=known)}


def test_a_rung_that_is_in_the_outbox_already_is_not_written_again(many: Memory) -> None:
    many.sweep(FIRST_RUNG)
    with writing(many.engine) as connection:
        again = update(DUTIES).where(DUTIES.c.dialogue_id == "p05-2022")
        connection.execute(again.values(rung=0, next_at=FIRST_RUNG))
    assert many.sweep(FIRST_RUNG).duties == 1
    assert set(sent(many).values()) == {1}
    assert journal.verify(many.engine) == []


Table = list[tuple[object, ...]]


def written(memory: Memory) -> dict[str, Table]:
    """Read all that a sweep writes."""
    keys = (DUTIES.c.id, FACTS.c.seq, NOTICES.c.cause)
    tables = (DUTIES, FACTS, NOTICES)
    with reading(memory.engine) as connection:
        return {
            table.name: [
                tuple(row[1:] if table is NOTICES else row)
                for row in connection.execute(
                    select(table).order_by(table.c.dialogue_id, key, *table.c)
                )
            ]
            for table, key in zip(tables, keys, strict=True)
        }


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_stamps_write_what_the_law_says_of_each_duty_by_itself(
    many: Memory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same two sweeps, once with row templates and once with every name taken, so that each duty is asked about."""
    many.dialogue_id = "p05-2022"
    many.speak()
    copy = tmp_path / "copy.sqlite"
    source, target = sqlite3.connect(str(many.engine.url.database)), sqlite3.connect(copy)
    source.backup(target)
    source.close()
    target.close()
    alone = replace(many, engine=connect(f"sqlite:///{copy}"))
    sent_out = 0
    for days in (20, 90, 300):
        later = many.now + days * DAY
        report = sweep(many.engine, policy_of, later, pause=no_pause)
        with monkeypatch.context() as patch:
            patch.setattr(rule_cache, "taken_names", lambda _: Everything())
            assert sweep(alone.engine, policy_of, later, pause=no_pause) == report
        assert written(many) == written(alone)
        sent_out += report.notices
    assert sent_out
    alone.engine.dispose()


class Everything(frozenset[str]):
    """Holds whatever is asked for."""

    def __contains__(self, _: object) -> bool:
        return True


def test_a_duty_without_a_next_moment_is_reported_as_stuck(opened: Memory) -> None:
    assert queries.stuck_duties(opened.engine) == []
    with writing(opened.engine) as connection:
        connection.execute(update(DUTIES).values(next_at=None))
    assert [row.duty.name for row in queries.stuck_duties(opened.engine)] == ["approve-analysis"]
