"""The size of a programme: what fits, what it would cost, and values that are left with a reason."""

from pathlib import Path

import pytest

from cli.rehearsal.effort_view import effort_shown
from cli.rehearsal.scenario import read_scenario
from cli.rehearsal.simulator import new_life
from config.policies import PolicyUnfit, policy_of
from services.house import House
from services.sizes.forecast import RegisterSize, cost_of
from services.sizes.profile_choice import choose, keep_choice, proposal_of, rules_of
from states.language.errors import BadInput
from states.model.sizes.profiles import Floor, Profile
from tests.services.conftest import NOW, programme

REHEARSALS = Path(__file__).parents[2] / "docs" / "rehearsals"


def chosen(house: House) -> dict[str, object]:
    return dict(house.ledger.programme("klein").programme.policy)


def change(house: House, profile: Profile | None = None, reason: str = "", **rules: str) -> bool:
    named = {name.replace("_", "-"): value for name, value in rules.items()}
    return choose(
        house.ledger, "klein", profile=profile, rules=named, reason=reason or None, now=NOW
    )


def test_the_register_proposes_and_nothing_is_chosen_by_it(house: House) -> None:
    found = proposal_of(house.ledger, "klein")

    assert (found.fits, found.chosen, found.register.invited) == (Profile.SMALL, None, 3)
    assert [cost.profile for cost in found.costs] == list(Profile)
    assert chosen(house) == {}


def test_a_profile_is_chosen_and_a_value_changed_with_its_reason(house: House) -> None:
    assert change(house, Profile.SMALL)
    assert change(house, reason="The board asks for it.", checkpoints="weekly")

    [one] = [rule for rule in proposal_of(house.ledger, "klein").rules if rule.own]
    assert (one.row.rule, one.value, one.default) == ("checkpoints", "weekly", "at-close")
    assert one.reason == "The board asks for it."
    assert chosen(house) == {
        "profile": "small",
        "rules": {"checkpoints": "weekly"},
        "reasons": {"checkpoints": "The board asks for it."},
    }


def test_going_back_to_the_default_needs_no_reason_and_leaves_nothing(house: House) -> None:
    change(house, Profile.SMALL)
    change(house, reason="Once.", checkpoints="weekly")

    assert change(house, checkpoints="at-close")

    assert chosen(house) == {"profile": "small"}
    assert not change(house, checkpoints="at-close")


def test_another_profile_takes_the_old_exceptions_out(house: House) -> None:
    change(house, Profile.SMALL)
    change(house, reason="Once.", checkpoints="monthly")

    change(house, Profile.LARGE)

    assert chosen(house) == {"profile": "large"}


def test_leaving_a_value_without_a_reason_changes_nothing(house: House) -> None:
    with pytest.raises(BadInput) as refused:
        change(house, Profile.LARGE, checkpoints="at-close")

    assert refused.value.code == "rule-needs-reason"
    assert chosen(house) == {}


@pytest.mark.parametrize("floor", list(Floor))
def test_a_floor_cannot_be_left_here_either(house: House, floor: Floor) -> None:
    with pytest.raises(PolicyUnfit, match="is a floor"):
        choose(
            house.ledger,
            "klein",
            profile=None,
            rules={floor.value: "off"},
            reason="Haste.",
            now=NOW,
        )

    assert chosen(house) == {}


def test_other_values_of_the_programme_stay(house: House) -> None:
    own = {"limits": {"home_share": 0.3}}
    house.ledger.apply_programme(programme(policy=own), NOW)

    change(house, Profile.STANDARD)

    assert chosen(house) == {**own, "profile": "standard"}


def test_a_file_that_says_nothing_of_it_keeps_the_choice() -> None:
    before = programme(policy={"profile": "small", "rules": {"overview": "weekly"}})

    kept = keep_choice(before, programme(policy={"neutral_subjects": True})).policy
    said = keep_choice(before, programme(policy={"profile": "large"})).policy

    assert kept == {"neutral_subjects": True, "profile": "small", "rules": {"overview": "weekly"}}
    assert said == {"profile": "large"}
    assert keep_choice(None, programme()).policy == {}


def test_a_programme_of_before_has_left_nothing() -> None:
    assert not any(rule.own for rule in rules_of(policy_of({})))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "points"), [("small", 10), ("large", 60)])
def test_a_forecast_is_near_what_the_year_then_costs(name: str, points: int) -> None:
    scenario = read_scenario(REHEARSALS / f"{name}-company.yaml")
    invited = len(scenario.stakeholders)
    foreseen = cost_of(Profile(name), RegisterSize(len(scenario.risks), invited, 0, points))
    with new_life(scenario) as life:
        life.live()
        lived = effort_shown(life, life.view()["letters"], "manager")[0]

    assert lived["role"] == "manager"
    assert abs(foreseen.letters - lived["letters"]) <= 2
    assert abs(foreseen.hours - lived["hours"]) <= lived["hours"] / 10
