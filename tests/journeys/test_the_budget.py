"""How many letters people get, as a law: whole years of 45 and of 200, undisturbed and left alone (rules 40)."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.rehearsal.simulator import new_life
from tests.journeys.lives import Row, scenario, small
from tests.journeys.many import busiest, in_a_year, live_with_overviews, seats, year

pytestmark = pytest.mark.slow
ROLES = ("manager", "deputy", "sponsor", "moderator", "board", "confidant")


def letters_of(
    number: int, through: str, *, weeks: int = 0, by_hand: int = 0, **more: object
) -> list[Row]:
    """The letters of a year of *number* stakeholders in which nobody does anything after *through*."""
    life = small(
        year(number, through),
        until="2022-12-10T00:00",
        stakeholders=seats(number, by_hand=by_hand),
        **more,
    )
    with new_life(scenario(life)) as lived_:
        live_with_overviews(lived_, weeks)
        shown = lived_.view()
    sent = [row for row in shown["notices"] if row["letter"]]
    assert sum(row["notices"] for row in shown["letters"]) == len(sent)
    return list(shown["letters"])


def hold_the_law(letters: list[Row]) -> None:
    """One letter of tasks and one of alerts a day and role, one a day to a participant; never more than two."""
    daily = Counter(
        (row["to"], row["kind"], row["at"][:10]) for row in letters if row["kind"] != "own"
    )
    assert max(daily.values(), default=0) <= 1
    assert busiest([row for row in letters if row["to"] not in ROLES], ("alerts", "tasks")) <= 1
    assert busiest(letters) <= 2


def test_an_undisturbed_year_of_45_is_quiet() -> None:
    letters = letters_of(45, "feedback", weeks=52)

    hold_the_law(letters)
    assert in_a_year(letters, "manager") < 25
    assert all(in_a_year(letters, role) <= 6 for role in ROLES if role != "manager")


@pytest.mark.parametrize("through", ["analysis", "gathering", "session", "summary", "strategy"])
def test_a_neglected_year_of_45_never_floods(through: str) -> None:
    hold_the_law(letters_of(45, through, weeks=52, by_hand=5))


@pytest.mark.parametrize("through", ["analysis", "session", "summary", "feedback"])
def test_a_year_of_200_is_no_busier(through: str) -> None:
    letters = letters_of(200, through, weeks=52)

    hold_the_law(letters)
    assert in_a_year(letters, "manager") <= 45


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    number=st.integers(3, 12),
    by_hand=st.integers(0, 3),
    kept=st.sets(st.integers(0, 400), max_size=400),
    same=st.sampled_from([(), ("deputy",), ("moderator", "board"), ("deputy", "sponsor")]),
)
def test_whoever_does_what_nobody_is_flooded(
    number: int, by_hand: int, kept: set[int], same: tuple[str, ...]
) -> None:
    acts = [one for place, one in enumerate(year(number)) if place in kept]
    life = small(acts, until="2022-12-10T00:00", stakeholders=seats(number, by_hand=by_hand))
    for role in same:  # one person holds several roles
        life["programme"]["roles"][role] = life["programme"]["roles"]["manager"]
    with new_life(scenario(life)) as lived_:
        lived_.live()
        letters = lived_.view()["letters"]
        read = Counter(
            (post.message.address, post.message.at.date())
            for post in lived_.mail.posts
            if post.message.template not in {"answer", "delivery-failed"}
        )
    hold_the_law(letters)
    assert max(read.values(), default=0) <= 2
