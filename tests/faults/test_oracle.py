"""Who checks the oracle: it is content with what the law allows, and sees each kind of harm."""

# ruff: noqa: S608 - our own words

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from config.policies import policy_of
from notifications.channels.channels import Memory
from records.engine.database import connect, writing
from records.ledger import Ledger
from records.sweep.sweep import sweep
from states.model.dialogue import Dialogue
from states.model.duties import DutyStatus
from tests.faults.conftest import NOW
from tests.faults.oracle import harmed, hats_of, untold
from tests.faults.works import drain

ONE_DAY = "UPDATE letters SET made_at = (SELECT min(made_at) FROM letters)"
SILENT = "UPDATE duties SET status = 'no-answer' WHERE kind = 'answer-invitation'"
DAMAGE = [
    ("no answer, due", f"{SILENT} AND status = 'not-reached'"),
    (
        "no answer, due",
        (
            f"{SILENT} AND status = 'met' AND whom = 'ngo-nl'; "
            "UPDATE notices SET sent_at = (SELECT max(due) FROM duties) WHERE template = 'invitation'"
        ),
    ),
    (
        "still owed",
        (
            "UPDATE notices SET status = 'withdrawn', error = 'x' "
            "WHERE duty LIKE 'answer-participant/%' AND rung IS NOT NULL"
        ),
    ),
    (
        "no other comes",
        "UPDATE notices SET status = 'skipped', template = 'duty-due-soon' WHERE rung = '+1wd'",
    ),
    (
        "waits for a hand",
        "UPDATE notices SET status = 'by-hand' WHERE template = 'invitation' AND \"to\" = 'ngo-nl'",
    ),
    ("letters", f"{ONE_DAY}; UPDATE letters SET reader = 'r', kind = 'tasks', day = message_id"),
    ("got", f"{ONE_DAY}; UPDATE notices SET template = 'agenda-echoed' WHERE \"to\" = 'ngo-nl'"),
]


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.mark.parametrize(("seen", "damage"), DAMAGE)
def test_the_oracle_sees_who_was_not_told(world: str, seen: str, damage: str) -> None:
    engine = connect(world)
    sweep(engine, policy_of, NOW, pause=lambda _: None)
    drain(engine, Memory(), NOW + timedelta(hours=1))
    assert untold(engine) == []
    with writing(engine) as connection:
        for one in damage.split(";"):
            connection.execute(text(one))

    found = untold(engine)
    engine.dispose()

    assert any(seen in one for one in found), found


def _point(dialogue: Dialogue, **changes: object) -> None:
    dialogue.contributions["c1"] = dialogue.contributions["c1"].model_copy(update=changes)


def _seat(dialogue: Dialogue, **changes: object) -> None:
    dialogue.stakeholders["ngo-nl"] = dialogue.stakeholders["ngo-nl"].model_copy(update=changes)


def _duty(dialogue: Dialogue, **changes: object) -> None:
    name = "answer-participant/ngo-nl"
    dialogue.duties[name] = dialogue.duties[name].model_copy(update=changes)


HARM: dict[str, Callable[[Dialogue], object]] = {
    "was taken from": lambda d: _point(d, line_verdict="withdrawn"),
    "c1 was taken": lambda d: d.contributions.pop("c1"),
    "counts as answered": lambda d: _point(d, delivered_at=NOW),
    "was made by": lambda d: _point(d, dispute_round=1),
    "ended the debt": lambda d: _duty(d, status=DutyStatus.WITHDRAWN),
    "forgot the first promise": lambda d: _duty(d, first_due=NOW + timedelta(days=40)),
    "what somebody said": lambda d: d.verdicts.update({"ngo-nl": None}),  # type: ignore[dict-item]
    "took away ngo-nl": lambda d: d.stakeholders.pop("ngo-nl"),
    "erased ngo-nl": lambda d: _seat(d, erased_at=NOW),
    "moved where ngo-nl": lambda d: _seat(d, email="manager@cc.example"),
}


@pytest.mark.parametrize("seen", HARM)
def test_the_oracle_sees_what_a_debtor_took(world: str, seen: str) -> None:
    engine = connect(world)
    was, now = (Ledger(engine, policy_of).read("cc-2022") for _ in range(2))
    engine.dispose()
    assert list(harmed(was, now, "decide")) == []

    HARM[seen](now)

    assert any(seen in one for one in harmed(was, now, "decide"))


def test_the_oracle_knows_every_hat_of_who_owes(world: str) -> None:
    engine = connect(world)
    dialogue = Ledger(engine, policy_of).read("cc-2022")
    engine.dispose()
    assert hats_of(dialogue) == {"manager", "deputy", "sponsor"}
    _seat(dialogue, email="Manager@cc.example")
    assert hats_of(dialogue) == {"manager", "deputy", "sponsor", "ngo-nl"}
