"""The ten main pages, in the case's year, on every screen and on paper; their pictures stay in build/screenshots."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path
from shutil import copy

import pytest

from cli.rehearsal.scenario import read_scenario
from cli.rehearsal.simulator import new_life
from states.language.languages import LANGUAGES
from tests.journeys.lives import CASE
from tests.portal.conftest import Portal, opened
from tests.portal.windows import Open, picture
from tests.records.conftest import utc

pytestmark = pytest.mark.browser

HOME = "/dialogues/kledingmerk-2022"
APRIL, JUNE, SEPTEMBER = utc(2022, 4, 15, 7), utc(2022, 6, 16, 14), utc(2022, 9, 12, 7)
TEN = {
    "1-invitation": (APRIL, "vakbond-bd", "/my/invitation"),
    "2-my-dialogue": (SEPTEMBER, "onderzoeker", "/my"),
    "3-my-words": (SEPTEMBER, "ngo-kritisch", "/my/words"),
    "4-my-answer": (SEPTEMBER, "ngo-kritisch", "/my/answers/ngo-kritisch"),
    "5-today": (SEPTEMBER, "manager", "/today"),
    "6-dialogue": (APRIL, "manager", HOME),
    "7-people": (APRIL, "manager", f"{HOME}/people"),
    "8-mirror": (SEPTEMBER, "manager", f"{HOME}/mirror"),
    "9-session": (JUNE, "moderator", "/session"),
    "10-answer": (SEPTEMBER, "manager", f"{HOME}/answers/c4"),
}
ON_PAPER = ("2-my-dialogue", "4-my-answer", "6-dialogue")
TOUCHED = "main button, main summary, nav a, .tools button, .owed-do a, .choice label, a.button"
SMALL = """els => els.filter(e => e.checkVisibility()).map(e => [e.innerText, e.getBoundingClientRect()])
    .filter(([, box]) => box.height < 44).map(([text, box]) => `${text}: ${box.height}`)"""
LONGEST = """() => {
    const range = document.createRange(), found = []
    for (const e of document.querySelectorAll("main p:not(.unseen), main blockquote")) {
        if (!e.checkVisibility() || !e.innerText.trim()) continue
        range.selectNodeContents(e)
        const lines = new Set([...range.getClientRects()].map(box => Math.round(box.bottom / 8))).size
        if (lines > 2 && e.innerText.length / lines > 80) found.push(e.innerText.slice(0, 60))
    }
    return found
}"""

SMALLEST = {
    "answers": (SEPTEMBER, "manager", f"{HOME}/answers"),
    "audit": (SEPTEMBER, "auditor", f"{HOME}/audit"),
    "journal": (SEPTEMBER, "auditor", f"{HOME}/audit/journal"),
    "strategy": (SEPTEMBER, "sponsor", f"{HOME}/strategy"),
    "programme": (APRIL, "manager", "/settings"),
    "people": (APRIL, "manager", f"{HOME}/people"),
}
"""Pages of pairs and tables, on the narrowest phone: 320 px (WCAG 1.4.10)."""
SQUEEZED = """() => [...document.querySelectorAll("main dd, main td:not(.number), main tbody th")]
    .filter(e => e.checkVisibility() && e.innerText.trim().length > 12)
    .map(e => [e.innerText.trim(), e.getBoundingClientRect().width])
    .filter(([, width]) => width < 88).map(([text, width]) => `${width}: ${text}`)"""


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> dict[datetime, Path]:
    """Live the case's year once, and keep what the database was on three of its days."""
    folder, kept = tmp_path_factory.mktemp("year"), {}
    file = folder / "case.sqlite"
    with new_life(read_scenario(CASE), database=f"sqlite:///{file}") as life:
        for day in (APRIL, JUNE, SEPTEMBER):
            life.live(day)
            with closing(sqlite3.connect(file)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            kept[day] = Path(copy(file, folder / f"{day:%m}.sqlite"))
    return kept


@pytest.fixture
def days(tmp_path: Path, year: dict[datetime, Path]) -> Iterator[dict[datetime, Portal]]:
    """Give a portal for each of the three days."""
    with ExitStack() as stack:
        made = {}
        for day, file in year.items():
            portal = stack.enter_context(opened(Path(copy(file, tmp_path / file.name))))
            portal.memory.now, portal.memory.dialogue_id = day, "kledingmerk-2022"
            made[day] = portal
        yield made


def key_of(portal: Portal, who: str) -> str:
    """The cookie of a participant or of the holder of a role."""
    if who in portal.memory.read().stakeholders:
        return portal.key_of_seat(who, "kledingmerk-2022")
    return portal.key_of(who, "kledingmerk")


@pytest.mark.parametrize("name", TEN)
def test_a_main_page_is_fit_to_be_seen(
    days: dict[datetime, Portal], window: Open, name: str
) -> None:
    day, who, path = TEN[name]
    portal = days[day]
    for size, language, dark in (
        ("phone", "nl", False),
        ("phone", "en", True),
        ("desktop", "nl", True),
        ("desktop", "en", False),
    ):
        key = key_of(portal, who)
        seen = window(portal, key=key, size=size, language=language, dark=dark)
        page = seen.go(path)
        seen.shoot(f"main-{name}-{language}-{'dark' if dark else 'light'}")
        assert seen.faults() == []
        assert seen.overflow() <= 0
        if size == "phone":
            assert page.locator(TOUCHED).evaluate_all(SMALL) == []
        else:
            assert page.evaluate(LONGEST) == []


@pytest.mark.parametrize("name", SMALLEST)
def test_the_narrowest_phone_leaves_words_their_room(
    days: dict[datetime, Portal], window: Open, name: str
) -> None:
    day, who, path = SMALLEST[name]
    seen = window(days[day], key=key_of(days[day], who), size="phone", language="nl")
    seen.page.set_viewport_size({"width": 320, "height": 640})
    page = seen.go(path)
    assert seen.overflow() <= 0
    assert page.evaluate(SQUEEZED) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_participants_fit_in_each_language(
    days: dict[datetime, Portal], window: Open, language: str
) -> None:
    for name in (one for one, (_, _, path) in TEN.items() if path.startswith("/my")):
        day, who, path = TEN[name]
        for size, width in (("phone", 320), ("desktop", 1280)):
            seen = window(days[day], key=key_of(days[day], who), size=size, language=language)
            seen.page.set_viewport_size({"width": width, "height": 640})
            page = seen.go(path)
            seen.shoot(f"fits-{name}-{language}")
            assert seen.faults() == []
            assert seen.overflow() <= 0
            assert page.evaluate(SQUEEZED) == []


@pytest.mark.parametrize("name", ON_PAPER)
def test_a_page_is_fit_for_paper(days: dict[datetime, Portal], window: Open, name: str) -> None:
    day, who, path = TEN[name]
    seen = window(days[day], key=key_of(days[day], who), language="nl", dark=True)
    page = seen.go(path)
    page.emulate_media(media="print", color_scheme="light")
    page.set_viewport_size({"width": 660, "height": 940})
    picture(page, f"main-{name}-print")
    for gone in (".top nav", ".tools", "main form", ".rooms", ".skip"):
        assert not page.locator(f"{gone} >> visible=true").count(), gone
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
