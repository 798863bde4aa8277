"""Locale: words, plural forms and dates as people of each language write them (CLDR); the words are in words.toml."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.languages import get_official_languages

from states.language.catalogue import Sentence, book
from states.language.languages import SOURCE, WHOLE, language_of, languages

_STATUS = re.compile(r"\d[\d.]*")

Table = Mapping[str, Sentence]


@lru_cache(maxsize=1)
def tables() -> dict[str, Table]:
    """All words: table, then key, then language."""
    return book("words", "notifications", "words.toml")


def name_of(code: str, language: str) -> str:
    """The name of the language *code* in *language*; the code itself when it has none."""
    return str(_locale(language).languages.get(code, code))


@lru_cache(maxsize=1024)
def language_in(country: str) -> str:
    """
    The language in which people of *country* (ISO 3166) are written to: the first official one that there is.

    One that is not complete is only ever chosen, never assumed.
    """
    spoken = get_official_languages(country, de_facto=True)
    return next((code for code in spoken if code in WHOLE), SOURCE)


def _locale(language: str) -> Locale:
    return Locale.parse(languages()[language_of(language)].formats)


@lru_cache(maxsize=4096)
def word(table: str, key: str, language: str) -> str:
    """
    The word for *key* of *table* in *language*.

    A key that people chose themselves, such as a category of stakeholders, stands for itself when it is not known.
    Of every other table that is a mistake of ours, which tests find and readers need not suffer from.
    """
    known = tables()[table].get(key)
    return known[language] if known else missing_word(table, key)


def missing_word(_table: str, key: str) -> str:
    """What stands where a word is missing; the tests of letters put an error here, so that none shows it."""
    return key


def fill(table: str, key: str, language: str, **details: object) -> str:
    """The word for *key* with its places filled in from *details*."""
    return word(table, key, language).format(**details)


def the_role(role: str, language: str) -> str:
    """*role* with its article: *de moderator*, *het lid van de raad van commissarissen*."""
    article = f"the-{role}" if f"the-{role}" in tables()["voice"] else "the"
    return fill("voice", article, language, role=word("role", role, language))


def failure(code: str, language: str) -> str:
    """
    Why a message did not arrive, from its *code*: `refused-550` is *the mail server refuses … (550)*.

    Numbers are shown, because a mail server's people ask for them; names of the machine are not.
    """
    kind, _, said = code.partition("-")
    if kind not in tables()["failure"]:
        return word("failure", code, language)
    shown = f" ({said})" if _STATUS.fullmatch(said) else ""
    return word("failure", kind, language) + shown


@lru_cache(maxsize=4096)
def count(number: int, of: str, language: str) -> str:
    """How many of something, in the right number: `1 day`, `3 days`."""
    return tables()["count"][of].number(number, language).format(n=number)


@lru_cache(maxsize=4096)
def long_date(day: date, language: str) -> str:
    """*day* written out with its weekday: `donderdag 8 september 2022`."""
    known = languages()[language]
    return format_date(day, known.long_date, known.formats)


@lru_cache(maxsize=4096)
def short_date(day: date, language: str) -> str:
    """*day* written out: `8 september 2022`."""
    known = languages()[language]
    return format_date(day, known.short_date, known.formats)


@lru_cache(maxsize=4096)
def day_in(zone: ZoneInfo, instant: datetime) -> date:
    """The day of *instant* in *zone*; the letters of a batch name the same few."""
    return instant.astimezone(zone).date()


@lru_cache(maxsize=4096)
def clock(instant: datetime, zone: ZoneInfo, language: str, own: ZoneInfo | None = None) -> str:
    """
    The time of *instant* in *zone*, with the place and UTC for readers elsewhere.

    A reader whose *own* clock is known and stands elsewhere reads their own time too, and the day where it is another.
    """
    local, utc = instant.astimezone(zone), instant.astimezone(UTC)
    place, time, in_utc = _city(zone), f"{local:%H:%M}", f"{utc:%H:%M}"
    said = fill("session", "clock", language, time=time, place=place, utc=in_utc)
    theirs = instant.astimezone(own or zone)
    if own is None or theirs.utcoffset() == local.utcoffset():
        return said
    told = {"said": said, "place": _city(own), "time": f"{theirs:%H:%M}"}
    if theirs.date() == local.date():
        return fill("session", "theirs", language, **told)
    return fill("session", "theirs-on", language, day=long_date(theirs.date(), language), **told)


def _city(zone: ZoneInfo) -> str:
    return str(zone).rpartition("/")[2].replace("_", " ")


@lru_cache(maxsize=1024)
def country(code: str, language: str) -> str:
    """The name of the country with ISO 3166 *code*; the code itself when it has no name."""
    return str(_locale(language).territories.get(code, code))


@lru_cache(maxsize=1024)
def land(code: str, language: str) -> str:
    """The country *code* as a sentence names it: `the Netherlands`, *het Verenigd Koninkrijk*, *Bangladesh*."""
    name = country(code, language)
    articles = languages()[language_of(language)].articles
    return " ".join((*(article for article, names in articles if names.search(name)), name))


def listing(items: Sequence[str], language: str) -> str:
    """The *items* as a sentence lists them: `a, b and c`; what holds commas stands apart: `Ann, Union; Bo, NGO`."""
    if len(items) < 2:  # noqa: PLR2004 - a list needs two
        return "".join(items)
    if any(", " in item for item in items):
        return "; ".join(items)
    return f"{', '.join(items[:-1])} {word('voice', 'and', language)} {items[-1]}"


_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def is_right_to_left(text: str) -> bool:
    """Whether *text* holds letters of a script that runs from right to left."""
    return _RIGHT_TO_LEFT.search(text) is not None


def isolate(text: str) -> str:
    """
    *text* so that it keeps the order of what stands around it, a date or a telephone number (UAX 9, isolates).

    Only a text in a script that runs from right to left needs that; all others stay as they are.
    """
    return f"\u2068{text}\u2069" if is_right_to_left(text) else text
