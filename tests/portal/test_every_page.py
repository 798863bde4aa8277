"""Every page of the table, for everyone who may open it: in the light and in the dark, with styles and without."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.enter.sign_in import one_time_link
from portal.route_table import PAGES
from portal.web.pages import Page
from portal.web.routes import CAPACITIES, EVERYONE
from portal.web.sessions import holder_of
from records.access.links import Capacity, begin_session
from states.model.people import HELPER, PARTICIPANT
from tests.portal.conftest import MONTH, Portal
from tests.portal.test_doors import HERE, filled
from tests.portal.windows import Open, Window
from tests.records.conftest import START, a_programme

pytestmark = pytest.mark.browser

ASKS = {"override": "check=lessons-noted", "postpone": "duty=answer-participant/c2"}
VOICES = ("ngo-nl", "union-bd")
ANYBODY = [*(name for name in CAPACITIES if name != PARTICIPANT), *VOICES]
EARLY = ("/map", "/import", "/move")
STAGES = {"/sign-in/set-up": "setup", "/sign-in/code": "code"}
OF_COLOURS = ("color-contrast", "link-in-text-block")
FILES = ("/export", ".ics", ".csv", "/{list}")
FOLDS = ".of, .one .why, .rooms summary"
"""What a style may put away: the company's name on a phone, a reason nobody needs, the menu's cover."""

WITH_ACCOUNT = ("/account/codes",)
"""Only for who signs in with a password: the tests of accounts open it."""

ALOUD = Path(__file__).with_name("aloud.js").read_text(encoding="utf-8")


@pytest.fixture
def every(late: Portal) -> Portal:
    """Give a portal late in its year, where somebody waits for a call, and another company's that has just begun."""
    by_hand = {"stakeholder": "ngo-nl", "by_hand": True, "phone": "+31 6 1000 0000"}
    late.memory.act("change-contact", by_hand, by="moderator")
    for row in late.memory.notices(status="pending"):
        if row.to == "ngo-nl":
            late.memory.ledger.by_hand(row.id, late.now)
    now, late.memory.now = late.memory.now, START
    late.memory.open(a_programme("tassen"))
    late.memory.now, late.memory.dialogue_id = now, "kleding-2022"
    return late


def key_of(portal: Portal, who: str, programme_id: str) -> str:
    """The cookie of *who*: a participant, the holder of a role, or nobody."""
    if who in VOICES:
        return portal.key_of_seat(who)
    if who == HELPER:
        return portal.key_of_helper()
    return portal.key_of(who, programme_id) if who != EVERYONE else ""


def address(portal: Portal, page: Page, programme_id: str) -> str:
    """The path of *page* with things in its places that are there."""
    if page.path == "/l/{token}":
        return portal.link("ngo-nl")
    if page.path == "/in/{token}":
        made = one_time_link(portal.house, portal.house.settings, "manager@kleding", portal.now)
        return made.address.removeprefix(portal.site.address)
    asked = ASKS.get(page.path.rpartition("/")[2])
    path = filled(page, HERE | {"contribution": "c2", "dialogue": f"{programme_id}-2022"})
    return path + (f"?{asked}" if asked else "")


def halfway(portal: Portal, stage: str) -> str:
    """The cookie of a manager who is halfway through signing in."""
    programme = portal.house.ledger.programme("kleding").programme
    capacity = Capacity("role", "kleding", "manager")
    holder = holder_of(programme, "manager")
    token = begin_session(
        portal.house.engine, capacity, portal.now, MONTH, stage=stage, holder=holder
    )
    return portal.cookie(token)


def pages_of(who: str) -> list[Page]:
    """Every page that *who* may open; files are no pages, and who was not answered yet has no answer to open."""
    capacity = PARTICIPANT if who in VOICES else who
    unwritten = ("/{voice}",) if who == "union-bd" else ()
    return [
        page
        for page in PAGES
        if page.method == "GET"
        and capacity in page.who
        and not page.path.endswith((*FILES, *unwritten, *WITH_ACCOUNT))
    ]


def walk(portal: Portal, window: Open, who: str, *, styles: bool = True) -> Iterator[Window]:
    """Open every page of the table as *who*; none may be missing."""
    windows: dict[str, Window] = {}
    for page in pages_of(who):
        programme_id = "tassen" if page.path.endswith(EARLY) else "kleding"
        stage = STAGES.get(page.path, programme_id)
        if stage not in windows:
            halfway_in = stage in STAGES.values()
            key = halfway(portal, stage) if halfway_in else key_of(portal, who, programme_id)
            windows[stage] = window(portal, key=key, styles=styles)
        seen = windows[stage]
        answer = seen.page.goto(f"{seen.address}{address(portal, page, programme_id)}")
        assert answer is not None
        assert answer.status == 200, page.path
        yield seen


def aloud(seen: Window, question: str) -> Any:  # noqa: ANN401 - whatever the page answers
    """Ask the open page one of the questions in aloud.js."""
    return seen.page.evaluate(f"({ALOUD}).{question}")


@pytest.mark.parametrize("who", ANYBODY)
def test_axe_finds_nothing_in_the_light_and_in_the_dark(
    every: Portal, window: Open, who: str
) -> None:
    opened = 0
    for seen in walk(every, window, who):
        seen.page.emulate_media(color_scheme="light")
        assert seen.faults() == [], seen.page.url
        # The dark changes colours and nothing else.
        seen.page.emulate_media(color_scheme="dark")
        assert seen.faults(*OF_COLOURS) == [], seen.page.url
        assert seen.complaints == [], seen.page.url
        opened += 1
    assert opened == len(pages_of(who))


@pytest.mark.parametrize("who", ANYBODY)
def test_every_page_can_be_read_without_styles(
    every: Portal,
    window: Open,
    who: str,
) -> None:
    for seen in walk(every, window, who, styles=False):
        assert seen.page.evaluate("[...document.styleSheets].flatMap(s => [...s.cssRules])") == []
        assert aloud(seen, "bare()") == [], seen.page.url
        assert aloud(seen, "hidden()") == [], seen.page.url


@pytest.mark.parametrize("who", ANYBODY)
def test_no_words_are_shown_or_hidden_by_a_style_alone(
    every: Portal,
    window: Open,
    who: str,
) -> None:
    for seen in walk(every, window, who):
        for width in (390, 1280):
            seen.page.set_viewport_size({"width": width, "height": 900})
            assert aloud(seen, "generated()") == [], seen.page.url
            assert aloud(seen, f"hidden({FOLDS!r})") == [], seen.page.url


@pytest.mark.parametrize("who", ANYBODY)
def test_every_page_fits_at_twice_its_size_and_shows_where_the_keyboard_is(
    every: Portal,
    window: Open,
    who: str,
) -> None:
    for seen in walk(every, window, who):
        for width in (390, 640):  # a phone, and a desktop of 1,280 at 200 %
            seen.page.set_viewport_size({"width": width, "height": 450})
            assert seen.overflow() <= 0, (seen.page.url, width)
        assert aloud(seen, "beyondKeyboard()") == [], seen.page.url
