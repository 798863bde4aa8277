"""No page asks the database more than a fixed number of questions, however much there is."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from sqlalchemy import event

from benchmarks.copies import again, dialogue_again
from portal.route_table import PAGES
from portal.web.pages import Page
from tests.portal.conftest import Portal, opened
from tests.portal.test_doors import HERE, filled, names, somebody_in
from tests.records.conftest import SESSION

MOST = 48
"""Reading a dialogue takes eleven; a page looks at three at most, and may ask for a few things beside them."""
READ = [page for page in PAGES if page.method == "GET"]
HELD = HERE | {"contribution": "c1", "list": "people.csv"}
SIZES = ((4, 5), (12, 40))
"""Editions and people more: some, and much; both beyond the few editions that a page looks back on."""


@contextmanager
def counted(portal: Portal) -> Iterator[list[str]]:
    """The questions that are asked meanwhile."""
    asked: list[str] = []

    def note(*given: Any) -> None:  # noqa: ANN401 - whatever the engine tells
        asked.append(given[2])

    event.listen(portal.house.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(portal.house.engine, "before_cursor_execute", note)


@pytest.fixture(scope="session")
def grown_files(signed_file: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Both companies with some, and with many editions and people more: they all spoke and wait."""
    folder = tmp_path_factory.mktemp("grown")
    return [grown(Path(copy(signed_file, folder / f"{size}.sqlite")), *size) for size in SIZES]


def grown(file: Path, editions: int, people: int) -> Path:
    """Let what is in *file* grow."""
    with closing(sqlite3.connect(file)) as connection, connection:
        for number in range(people):
            one_more(connection, "kleding-2022", number)
        for programme in ("kleding", "schoenen"):
            for edition in range(2022 - editions, 2022):
                dialogue_again(connection, f"{programme}-2022", programme, edition)
    return file


def one_more(connection: sqlite3.Connection, dialogue: str, number: int) -> None:
    """Somebody more in *dialogue*, who said something more, and is owed what the others are owed."""
    who, point, place = f"more-{number}", f"m{number}", 1_000 + number
    here = f"dialogue_id = '{dialogue}'"
    again(connection, "stakeholders", f"{here} AND id = 'ngo-nl'", {"id": who, "position": place})
    again(connection, "contributions", f"{here} AND id = 'c1'",
          {"id": point, "position": place, "voice": who})  # fmt: skip
    for kind in ("answer-invitation", "share-expectation", "answer-participant"):
        again(connection, "duties", f"{here} AND name = '{kind}/ngo-nl'",
              {"name": f"{kind}/{who}", "whom": who, "waiting": who})  # fmt: skip
    again(connection, "duties", f"{here} AND name = 'decide-contribution/c1'",
          {"name": f"decide-contribution/{point}", "whom": point})  # fmt: skip


@pytest.fixture
def sizes(tmp_path: Path, grown_files: list[Path]) -> Iterator[list[Portal]]:
    """Give the portals of some and of much."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(opened(Path(copy(file, tmp_path / file.name))))
            for file in grown_files
        ]


def asked_for(portal: Portal, page: Page) -> list[str]:
    """What is asked of the database for *page*, once somebody is in."""
    portal.memory.now = SESSION
    browser = somebody_in(portal, page)
    with counted(portal) as asked:
        browser.get(filled(page, HELD), follow_redirects=False)
    return asked


@pytest.mark.parametrize("page", READ, ids=names)
def test_a_page_asks_the_same_however_much_there_is(page: Page, sizes: list[Portal]) -> None:
    some, much = (asked_for(portal, page) for portal in sizes)
    assert len(much) == len(some), "\n".join(much)
    assert len(much) <= MOST, "\n".join(much)


def test_what_grew_is_on_the_pages(sizes: list[Portal]) -> None:
    for portal, (_, people) in zip(sizes, SIZES, strict=True):
        portal.memory.now = SESSION
        shown = portal.enter_as("manager").get("/dialogues/kleding-2022/decisions").text
        assert all(f"m{number}" in shown for number in range(people))
        assert f"m{people}" not in shown
