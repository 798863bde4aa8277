"""Validation messages: what is wrong with a given value, in plain words and never a library's own English."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pydantic_core import PydanticCustomError

from states.language.catalogue import Sentence, book
from states.language.languages import SOURCE
from states.language.messages import show_value

_SHOWN = 60  # characters of a refused value that are shown back
_CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown-field",
    "string_type": "no-text",
    "string_sub_type": "no-text",
    "string_unicode": "no-text",
    "string_too_long": "too-long",
    "string_too_short": "no-sign",
    "literal_error": "choice",
    "enum": "choice",
    "too_short": "too-few",
    "greater_than": "more-than",
    "greater_than_equal": "at-least",
    "less_than": "less-than",
    "less_than_equal": "at-most",
}
_FAMILIES = {
    "int_": "no-number",
    "float_": "no-number",
    "finite_": "no-number",
    "bool_": "no-yes-or-no",
    "date_": "no-day",
    "datetime_": "no-moment",
    "timezone_": "no-moment",
    "tuple_": "no-list",
    "list_": "no-list",
    "iterable_": "no-list",
    "dict_": "no-mapping",
    "mapping_": "no-mapping",
    "model_": "no-mapping",
}
_PATTERNS = {
    r"^[a-z0-9][a-z0-9._-]{0,63}$": "no-name",
    r"^[A-Z]{2}$": "no-country",
    r"^[a-z]{2}$": "no-language",
}


@lru_cache(maxsize=1)
def problem_book() -> dict[str, Sentence]:
    """All that can be wrong with a value, by code and language."""
    return book("law", "states", "problems.toml")


def _in_words(code: str, language: str, details: Mapping[str, Any]) -> str:
    filled = {name: show_value(value, language) for name, value in details.items()}
    return problem_book()[code][language].format(**filled)


def wrong(code: str, **details: object) -> PydanticCustomError:
    """An error for a validator to raise: *code* is one of `problem_book`."""
    plain = _in_words(code, SOURCE, details)
    # The library fills templates of its own: braces in what people typed must not reach it.
    return PydanticCustomError(code, "{plain}", {"plain": plain, **details})


@dataclass(frozen=True)
class Problem:
    """One value that is not valid: its *place*, what is wrong with it, and the value itself when it may be shown."""

    place: str
    code: str
    details: Mapping[str, Any] = field(default_factory=dict)
    given: str = ""

    def what(self, language: str = SOURCE) -> str:
        """What is so and what is allowed, without the place and the value."""
        known = self.code in problem_book()
        return _in_words(self.code, language, self.details) if known else self.code

    def say(self, language: str = SOURCE) -> str:
        """The place, what was given there, and what is wrong with it."""
        where, what = f"{self.place}: " if self.place else "", self.what(language)
        given = f"{self.given} " if self.given and not what.startswith("'") else ""
        return f"{where}{given}{what}"


def problem_of(detail: Mapping[str, Any]) -> Problem:
    """The problem that *detail*, one of pydantic's, tells."""
    place = ".".join(str(part) for part in detail["loc"])
    code, details = _code_of(detail)
    given = "" if code == "missing" or not place else _given_value(detail.get("input"))
    return Problem(place, code, details, given)


def _given_value(value: object) -> str:
    if isinstance(value, Mapping | list | tuple):
        return ""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value))
    return f"'{shown}'" if len(shown) <= _SHOWN else f"'{shown[:_SHOWN]}…'"


def _code_of(detail: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    kind, context = str(detail["type"]), detail.get("ctx") or {}
    if kind in problem_book():
        return kind, context
    if kind == "value_error":
        return ("no-address" if "reason" in context else _own_words(detail)), {}
    family = next((said for start, said in _FAMILIES.items() if kind.startswith(start)), None)
    code = _PATTERNS.get(context.get("pattern", "")) or _CODES.get(kind) or family
    return code or "other", context


def _own_words(detail: Mapping[str, Any]) -> str:
    return str(detail["msg"]).removeprefix("Value error, ")
