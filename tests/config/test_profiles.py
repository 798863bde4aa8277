"""Profiles: three beginnings, every value changed one by one, and floors that nothing turns off."""

from itertools import product

import pytest

from config.policies import PolicyUnfit, default_rules, default_values, policy_of
from notifications.language.words import word
from states.language.languages import WHOLE
from states.model.sizes.profiles import (
    ROWS,
    Floor,
    GovernedRule,
    Profile,
    fitting_profile,
    values_of,
)

PROFILES = list(Profile)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_gives_every_rule_its_value(profile: Profile) -> None:
    policy = policy_of({"profile": profile.value})

    assert policy.profile is profile
    assert policy.rules == values_of(profile) == default_rules(profile)


def test_the_three_differ_as_what_they_can_carry_does() -> None:
    small, standard, large = (values_of(profile) for profile in PROFILES)

    assert small == {
        "independent-moderator": "session-day",
        "moderator-key": "offered",
        "checkpoints": "at-close",
        "overview": "when-owed",
    }
    assert (standard["independent-moderator"], standard["checkpoints"]) == ("soft", "monthly")
    assert (large["independent-moderator"], large["moderator-key"]) == ("hard", "on")
    assert large["checkpoints"] == "weekly"


@pytest.mark.parametrize("own", [{}, {"limits": {"home_share": 0.3}}, {"neutral_subjects": True}])
def test_a_programme_of_before_keeps_its_values(own: dict[str, object]) -> None:
    policy = policy_of(own)

    assert policy.profile is None
    assert policy.rules == {
        "independent-moderator": "soft",
        "moderator-key": "offered",
        "checkpoints": "weekly",
        "overview": "weekly",
    }


@pytest.mark.parametrize(
    ("profile", "rule", "value"),
    [
        (profile, row.rule, value)
        for profile, row in product(PROFILES, ROWS.values())
        for value in row.values
    ],
)
def test_each_value_is_changed_by_itself(profile: Profile, rule: GovernedRule, value: str) -> None:
    policy = policy_of({"profile": profile.value, "rules": {rule.value: value}})

    assert policy.rule(rule) == value
    left = {name: said for name, said in policy.rules.items() if name != rule}
    assert left.items() <= values_of(profile).items()


def test_a_profile_touches_nothing_else() -> None:
    plain = policy_of({}).model_dump(exclude={"profile", "rules"})

    for profile in PROFILES:
        assert policy_of({"profile": profile}).model_dump(exclude={"profile", "rules"}) == plain


@pytest.mark.parametrize("floor", list(Floor))
@pytest.mark.parametrize("value", ["off", "on", "soft"])
def test_a_floor_is_no_value(floor: Floor, value: str) -> None:
    with pytest.raises(PolicyUnfit, match=rf"policy\.rules: '{floor}' is a floor"):
        policy_of({"profile": "small", "rules": {floor.value: value}})


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"profile": "tiny"}, "policy.profile: 'tiny' is not allowed; allowed are"),
        ({"profile": 3}, "policy.profile"),
        ({"rules": {"recaps": "off"}}, "'recaps' is no rule that a profile governs; known are"),
        (
            {"rules": {"checkpoints": "never"}},
            "'never' is no value of checkpoints; allowed are at-close, monthly, weekly",
        ),
        ({"rules": {"overview": None}}, "overview has no value"),
        ({"rules": "none"}, "policy.rules"),
        ({"rules": {"overview": True}}, "policy.rules.overview"),
    ],
)
def test_what_is_no_value_is_refused_with_what_is(own: dict[str, object], said: str) -> None:
    with pytest.raises(PolicyUnfit) as unfit:
        policy_of(own)

    assert said in str(unfit.value)


@pytest.mark.parametrize(
    ("invited", "chain", "profile"),
    [
        (0, 0, None),
        (0, 9, None),
        (1, 0, Profile.SMALL),
        (20, 3, Profile.SMALL),
        (21, 0, Profile.STANDARD),
        (100, 3, Profile.STANDARD),
        (101, 0, Profile.LARGE),
        (12, 4, Profile.LARGE),
    ],
)
def test_the_register_says_which_fits(invited: int, chain: int, profile: Profile | None) -> None:
    assert fitting_profile(invited, chain) is profile


@pytest.mark.parametrize("language", WHOLE)
def test_every_row_is_said_in_words(language: str) -> None:
    for row in ROWS.values():
        assert word("governed-rule", row.rule, language)
        assert [word("rule-value", f"{row.rule}/{value}", language) for value in row.values]
        reasons = [word("profile-reason", f"{row.rule}/{one}", language) for one in PROFILES]
        assert all(reasons)
        assert word("rule-floor", row.rule, language)
    assert all(word("floor", floor, language) for floor in Floor)


def test_the_file_of_defaults_has_every_rule() -> None:
    assert set(default_values()["rules"]) == set(ROWS)
