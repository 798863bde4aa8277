"""Every letter in a real browser, on the narrowest phone that people use: nothing is wider than the screen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chrome
from playwright.sync_api import Page, ViewportSize

from notifications.letters.compose import compose
from states.language.languages import LANGUAGES
from tests.notifications.cases import every_case

pytestmark = pytest.mark.browser

_NARROW: ViewportSize = {"width": 320, "height": 640}
_LINK = f"https://dialoog.nederlandskledingmerk.example/l/{'Zm9vYmFy' * 6}"
_HEAD = "5f2a9c31" * 8
_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_BROKEN = """() => [...document.querySelectorAll("th, h1, h2")].filter(e => {
    const range = document.createRange()
    range.selectNodeContents(e)
    const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top))).size
    return lines > e.innerText.trim().split(/[\\s-]+/).length
}).map(e => e.innerText)"""
"""Labels and headings of more lines than words: a word of theirs is broken."""
_FOLDS = "document.querySelectorAll('details').forEach(one => { one.open = true })"


@pytest.fixture
def phone(chrome: Chrome) -> Iterator[Page]:
    with chrome.new_context(viewport=_NARROW) as context:
        yield context.new_page()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_is_wider_than_a_phone_nor_breaks_a_label(language: str, phone: Page) -> None:
    wide = {}
    for case in every_case(language):
        message = compose(
            case.notice, case.dialogue, now=case.now, base_url=_LINK, journal_head=_HEAD
        )
        phone.set_content(message.html)
        phone.evaluate(_FOLDS)
        if beyond := phone.evaluate(_WIDER) or phone.evaluate(_BROKEN):
            wide[case.name] = beyond
    assert not wide
