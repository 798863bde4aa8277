"""
Language (locale): those that the house has, each a folder of `locale` with what is known of it in `language.toml`.

A language that is *read* is one of these; one that is spoken may be any of `states/values/spoken_languages.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from states.language.language_file import read_language
from states.language.unreadable import UnreadableLanguage

HOME = Path(__file__).parents[2] / "locale"
"""The folder of all languages: beside the rooms, in a checkout and where the program is installed alike."""
SOURCE = "en"
"""The language of the sentences in code, templates and books: what another language lacks is read in it."""

Complete = Literal["all", "participants"]
"""Whether all is said in a language, or what participants meet alone."""


@dataclass(frozen=True, slots=True)
class NativeReader:
    """Somebody who read all of a language as their own, and the day on which they had read it."""

    name: str
    on: date


@dataclass(frozen=True, slots=True)
class HouseLanguage:
    """
    One language: its *code* (ISO 639), its *name* in its own words and its *english* one.

    *direction* is that of its script; *formats* the locale of CLDR by which it names days, months and countries;
    *long_date* and *short_date* the patterns (UTS 35) of a day with its weekday and without it. *articles* go before
    the names of countries within a sentence, each with the names it goes before. *capitals* are those of its letters
    that Unicode pairs otherwise, by the small one; *safe_hours* how days and hours are said, as regular expressions.
    """

    code: str
    name: str
    english: str
    direction: Literal["ltr", "rtl"]
    formats: str
    long_date: str
    short_date: str
    complete: Complete
    reviewed_by: tuple[NativeReader, ...] = ()
    articles: tuple[tuple[str, re.Pattern[str]], ...] = ()
    capitals: Mapping[str, str] = field(default_factory=dict)
    safe_hours: Mapping[str, str] = field(default_factory=dict)
    first: bool = False
    """Whether it is offered first, and is that of whoever names none."""


@cache
def languages() -> Mapping[str, HouseLanguage]:
    """
    All languages that there are, by code: the first one, then the others in the order of their codes.

    Raises UnreadableLanguage for a file that says something else than it must.
    """
    found = [_language(file) for file in sorted(HOME.glob("*/language.toml"))]
    in_order = sorted(found, key=lambda one: (not one.first, one.code))
    if SOURCE not in {one.code for one in found}:
        raise UnreadableLanguage(HOME / SOURCE / "language.toml", "it is missing")
    return MappingProxyType({one.code: one for one in in_order})


def _language(file: Path) -> HouseLanguage:
    told = read_language(file)
    told["reviewed_by"] = tuple(NativeReader(**reader) for reader in told["reviewed_by"])
    articles = told.get("articles", ())
    told["articles"] = tuple((one["article"], re.compile(one["before"])) for one in articles)
    return HouseLanguage(code=file.parent.name, **told)


LANGUAGES = tuple(languages())
"""The codes of all languages that there are, the first one first."""
FIRST = LANGUAGES[0]
"""The language of whoever names none."""
WHOLE = tuple(code for code, one in languages().items() if one.complete == "all")
"""The codes of the languages in which everything is said: to staff and on the command line as well."""


def capital_in(language: str, text: str) -> str:
    """*text* with a capital first letter, as *language* writes it: in Turkish the capital of `i` is `İ`."""
    first = text[:1]
    return languages()[language_of(language)].capitals.get(first, first.upper()) + text[1:]


def small_in(language: str, text: str) -> str:
    """*text* with a small first letter, as *language* writes it. Otherwise as `capital_in`."""
    first = text[:1]
    pairs = languages()[language_of(language)].capitals.items()
    return next((small for small, large in pairs if large == first), first.lower()) + text[1:]


def language_of(wanted: str) -> str:
    """The language in which somebody who reads *wanted* is written to: English when there are no texts in it."""
    return wanted if wanted in languages() else SOURCE


def whole_language_of(wanted: str) -> str:
    """*wanted* where everything is said in it, else English: a command or a page is not half in one language."""
    return wanted if wanted in WHOLE else SOURCE
