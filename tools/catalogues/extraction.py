"""Gettext extraction (Babel): every sentence of the house, by the catalogue that it belongs to."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract

from states.language.catalogue import PLURAL, Domain
from states.language.languages import HOME, SOURCE

ROOT = HOME.parent
KEYWORDS: dict[str, Any] = {
    "_": None,
    "N_": None,
    "NP_": ((1, "c"), 2),
    "say": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
"""The names by which code and templates mark what they say."""
COMMENTS = ("Translators:",)
"""How a comment begins that a translator reads beside the sentence."""
_METHODS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    ".py": ("python", {}),
    # As the portal reads its templates: white space is part of what a block says.
    ".html": (
        "jinja2.ext:babel_extract",
        {"extensions": "jinja2.ext.do", "trim_blocks": "true", "lstrip_blocks": "true"},
    ),
}
_CODE: Mapping[str, Domain] = {
    "portal": "pages",
    "states": "law",
    "notifications": "words",
    "services": "words",
    "cli": "words",
}
"""The catalogue of what is marked in the code of each room."""
_BOOKS: Mapping[str, tuple[Domain, str]] = {
    "phrases.toml": ("law", ""),
    "problems.toml": ("law", ""),
    "words.toml": ("words", ""),
    "story.toml": ("words", "story."),
    "demo.toml": ("words", "demo."),
    "processing.toml": ("words", "privacy."),
}
"""The catalogue of each book, and what stands before its keys."""


def extract_catalog(domain: Domain) -> Catalog:
    """Every sentence that belongs to *domain*, with the files that say it."""
    catalog = Catalog()
    for room, theirs in _CODE.items():
        for file in sorted((ROOT / room).rglob("*")):
            if theirs == domain and file.suffix in _METHODS:
                _add_marked(catalog, file)
            if file.name in _BOOKS and _BOOKS[file.name][0] == domain:
                _add_book(catalog, file)
    return catalog


def _add_marked(catalog: Catalog, file: Path) -> None:
    method, options = _METHODS[file.suffix]
    with file.open("rb") as source:
        for line, said, comments, context in extract(method, source, KEYWORDS, COMMENTS, options):
            catalog.add(said, None, [(_place(file), line)], (), comments, context=context)


def _add_book(catalog: Catalog, file: Path) -> None:
    book = tomllib.loads(file.read_text(encoding="utf-8"))
    for number, (key, sentence) in enumerate(_sentences(book, _BOOKS[file.name][1])):
        one, _, many = sentence.partition(PLURAL)
        said = (one, many) if many else one
        catalog.add(said, None, [(_place(file), number)], context=key)


def _sentences(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, str):
            yield prefix + key, value
        else:
            yield from _sentences(value, f"{prefix}{key}.")


def _place(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def target_languages() -> list[str]:
    """The codes of the languages that have catalogues: all but the source."""
    return sorted(
        file.parent.name for file in HOME.glob("*/language.toml") if file.parent.name != SOURCE
    )
