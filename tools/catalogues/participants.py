"""Sentences for participants: what people meet who take part, found where it is said."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Message

from states.language.catalogue import Domain, book
from states.language.languages import SOURCE
from states.model.vocabulary import CheckName
from tools.catalogues.extraction import ROOT

STAFF = frozenset(
    {"account", "auditor", "confidant", "demo", "helper", "manager", "moderator", "uploads"}
)
"""The rooms of the portal, and of its templates, that participants never enter."""
PAGES = ("portal/**/*.py", "portal/templates/**/*.html")
"""The pages of all others and the doors before them, with what is read out to who is called."""
LETTERS = (
    "notifications/calendar/*.py",
    "notifications/language/*.py",
    "notifications/letters/combined.py",
    "notifications/letters/compose.py",
    "notifications/templates/*.txt",
    "notifications/templates/_block.html",
    "notifications/templates/_letter.html",
    "notifications/views/*.py",
)
"""What the letters to them are made of, besides the letters themselves."""
FRAMES = ("_to-participant.txt", "_silent.txt")
"""The frames of the letters to them, by which those are told from others."""
LAW = ("states/language/*.py", "states/model/*.py", "states/steps/**/*.py", "states/values/*.py")
"""Where the law refuses what somebody asked; what its checks miss is read by those who prepare the dialogue."""
_TABLE = re.compile(r"""\b(?:word|words|fill|map)\((?:"words?", ?)?"([a-z-]+)\"""")
_FILTERS = {
    "count": "count",
    "the": "voice",
    "roles": "role",
    "failure": "failure",
    "clock": "session",
}
"""The tables of words that a filter looks into by itself."""


def is_met_by_participants(domain: Domain, message: Message) -> bool:
    """Whether participants meet the sentence *message* of *domain*: on a page, in a letter, or as a refusal."""
    if domain == "pages":
        return any(place in _files(PAGES) for place, _ in message.locations)
    if domain == "law":
        code, _, door = str(message.context or "").partition(".")
        if door == "command" and code in _codes_for_people():
            return False  # the command line is of those who run the house
        return not code or not _is_only_missed(code)
    return str(message.context or "").partition(".")[0] in _tables()


@cache
def _files(patterns: tuple[str, ...]) -> frozenset[str]:
    return frozenset(
        path.relative_to(ROOT).as_posix()
        for pattern in patterns
        for path in ROOT.glob(pattern)
        if not STAFF & set(path.parts)
    )


def _texts(patterns: tuple[str, ...]) -> Iterator[str]:
    for name in _files(patterns):
        if Path(name).suffix in {".html", ".py", ".txt"}:
            yield (ROOT / name).read_text(encoding="utf-8")


@cache
def _codes_for_people() -> frozenset[str]:
    """The codes that say something else to people than on the command line."""
    return frozenset(
        code for code, at in book("law", "states", "phrases.toml").items() if "people" in at
    )


def _letters() -> Iterator[str]:
    """The letters to participants in their source, with their pages."""
    for path in ROOT.glob(f"notifications/templates/*/text.{SOURCE}.txt"):
        text = path.read_text(encoding="utf-8")
        if any(frame in text for frame in FRAMES):
            yield text
            yield path.with_name("page.html").read_text(encoding="utf-8")


@cache
def _tables() -> frozenset[str]:
    """The tables of words that pages and letters of participants look into."""
    said = "\n".join((*_texts((*PAGES, *LETTERS)), *_letters()))
    asked = {table for name, table in _FILTERS.items() if re.search(rf"\|\s*{name}\b", said)}
    return frozenset({*_TABLE.findall(said), *asked})


@cache
def _is_only_missed(code: str) -> bool:
    """Whether *code* is said by a check alone, under the name of the check or another."""
    quoted = f'"{code}"'
    missed = any(quoted in text for text in _texts(("states/checks/*.py",)))
    return code in set(CheckName) or (missed and not any(quoted in text for text in _texts(LAW)))
