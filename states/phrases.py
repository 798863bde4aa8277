"""The sentences with which the law explains itself, in each language: what is so, and what to do."""

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from tomllib import loads

LANGUAGES = ("nl", "en")
_SHOWN = 12  # items of a list that are named before the rest is counted
_AND_MORE = {"nl": "en nog {number}", "en": "and {number} more"}


def say(code: str, language: str = "en", **details: object) -> str:
    """
    The sentence of *code* in *language* (another language than nl reads en), filled with *details*.

    Raises KeyError when the phrasebook does not know *code*: a mistake of ours, found by tests.
    """
    known = language if language in LANGUAGES else "en"
    filled = {name: shown(value, known) for name, value in details.items()}
    return phrasebook()[code][known].format(**filled)


def _said(value: object, language: str) -> str:
    """A value that has words of its own says them in *language*."""
    own = getattr(value, "say", None)
    return str(own(language)) if own else str(value)


@lru_cache(maxsize=1)
def phrasebook() -> dict[str, dict[str, str]]:
    """All sentences by code and language."""
    return loads(files("states").joinpath("phrases.toml").read_text(encoding="utf-8"))


def shown(value: object, language: str) -> str:
    """A value as it stands in a sentence: a list by its first items, what has words of its own in *language*."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        return _said(value, language)
    items = [_said(item, language) for item in value]
    if len(items) <= _SHOWN:
        return ", ".join(items)
    more = _AND_MORE[language].format(number=len(items) - _SHOWN)
    return f"{', '.join(items[:_SHOWN])} {more}"
