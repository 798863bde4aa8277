"""PINs: what may be one, and what others would try first."""

from datetime import date

import pytest

from states.values.pins import PinFault, fault_of, plain_pin

DAYS = (date(2022, 6, 9),)
WORDS = ("Rahima Khatun", "Garment workers' union", "rahima@union.example", "Company kleding")


def fault(pin: str) -> PinFault | None:
    return fault_of(pin, days=DAYS, words=WORDS)


@pytest.mark.parametrize(
    "pin",
    ["482913", "482 913", "739251", "4829138276", "482913827614", "blue rickshaw", "নীল রিকশা", "٤٨٢٩١٣"],
)  # fmt: skip
def test_six_to_twelve_digits_or_a_phrase(pin: str) -> None:
    assert fault(pin) is None


@pytest.mark.parametrize(
    ("pin", "why"),
    [
        ("", "short"), ("48291", "short"), ("abcde", "short"), ("4829138276145", "long"), ("x1y2" * 65, "long"),
        ("000000", "plain"), ("111111111111", "plain"), ("123456", "plain"), ("987654", "plain"), ("567890", "plain"),
        ("024680", "plain"), ("121212", "plain"), ("123123", "plain"), ("19841984", "plain"), ("aaaaaaaa", "plain"),
        ("١٢٣٤٥٦", "plain"), ("090622", "day"), ("09-06-2022", "day"), ("20220609", "day"), ("060922", "day"),
        ("112233", "common"), ("password", "common"), ("Wachtwoord1", "common"), ("Khatun", "own"),
        ("rahima khatun", "own"), ("KLEDING2022", "own"),
    ],
)  # fmt: skip
def test_what_others_would_try_first_is_refused(pin: str, why: str) -> None:
    assert fault(pin) == why


def test_one_pin_is_one_however_a_telephone_writes_it() -> None:
    assert plain_pin("48 29-13") == plain_pin("٤٨٢٩١٣") == "482913"
    assert plain_pin(" Blue  Rickshaw") == plain_pin("blue rickshaw")
