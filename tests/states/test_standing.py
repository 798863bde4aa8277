"""One truth: what is so of a check, of a promise and of an override is said by the law, once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from states.checks import RULES, checks_of
from states.contributions import Commitment
from states.standing import about_nothing, promise_standing
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
