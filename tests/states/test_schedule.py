"""The yearly schedule: when an edition opens by itself, and the session that it proposes."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.language.errors import BadInput
from states.model.calendar import WorkCalendar
from states.timing.schedule import (
    EditionDue,
    SessionRule,
    next_opening,
    opening_of_the_next,
    proposed_session,
    require_schedule,
    which_edition_is_due,
)
from tests.states.builders import utc

YEARLY = "0 9 1 12 *"


@pytest.mark.parametrize(
    ("schedule", "zone", "after", "opens"),
    [
        pytest.param(
            YEARLY, "Europe/Amsterdam", "2022-01-01 00:00", "2022-12-01 08:00", id="this year"
        ),
        pytest.param(
            YEARLY, "Europe/Amsterdam", "2022-12-01 08:00", "2023-12-01 08:00", id="never twice"
        ),
        pytest.param(
            YEARLY, "Europe/Amsterdam", "2022-12-01 07:59", "2022-12-01 08:00", id="in a minute"
        ),
        pytest.param(YEARLY, "Asia/Dhaka", "2022-01-01 00:00", "2022-12-01 03:00", id="in Dhaka"),
        pytest.param(
            "0 9 1 6 *", "Europe/Amsterdam", "2022-01-01 00:00", "2022-06-01 07:00", id="summer"
        ),
        pytest.param(
            "0 9 29 2 *", "Europe/Amsterdam", "2022-01-01 00:00", "2024-02-29 08:00", id="leap day"
        ),
    ],
)
def test_when_an_edition_opens(schedule: str, zone: str, after: str, opens: str) -> None:
    assert next_opening(schedule, zone, utc(after)) == utc(opens)


@pytest.mark.parametrize(
    "schedule", ["", "yearly", "0 9 1 13 *", "0 9 30 2 *", "9", "0 9 1 12 * * *", "a b c d e"]
)
def test_a_schedule_that_never_comes(schedule: str) -> None:
    with pytest.raises(BadInput) as caught:
        next_opening(schedule, "Europe/Amsterdam", utc("2022-01-01 00:00"))

    assert caught.value.code == "schedule-not-understood"
    assert "0 9 1 12 *" in caught.value.why("nl")


@pytest.mark.parametrize(
    ("schedule", "code"),
    [
        ("0 9 LW 12 *", "schedule-not-understood"),
        ("0 9 L * *", "schedule-not-understood"),
        ("0 0 9 1 12 *", "schedule-not-understood"),
        ("0 9 1 12 * 2030", "schedule-not-understood"),
        ("@yearly", "schedule-not-understood"),
        ("0 9 1 dec *", "schedule-not-understood"),
        ("0 9 * 12 mon", "schedule-not-understood"),
        ("0 9 * * 1#1", "schedule-not-understood"),
        ("0 9 ? 12 1", "schedule-not-understood"),
        ("H 9 1 12 *", "schedule-not-understood"),
        ("0 9 30 2 *", "schedule-not-understood"),
        ("0 9 5-0 12 *", "schedule-not-understood"),
        ("0 9 5-2 12 *", "schedule-not-understood"),
        ("0 9 4-4 12 *", "schedule-not-understood"),
        ("0 24 1 12 *", "schedule-not-understood"),
        ("60 9 1 12 *", "schedule-not-understood"),
        ("0 9 0 12 *", "schedule-not-understood"),
        ("0 9 1 12 8", "schedule-not-understood"),
        ("0 9 */2 12 *", "schedule-not-understood"),
        ("0 9 1-20/5 12 *", "schedule-not-understood"),
        ("0 9 *,1 12 *", "schedule-not-understood"),
        ("0 9 1, 12 *", "schedule-not-understood"),
        ("\u0660 9 1 12 *", "schedule-not-understood"),
        ("0 9 1-7 12 1", "schedule-read-twice"),
        ("0 9 1,31 12 *", "schedule-read-twice"),
        ("30 2 27 3 *", "schedule-in-the-gap"),
        ("30 2 30 10 *", "schedule-in-the-gap"),
    ],
)
def test_a_schedule_that_is_read_in_more_than_one_way_is_not_taken(
    schedule: str, code: str
) -> None:
    with pytest.raises(BadInput) as caught:
        require_schedule(schedule, "Europe/Amsterdam", utc("2022-01-01 00:00"))

    assert caught.value.code == code


@pytest.mark.parametrize(
    "schedule",
    [YEARLY, "0 9 29 2 *", "0 9 31 12 *", "15 8 * 1-3,9 1-5", "*/5 */2 1,15 */3 *", "0 9 * 12 7"],
)
def test_a_plain_schedule_is_taken(schedule: str) -> None:
    require_schedule(schedule, "Europe/Amsterdam", utc("2022-01-01 00:00"))


@given(after=st.datetimes(min_value=utc("2020-01-01 00:00").replace(tzinfo=None)))
def test_the_next_opening_lies_ahead(after: object) -> None:
    moment = utc(str(after)[:19])
    if moment.year > 2200:
        return

    opening = next_opening(YEARLY, "Europe/Amsterdam", moment)

    assert moment < opening <= moment + timedelta(days=367)


@pytest.mark.parametrize(
    ("zone", "country", "opening", "session"),
    [
        pytest.param(
            "Europe/Amsterdam", "NL", "2022-12-01 08:00", "2023-06-01 08:00", id="a Thursday"
        ),
        pytest.param(
            "Europe/Amsterdam", "NL", "2022-11-05 08:00", "2023-05-08 08:00", id="not a Saturday"
        ),
        pytest.param(
            "Europe/Amsterdam", "NL", "2022-11-17 08:00", "2023-05-19 08:00", id="not Ascension Day"
        ),
        pytest.param("Asia/Dhaka", "BD", "2022-12-02 04:00", "2023-06-04 04:00", id="Dhaka"),
    ],
)
def test_the_session_that_is_proposed(zone: str, country: str, opening: str, session: str) -> None:
    """Twenty-six weeks later, on a working day, at ten o'clock there."""
    calendar = WorkCalendar(zone, country)

    assert proposed_session(calendar, utc(opening), 26, time(10)) == utc(session)


