"""Language file (TOML): what `locale/<language>/language.toml` must say, asked of it before anything is built on it."""

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from states.language.unreadable import UnreadableLanguage


class FileField(NamedTuple):
    """A field of the file: what is *allowed*, as words that follow *must be*, and whether a value *fits*."""

    allowed: str
    fits: Callable[[Any], bool]
    required: bool = False


def read_language(file: Path) -> dict[str, Any]:
    """What *file* says, by field. Raises UnreadableLanguage, which names the field and what is allowed."""
    told = _parse(file)
    for name, field in _FIELDS.items():
        if name not in told and field.required:
            raise UnreadableLanguage(file, f"{name} is missing; it must be {field.allowed}")
        if name in told and not field.fits(told[name]):
            given = f"{name} is {told[name]!r}"
            raise UnreadableLanguage(file, f"{given}; it must be {field.allowed}")
    if unknown := sorted(set(told) - set(_FIELDS)):
        known = ", ".join(_FIELDS)
        raise UnreadableLanguage(file, f"there is no field {unknown[0]}; there are {known}")
    return told


def _parse(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise UnreadableLanguage(file, "it must be written in UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise UnreadableLanguage(file, f"it is no TOML: {error}") from error


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_locale(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"[a-z]{2,3}(_[A-Za-z0-9]{2,8})*", value))


def _is_one_of(*allowed: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and value in allowed


def _is_pattern(value: object) -> bool:
    try:
        return _is_text(value) and bool(re.compile(str(value)))
    except re.error:
        return False


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_list_of(**fits: Callable[[Any], bool]) -> Callable[[object], bool]:
    """Whether something is a list of tables with exactly these fields, each of which fits."""

    def is_row(row: object) -> bool:
        known = isinstance(row, Mapping) and set(row) == set(fits)
        return known and all(fit(row[name]) for name, fit in fits.items())  # type: ignore[index]

    return lambda value: isinstance(value, list) and all(map(is_row, value))


def _is_table_of(key: Callable[[Any], bool], fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    def is_table(value: object) -> bool:
        return isinstance(value, Mapping) and all(key(k) and fits(v) for k, v in value.items())

    return is_table


def _is_letter(value: object) -> bool:
    return isinstance(value, str) and len(value) == 1


_FIELDS: Mapping[str, FileField] = {
    "name": FileField("the name of the language in its own words", _is_text, required=True),
    "english": FileField("the English name of the language", _is_text, required=True),
    "direction": FileField('"ltr" or "rtl"', _is_one_of("ltr", "rtl"), required=True),
    "formats": FileField("the code of a locale of CLDR", _is_locale, required=True),
    "long_date": FileField("a pattern of CLDR for a day", _is_text, required=True),
    "short_date": FileField("a pattern of CLDR for a day", _is_text, required=True),
    "complete": FileField(
        '"all" or "participants"', _is_one_of("all", "participants"), required=True
    ),
    "reviewed_by": FileField(
        'a list of { name = "…", on = 2026-01-31 }, empty while nobody has read it',
        _is_list_of(name=_is_text, on=_is_day),
        required=True,
    ),
    "articles": FileField(
        'a list of { article = "…", before = "…" }, of which before is a regular expression',
        _is_list_of(article=_is_text, before=_is_pattern),
    ),
    "capitals": FileField(
        "a table of capitals, each by its small letter", _is_table_of(_is_letter, _is_text)
    ),
    "safe_hours": FileField(
        "a table of regular expressions, each by what it says", _is_table_of(_is_text, _is_pattern)
    ),
    "first": FileField("true or false", lambda value: isinstance(value, bool)),
}
"""The fields of the file, those of the dataclass that is made of it."""
