"""Completeness of a language: how many of the sentences and letters of the house are written in it."""

from pathlib import PurePosixPath
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message

from notifications.language.templates import languages_of, letter_files
from states.language.catalogue import DOMAINS, Domain
from states.language.languages import HOME, LANGUAGES, SOURCE
from states.language.po_file import read_catalogue


class Written(NamedTuple):
    """How many are *written*, *of* how many."""

    written: int
    of: int


def written_in(language: str) -> dict[str, Written]:
    """What is written in *language*: of each catalogue, and of the letters. Raises as `read_catalogue`."""
    letters = sorted({str(PurePosixPath(file).parent) for file in letter_files()})
    own = sum(language in languages_of(name) for name in letters)
    return {
        **{domain: _sentences(domain, language) for domain in DOMAINS},
        "letters": Written(own, len(letters)),
    }


def _sentences(domain: Domain, language: str) -> Written:
    if language == SOURCE:
        others = (_read(domain, code) for code in LANGUAGES if code != SOURCE)
        most = max((sum(map(_is_said, catalog)) for catalog in others), default=0)
        return Written(most, most)
    catalog = _read(domain, language)
    return Written(sum(map(_is_written, catalog)), sum(map(_is_said, catalog)))


def _read(domain: Domain, language: str) -> Catalog:
    file = HOME / language / f"{domain}.po"
    return read_catalogue(file) if file.is_file() else Catalog()


def _is_said(message: Message) -> bool:
    return bool(message.id)  # what stands under nothing is the head of the file


def _is_written(message: Message) -> bool:
    said = message.string or ""
    forms = [said] if isinstance(said, str) else said
    return bool(message.id) and not message.fuzzy and all(forms)
