"""What stands in Prefect: asked in one question, forgotten with every change, and lost with its database."""

from datetime import datetime

import pytest
from sqlalchemy import event

from config.policies import policy_of
from records.dialogues.announcements import (
    Announced,
    ComingOpening,
    announced_openings,
    coming_opening,
    forget_announced,
    mark_announced,
    standing_openings,
)
from records.dialogues.programmes import in_zone, pause, resume, time_zones
from records.engine.database import reading
from tests.records.conftest import DAY, START, Memory, a_programme, utc

HERE, ELSEWHERE = "9d7c1c2e-here", "1b2f0000-elsewhere"
FIRST = utc(2022, 12, 1, 8)
NAMES = ("kleding", "schoen", "thee")
LATER = "0 9 1 2 *"


@pytest.fixture
def three(memory: Memory) -> Memory:
    for name in NAMES:
        memory.ledger.apply_programme(a_programme(name), START)
    return memory


def ask(
    memory: Memory, deployment: str = HERE, limit: int = 10, now: datetime = START
) -> Announced:
    return announced_openings(memory.engine, policy_of, deployment, now, limit)


def missing(memory: Memory, deployment: str = HERE) -> set[str]:
    return {one.programme_id for one in ask(memory, deployment).missing}


def announce_all(memory: Memory, deployment: str = HERE) -> None:
    mark_announced(memory.engine, deployment, ask(memory, deployment).missing)


def test_what_never_stood_there_is_missing_and_then_it_stands(three: Memory) -> None:
    assert missing(three) == set(NAMES)
    announce_all(three)
    assert ask(three) == Announced(standing=3, missing=[])
    assert standing_openings(three.engine, HERE) == dict.fromkeys(NAMES, FIRST)


def test_it_is_asked_in_one_question_and_in_parts(three: Memory) -> None:
    said: list[str] = []
    event.listen(three.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    found = ask(three, limit=2)
    assert len(found.missing) == 2
    assert len(said) == 1


def test_an_opening_says_the_edition_that_it_will_be(three: Memory) -> None:
    found = coming_opening(three.engine, policy_of, "kleding")
    assert found == ComingOpening("kleding", 2023, FIRST, 1)
    assert coming_opening(three.engine, policy_of, "nobody") is None


def test_a_changed_programme_is_announced_anew(three: Memory) -> None:
    announce_all(three)
    three.ledger.apply_programme(a_programme(schedule=LATER), START + DAY)
    (found,) = ask(three).missing
    assert (found.programme_id, found.opens_at) == ("kleding", utc(2022, 2, 1, 8))


def test_an_opened_edition_makes_the_next_one_missing(three: Memory) -> None:
    announce_all(three)
    three.ledger.open_cycle("thee", FIRST)
    (found,) = ask(three).missing
    assert (found.programme_id, found.edition) == ("thee", 2024)


def test_in_a_prefect_that_lost_its_database_nothing_stands(three: Memory) -> None:
    announce_all(three, ELSEWHERE)
    assert missing(three) == set(NAMES)
    assert ask(three).standing == 0


def test_what_somebody_changed_meanwhile_is_not_marked(three: Memory) -> None:
    read = ask(three).missing
    three.ledger.apply_programme(a_programme("schoen", schedule=LATER), START + DAY)
    three.ledger.open_cycle("thee", FIRST)
    mark_announced(three.engine, HERE, read)
    assert missing(three) == {"schoen", "thee"}


def test_a_paused_programme_is_missing_until_its_run_is_gone_and_stands_nowhere(
    three: Memory,
) -> None:
    announce_all(three)
    pause(three.engine, "thee", "operator", "reorganisation", START)
    (found,) = ask(three).missing
    assert (found.programme_id, found.paused) == ("thee", True)
    announce_all(three)
    assert ask(three) == Announced(standing=2, missing=[])
    assert set(standing_openings(three.engine, HERE)) == {"kleding", "schoen"}
    resume(three.engine, "thee", START)
    assert missing(three) == {"thee"}


def test_what_was_paused_meanwhile_is_not_marked(three: Memory) -> None:
    read = ask(three).missing
    pause(three.engine, "thee", "operator", "reorganisation", START)
    mark_announced(three.engine, HERE, read)
    assert missing(three) == {"thee"}


def test_what_is_forgotten_is_announced_anew(three: Memory) -> None:
    announce_all(three)
    forget_announced(three.engine, ["thee"])
    assert missing(three) == {"thee"}


def test_what_is_due_already_is_none_of_those_to_come(three: Memory) -> None:
    announce_all(three)
    assert ask(three, now=FIRST).standing == 0


def test_programmes_are_found_by_their_zone_page_by_page(three: Memory) -> None:
    moved = a_programme("thee").model_copy(update={"time_zone": "Asia/Dhaka"})
    three.ledger.apply_programme(moved, START + DAY)
    with reading(three.engine) as connection:
        assert time_zones(connection) == ["Asia/Dhaka", "Europe/Amsterdam"]
        assert in_zone(connection, "Europe/Amsterdam", "", 1) == ["kleding"]
        assert in_zone(connection, "Europe/Amsterdam", "kleding", 9) == ["schoen"]
        assert in_zone(connection, "Asia/Dhaka", "", 9) == ["thee"]


@pytest.mark.parametrize("policy", [{"limits": {"session_lead_weeks": 0}}, {"nothing": 1}])
def test_a_programme_whose_values_are_unfit_keeps_no_other_one_waiting(
    three: Memory, policy: dict[str, object]
) -> None:
    bad = a_programme("thee").model_copy(update={"policy": policy})
    three.ledger.apply_programme(bad, START + DAY)
    found = {one.programme_id: one.edition for one in ask(three).missing}
    assert found == {"kleding": 2023, "schoen": 2023, "thee": 2022}
