"""Country names: as people write them, in their language, by any code, by the name of before."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from babel import Locale
from babel.core import get_global

from portal.manager.register.register_words import register_words
from states.language.languages import SOURCE, language_of, languages

_NO_COUNTRIES = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
_PLACE = re.compile(r"\s*[(\[,/].*$")
_ARTICLE = re.compile(
    r"^(the|de|het|la|le|les|los|las|el|die|der|republic of|republiek|republic|rep)\s+"
)


@lru_cache(maxsize=32)
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """The codes and names of all countries, by name in *language*."""
    found = _names(languages()[language_of(language)].formats).items()
    return tuple(sorted(found, key=lambda item: _bare(item[1])))


@lru_cache(maxsize=128)
def _names(locale: str) -> Mapping[str, str]:
    return {
        code: str(name)
        for code, name in Locale.parse(locale).territories.items()
        if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRIES
    }


def country_of(text: str) -> str | None:
    """The ISO code of the country that *text* names."""
    readings = [one for one in dict.fromkeys(_readings(text)) if one]
    near = (_known_names().get(one) for one in readings)
    return next(filter(None, near), None) or next(
        filter(None, (_told_elsewhere().get(one) for one in readings)), None
    )


def _readings(text: str) -> Iterator[str]:
    """*text* itself, then without an article, then without the place that stands behind it."""
    bare = _bare(text)
    for one in (bare, _PLACE.sub("", bare)):
        yield _letters(one)
        yield _letters(_ARTICLE.sub("", one))


def _bare(text: str) -> str:
    marked = unicodedata.normalize("NFKD", text.replace("’", "'"))
    kept = "".join(sign for sign in marked if not "\u0300" <= sign <= "\u036f")
    return " ".join(kept.split()).casefold()


def _letters(text: str) -> str:
    """*text* without blanks, hyphens and full stops: Viet Nam is Vietnam, U.S.A. is USA."""
    return "".join(
        sign for sign in text if sign.isalpha() or unicodedata.category(sign) in {"Mn", "Mc"}
    )


@lru_cache(maxsize=1)
def _known_names() -> Mapping[str, str]:
    """Codes first, then usual names, then the names of each language in turn."""
    codes = {code.casefold(): code for code in _names(SOURCE)}
    usual = {
        _letters(_bare(name)): code
        for code, all_ in register_words()["countries"].items()
        for name in all_.split(", ")
    }
    return {**_in(register_words()["locales"]["first"]), **_former(), **usual, **codes}


def _in(locales: Iterable[str]) -> dict[str, str]:
    told: dict[str, str] = {}
    for locale in locales:
        for code, name in _names(locale).items():
            told.setdefault(_letters(_bare(name)), code)
    return told


@lru_cache(maxsize=1)
def _told_elsewhere() -> Mapping[str, str]:
    return _in(register_words()["locales"]["then"])


def _former() -> dict[str, str]:
    """CLDR's aliases: codes of three letters, and codes of countries that are called otherwise now."""
    known = _names(SOURCE)
    aliases: Mapping[str, list[str]] = get_global("territory_aliases")
    return {
        alias.casefold(): codes[0]
        for alias, codes in aliases.items()
        if alias.isalpha() and codes and codes[0] in known
    }
