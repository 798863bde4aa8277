"""What a profile changes in the law: how an independent moderator is asked for, and never below its floor."""

from datetime import date
from typing import Any

import pytest

from states.checks.checks import Check, checks_of
from states.language.errors import BadInput, NotYours
from states.model.dialogue import Phase
from states.model.people import Role
from tests.states.builders import STAKEHOLDERS, Life, live, people, policy

MODERATOR = "independent-moderator"
DEPUTY = people()["deputy"]
SAID = {"role": "moderator", "present": True}


def safe(chapter: str, value: str) -> Life:
    """The edition at *chapter*, with nobody at risk and the rule at *value*."""
    life = live(chapter)
    life.dialogue.policy = policy(rules={MODERATOR: value})
    for who, seat in life.dialogue.stakeholders.items():
        life.dialogue.stakeholders[who] = seat.model_copy(update={"at_risk": False})
    return life


def handed_over(life: Life) -> Life:
    """Give the moderator's role to the deputy, who owes answers."""
    return life.take("moderator", "hand-over", role="moderator", person=DEPUTY)


def asked(life: Life) -> Check:
    (found,) = [one for one in checks_of(life.dialogue, life.now) if one.name == MODERATOR]
    return found


@pytest.mark.parametrize(
    ("value", "strength"), [("session-day", "soft"), ("soft", "soft"), ("hard", "hard")]
)
def test_the_value_is_how_firmly_it_is_asked(value: str, strength: str) -> None:
    life = handed_over(safe("met", value))

    found = asked(life)

    assert (found.strength, found.ok, found.passes) == (strength, False, False)


def test_a_soft_one_is_passed_with_a_reason_a_hard_one_never() -> None:
    given = {"check": MODERATOR, "reason": "Nobody could come."}
    soft = handed_over(safe("met", "soft")).take("manager", "override-check", **given)
    refusal = handed_over(safe("met", "hard")).refuse("manager", "override-check", **given)

    assert asked(soft).passes
    assert (type(refusal), refusal.code) == (BadInput, "not-overridable")


@pytest.mark.parametrize("value", ["session-day", "soft", "hard"])
def test_with_a_seat_at_risk_it_is_hard_whatever_the_profile_says(value: str) -> None:
    life = handed_over(safe("met", value))
    who = next(iter(STAKEHOLDERS))
    seat = life.dialogue.stakeholders[who]
    life.dialogue.stakeholders[who] = seat.model_copy(update={"at_risk": True})
    life.dialogue.management[Role.MODERATOR] = True

    found = asked(life)
    refusal = life.refuse("manager", "override-check", check=MODERATOR, reason="Haste.")

    assert (found.strength, found.ok) == ("hard", False)
    assert refusal.code == "not-overridable"


def test_a_seat_at_risk_that_declined_asks_for_nothing_more() -> None:
    life = handed_over(safe("met", "soft"))
    seats = life.dialogue.stakeholders
    who = next(iter(seats))
    gone = {"at_risk": True, "invitation": "declined"}
    seats[who] = type(seats[who]).model_validate(seats[who].model_dump() | gone)

    assert asked(life).strength == "soft"


def test_under_seal_it_is_hard_too() -> None:
    assert asked(safe("spoken", "soft")).strength == "hard"


def test_what_was_passed_before_a_seat_was_at_risk_is_passed_no_more() -> None:
    life = handed_over(safe("met", "soft"))
    life.take("manager", "override-check", check=MODERATOR, reason="Nobody could come.")
    who = next(iter(STAKEHOLDERS))
    seat = life.dialogue.stakeholders[who]
    life.dialogue.stakeholders[who] = seat.model_copy(update={"at_risk": True})

    found = asked(life)

    assert (found.overridden, found.passes) == (False, False)


def test_two_days_are_enough_where_the_profile_says_so() -> None:
    life = safe("met", "session-day").take("moderator", "record-management", **SAID)
    life.skip("2022-06-18 09:00")

    handed_over(life)

    assert asked(life).ok


@pytest.mark.parametrize("day", ["2022-06-16 18:00", "2022-06-17 23:00"])
def test_who_leaves_before_the_day_after_is_over_was_not_there(day: str) -> None:
    life = safe("met", "session-day").take("moderator", "record-management", **SAID)
    life.skip(day)

    handed_over(life)

    assert life.dialogue.session_day == date(2022, 6, 16)
    assert not asked(life).ok
    assert "record-management" in asked(life).why("en")
    assert [f.subject for _, f in life.facts if f.fact == "management-recorded"][-1] == "moderator"


@pytest.mark.parametrize("by", ["manager", "deputy"])
def test_nobody_else_says_that_the_moderator_was_there(by: str) -> None:
    refusal = safe("met", "session-day").refuse(by, "record-management", **SAID)

    assert (type(refusal), refusal.code) == (NotYours, "moderator-says-so")


def test_a_moderator_who_owes_answers_does_not_say_so_either() -> None:
    refusal = handed_over(safe("met", "session-day")).refuse(
        "moderator", "record-management", **SAID
    )

    assert refusal.code == "moderator-says-so"


def test_elsewhere_having_been_there_is_not_enough() -> None:
    life = safe("met", "soft").take("moderator", "record-management", **SAID)
    life.skip("2022-06-18 09:00")

    assert not asked(handed_over(life)).ok


def test_no_profile_touches_another_check() -> None:
    def others(value: str) -> dict[str, Any]:
        life = safe("met", value)
        return {
            c.name: c.strength for c in checks_of(life.dialogue, life.now) if c.name != MODERATOR
        }

    assert others("session-day") == others("soft") == others("hard")
    assert live("met").phase is Phase.SESSION
