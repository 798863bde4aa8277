"""Safe hours in people's own words: when somebody may be called, and when not."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from states.language.catalogue import translate
from states.language.languages import LANGUAGES, languages
from states.values.safe_hours import hours_of

DHAKA = ZoneInfo("Asia/Dhaka")
MONDAY, FRIDAY, SATURDAY, SUNDAY = 13, 17, 18, 19  # June 2022


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of June 2022 on the clock of whoever is called."""
    return datetime(2022, 6, day, hour, minute, tzinfo=DHAKA)


@pytest.mark.parametrize(
    ("text", "safe", "unsafe"),
    [
        ("19-21 h, not on Friday", at(MONDAY, 20), at(FRIDAY, 20)),
        ("19-21 h, not on Friday", at(MONDAY, 19), at(MONDAY, 21)),
        ("19:30 tot 21.00 uur", at(MONDAY, 19, 30), at(MONDAY, 19, 29)),
        ("tussen 19 en 21 uur, niet op vrijdag, zaterdag", at(MONDAY, 20), at(SATURDAY, 20)),
        ("ma-vr 9-12, za 10-11", at(FRIDAY, 11, 59), at(SATURDAY, 9, 30)),
        ("ma-vr 9-12, za 10-11", at(SATURDAY, 10, 30), at(SUNDAY, 10, 30)),
        ("ma, vr 19-21", at(MONDAY, 20), at(SATURDAY, 20)),
        ("7-9 pm", at(MONDAY, 20), at(MONDAY, 8)),
        ("11 am - 1 pm", at(MONDAY, 12), at(MONDAY, 13)),
        ("22:00-02:00, not on Saturday", at(MONDAY, 1), at(SATURDAY, 23)),
        ("not during 8-17", at(MONDAY, 18), at(MONDAY, 8)),
        ("do not call on Monday", at(FRIDAY, 8), at(MONDAY, 8)),
        ("weekdays 19-21", at(FRIDAY, 20), at(SUNDAY, 20)),
        ("19-21, behalve zondag", at(SATURDAY, 20), at(SUNDAY, 20)),
    ],
)
def test_what_people_write_is_read(text: str, safe: datetime, unsafe: datetime) -> None:
    hours = hours_of(text)

    assert hours is not None
    assert hours.hold(safe)
    assert not hours.hold(unsafe)


@pytest.mark.parametrize(
    "text", [None, "", "in the evening", "call after 19", "25-26", "3 kinderen"]
)
def test_what_cannot_be_read_is_nobodys_guess(text: str | None) -> None:
    assert hours_of(text) is None


def test_the_next_window_is_found_across_days_and_zones() -> None:
    hours = hours_of("19-21 h, not on Friday")
    assert hours is not None

    friday = datetime(2022, 6, FRIDAY, 8, 3, tzinfo=UTC)
    begins, ends = hours.next_window(friday, DHAKA) or (friday, friday)
    assert (begins.isoformat(), ends.isoformat()) == (
        "2022-06-18T13:00:00+00:00",
        "2022-06-18T15:00:00+00:00",
    )
    within = datetime(2022, 6, SATURDAY, 14, 2, tzinfo=UTC)
    open_now = hours.next_window(within, DHAKA)
    assert open_now is not None
    assert open_now[0] <= within < open_now[1]


def test_hours_that_never_come_are_said_to_be_none() -> None:
    never = hours_of("19-21, not 0-24")
    assert never is not None
    assert never.next_window(datetime(2022, 6, MONDAY, 8, tzinfo=UTC), DHAKA) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_page_gives_as_an_example_is_understood(language: str) -> None:
    hint = "Like: 19-21, not on Friday. Without hours we may call at any time."
    told = hours_of(translate("pages", language, hint).partition(".")[0])
    assert told == hours_of("19-21, not on Friday")


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_a_language_says_hours_holds_no_place_of_its_own(language: str) -> None:
    for key, said in languages()[language].safe_hours.items():
        assert re.compile(said).groups == 0, key


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("19-21 cuma hariç", "19-21, not on Friday"),
        ("Pazartesi-Cuma 19:00-21:00, cuma HARİÇ", "Mon-Fri 19:00-21:00, not on Friday"),
        ("19 ile 21, cuma ve cumartesi günleri olmaz", "19-21, not on Friday and Saturday"),
        ("hafta içi 19-21", "weekdays 19-21"),
        ("PAZAR DEĞİL", "not on Sunday"),
    ],
)
def test_a_not_behind_the_day_denies_that_day(said: str, meant: str) -> None:
    assert hours_of(said) == hours_of(meant)