RULE = SessionRule(WorkCalendar("Europe/Amsterdam", "NL"), 26)


@pytest.mark.parametrize(
    ("now", "edition", "session", "following"),
    [
        pytest.param("2022-12-01 08:00", 2023, "2023-06-01 08:00", "2023-12-01 08:00", id="now"),
        pytest.param("2023-01-15 00:00", 2023, "2023-06-01 08:00", "2023-12-01 08:00", id="late"),
        pytest.param(
            "2026-02-01 00:00", 2026, "2026-06-01 08:00", "2026-12-01 08:00", id="the latest alone"
        ),
        pytest.param(
            "2025-09-01 00:00", 2026, "2026-03-02 09:00", "2025-12-01 08:00", id="session missed"
        ),
    ],
)
def test_which_edition_is_due(now: str, edition: int, session: str, following: str) -> None:
    due = which_edition_is_due(YEARLY, utc("2022-12-01 08:00"), RULE, utc(now))

    assert due == EditionDue(edition, utc(session), utc(following))


def test_no_edition_is_due_before_its_moment() -> None:
    opens_at = utc("2022-12-01 08:00")

    assert which_edition_is_due(YEARLY, opens_at, RULE, opens_at - timedelta(seconds=1)) is None


def test_an_edition_keeps_the_hour_of_the_programme() -> None:
    opens_at, early = utc("2022-12-01 08:00"), RULE._replace(hour=time(8, 30))
    due = which_edition_is_due(YEARLY, opens_at, early, opens_at)

    assert due is not None
    assert due.session_at == utc("2023-06-01 06:30")


def test_a_schedule_that_was_missed_a_thousand_times_goes_on_from_now() -> None:
    now = utc("2022-12-02 08:00")
    due = which_edition_is_due("* * * * *", utc("2022-12-01 08:00"), RULE, now)

    assert due is not None
    assert due.following == now + timedelta(minutes=1)
    assert due.session_at == RULE.session_after(utc("2022-12-01 08:00") + timedelta(minutes=1000))


@pytest.mark.parametrize(
    ("schedule", "opens"),
    [
        (YEARLY, "2024-12-01 08:00"),
        ("0 9 * * *", "2024-07-03 07:00"),
        ("* * * * *", "2024-07-02 22:00"),
    ],
)
def test_the_next_opening_is_that_of_an_edition_which_is_not_open(
    schedule: str, opens: str
) -> None:
    first = next_opening(schedule, "Europe/Amsterdam", utc("2022-11-30 12:00"))

    assert opening_of_the_next(schedule, first, RULE, {2023, 2024}) == utc(opens)
    assert opening_of_the_next(schedule, first, RULE, ()) == first
