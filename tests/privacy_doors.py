"""Every door of the house, and what comes out of it for whom: pages, commands, letters, exports and logs."""

import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import NamedTuple

from typer.testing import CliRunner

from cli.app import load
from cli.main import COMMANDS, app
from portal.route_table import PAGES
from portal.web.pages import Page
from portal.web.routes import CAPACITIES, EVERYONE
from states.model.dialogue import Dialogue
from states.model.people import HELPER, PARTICIPANT
from states.privacy.reader_view import view
from states.privacy.readers import Eyes, Reader
from tests.portal.conftest import Browser, Portal
from tests.portal.test_doors import HERE, filled
from tests.private_life import BY_HAND, ID, POINTS, REGION, SEALED, UNHEARD

_TAG = re.compile(r"<[^>]*>")
_BLOCK = re.compile(r"</?(?:article|section|tr|li|p|dd|dt|h\d|option|form|summary|div)\b[^>]*>")
_UNSEEN = re.compile("[\u2066-\u2069\u200e\u200f]")
SEATS = (SEALED, REGION, BY_HAND, UNHEARD)


class Exhibit(NamedTuple):
    """What came out of a *door* for a *reader*: a text, in parts that are read together."""

    door: str
    reader: str
    parts: list[str]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.parts)


def from_html(page: str) -> list[str]:
    """What a page says, block by block."""
    blocks = _BLOCK.split(page)
    said = (_UNSEEN.sub("", unescape(_TAG.sub("", block))) for block in blocks)
    return [" ".join(one.split(" ")) for one in said if one.strip()]


def from_file(content: bytes, kind: str) -> list[str]:
    """What a downloaded file says, line by line; a workbook is unpacked."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return [packed.read(name).decode("utf-8", "replace") for name in packed.namelist()]
    text = content.decode("utf-8", "replace")
    return from_html(text) if "html" in kind else text.splitlines()


@dataclass(frozen=True)
class Places:
    """Which things stand in the places of a path."""

    contribution: str
    stakeholder: str

    @property
    def parts(self) -> dict[str, str]:
        """What is filled in."""
        return HERE | {
            "dialogue": ID,
            "contribution": self.contribution,
            "stakeholder": self.stakeholder,
            "who": self.stakeholder,
            "voice": self.stakeholder,
            "helper": "helper-1",
            "commitment": "never-made",
        }


EVERYWHERE = [Places(point, who) for point, (who, _) in POINTS.items()]


def browser_of(portal: Portal, reader: str) -> Browser:
    """A browser in which *reader* is in."""
    if reader in SEATS:
        return portal.participant(reader, ID)
    if reader == EVERYONE:
        return portal.browser()
    return portal.helper("helper-1", ID) if reader == HELPER else portal.enter_as(reader, "klein")


def readers_of(page: Page) -> list[str]:
    """Everybody who may open *page*: each capacity, and of participants each."""
    capacities = CAPACITIES if EVERYONE in page.who else [c for c in CAPACITIES if c in page.who]
    return [one for c in capacities for one in (SEATS if c == PARTICIPANT else (c,))]


def pages(portal: Portal, reader: str) -> Iterator[Exhibit]:
    """Every page of the route table that *reader* may open, with each of the points and the people."""
    browser = browser_of(portal, reader)
    for page in PAGES:
        if page.method != "GET" or reader not in readers_of(page):
            continue
        for path in dict.fromkeys(filled(page, places.parts) for places in EVERYWHERE):
            answer = browser.get(path)
            kind = answer.headers.get("content-type", "")
            yield Exhibit(f"page {page.path}", reader, from_file(answer.content, kind))


def cut_to(reader: str, dialogue: Dialogue) -> Exhibit:
    """The dialogue as *reader* gets it, whatever their pages do with it: its seals, and what others recorded."""
    known = view(
        dialogue, Reader(Eyes.PARTICIPANT, reader) if reader in SEATS else Reader.by_name(reader)
    )
    rows = [*known.seals.values(), *known.relays.values()]
    return Exhibit("view", reader, [row.model_dump_json() for row in rows])


def from_json(said: str) -> list[str]:
    """What a document says, row by row of each of its tables."""
    parts: list[str] = []
    for value in json.loads(said).values():
        rows = value if isinstance(value, list) else [value]
        parts += [json.dumps(row, ensure_ascii=False) for row in rows]
    return parts


def run(words: tuple[str, ...]) -> tuple[str, str]:
    """What a command says: what was asked for, and what it says beside that."""
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code in {0, 1, 2}, result.output
    return result.stdout, result.stderr


def shown(name: str, viewer: str, words: tuple[str, ...]) -> Iterator[Exhibit]:
    """What the command *name* shows to *viewer*, in words and as JSON."""
    asked = (*name.split(), *words, "--as", viewer)
    said, beside = run(asked)
    yield Exhibit(f"command {name}", viewer, [*said.splitlines(), *beside.splitlines()])
    said, beside = run((*asked, "--json"))
    yield Exhibit(f"json {name}", viewer, [*from_json(said), *beside.splitlines()])


def letters_by_hand() -> list[str]:
    """The numbers of all messages that wait to be given by hand."""
    said, _ = run(("by-hand", "list", "--as", "moderator", "--json"))
    return [str(row["id"]) for row in json.loads(said)["by_hand"]]


def all_commands() -> Iterator[str]:
    """Every command of the command table, those of groups too."""
    for name, lazy in COMMANDS.items():
        inner = getattr(load(name, lazy), "commands", {"": None})
        yield from (f"{name} {one}".strip() for one in inner)


def rows_of(file: Path) -> list[str]:
    """Every row of an SQLite database, as text."""
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())
