"""
Approximate string matching: a name, an address or a telephone is found again however somebody typed it.

Case, blanks of every kind (also of no width), full stops and hyphens between the parts, composed or decomposed letters
and a missing accent make nobody somebody else.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

_WORD_KINDS = frozenset("LMN")
_BETWEEN = 3
"""So many signs may stand between two parts of a name, as in *Begum, Rahima*."""
_LONG = 8
"""From so many letters on, parts that are written as one word are taken for the name."""
_MOST_PARTS = 24
_NUMBER = re.compile(
    r"[+\uff0b(]?\d(?:[\d\s().+/\u00ad\u200b-\u200d\u2010-\u2015\u2060\ufeff-]{4,}\d)"
)
_RUN = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_ACCENT = re.compile("[\u0300-\u036f]")
_PIECE = re.compile(r"[\w-]+")


class PlacedPart(NamedTuple):
    """A word of a text, from *start* up to *end*, and its *key*: the same for all its spellings."""

    start: int
    end: int
    key: str


def compose(text: str) -> str:
    """*text* with each letter as one sign (NFC), so that places in it stay the same."""
    return unicodedata.normalize("NFC", text)


def keys_of(word: str) -> Iterator[str]:
    """The keys under which *word* is found: as it is spelled first, then without its accents."""
    key = "".join(span.key for span in parts_of(word))
    yield from dict.fromkeys((key, plain(key)))


def parts_of(text: str) -> list[PlacedPart]:
    """The words of *text*, each with its key; *text* is composed, or places would move."""
    found, place = [], 0
    for is_word, signs in groupby(text, _is_of_word):
        part = "".join(signs)
        if is_word:
            found.append(PlacedPart(place, place + len(part), _key(part)))
        place += len(part)
    return found


def join_parts(
    parts: list[PlacedPart], text: str, first: int
) -> Iterator[tuple[int, PlacedPart, bool]]:
    """The part *first* alone, then with its neighbours as one word: of how many, and whether only blanks part them."""
    start, key, blank = parts[first].start, "", True
    for number in range(first, min(first + _MOST_PARTS, len(parts))):
        part = parts[number]
        gap = text[parts[number - 1].end : part.start] if number > first else ""
        if len(gap) > _BETWEEN and gap.strip():
            return
        blank, key = blank and not gap.strip(), key + part.key
        yield number - first + 1, PlacedPart(start, part.end, key), blank


def may_be(known: int, found: int, key: str, *, blank: bool) -> bool:
    """
    Whether *found* parts of a text that spell *key* may be a word of *known* parts; *blank*: nothing else parts them.

    `ander` is not *An Der*, but `rahimabegum` is *Rahima Begum*; `02-01` is a day and not the extension *020 1*.
    """
    if key.isdecimal():
        return blank and found == known
    return known == 1 or found > 1 or len(key) >= _LONG


def numbers_in(text: str) -> Iterator[tuple[int, int, str]]:
    """What may be telephones in *text*: from where to where, and without signs that nobody sees."""
    for found in _NUMBER.finditer(text):
        seen = "".join(sign for sign in found[0] if unicodedata.category(sign) != "Cf")
        yield found.start(), found.end(), seen


def ids_in(text: str, ids: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """The *ids* of the record (in lower case) in *text*, in any case but never as a part of a longer one."""
    for run in _RUN.finditer(text):
        pieces = [run] if run[0].casefold() in ids else _PIECE.finditer(text, *run.span())
        for piece in pieces:
            if (name := piece[0].casefold()) in ids:
                yield piece.start(), piece.end(), name


@lru_cache(maxsize=65536)
def _is_of_word(sign: str) -> bool:
    return unicodedata.category(sign)[0] in _WORD_KINDS


@lru_cache(maxsize=65536)
def _key(part: str) -> str:
    """One form for all cases: ß and SS, ı and I."""
    return unicodedata.normalize("NFKC", part).upper().casefold()


@lru_cache(maxsize=65536)
def plain(key: str) -> str:
    """*key* without accents; marks that are letters of their script stay where nothing else would."""
    apart = unicodedata.normalize("NFD", key)
    return "".join(sign for sign in apart if not _ACCENT.match(sign))
