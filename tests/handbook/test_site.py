"""The documentation site: whole, from nowhere else, and its search works in a folder without any server."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tools.handbook.site import build

pytestmark = pytest.mark.slow

_FROM_ELSEWHERE = (
    re.compile(r"<(?:script|link|img|iframe|source|video|audio|object|embed)\b[^>]*?=[\"']?(?:https?:)?//[^>]*>"),
    re.compile(r"\bsrc(?:set)?=[\"']?(?:https?:)?//"),
    re.compile(r"url\([\"']?(?:https?:)?//"),
    re.compile(r"@import\s+[\"'](?:https?:)?//"),
)  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site once; a link that leads nowhere fails it."""
    work = tmp_path_factory.mktemp("site")
    build(work / "site", work)
    return work / "site"


def test_nothing_comes_from_elsewhere(site: Path) -> None:
    files = [file for kind in ("html", "css") for file in site.rglob(f"*.{kind}")]
    found = [
        (file.name, hit[0])
        for file in files
        for pattern in _FROM_ELSEWHERE
        for hit in pattern.finditer(file.read_text(encoding="utf-8"))
    ]

    assert len(files) > 30
    assert found == []


def test_the_search_of_foreign_addresses_finds_one() -> None:
    for text in ('<script src="https://x/y">', "<link href=//x/y>", "a { background: url(//x) }"):
        assert any(pattern.search(text) for pattern in _FROM_ELSEWHERE), text


@pytest.mark.parametrize("tab", ["Use it", "Run it", "Change it", "Decisions"])
def test_each_reader_has_a_way_in(site: Path, tab: str) -> None:
    assert tab in (site / "index.html").read_text(encoding="utf-8")


@pytest.mark.browser
def test_the_search_works_in_a_folder(site: Path, player: Playwright, chromium: str) -> None:
    asked: list[str] = []
    browser = player.chromium.launch(executable_path=chromium)
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / "index.html").as_uri())
    page.get_by_role("textbox", name="Search").click()
    page.keyboard.type("postpone")
    page.locator(".md-search-result__link").first.wait_for()
    browser.close()

    assert [url for url in asked if not url.startswith(("file:", "data:", "about:"))] == []
