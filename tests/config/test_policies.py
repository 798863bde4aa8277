"""The policy of a programme: the defaults with its own values over them."""

import pytest

from config.policies import PolicyUnfit, default_values, policy_of
from states.model.vocabulary import DutyKind


def test_the_default_policy_is_whole() -> None:
    assert policy_of({}).limits.home_share == 0.5
    assert policy_of(None) is policy_of({})


def test_own_values_are_laid_over_the_defaults() -> None:
    policy = policy_of({"limits": {"home_share": 0.3}, "due": {"answer-participant": "S+8w"}})

    assert policy.limits.home_share == 0.3
    assert policy.limits.top_risks == 3
    assert policy.due[DutyKind.ANSWER_PARTICIPANT] == "S+8w"
    assert policy.due[DutyKind.APPROVE_ANALYSIS] == "S-18w"


def test_neutral_subjects_for_everybody_are_chosen() -> None:
    assert policy_of({}).neutral_subjects is False
    assert policy_of({"neutral_subjects": True}).neutral_subjects is True
    with pytest.raises(PolicyUnfit, match=r"policy\.neutral_subjects"):
        policy_of({"neutral_subjects": "now and then"})


def test_a_rung_is_put_in_its_place_or_taken_out() -> None:
    policy = policy_of({"ladders": {"standard": {"rungs": {"+3wd": ["sponsor"], "-10wd": None}}}})

    assert list(policy.ladders["standard"].rungs) == ["-3wd", "0", "+1wd", "+3wd", "+5wd", "+10wd"]
    assert "-10wd" in policy_of({}).ladders["standard"].rungs


@pytest.mark.parametrize(
    ("overrides", "path"),
    [
        ({"limits": {"home_share": 2}}, "policy.limits.home_share: '2' must be at most 1"),
        (
            {"due": {"approve-analysis": "S18w"}},
            "policy.due.approve-analysis: 'S18w' is not understood",
        ),
        ({"colour": "red"}, "policy.colour: 'red' is not known here"),
        (
            {"ladders": {"feedback": {"rungs": {"x": ["owner"]}}}},
            "policy.ladders.feedback.rungs.x: 'x'",
        ),
        ({"ladders": {"feedback": {"rungs": {"0": ["kees"]}}}}, "allowed are 'owner', 'manager'"),
        ({"ladders": "none"}, "policy.ladders"),
        ({"limits": None}, "policy.limits: is missing"),
    ],
)
def test_a_bad_value_names_its_path(overrides: dict[str, object], path: str) -> None:
    with pytest.raises(PolicyUnfit) as unfit:
        policy_of(overrides)

    assert path in str(unfit.value)


def test_the_same_values_give_the_same_policy() -> None:
    assert policy_of({"limits": {"home_share": 0.3}}) is policy_of({"limits": {"home_share": 0.3}})


def test_the_defaults_cannot_be_changed_by_a_caller() -> None:
    default_values()["limits"]["home_share"] = 1

    assert default_values()["limits"]["home_share"] == 0.5
