"""Records from before carrying was a duty: they stay verifiable, and their debts become right."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from config.policies import policy_of
from records.delivery.written_words import adopt_written
from records.engine.database import reading
from records.journal import journal
from records.journal.embargo.held_chain import lived_entries
from records.journal.examination import examine
from records.schema.core import SWEEPS
from records.sweep.sweep import SweepReport
from states.steps.delivery import receipts
from states.steps.phases import feedback
from tests.records.conftest import Memory, utc

ANSWER, CARRY = "answer-participant/sealed-1", "carry-answer/sealed-1"
OBJECTION = {"contribution": "c2"}


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the house decide as it did when an answer under seal counted on arrival; until what it returns is called."""
    with_seals = [(module, module.is_sealed) for module in (feedback, receipts)]
    for module, _ in with_seals:
        monkeypatch.setattr(module, "is_sealed", lambda _dialogue, _name: False)

    def upgrade() -> None:
        for module, known in with_seals:
            monkeypatch.setattr(module, "is_sealed", known)

    return upgrade


def written(memory: Memory) -> None:
    memory.sign()
    memory.act("answer-participant", {"covers": ["c2"], "text": "We will pay."})


def adopt(memory: Memory) -> int:
    return adopt_written(memory.engine, policy_of, memory.now)


def is_whole(memory: Memory) -> bool:
    found = examine(memory.engine, memory.dialogue_id)
    return found.ok and found.differences == []


def test_what_waited_counts_as_written_from_the_upgrade_on(
    opened: Memory, old: Callable[[], None]
) -> None:
    written(opened)
    assert opened.reread().duties[ANSWER].owed
    old()
    assert is_whole(opened)

    assert (adopt(opened), adopt(opened)) == (1, 0)

    dialogue = opened.reread()
    assert not dialogue.duties[ANSWER].owed
    assert dialogue.duties[CARRY].owed
    assert is_whole(opened)
    opened.deliver()
    assert not opened.reread().duties[CARRY].owed
    assert is_whole(opened)


def test_time_acts_on_what_is_carried_beside_the_journal(opened: Memory) -> None:
    written(opened)
    opened.sweep(utc(2022, 12, 1, 8))
    opened.sweep(utc(2022, 12, 1, 8))

    carry = opened.reread().duties[CARRY]
    assert (carry.status, carry.next_at and carry.next_at > opened.now) == ("lapsed", True)
    told = [n for n in opened.notices() if n.kind == "carry-answer"]
    assert {n.to for n in told} <= {"moderator", "confidant", "board", "sealed-1"}
    assert told
    subjects = {e.subject for e in journal.entries(opened.engine, opened.dialogue_id)}
    assert CARRY not in subjects
    lived = {e.fact for e in lived_entries(opened.engine, opened.dialogue_id) if e.subject == CARRY}
    assert {"duty-opened", "duty-lapsed"} <= lived
    assert is_whole(opened)


def test_a_sweep_that_acts_on_carrying_alone_tells_of_nothing(opened: Memory) -> None:
    written(opened)
    due = opened.reread().duties[CARRY].next_at
    assert due is not None
    opened.sweep(due - timedelta(minutes=1))
    report = opened.sweep(due)

    assert report == SweepReport()
    assert opened.reread().duties[CARRY].next_at != due
    with reading(opened.engine) as connection:
        assert connection.scalar(select(func.max(SWEEPS.c.began_at))) < due


def test_what_arrives_before_anybody_looked_counts_too(
    opened: Memory, old: Callable[[], None]
) -> None:
    written(opened)
    old()
    opened.deliver()

    dialogue = opened.reread()
    assert {name for name in (ANSWER, CARRY) if dialogue.duties[name].owed} == set()
    assert len([name for name in dialogue.duties if name.startswith("give-verdict/sealed")]) == 1
    assert is_whole(opened)


def test_what_had_arrived_and_comes_back_is_carried_again(
    opened: Memory, old: Callable[[], None]
) -> None:
    written(opened)
    [notice] = opened.notices(template="answer")
    opened.deliver()
    old()
    opened.ledger.undeliverable(notice.id, "email", "550 5.1.1", opened.now)

    dialogue = opened.reread()
    assert not dialogue.duties[ANSWER].owed
    assert dialogue.duties[CARRY].owed
    assert dialogue.contributions["c2"].answer == "We will pay."
    assert is_whole(opened)


def test_what_came_back_before_is_written_anew_once(
    opened: Memory, old: Callable[[], None]
) -> None:
    written(opened)
    [notice] = opened.notices(template="answer")
    opened.deliver()
    opened.ledger.undeliverable(notice.id, "email", "550 5.1.1", opened.now)
    old()
    assert opened.reread().duties[ANSWER].owed
    assert adopt(opened) == 0
    assert is_whole(opened)

    opened.act("answer-participant", {"covers": ["c2"], "text": "We will pay."})
    dialogue = opened.reread()
    assert (dialogue.duties[ANSWER].owed, dialogue.duties[CARRY].owed) == (False, True)
    assert is_whole(opened)


def test_a_response_that_waited_settles_from_the_upgrade_on(
    opened: Memory, old: Callable[[], None]
) -> None:
    written(opened)
    opened.deliver()
    opened.act("dispute-answer", OBJECTION | {"reason": "That is none."}, by="union-bd")
    opened.act("settle-dispute", OBJECTION | {"text": "We will pay more."})
    old()
    assert adopt(opened) == 1

    dialogue = opened.reread()
    assert not dialogue.duties["answer-dispute/c2"].owed
    assert not dialogue.contributions["c2"].dispute_open
    assert dialogue.duties[CARRY].owed
    assert is_whole(opened)
    opened.deliver()
    assert not opened.reread().duties[CARRY].owed
    assert is_whole(opened)
