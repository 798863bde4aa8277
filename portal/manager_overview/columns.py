"""The words in which people write down a stakeholder, in a form or in a sheet, and what the law calls them."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale

from notifications.words import LANGUAGES, tables
from states.people import Layer


@dataclass(frozen=True, slots=True)
class Column:
    """One thing that is known of a stakeholder: its name in the law, its heading, and other headings we accept."""

    name: str
    nl: str
    en: str
    other: tuple[str, ...] = ()

    def heading(self, language: str) -> str:
        """The heading in *language*."""
        return self.nl if language == "nl" else self.en

    @property
    def known_as(self) -> set[str]:
        """All headings under which it is understood."""
        return {plain(word) for word in (self.name, self.nl, self.en, *self.other)}


COLUMNS = (
    Column("id", "kenmerk", "reference", ("code",)),
    Column("name", "naam", "name", ("contactpersoon", "contact", "persoon", "person")),
    Column("organisation", "organisatie", "organisation", ("organization",)),
    Column("category", "soort", "kind", ("soort organisatie", "type", "categorie")),
    Column("country", "land", "country"),
    Column("layer", "laag", "layer"),
    Column("speaks_for", "spreekt voor", "speaks for", ("risico's", "risicos", "risks")),
    Column("critical", "kritisch", "critical"),
    Column("at_risk", "loopt gevaar", "at risk", ("gevaar", "risico voor spreker")),
    Column("email", "e-mail", "e-mail", ("email", "mail", "e-mailadres", "email address")),
    Column("phone", "telefoon", "phone", ("tel", "telephone")),
    Column("language", "taal", "language"),
)
_YES = {"ja", "j", "yes", "y", "true", "waar", "1", "x"}
_NO = {"nee", "n", "no", "false", "onwaar", "0"}
_LAYERS = {
    "getroffen": "affected",
    "getroffene": "affected",
    "vertegenwoordiger": "representative",
    "representative": "representative",
    "namens": "proxy",
    "deskundige": "expert",
}
_SPOKEN = {
    "nederlands": "nl",
    "dutch": "nl",
    "engels": "en",
    "english": "en",
}


def plain(text: str) -> str:
    """*text* without capitals, accents, double blanks and typographic apostrophes, to compare words by."""
    bare = unicodedata.normalize("NFKD", text.replace("’", "'"))
    kept = "".join(c for c in bare if not unicodedata.combining(c))
    return re.sub(r"[\s_]+", " ", kept).strip().casefold()


def handle(text: str) -> str:
    """*text* as a short name of the law: `clean-clothes`."""
    return re.sub(r"[^a-z0-9]+", "-", plain(text)).strip("-")[:48].strip("-")


def yes_or_no(text: str) -> bool | None:
    """Whether *text* says yes or no; None when it says neither."""
    word = plain(text)
    return True if word in _YES else False if word in _NO else None


@lru_cache(maxsize=1)
def _layers() -> Mapping[str, str]:
    words = tables()["layer"]
    told = {plain(words[key][language]): key for key in words for language in LANGUAGES}
    return {**told, **_LAYERS, **{layer.value: layer.value for layer in Layer}}


def layer_of(text: str) -> str | None:
    """The layer that *text* means."""
    return _layers().get(plain(text))


@lru_cache(maxsize=1)
def _categories() -> Mapping[str, str]:
    words = tables()["category"]
    told = {plain(words[key][language]): key for key in words for language in LANGUAGES}
    return {**told, **{plain(key): key for key in words}}


def category_of(text: str) -> str:
    """The category that *text* means; a word of people's own stands for itself."""
    return _categories().get(plain(text)) or handle(text)


@lru_cache(maxsize=4)
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """The codes and names of all countries, by name in *language*."""
    names = Locale.parse("nl" if language == "nl" else "en_GB").territories
    found = [
        (code, str(name))
        for code, name in names.items()
        if re.fullmatch("[A-Z]{2}", code) and code not in {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
    ]
    return tuple(sorted(found, key=lambda item: plain(item[1])))


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    told = {plain(name): code for language in LANGUAGES for code, name in countries(language)}
    return {**told, **{code.casefold(): code for code, _ in countries("en")}}


def country_of(text: str) -> str | None:
    """The ISO code of the country that *text* names."""
    return _countries().get(plain(text))


def spoken_of(text: str) -> str | None:
    """The code of the language that *text* names."""
    word = plain(text)
    code = _SPOKEN.get(word, word)
    return code if re.fullmatch("[a-z]{2}", code) else None
