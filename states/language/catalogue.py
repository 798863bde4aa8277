"""
Message catalogue (gettext): what the house says, in each language, with English sentences as the keys.

A catalogue is a PO file in `locale/<language>/`, read by Babel when it is first asked for: what a translator edits is
what runs, and nothing is compiled. English has none, because it stands in the code, the templates and the books.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations
from importlib.resources import files
from typing import Any, Literal

from states.language.languages import HOME, LANGUAGES, language_of
from states.language.po_file import read_translations
from states.language.unreadable import UnreadableLanguage

Domain = Literal["pages", "law", "words"]
"""Which catalogue: that of the portal, of the sentences of the law, or of the words by which things are called."""
DOMAINS: tuple[Domain, ...] = ("pages", "law", "words")
PLURAL = "|"
"""Stands in a book between the sentence for one and that for many."""


def N_(source: str) -> str:  # noqa: N802 - the name by which gettext knows it
    """*source* itself, marked as a sentence to be translated where it is said."""
    return source


def NP_(about: str, source: str) -> str:  # noqa: ARG001, N802 - as N_
    """*source* itself, marked as a sentence that says two things, of which *about* tells this one."""
    return source


@dataclass(slots=True)
class Leniency:
    """What becomes of a catalogue that cannot be read: whoever sets *tell* hears it once, and English is said."""

    tell: Callable[[UnreadableLanguage], object] | None = None


LENIENCY = Leniency()
"""That of this process: pages must not fail for a slip of a translator; a command says it and stops."""


@cache
def catalogue(domain: Domain, language: str) -> NullTranslations:
    """
    The catalogue *domain* of *language*, one that there is.

    Raises UnreadableLanguage when its file is no PO file, unless somebody asked to be told instead: then it is empty.
    """
    file = HOME / language / f"{domain}.po"
    if not file.is_file():
        return NullTranslations()
    try:
        return read_translations(file)
    except UnreadableLanguage as error:
        if not LENIENCY.tell:
            raise
        LENIENCY.tell(error)
        return NullTranslations()


def translate(domain: Domain, language: str, source: str, context: str = "") -> str:
    """*source* in *language*, with its placeholders still open; itself where there is no translation of it."""
    if not source:
        return source  # what gettext keeps under nothing is the head of the file
    known = catalogue(domain, language_of(language))
    return known.pgettext(context, source) if context else known.gettext(source)


def translate_number(
    domain: Domain, language: str, one: str, many: str, number: int, *, context: str = ""
) -> str:
    """The form of *one*, or *many*, that *language* uses for *number* things. Otherwise as `translate`."""
    known = catalogue(domain, language_of(language))
    if context:
        return known.npgettext(context, one, many, number)
    return known.ngettext(one, many, number)


class Sentence(Mapping[str, str]):
    """One sentence of a book, by language: English as it stands there, the others from the catalogue *domain*."""

    __slots__ = ("_context", "_domain", "source")

    def __init__(self, domain: Domain, context: str, source: str) -> None:
        self._domain: Domain = domain
        self._context = context
        self.source = source

    def __getitem__(self, language: str) -> str:
        """The sentence in *language*, in English where there is no other; what counts is asked by `number` alone."""
        return translate(self._domain, language, self.source, self._context)

    def number(self, number: int, language: str) -> str:
        """The sentence for *number* things in *language*."""
        one, _, many = self.source.partition(PLURAL)
        if not many:
            return self[language]
        return translate_number(self._domain, language, one, many, number, context=self._context)

    def __iter__(self) -> Iterator[str]:
        """The languages that there are."""
        return iter(LANGUAGES)

    def __len__(self) -> int:
        """How many languages there are."""
        return len(LANGUAGES)


def book(domain: Domain, package: str, file: str, prefix: str = "") -> dict[str, Any]:
    """
    The book *file* (TOML) of *package*: what it holds, with each English sentence as a `Sentence`.

    The catalogue *domain* knows a sentence by its dotted key, with *prefix* before it.
    """
    text = files(package).joinpath(file).read_text(encoding="utf-8")
    return _sentences(domain, tomllib.loads(text), prefix)


def _sentences(domain: Domain, table: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {
        key: Sentence(domain, prefix + key, value)
        if isinstance(value, str)
        else _sentences(domain, value, f"{prefix}{key}.")
        for key, value in table.items()
    }
