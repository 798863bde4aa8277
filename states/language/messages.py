"""Phrasebook: the sentences with which the law explains itself, in each language and at each door."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from tomllib import loads
from typing import Any, Literal

LANGUAGES = ("nl", "en")
Door = Literal["command", "people"]
"""Where a sentence is read: on the command line, which may name steps, or by people, who know none of them."""
_SHOWN = 12  # items of a list that are named before the rest is counted
_AND_MORE = {"nl": "en nog {number}", "en": "and {number} more"}


def say(code: str, language: str = "en", **details: object) -> str:
    """
    The sentence of *code* in *language* (another language than nl reads en), filled with *details*.

    Raises KeyError when the phrasebook does not know *code*: a mistake of ours, found by tests.
    """
    return _filled("command", code, language, details)


def say_to_people(code: str, language: str, **details: object) -> str:
    """The sentence of *code* as people read it on pages; *details* are in their words already. Otherwise as `say`."""
    return _filled("people", code, language, details)


def _filled(door: Door, code: str, language: str, details: Mapping[str, object]) -> str:
    known = language if language in LANGUAGES else "en"
    filled = {name: shown(value, known) for name, value in details.items()}
    return phrasebook(door)[code][known].format(**filled)


@lru_cache(maxsize=2)
def phrasebook(door: Door = "command") -> dict[str, dict[str, str]]:
    """All sentences of *door* by code and language: a code that has no own one for people says the same to all."""
    return {
        code: {name: _at(door, both, name) for name in LANGUAGES} for code, both in _book().items()
    }


def _at(door: Door, both: dict[str, Any], language: str) -> str:
    own = both.get("people", {}) if door == "people" else {}
    return str(own.get(language, both[language]))


def _said(value: object, language: str) -> str:
    """A value that has words of its own says them in *language*."""
    own = getattr(value, "say", None)
    return str(own(language)) if own else str(value)


@lru_cache(maxsize=1)
def _book() -> dict[str, dict[str, Any]]:
    return loads(files("states").joinpath("phrases.toml").read_text(encoding="utf-8"))


def shown(value: object, language: str) -> str:
    """
    A value as it stands in a sentence: what has words of its own in *language*, a list by its first items.

    Items that hold commas stand apart by semicolons.
    """
    if isinstance(value, str) or not isinstance(value, Iterable):
        return _said(value, language)
    items = [_said(item, language) for item in value]
    told = ("; " if any(", " in item for item in items) else ", ").join(items[:_SHOWN])
    if len(items) <= _SHOWN:
        return told
    return f"{told} {_AND_MORE[language].format(number=len(items) - _SHOWN)}"
