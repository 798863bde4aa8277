"""No page asks the database more than a fixed number of questions, however much there is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from portal.routes import Page
from portal.tables import PAGES
from tests.portal.conftest import Portal
from tests.portal.test_doors import HERE, filled, names, somebody_in

MOST = 30
"""Reading a dialogue takes ten; a page may ask for a few things beside it."""
READ = [page for page in PAGES if page.method == "GET"]


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


@pytest.mark.parametrize("page", READ, ids=names)
def test_a_page_asks_a_fixed_number_of_questions(page: Page, two_companies: Portal) -> None:
    browser = somebody_in(two_companies, page)
    with counted(two_companies) as asked:
        browser.get(filled(page, HERE), follow_redirects=False)
    assert len(asked) <= MOST, "\n".join(asked)
