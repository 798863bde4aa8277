"""Value objects: the base of all values, and the kinds of text that people may give."""

import unicodedata
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    StringConstraints,
    ValidationInfo,
)

from states.language.languages import LANGUAGES
from states.language.validation_messages import wrong
from states.values.addresses import one_form
from states.values.characters import TURNING, control_in, has_sign, with_breaks
from states.values.spoken_languages import spoken_languages
from states.values.time_zones import known_zones

LINE_LIMIT = 300  # characters
TEXT_LIMIT = 20_000  # characters
FIRST_YEAR, LAST_YEAR = 1990, 2100
STORED = {"stored": True}
"""The context in which what was valid when it was written is read: rules that came later do not make it unreadable."""
_AROUND = 12  # characters beside a sign that cannot be kept, to find it by


class Value(BaseModel):
    """An immutable value; unknown fields are refused so that a typing error never passes unseen."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


def is_stored(info: ValidationInfo) -> bool:
    """Whether a value is read from the memory rather than given by somebody."""
    return bool(info.context and info.context.get("stored"))


def _refuse_control(text: str) -> str:
    place = control_in(text)
    if place is not None:
        before = "".join(c if c.isprintable() else " " for c in text[:place])[-_AROUND:].strip()
        raise wrong("control", sign=f"U+{ord(text[place]):04X}", place=place + 1, before=before)
    return text


def _one_kind_of_break(value: Any) -> Any:  # noqa: ANN401 - whatever was given
    return _refuse_control(with_breaks(value)) if isinstance(value, str) else value


def _one_line(value: Any) -> Any:  # noqa: ANN401 - whatever was given
    """Soft breaks of a slide become blanks; signs that turn a name round go, for nobody sees that they are there."""
    if not isinstance(value, str) or "\n" in value.strip():
        return value
    line = TURNING.sub("", with_breaks(value.strip()).replace("\n", " "))
    return unicodedata.normalize("NFC", _refuse_control(line))


def _require_sign(text: str) -> str:
    if not has_sign(text):
        raise wrong("no-sign")
    return text


def _refuse_breaks(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise wrong("one-line")
    return text


Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=TEXT_LIMIT, strip_whitespace=True),
    BeforeValidator(_one_kind_of_break),
    AfterValidator(_require_sign),
]
Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LINE_LIMIT, strip_whitespace=True),
    BeforeValidator(_one_line),
    AfterValidator(_refuse_breaks),
    AfterValidator(_require_sign),
]


def _refuse_far_days(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise wrong("far-day", first=FIRST_YEAR, last=LAST_YEAR)
    return day


def _refuse_bare_numbers(value: Any) -> Any:  # noqa: ANN401 - whatever was given
    """A number would be read as seconds since 1970."""
    if isinstance(value, int | float) or (isinstance(value, str) and "-" not in value):
        raise wrong("no-day")
    return value


def _refuse_bare_days(value: Any) -> Any:  # noqa: ANN401 - whatever was given
    """A day without an hour would be read as midnight, and a bare number as seconds since 1970."""
    bare = isinstance(value, date) and not isinstance(value, datetime)
    if bare or isinstance(value, int | float) or (isinstance(value, str) and ":" not in value):
        raise wrong("no-hour")
    return value


def _require_text_here(code: str, info: ValidationInfo) -> str:
    if code not in LANGUAGES and not is_stored(info):
        raise wrong("no-texts", languages=LANGUAGES)
    return code


def _require_spoken(code: str, info: ValidationInfo) -> str:
    if not is_stored(info) and code not in spoken_languages():
        raise wrong("no-such-language")
    return code


Day = Annotated[date, BeforeValidator(_refuse_bare_numbers), AfterValidator(_refuse_far_days)]
Moment = Annotated[datetime, BeforeValidator(_refuse_bare_days), AfterValidator(_refuse_far_days)]
"""A day and an hour."""
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
"""A short name that a person chose for a thing: `union-bd`, `c1`."""
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
ReaderLanguage = Annotated[Language, AfterValidator(_require_text_here)]
"""A language in which somebody is written to: one that this house has texts in (rules 39)."""
SpokenLanguage = Annotated[Language, AfterValidator(_require_spoken)]
"""A language that somebody speaks: any that CLDR knows by two letters (rules 39)."""


def _known_zone(name: str, info: ValidationInfo) -> str:
    if name not in known_zones() and not is_stored(info):
        raise wrong("no-zone")
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]
"""A time zone by its name of the IANA: `Europe/Amsterdam`."""


def _one_form(address: str, info: ValidationInfo) -> str:
    return address if is_stored(info) else one_form(address)


Email = Annotated[EmailStr, StringConstraints(max_length=254), AfterValidator(_one_form)]
"""An address that mail can carry, in the one form in which it is kept (states/values/addresses.py)."""
