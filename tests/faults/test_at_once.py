"""Several at once on the same records: sweeps, a sweep that was stopped, and people (catalogue 4, 8, 16, 17, 20)."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from config.policies import policy_of
from notifications.channels.channels import Memory as Mail
from records.engine.database import connect
from records.engine.errors import Busy
from records.journal import journal
from records.ledger import Ledger
from states.language.errors import Refused
from states.model.vocabulary import Step
from states.steps.decide import known_step
from tests.faults import worker
from tests.faults.checker import problems
from tests.faults.conftest import NOW
from tests.faults.fault_injection import Faults
from tests.faults.works import deliver_once, drain, left_behind, sweep_in_chunks
from tests.records.conftest import Memory, a_programme

CROWD = 100


def together(work: Callable[[int], Any], number: int) -> list[Any]:
    """Let *number* threads do *work* in the same instant."""
    start = threading.Barrier(number)

    def one(place: int) -> Any:  # noqa: ANN401 - whatever the work gives
        start.wait(worker.PATIENCE)
        return work(place)

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(one, range(number)))


@pytest.mark.parametrize("number", [2, 4])
@pytest.mark.parametrize("chunk", [1, 1000])
def test_sweeps_at_once_in_processes_of_their_own_do_everything_once(
    copies: Callable[[], str], number: int, chunk: int
) -> None:
    url, alone = copies(), connect(copies())
    sweep_in_chunks(alone)
    expected = left_behind(alone)
    alone.dispose()
    running = [worker.started(worker.sweeper, url, NOW, chunk, 0) for _ in range(number)]
    assert [worker.ended(one) for one in running] == [0] * number
    engine = connect(url)
    sweep_in_chunks(engine)
    assert left_behind(engine) == expected
    assert problems(engine, NOW) == []
    engine.dispose()


@pytest.mark.parametrize("stop_at", [3, 12, 19, 24, 33])
def test_a_sweep_that_stands_still_in_mid_chunk_harms_nobody(
    copies: Callable[[], str], stop_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGSTOP within a chunk, another sweep meanwhile, then SIGCONT."""
    monkeypatch.setattr("records.engine.database._WAIT_SECONDS", 0.2)
    url, alone = copies(), connect(copies())
    sweep_in_chunks(alone)
    expected = left_behind(alone)
    alone.dispose()
    process = worker.started(worker.stopper, url, NOW, stop_at)
    pid = process.pid
    assert pid is not None
    worker.stopped(pid)
    engine = connect(url)
    try:
        sweep_in_chunks(engine)
    except Busy:
        assert (
            engine.dialect.name == "sqlite"
        )  # its one lock is held: the next sweep comes in 15 minutes
    os.kill(pid, signal.SIGCONT)
    assert worker.ended(process) == 0
    sweep_in_chunks(engine)
    assert left_behind(engine) == expected
    assert problems(engine, NOW) == []
    engine.dispose()


@pytest.fixture
def crowd(world: str) -> Memory:
    """Give a dialogue with a hundred participants, all invited."""
    engine = connect(world)
    memory = Memory(world, engine, Ledger(engine, policy_of))
    memory.open(a_programme("crowd"))
    memory.map()
    memory.act("drop-stakeholder", {"stakeholder": "ngo-nl", "reason": "Another one speaks."})
    for number in range(CROWD - 1):
        seat = {
            "id": f"p{number:03}", "name": f"P{number}", "organisation": "O", "category": "union",
            "country": "BD", "language": "en", "layer": "representative", "critical": True,
            "at_risk": False, "speaks_for": ["wages-bd"], "email": f"p{number}@o.example",
        }  # fmt: skip
        memory.act("map-stakeholder", seat)
    memory.act("approve-analysis")
    memory.act("invite-all")
    return memory


def test_a_hundred_participants_answer_in_the_same_second(crowd: Memory) -> None:
    names = sorted(crowd.read().stakeholders)
    assert len(names) == CROWD

    def accept(place: int) -> None:
        crowd.ledger.act(
            crowd.dialogue_id, Step.ACCEPT_INVITATION, {}, by=names[place], now=crowd.now
        )

    def many(worker_: int) -> None:
        for place in range(worker_, CROWD, 10):
            accept(place)

    together(many, 10)

    facts = [entry.fact for entry in journal.entries(crowd.engine, crowd.dialogue_id)]
    assert facts.count("invitation-accepted") == CROWD
    assert problems(crowd.engine) == []
    crowd.engine.dispose()


def test_the_same_step_at_once_is_taken_once(world: str) -> None:
    engine = connect(world)
    ledger = Ledger(engine, policy_of)

    def accept(_: int) -> bool:
        try:
            ledger.act("aa-2022", Step.ACCEPT_INVITATION, {}, by="ngo-nl", now=NOW)
        except Refused:
            return False
        return True

    assert sorted(together(accept, 8)) == [False] * 7 + [True]
    assert problems(engine) == []
    engine.dispose()


