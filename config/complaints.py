"""What is wrong with something that a person wrote: the path, the value and what is allowed, on one line each."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

_SHOWN = 60  # characters of a wrong value that are repeated
_ALLOWED = {
    "string_pattern_mismatch": "must match {pattern}",
    "string_too_long": "is too long: at most {max_length} characters are allowed",
    "string_too_short": "may not be empty",
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "literal_error": "is not allowed; allowed are {expected}",
    "enum": "is not allowed; allowed are {expected}",
}
_NUMBERS = {
    "int_parsing": "is not a whole number",
    "int_type": "is not a whole number",
    "float_parsing": "is not a number",
    "bool_parsing": "is not allowed; allowed are true and false",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
}
_ALLOWED |= _NUMBERS
_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@\s]+@")
_PATTERNS = {
    r"^[a-z0-9][a-z0-9._-]{0,63}$": "is no name: use small letters, digits, '-', '.' or '_', at most 64",
    r"^[A-Z]{2}$": "is no country code: use two capitals, like NL",
    r"^[a-z]{2}$": "is no language code: use two small letters, like nl",
}


class Unfit(Exception):
    """Something that a person wrote is not valid; *lines* name the path, the value and what is allowed."""

    def __init__(self, lines: list[str]) -> None:
        """Keep *lines* as they will be shown."""
        super().__init__("\n".join(lines))
        self.lines = lines


def complaints(error: ValidationError, root: str = "") -> list[str]:
    """The complaints of *error* as lines `path: value: what is allowed`, each path starting with *root*."""
    return [_line(dict(one), root) for one in error.errors(include_url=False)]


def _line(one: dict[str, Any], root: str) -> str:
    where = path((root, *one["loc"]) if root else one["loc"])
    said = _allowed(one)
    shown = "" if said.startswith("'") else "".join(_value(one))
    return f"{where}: {shown}{said}"


def path(location: tuple[Any, ...]) -> str:
    """A place in a file as people write it: `stakeholders[3].email`."""
    parts = [
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in location if part != "[key]"
    ]
    return "".join(parts).removeprefix(".") or "(the whole)"


def _value(one: Mapping[str, Any]) -> Iterator[str]:
    value = one.get("input")
    if (
        one["type"] == "missing"
        or isinstance(value, Mapping | list | tuple)
        or hasattr(value, "get_secret_value")
    ):
        return
    shown = _PASSWORD.sub(r"\1…@", str(value))
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in shown[:_SHOWN])
    yield f"'{clean}{'…' if len(shown) > _SHOWN else ''}' "


def _allowed(one: Mapping[str, Any]) -> str:
    context = one.get("ctx", {})
    if one["type"] == "string_pattern_mismatch" and context["pattern"] in _PATTERNS:
        return _PATTERNS[context["pattern"]]
    if one["type"] in _ALLOWED:
        return _ALLOWED[one["type"]].format(**context)
    message = str(one["msg"]).removeprefix("Value error, ")
    if message.startswith("'"):
        return message
    return f"is not allowed: {message[:1].lower()}{message[1:]}"
