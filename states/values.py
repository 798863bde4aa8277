"""The base of all values, and the kinds of text that people may give."""

import unicodedata
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, StringConstraints

LINE_LIMIT = 300  # characters
TEXT_LIMIT = 20_000  # characters
FIRST_YEAR, LAST_YEAR = 1990, 2100


class Value(BaseModel):
    """An immutable value; unknown fields are refused so that a typing error never passes unseen."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


def _refuse_control(text: str) -> str:
    for position, character in enumerate(text):
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t":
            message = (
                f"control character U+{ord(character):04X} at position {position} is not allowed"
            )
            raise ValueError(message)
    return text


def _refuse_breaks(text: str) -> str:
    if "\n" in text or "\t" in text:
        message = "must be one line, without line breaks or tabs"
        raise ValueError(message)
    return text


Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=TEXT_LIMIT, strip_whitespace=True),
    AfterValidator(_refuse_control),
]
Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LINE_LIMIT, strip_whitespace=True),
    AfterValidator(_refuse_control),
    AfterValidator(_refuse_breaks),
]


def _refuse_far_days(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        message = f"must lie between {FIRST_YEAR} and {LAST_YEAR}"
        raise ValueError(message)
    return day


Day = Annotated[date, AfterValidator(_refuse_far_days)]
Moment = Annotated[datetime, AfterValidator(_refuse_far_days)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
"""A short name that a person chose for a thing: `union-bd`, `c1`."""
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Email = Annotated[EmailStr, StringConstraints(max_length=254)]