def test_of_two_people_who_saw_the_same_page_one_is_told(world: str) -> None:
    engine = connect(world)
    ledger = Ledger(engine, policy_of)
    seen = ledger.revision("bb-2022")

    def postpone(place: int) -> str:
        given = {
            "duty": "answer-participant/ngo-nl",
            "to": f"2022-10-{20 + place}",
            "reason": "Late.",
        }
        by = ("manager", "deputy")[place]
        try:
            ledger.act("bb-2022", Step.POSTPONE, given, by=by, now=NOW, expected_revision=seen)
        except Refused as refused:
            return refused.code
        return "done"

    assert sorted(together(postpone, 2)) == ["changed-meanwhile", "done"]
    assert problems(engine) == []
    engine.dispose()


def at_point(engine: Engine, at: int, act: Callable[[], object]) -> Faults:
    """Let *act* happen in the middle of whatever *engine* does next, at its point *at*."""

    def once() -> None:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(act).result(worker.PATIENCE)

    return Faults(engine, once, at)


@pytest.mark.parametrize("step", ["cancel", "answer", "postpone", "hand-over"])
def test_a_step_at_every_moment_of_a_sweep(
    copies: Callable[[], str], step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every interleaving at a statement: the step goes before or after the sweep, never half-way."""
    monkeypatch.setattr("records.engine.database._WAIT_SECONDS", 0.05)
    given: dict[str, tuple[str, str, dict[str, Any], str]] = {
        "cancel": ("bb-2022", "cancel-dialogue", {"reason": "Sold."}, "manager"),
        "answer": ("cc-2022", "answer-participant", {"covers": ["c1"], "text": "Yes."}, "manager"),
        "postpone": (
            "bb-2022",
            "postpone",
            {"duty": "answer-participant/ngo-nl", "to": "2022-10-20", "reason": "Late."},
            "manager",
        ),
        "hand-over": (
            "bb-2022",
            "hand-over",
            {"role": "deputy", "person": {"name": "N", "email": "n@b.example", "language": "nl"}},
            "manager",
        ),
    }
    dialogue, name, what, by = given[step]
    for at in range(1, 200, 3):
        url = copies()
        other, engine = connect(url), connect(url)

        late: list[Engine] = []

        def act(other: Engine = other, late: list[Engine] = late) -> None:
            try:
                Ledger(other, policy_of).act(dialogue, known_step(name).name, what, by=by, now=NOW)
            except Busy:  # the chunk that holds this dialogue is being written: a moment later
                late.append(other)

        faults = at_point(engine, at, act)
        sweep_in_chunks(engine)
        for waiting in late:
            Ledger(waiting, policy_of).act(dialogue, known_step(name).name, what, by=by, now=NOW)
        sweep_in_chunks(other)
        assert problems(other, NOW) == [], at
        other.dispose()
        engine.dispose()
        if faults.count < at:
            break


def test_a_session_that_moves_during_delivery(world: str) -> None:
    """Reminders of the old date that were claimed already are asked about again right before they go."""
    engine = connect(world)
    memory = Memory(world, engine, Ledger(engine, policy_of))
    memory.open(a_programme("moving"))
    memory.gather()
    memory.act("invite-all")
    memory.deliver()
    reminding = memory.now + timedelta(days=161)
    sweep_in_chunks(engine, reminding)
    moved: list[str] = []

    class Moving(Mail):
        def transmit(self, post: Any) -> Any:  # noqa: ANN401 - a post, and what it goes through
            yield from super().transmit(post)
            if not moved:
                given = {"to": "2022-09-20T13:00", "reason": "The hall burned down."}
                act = memory.ledger.act
                act(memory.dialogue_id, Step.RESCHEDULE_SESSION, given, by="manager", now=reminding)
                moved.append(post.message_id)

    mail = Moving()
    deliver_once(engine, mail, reminding)
    drain(engine, mail, reminding + timedelta(hours=6))

    rows = [row for row in memory.notices() if row.template == "please-answer-invitation"]
    assert moved
    assert {row.status for row in rows} <= {"sent", "withdrawn"}
    assert [row.status for row in rows].count("sent") <= 1
    assert {row.version for row in rows} == {1}
    told = [row.to for row in memory.notices(template="session-moved")]
    assert sorted(told) == ["ngo-nl", "union-bd"]
    assert problems(engine, reminding) == []
    engine.dispose()


def test_what_is_withdrawn_while_it_is_claimed_belongs_to_nobody(world: str) -> None:
    engine = connect(world)
    memory = Memory(world, engine, Ledger(engine, policy_of), dialogue_id="bb-2022")
    memory.sweep(NOW)
    assert [row for row in memory.claim() if row.notice.duty == "answer-participant/ngo-nl"]
    given = {"duty": "answer-participant/ngo-nl", "to": "2022-10-20", "reason": "Late."}
    memory.act("postpone", given)
    assert {row.status for row in memory.notices(duty="answer-participant/ngo-nl") if row.rung} == {
        "withdrawn"
    }
    assert problems(engine, NOW) == []
    engine.dispose()
