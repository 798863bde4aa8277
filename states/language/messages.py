"""Phrasebook: the sentences with which the law explains itself, in each language and at each door."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

from states.language.catalogue import N_, Sentence, book, translate
from states.language.languages import SOURCE

Door = Literal["command", "people"]
"""Where a sentence is read: on the command line, which may name steps, or by people, who know none of them."""
_SHOWN = 12  # items of a list that are named before the rest is counted


def say(code: str, language: str = SOURCE, **details: object) -> str:
    """
    The sentence of *code* in *language* (English where the house has no other), filled with *details*.

    Raises KeyError when the phrasebook does not know *code*: a mistake of ours, found by tests.
    """
    return _fill("command", code, language, details)


def say_to_people(code: str, language: str, **details: object) -> str:
    """The sentence of *code* as people read it on pages; *details* are in their words already. Otherwise as `say`."""
    return _fill("people", code, language, details)


def _fill(door: Door, code: str, language: str, details: Mapping[str, object]) -> str:
    filled = {name: show_value(value, language) for name, value in details.items()}
    return _sentence(door, code, language).format(**filled)


@lru_cache(maxsize=2048)
def _sentence(door: Door, code: str, language: str) -> str:
    return phrasebook(door)[code][language]


@lru_cache(maxsize=2)
def phrasebook(door: Door = "command") -> dict[str, Sentence]:
    """All sentences of *door* by code and language: a code that has no own one for people says the same to all."""
    return {code: at.get(door, at["command"]) for code, at in _book().items()}


def _say_value(value: object, language: str) -> str:
    """A value that has words of its own says them in *language*."""
    own = getattr(value, "say", None)
    return str(own(language)) if own else str(value)


@lru_cache(maxsize=1)
def _book() -> dict[str, dict[str, Sentence]]:
    return book("law", "states", "phrases.toml")


def show_value(value: object, language: str) -> str:
    """
    A value as it stands in a sentence: what has words of its own in *language*, a list by its first items.

    Items that hold commas stand apart by semicolons.
    """
    if isinstance(value, str) or not isinstance(value, Iterable):
        return _say_value(value, language)
    items = [_say_value(item, language) for item in value]
    told = ("; " if any(", " in item for item in items) else ", ").join(items[:_SHOWN])
    if len(items) <= _SHOWN:
        return told
    more = translate("law", language, N_("and %(number)s more"))
    return f"{told} {more % {'number': len(items) - _SHOWN}}"
