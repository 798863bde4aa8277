"""One truth: what is so of a check, of a promise and of an override is said by the law, once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from states.checks.checks import RULES, checks_of
from states.checks.status import about_nothing, answers_standing, promise_standing, waiting_voices
from states.model.contributions import Commitment
from states.model.duties import DutyStatus
from tests.notifications.builders import ALERTED, contributions, decided, dialogue
from tests.states.builders import opened

DUE = date(2022, 12, 1)
LAST = datetime(2022, 12, 1, 22, 59, tzinfo=UTC)  # still the first of December in Amsterdam


@pytest.mark.parametrize(
    ("reported", "late"),
    [("promised", "late"), ("under-way", "late"), ("done", "done"), ("dropped", "dropped")],
)
def test_a_promise_whose_day_is_over_is_late_unless_it_ended(reported: str, late: str) -> None:
    promise = Commitment.model_validate(
        {
            "id": "k",
            "what": "Pay.",
            "owner": "manager",
            "due": DUE,
            "contribution": "c1",
            "status": reported,
        }
    )

    assert promise_standing(opened().dialogue, promise, LAST) == reported
    assert promise_standing(opened().dialogue, promise, LAST + timedelta(minutes=2)) == late


def test_an_empty_dialogue_has_nothing_in_order_that_is_about_nobody() -> None:
    life = opened()
    checks = checks_of(life.dialogue, life.now)
    idle = {check.name for check in checks if check.idle}

    assert "safety-considered" in idle
    assert not any(check.idle and check.gaps for check in checks)


def test_some_checks_are_about_nobody_yet_and_others_always_about_something() -> None:
    dialogue = opened().dialogue

    assert {about_nothing(dialogue, rule.name) for rule in RULES} == {True, False}


def test_an_override_that_is_given_again_keeps_the_earlier_one() -> None:
    life = opened()
    for reason in ("Not this year.", "Nor later.", "Never."):
        life.take("manager", "override-check", check="critical-voice", reason=reason)
    home = life.dialogue

    told = sorted(one.reason for one in home.overrides.values())
    assert told == ["Never.", "Nor later.", "Not this year."]
    assert home.overrides["stakeholder_analysis/critical-voice"].reason == "Never."


def test_how_the_answers_stand_is_said_by_the_law() -> None:
    home = dialogue("nl")
    answered = {c.id: decided(c) for c in contributions().values()}
    arrived = {
        name: c.model_copy(update={"written_at": ALERTED, "delivered_at": ALERTED})
        for name, c in answered.items()
    }
    written = {n: c.model_copy(update={"delivered_at": None}) for n, c in arrived.items()}
    owed = {name: d for name, d in home.duties.items() if d.kind == "answer-participant"}
    met = {n: d.model_copy(update={"status": DutyStatus.MET}) for n, d in owed.items()}
    lost = {n: d.model_copy(update={"status": DutyStatus.NOT_REACHED}) for n, d in owed.items()}

    assert answers_standing(replace(home, contributions={}, duties={})) == "nobody"
    assert answers_standing(replace(home, duties=owed)) == "waiting"
    assert answers_standing(replace(home, contributions=written, duties=owed)) == "under-way"
    assert answers_standing(replace(home, contributions=written, duties=lost)) == "not-reached"
    assert answers_standing(replace(home, contributions=arrived, duties=met)) == "everybody"
    assert waiting_voices(replace(home, duties=owed)) == {d.whom for d in owed.values()}
