"""Patterns: what they say of many duties at once is what the law says of each of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.model.duties import KINDS, Duty, DutyStatus
from states.model.facts import Fact, Notice
from states.model.people import Role
from states.model.vocabulary import DutyKind
from states.timing.equivalence import (
    LAPSED_BEFORE,
    NAME,
    OPEN,
    WAITING,
    WHOM,
    Names,
    duty_of,
    seating,
    standing,
    taken_names,
)
from states.timing.lapse import Passing, Setting, pass_time
from states.values.promised_days import Reckoning
from tests.states.builders import PEOPLE, opened, people, policy, programme, setting, utc

SETTING = setting(opened().dialogue)
CALENDAR = SETTING.calendar
DUE = CALENDAR.end_of(CALENDAR.day_of(utc("2022-09-08 12:00")))
DAY = timedelta(days=1)
MUTED = {"rungs": {"0": ["owner", "participant"]}, "at_due": "lapse"}
LADDERS = {
    "default": SETTING.policy,
    "no repeats": policy(ladders=SETTING.policy.model_dump()["ladders"] | {"standard": MUTED}),
}
SEATS = {
    "everybody": PEOPLE,
    "nobody but the manager": {"manager": PEOPLE["manager"]},
    "no sponsor": people(without="sponsor"),
    "one person twice": people(deputy=PEOPLE["manager"]),
    "the sponsor moderates": people(moderator=PEOPLE["sponsor"]),
    "no addresses": {role: {"name": who["name"]} for role, who in PEOPLE.items()},
}
STATUSES = (
    (DutyStatus.OPEN, 1, 0),
    (DutyStatus.LAPSED, 1, 1),
    (DutyStatus.LAPSED, 2, 1),
    (DutyStatus.OPEN, 3, 0),
    (DutyStatus.MET, 1, 0),
    (DutyStatus.MET_LATE, 1, 1),
    (DutyStatus.WITHDRAWN, 1, 0),
    (DutyStatus.NO_ANSWER, 1, 1),
)
VOICES = ((None, None), ("union-bd", None), ("c7", "sealed-1"), ("union-bd", "union-bd"))
MOMENTS = (-30, -12, -3, -0.6, 0, 0.5, 2, 9, 40, 200)


def a_duty(
    kind: str,
    stand: tuple[DutyStatus, int, int],
    voices: tuple[str | None, str | None],
    rung: int = 0,
    due: datetime = DUE,
) -> Duty:
    """Make a duty with a history."""
    status, version, lapsed = stand
    return Duty(
        name=f"{kind}/{voices[0]}",
        kind=DutyKind(kind),
        owner=KINDS[DutyKind(kind)].owner,
        whom=voices[0],
        waiting=voices[1],
        due=due,
        first_due=due - 9 * DAY,
        opened_at=due - 99 * DAY,
        status=status,
        version=version,
        lapsed_version=lapsed,
        lapsed_at=due - 5 * DAY if lapsed else None,
        rung=rung,
        reckoning=Reckoning(rule="promised", end=due.date()),
    )


def filled(found: Passing, duty: Duty) -> Passing:
    """Fill the names of *duty* into its pattern."""
    names = {NAME: duty.name, WHOM: duty.whom, WAITING: duty.waiting}

    def fill(value: object) -> object:
        if isinstance(value, list):
            return [fill(one) for one in value]
        if isinstance(value, dict):
            return {key: fill(one) for key, one in value.items()}
        return names.get(value, value) if isinstance(value, str) else value

    after = found.duty
    lapse = duty.lapsed_at if after.lapsed_at == LAPSED_BEFORE else after.lapsed_at
    ended = after.ended_at or duty.ended_at
    changed = after.model_dump(include={"status", "lapsed_version", "rung", "next_at"})
    changed |= {"lapsed_at": lapse, "ended_at": ended, "status": after.status}
    if not duty.owed:
        changed["next_at"] = duty.next_at
    return Passing(
        duty.model_copy(update=changed),
        tuple(Fact.model_validate(fill(fact.model_dump())) for fact in found.facts),
        tuple(Notice.model_validate(fill(notice.model_dump())) for notice in found.notices),
    )


def pattern(duty: Duty, here: Setting, now: datetime) -> Passing:
    """Ask the law about a stand-in that stands as *duty* does."""
    return pass_time(duty_of(standing(duty), OPEN), here, now)


def settings_of(ladders: str, seats: str) -> Setting:
    """Make the setting of a programme."""
    roles = programme(roles=SEATS[seats]).roles
    return replace(SETTING, policy=LADDERS[ladders], roles=roles)


def duties(here: Setting) -> Iterator[Duty]:
    """Make each duty that the law can tell from another."""
    for kind, stand, voices in product(KINDS, STATUSES, VOICES):
        rungs = len(here.policy.ladders[KINDS[kind].ladder].rungs) + 2
        for rung in range(rungs):
            yield a_duty(kind, stand, voices, rung)


@pytest.mark.parametrize("seats", SEATS)
@pytest.mark.parametrize("ladders", LADDERS)
def test_a_pattern_says_what_the_law_says(ladders: str, seats: str) -> None:
    """Each ladder, rung, status and audience; time comes at another moment for each."""
    here = settings_of(ladders, seats)
    for number, duty in enumerate(duties(here)):
        for step in (0, 3, 7):
            now = DUE + MOMENTS[(number + step) % len(MOMENTS)] * DAY
            found = pattern(duty, here, now)
            assert filled(found, duty) == pass_time(duty, here, now)


@given(
    kind=st.sampled_from(sorted(KINDS)),
    stand=st.sampled_from(STATUSES),
    voices=st.sampled_from(VOICES),
    rung=st.integers(0, 12),
    due=st.datetimes(datetime(2021, 1, 1), datetime(2024, 1, 1)),  # noqa: DTZ001 - a zone is given below
    after=st.timedeltas(-60 * DAY, 400 * DAY),
    seats=st.sampled_from(sorted(SEATS)),
    ladders=st.sampled_from(sorted(LADDERS)),
)
def test_a_pattern_says_what_the_law_says_at_any_moment(
    *,
    kind: str,
    stand: tuple[DutyStatus, int, int],
    voices: tuple[str | None, str | None],
    rung: int,
    due: datetime,
    after: timedelta,
    seats: str,
    ladders: str,
) -> None:
    here = settings_of(ladders, seats)
    duty = a_duty(kind, stand, voices, rung, due.replace(tzinfo=CALENDAR.zone))
    now = duty.due + after
    assert filled(pattern(duty, here, now), duty) == pass_time(duty, here, now)


def test_programmes_that_are_seated_alike_share_their_patterns() -> None:
    """Other people on the same chairs: nothing that time does is different."""
    others = {
        role: {"name": f"Other {who['name']}", "email": f"other-{who['email']}"}
        for role, who in PEOPLE.items()
    }
    ours, theirs = (replace(SETTING, roles=programme(roles=r).roles) for r in (PEOPLE, others))
    assert seating(ours.roles) == seating(theirs.roles)
    for duty in duties(ours):
        for days in (-2, 15):
            now = DUE + days * DAY
            assert pattern(duty, ours, now) == pattern(duty, theirs, now)


def test_who_holds_two_roles_sits_otherwise() -> None:
    roles = programme(roles=SEATS["one person twice"]).roles
    assert seating(roles) != seating(SETTING.roles)
    assert (Role.DEPUTY, 0) in seating(roles)


def test_a_name_of_a_role_is_taken() -> None:
    """Somebody who is called as a role is, or as who holds one, has no pattern: the law may take them for it."""
    taken = taken_names(SETTING.roles)
    assert {"manager", "board", "mirjam@wolkdraad.example"} <= taken
    assert not {"union-bd", "sealed-1", None} & taken


def test_a_stand_in_stands_as_its_duty_does() -> None:
    for duty in duties(SETTING):
        own = Names(duty.name, duty.whom, duty.waiting, duty.lapsed_at)
        assert standing(duty_of(standing(duty), OPEN)) == standing(duty)
        assert standing(duty_of(standing(duty), own)) == standing(duty)
