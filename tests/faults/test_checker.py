"""Who checks the checker: it is content with a whole world, and sees each kind of damage."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from config.policies import policy_of
from notifications.channels.channels import Memory
from records.engine.database import connect, writing
from records.ledger import Ledger
from records.sweep.sweep import sweep
from tests.faults.checker import problems
from tests.faults.conftest import NOW
from tests.faults.works import drain
from tests.records.conftest import START

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


@pytest.mark.parametrize("arrives", [True, False], ids=["asked", "never-asked"])
def test_the_world_is_whole_on_each_kind(world: str, arrives: bool) -> None:
    """Whoever was asked in time and says nothing is silent; whom nothing reached was not reached, and never silent."""
    engine = connect(world)
    ledger = Ledger(engine, policy_of)
    assert problems(engine) == []
    if arrives:
        drain(engine, Memory(), START + timedelta(hours=1))
    report = sweep(engine, policy_of, NOW, pause=lambda _: None)
    assert report.lapses
    assert report.skipped
    # Under seal a window runs whether words arrived or not, and is in no count.
    assert bool(report.public_part().no_answers) is arrives
    duties = ledger.read("aa-2022").duties.values()
    ends = Counter(str(duty.status) for duty in duties if duty.kind == "answer-invitation")
    assert ends == {"no-answer" if arrives else "not-reached": 2}
    assert problems(engine, NOW) == []
    assert len(ledger.dialogue_ids()) == 3
    engine.dispose()
