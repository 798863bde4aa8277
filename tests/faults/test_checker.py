"""Who checks the checker: it is content with a whole world, and sees each kind of damage."""

import pytest
from sqlalchemy import text

from config.policies import policy_of
from records.database import connect, writing
from records.ledger import Ledger
from records.sweep import sweep
from tests.faults.checker import problems
from tests.faults.conftest import NOW

DAMAGE = {
    "UPDATE duties SET next_at = NULL WHERE name = 'close-dialogue'": "I3",
    "UPDATE duties SET status = 'met' WHERE name = 'close-dialogue'": "I4",
    "UPDATE duties SET version = 2 WHERE name = 'close-dialogue'": "I4",
    "UPDATE duties SET rung = rung + 1 WHERE name = 'answer-participant/ngo-nl'": "I1",
    "DELETE FROM notices WHERE rung = '+1wd'": "I1",
    "UPDATE dialogues SET head_seq = head_seq - 1": "the head",
    "UPDATE notices SET status = 'sent' WHERE status = 'pending'": "I7",
    "UPDATE notices SET template = 'by-hand-task', detail = '{\"past\": [\"manager\"]}' WHERE rung IS NULL AND "
    "\"to\" = 'manager'": "I8",
    "UPDATE notices SET claimed_by = 'x', status = 'by-hand'": "I7",
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_checker_sees_damage(world: str, damage: str) -> None:
    engine = connect(world)
    assert problems(engine) == []
    sweep(engine, policy_of, NOW, pause=lambda _: None)
    assert problems(engine, NOW) == []
    with writing(engine) as connection:
        connection.execute(text(damage))

    found = problems(engine, NOW)
    engine.dispose()

    assert any(DAMAGE[damage] in one for one in found), found


def test_the_world_is_whole_on_each_kind(world: str) -> None:
    engine = connect(world)
    ledger = Ledger(engine, policy_of)
    assert problems(engine) == []
    report = sweep(engine, policy_of, NOW, pause=lambda _: None)
    assert report.lapses
    assert report.no_answers
    assert report.skipped
    assert problems(engine, NOW) == []
    assert len(ledger.dialogue_ids()) == 3
    engine.dispose()
