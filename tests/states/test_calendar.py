"""Working days, due days and local times of programmes all over the world."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.language.errors import Refused
from states.model.calendar import WorkCalendar, known_countries
from states.values.promised_days import Reckoning
from states.values.time_zones import known_zones
from tests.states.builders import day, refusal_of, utc

AMSTERDAM = WorkCalendar("Europe/Amsterdam", "NL")
DHAKA = WorkCalendar("Asia/Dhaka", "BD")
NEW_YORK = WorkCalendar("America/New_York", "US")
LORD_HOWE = WorkCalendar("Australia/Lord_Howe", "AU")
SAO_PAULO = WorkCalendar("America/Sao_Paulo", "BR")
HAVANA = WorkCalendar("America/Havana", "CU")
CALENDARS = {
    "Amsterdam": AMSTERDAM,
    "Dhaka": DHAKA,
    "New York": NEW_YORK,
    "Lord Howe": LORD_HOWE,
    "Sao Paulo": SAO_PAULO,
    "Havana": HAVANA,
}
everywhere = pytest.mark.parametrize("calendar", CALENDARS.values(), ids=list(CALENDARS))
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
COUNTS = st.integers(min_value=-60, max_value=60)
HOURS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 12, 31))  # noqa: DTZ001 - local times


@pytest.mark.parametrize(
    ("calendar", "on", "works"),
    [
        pytest.param(AMSTERDAM, "2022-09-08", True, id="NL a Thursday"),
        pytest.param(AMSTERDAM, "2022-09-10", False, id="NL a Saturday"),
        pytest.param(AMSTERDAM, "2022-09-11", False, id="NL a Sunday"),
        pytest.param(AMSTERDAM, "2022-04-27", False, id="NL King's Day"),
        pytest.param(AMSTERDAM, "2021-04-26", True, id="NL the day before King's Day"),
        pytest.param(AMSTERDAM, "2022-04-18", False, id="NL Easter Monday"),
        pytest.param(AMSTERDAM, "2022-12-26", False, id="NL second Christmas day"),
        pytest.param(AMSTERDAM, "2024-02-29", True, id="NL leap day"),
        pytest.param(DHAKA, "2022-09-09", False, id="BD a Friday"),
        pytest.param(DHAKA, "2022-09-10", False, id="BD a Saturday"),
        pytest.param(DHAKA, "2022-09-11", True, id="BD a Sunday"),
        pytest.param(DHAKA, "2023-03-26", False, id="BD Independence Day on a Sunday"),
        pytest.param(NEW_YORK, "2022-07-04", False, id="US Independence Day"),
        pytest.param(NEW_YORK, "2022-11-24", False, id="US Thanksgiving"),
        pytest.param(NEW_YORK, "2022-12-26", False, id="US Christmas observed"),
    ],
)
def test_who_works_when(calendar: WorkCalendar, on: str, works: bool) -> None:
    assert calendar.is_working(day(on)) is works


@pytest.mark.parametrize(
    ("calendar", "start", "count", "end"),
    [
        pytest.param(AMSTERDAM, "2022-09-08", 1, "2022-09-09", id="NL the next day"),
        pytest.param(AMSTERDAM, "2022-09-08", 5, "2022-09-15", id="NL over a weekend"),
        pytest.param(AMSTERDAM, "2022-09-08", 10, "2022-09-22", id="NL over two weekends"),
        pytest.param(AMSTERDAM, "2022-09-08", 0, "2022-09-08", id="NL none"),
        pytest.param(AMSTERDAM, "2022-09-10", 0, "2022-09-10", id="NL none on a Saturday"),
        pytest.param(AMSTERDAM, "2022-09-10", 1, "2022-09-12", id="NL from a Saturday on"),
        pytest.param(AMSTERDAM, "2022-09-10", -1, "2022-09-09", id="NL from a Saturday back"),
        pytest.param(AMSTERDAM, "2022-09-08", -3, "2022-09-05", id="NL back"),
        pytest.param(AMSTERDAM, "2022-12-23", 1, "2022-12-27", id="NL over Christmas"),
        pytest.param(AMSTERDAM, "2021-12-31", 1, "2022-01-03", id="NL over New Year"),
        pytest.param(AMSTERDAM, "2024-02-28", 2, "2024-03-01", id="NL over a leap day"),
        pytest.param(AMSTERDAM, "2023-02-28", 1, "2023-03-01", id="NL without a leap day"),
        pytest.param(DHAKA, "2022-09-08", 1, "2022-09-11", id="BD over Friday and Saturday"),
        pytest.param(NEW_YORK, "2022-11-23", 1, "2022-11-25", id="US over Thanksgiving"),
    ],
)
def test_counting_working_days(calendar: WorkCalendar, start: str, count: int, end: str) -> None:
    assert calendar.shift(day(start), count) == day(end)


def test_a_programme_adds_its_own_days_off() -> None:
    shut = frozenset({day("2022-09-09"), day("2022-09-12")})
    calendar = WorkCalendar("Europe/Amsterdam", "NL", shut)

    assert calendar.shift(day("2022-09-08"), 1) == day("2022-09-13")
    assert calendar.holiday(day("2022-09-12")) == "programme"
    assert AMSTERDAM.holiday(day("2022-09-12")) is None


@given(start=DAYS, count=COUNTS)
@everywhere
def test_counting_ends_on_a_working_day(calendar: WorkCalendar, start: date, count: int) -> None:
    end = calendar.shift(start, count)

    assert count == 0 or calendar.is_working(end)
    assert (end > start) is (count > 0)
    assert (end < start) is (count < 0)


@given(start=DAYS, count=COUNTS)
@everywhere
def test_counting_there_and_back(calendar: WorkCalendar, start: date, count: int) -> None:
    here = calendar.next_working(start)

    assert calendar.shift(calendar.shift(here, count), -count) == here


@given(start=DAYS, one=st.integers(0, 40), other=st.integers(0, 40))
def test_counting_in_two_goes(start: date, one: int, other: int) -> None:
    assert AMSTERDAM.shift(AMSTERDAM.shift(start, one), other) == AMSTERDAM.shift(
        start, one + other
    )


@given(start=DAYS, count=st.integers(0, 60))
def test_counting_counts_the_days_on_which_people_work(start: date, count: int) -> None:
    end = AMSTERDAM.shift(start, count)
    between = [start + timedelta(n) for n in range(1, (end - start).days + 1)]

    assert sum(AMSTERDAM.is_working(each) for each in between) == count


@given(on=DAYS)
@everywhere
def test_the_next_working_day(calendar: WorkCalendar, on: date) -> None:
    found = calendar.next_working(on)

    assert calendar.is_working(found)
    assert (found == on) is calendar.is_working(on)


# --- the end of a day


@pytest.mark.parametrize(
    ("calendar", "on", "ends"),
    [
        pytest.param(AMSTERDAM, "2022-09-08", "2022-09-08 22:00", id="Amsterdam in summer"),
        pytest.param(AMSTERDAM, "2022-01-10", "2022-01-10 23:00", id="Amsterdam in winter"),
        pytest.param(AMSTERDAM, "2022-03-26", "2022-03-26 23:00", id="Amsterdam before spring"),
        pytest.param(AMSTERDAM, "2022-03-27", "2022-03-27 22:00", id="Amsterdam a day of 23 hours"),
        pytest.param(AMSTERDAM, "2022-10-30", "2022-10-30 23:00", id="Amsterdam a day of 25 hours"),
        pytest.param(AMSTERDAM, "2021-12-31", "2021-12-31 23:00", id="Amsterdam at New Year"),
        pytest.param(AMSTERDAM, "2024-02-29", "2024-02-29 23:00", id="Amsterdam on a leap day"),
        pytest.param(DHAKA, "2022-09-08", "2022-09-08 18:00", id="Dhaka"),
        pytest.param(LORD_HOWE, "2022-04-02", "2022-04-02 13:00", id="Lord Howe by half an hour"),
        pytest.param(LORD_HOWE, "2022-04-03", "2022-04-03 13:30", id="Lord Howe in winter"),
        pytest.param(SAO_PAULO, "2018-11-03", "2018-11-04 03:00", id="Sao Paulo skips midnight"),
        pytest.param(SAO_PAULO, "2018-02-17", "2018-02-18 03:00", id="Sao Paulo doubles 23 hours"),
        pytest.param(HAVANA, "2022-03-12", "2022-03-13 05:00", id="Havana skips midnight"),
        pytest.param(HAVANA, "2022-11-05", "2022-11-06 04:00", id="Havana doubles midnight"),
    ],
)
def test_a_day_ends_at_midnight(calendar: WorkCalendar, on: str, ends: str) -> None:
    assert calendar.end_of(day(on)) == utc(ends)
    assert calendar.due_day(utc(ends)) == day(on)


@given(on=DAYS)
@everywhere
def test_the_due_day_is_the_day_that_ends(calendar: WorkCalendar, on: date) -> None:
    end = calendar.end_of(on)

    assert end.tzinfo is UTC
    assert calendar.due_day(end) == on
    assert calendar.day_of(end) == on + timedelta(1)
    assert calendar.day_of(end - timedelta(seconds=1)) == on


@given(on=DAYS, clock=st.times())
@everywhere
def test_a_clock_time_falls_on_its_day(calendar: WorkCalendar, on: date, clock: time) -> None:
    assert calendar.day_of(calendar.at(on, clock)) == on


def test_a_notice_time_that_is_skipped_comes_an_hour_later() -> None:
    found = AMSTERDAM.at(day("2022-03-27"), time(2, 30)).astimezone(AMSTERDAM.zone)

    assert found.strftime("%H:%M") == "03:30"


# --- local times that people name


@pytest.mark.parametrize(
    ("calendar", "local", "code"),
    [
        pytest.param(AMSTERDAM, "2022-03-27T02:30", "time-skipped", id="Amsterdam in spring"),
        pytest.param(AMSTERDAM, "2022-03-27T02:00", "time-skipped", id="Amsterdam the first"),
        pytest.param(AMSTERDAM, "2022-10-30T02:30", "time-doubled", id="Amsterdam in autumn"),
        pytest.param(AMSTERDAM, "2022-10-30T02:00", "time-doubled", id="Amsterdam at two"),
        pytest.param(LORD_HOWE, "2022-10-02T02:15", "time-skipped", id="Lord Howe half an hour"),
        pytest.param(LORD_HOWE, "2022-04-03T01:45", "time-doubled", id="Lord Howe twice"),
        pytest.param(SAO_PAULO, "2018-11-04T00:30", "time-skipped", id="Sao Paulo after midnight"),
        pytest.param(SAO_PAULO, "2018-02-17T23:30", "time-doubled", id="Sao Paulo at night"),
        pytest.param(NEW_YORK, "2022-03-13T02:30", "time-skipped", id="New York in spring"),
        pytest.param(NEW_YORK, "2022-11-06T01:30", "time-doubled", id="New York in autumn"),
    ],
)
def test_a_time_that_is_not_or_is_twice(calendar: WorkCalendar, local: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        calendar.instant(datetime.fromisoformat(local))

    assert caught.value.code == code
    for language in ("nl", "en"):
        assert local.replace("T", " ") in caught.value.why(language)
        assert calendar.zone_name in caught.value.why(language)


@pytest.mark.parametrize(
    ("calendar", "local", "instant"),
    [
        pytest.param(AMSTERDAM, "2022-06-16T13:00", "2022-06-16 11:00", id="Amsterdam"),
        pytest.param(AMSTERDAM, "2022-03-27T01:59", "2022-03-27 00:59", id="just before"),
        pytest.param(AMSTERDAM, "2022-03-27T03:00", "2022-03-27 01:00", id="just after"),
        pytest.param(AMSTERDAM, "2022-10-30T03:00", "2022-10-30 02:00", id="after the hour"),
        pytest.param(AMSTERDAM, "2022-10-30T02:30+02:00", "2022-10-30 00:30", id="the first"),
        pytest.param(AMSTERDAM, "2022-10-30T02:30+01:00", "2022-10-30 01:30", id="the second"),
        pytest.param(AMSTERDAM, "2022-06-16T13:00+06:00", "2022-06-16 07:00", id="from Dhaka"),
        pytest.param(LORD_HOWE, "2022-10-02T02:30", "2022-10-01 15:30", id="Lord Howe"),
        pytest.param(DHAKA, "2022-03-27T02:30", "2022-03-26 20:30", id="Dhaka has no summer time"),
    ],
)
def test_a_time_that_is_once(calendar: WorkCalendar, local: str, instant: str) -> None:
    assert calendar.instant(datetime.fromisoformat(local)) == utc(instant)


@given(local=HOURS)
@everywhere
def test_a_local_time_is_understood_or_refused(calendar: WorkCalendar, local: datetime) -> None:
    refusal = refusal_of(lambda: calendar.instant(local))
    if refusal is None:
        assert calendar.instant(local).astimezone(calendar.zone).replace(tzinfo=None) == local
    else:
        assert refusal.code in {"time-skipped", "time-doubled"}


# --- reckonings explain themselves


def reckoned(rule: str, start: str, calendar: WorkCalendar = AMSTERDAM) -> Reckoning:
    return calendar.reckon(rule, day(start))


@pytest.mark.parametrize(
    ("rule", "start", "end"),
    [
        pytest.param("S+12w", "2022-06-16", "2022-09-08", id="12 weeks after 16 June"),
        pytest.param("S-26w", "2022-06-16", "2021-12-16", id="26 weeks before"),
        pytest.param("S-18w", "2022-06-16", "2022-02-10", id="18 weeks before"),
        pytest.param("S+39w", "2022-06-16", "2023-03-16", id="over the year's end"),
        pytest.param("S+10wd", "2022-06-16", "2022-06-30", id="10 working days after"),
        pytest.param("+20wd", "2022-09-01", "2022-09-29", id="20 working days after"),
        pytest.param("+2w", "2024-02-15", "2024-02-29", id="on a leap day"),
    ],
)
def test_a_rule_leads_to_a_day(rule: str, start: str, end: str) -> None:
    found = reckoned(rule, start)

    assert (found.rule, found.start, found.end) == (rule, day(start), day(end))


def test_a_holiday_that_was_skipped_is_named() -> None:
    found = reckoned("+10wd", "2022-04-20")

    assert found.end == day("2022-05-05")
    assert found.holidays == ((day("2022-04-27"), "King's Day"),)


def test_a_rule_that_runs_back_names_holidays_too() -> None:
    found = reckoned("S-3wd", "2022-04-29")

    assert found.end == day("2022-04-25")
    assert [on for on, _ in found.holidays] == [day("2022-04-27")]


def test_a_day_off_of_the_programme_is_named() -> None:
    calendar = WorkCalendar("Europe/Amsterdam", "NL", frozenset({day("2022-08-15")}))

    found = reckoned("+3wd", "2022-08-12", calendar)

    assert (found.end, found.holidays) == (day("2022-08-18"), ((day("2022-08-15"), "programme"),))


@given(start=DAYS, count=st.integers(1, 40))
def test_a_reckoning_can_be_recounted(start: date, count: int) -> None:
    """Whoever counts weekdays and leaves out the holidays that are named, comes to the same day."""
    found = AMSTERDAM.reckon(f"+{count}wd", start)
    named = {on for on, _ in found.holidays}
    between = [start + timedelta(n) for n in range(1, (found.end - start).days + 1)]

    assert sum(each.weekday() < 5 and each not in named for each in between) == count


def test_the_world_is_known() -> None:
    assert {"NL", "BD", "US", "TR", "IN"} <= known_countries()
    assert {calendar.zone_name for calendar in CALENDARS.values()} <= known_zones()


@pytest.mark.parametrize("spoken", ["C", "C.UTF-8", "nl_NL.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8"])
def test_the_language_of_the_server_names_no_holiday(spoken: str) -> None:
    import os
    import subprocess
    import sys

    ask = (
        "from datetime import date; from states.model.calendar import WorkCalendar as C; "
        "[print(ascii(C('UTC', land).holiday(date(2022, 12, 25)))) for land in ('NL','BD','TR','DE','CN')]; "
        "print(C('UTC', 'NL').holiday(date(2022, 4, 27)))"
    )
    home = {**os.environ, "LANG": spoken, "LC_ALL": spoken, "LANGUAGE": spoken.partition(".")[0]}
    said = subprocess.run(
        [sys.executable, "-c", ask], env=home, capture_output=True, text=True, check=True
    )
    assert said.stdout.splitlines() == [
        "'Christmas Day'", "'Christmas Day'", "None", "'Christmas Day'", "None", "King's Day",
    ]  # fmt: skip
