"""A session so near that days do not fit: the pages say which, keep what was typed, and ask first (rules 6)."""

import re

import pytest
from httpx2 import Response

from tests.portal.conftest import SAME_ORIGIN, Browser, Portal
from tests.portal.page_reader import Sheet
from tests.records.conftest import SESSION, START, a_programme, utc

HOME = "/dialogues/kleding-2022"
NEAR = {"to": "2022-01-20T13:00", "reason": "The hall is free <i>then</i> alone."}
TICKED = {"tight": "yes"}


def pressed(browser: Browser, page: str, action: str, **typed: str) -> Response:
    """Send the form to *action* that stands on *page*, as a browser does, with what is *typed* into it."""
    [form] = [one for one in Sheet(page).forms if one.action == action]
    values = {**form.values, **{name: [text] for name, text in typed.items()}}
    return browser.post(action, data=values, headers=SAME_ORIGIN, follow_redirects=False)


def test_a_browser_opens_a_near_edition_in_two_steps(begun: Portal) -> None:
    browser = begun.enter_as("manager")
    asked = pressed(browser, browser.get("/open").text, "/open", session="2022-01-20T13:00")
    assert asked.status_code == 422
    assert "intussen veranderd" not in asked.text
    done = pressed(browser, asked.text, "/open", **TICKED)
    assert done.headers["location"] == HOME


def test_a_browser_moves_a_session_near_in_three_steps(opened: Portal) -> None:
    browser, path = opened.enter_as("manager"), f"{HOME}/move"
    preview = pressed(browser, browser.get(path).text, f"{path}/preview", **NEAR)
    asked = pressed(browser, preview.text, path)
    assert asked.status_code == 422
    assert "intussen veranderd" not in asked.text
    assert "deze dagen zijn al voorbij" in asked.text
    assert pressed(browser, asked.text, path, **TICKED).status_code == 303
    assert opened.memory.read().session_at == utc(2022, 1, 20, 12)


def test_a_browser_ticks_the_box_at_once(opened: Portal) -> None:
    browser, path = opened.enter_as("manager"), f"{HOME}/move"
    preview = pressed(browser, browser.get(path).text, f"{path}/preview", **NEAR)
    assert pressed(browser, preview.text, path, **TICKED).status_code == 303


def said(browser: Browser, path: str, given: dict[str, str], on: str) -> tuple[int, str]:
    """The status of the answer to a form, and what stands there."""
    answer = browser.submit(path, given, on=on)
    return answer.status_code, answer.text


@pytest.fixture
def opened(portal: Portal) -> Portal:
    """Give a portal with an edition whose people can be invited."""
    portal.memory.open()
    portal.memory.gather()
    return portal


def test_moving_says_which_days_do_not_fit_and_asks(opened: Portal) -> None:
    browser, path = opened.enter_as("manager"), f"{HOME}/move"

    status, page = said(browser, f"{path}/preview", NEAR, path)
    assert status == 200
    assert "Een stakeholder uitnodigen: " in page
    assert 'name="tight" value="yes"' in page
    assert "De eerste dag waarop alles past, is" in page
    status, page = said(browser, path, NEAR, path)
    assert status == 422
    assert "deze dagen zijn al voorbij: een stakeholder uitnodigen" in page
    assert NEAR["to"] in page
    assert (
        page.count("The hall is free &lt;i&gt;then&lt;/i&gt; alone.") > 1
    )  # said, and kept in the form
    assert 'name="tight" value="yes"' in page
    assert opened.memory.read().session_at == SESSION
    assert browser.submit(path, NEAR | TICKED, on=path).status_code == 303
    assert opened.memory.read().session_at == utc(2022, 1, 20, 12)


def test_a_session_that_fits_asks_nothing(opened: Portal) -> None:
    browser, path = opened.enter_as("deputy"), f"{HOME}/move"
    later = NEAR | {"to": "2022-06-30T14:00"}
    status, page = said(browser, f"{path}/preview", later, path)
    assert (status, 'name="tight"' in page) == (200, False)
    assert browser.submit(path, later, on=path).status_code == 303


def test_the_day_that_is_named_as_the_first_fits(opened: Portal) -> None:
    browser, path = opened.enter_as("manager"), f"{HOME}/move"
    opened.memory.now = utc(2022, 4, 8, 8)
    browser = opened.enter_as("manager")
    _, page = said(browser, f"{path}/preview", NEAR | {"to": "2022-05-20T13:00"}, path)
    named = re.search(r"alles past, is <strong>\w+ (\d+) (\w+) (\d{4})", page)
    assert named is not None
    month = ("juni", "juli", "augustus").index(named[2]) + 6
    first = f"{named[3]}-{month:02}-{int(named[1]):02}T13:00"
    status, page = said(browser, f"{path}/preview", NEAR | {"to": first}, path)
    assert (status, 'name="tight"' in page) == (200, False)


@pytest.fixture
def begun(portal: Portal) -> Portal:
    """Give a portal with a programme and no dialogue yet."""
    portal.memory.now = START
    portal.memory.ledger.apply_programme(a_programme("kleding"), START)
    return portal


def test_opening_says_which_days_do_not_fit_and_asks(begun: Portal) -> None:
    browser, ledger = begun.enter_as("manager"), begun.memory.ledger
    assert 'href="/open"' in browser.get("/dialogue", follow_redirects=True).text
    assert 'href="/open"' in browser.get("/settings").text
    given = {"session": "2022-01-20T13:00", "edition": "2022"}

    status, page = said(browser, "/open", given, "/open")
    assert status == 422
    assert re.search("<li>[^<]*analyse vaststellen: ", page)
    assert 'value="2022-01-20T13:00"' in page
    assert 'value="2022"' in page
    assert 'name="tight" value="yes"' in page
    assert ledger.dialogue_ids() == []
    done = browser.submit("/open", given | TICKED, on="/open")
    assert done.headers["location"] == HOME
    assert begun.house.ledger.read("kleding-2022").session_at == utc(2022, 1, 20, 12)
    begun.memory.dialogue_id = "kleding-2022"
    begun.memory.sweep(begun.now)
    assert not [d for d in begun.memory.read().duties.values() if d.lapsed_at]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "Kies een dag en een tijd."),
        ({"session": "someday"}, "Kies een dag en een tijd."),
        ({"session": "2022-01-20T13:00+05:00"}, "Kies een dag en een tijd."),
        ({"session": "2022-06-16T13:00", "edition": "nul"}, "Schrijf een jaar"),
        ({"session": "2022-06-16T13:00", "edition": "99999999999999999"}, "Schrijf een jaar"),
        ({"session": "2020-06-16T13:00"}, "2020"),
    ],
)
def test_what_is_wrong_is_said_and_kept(
    begun: Portal, given: dict[str, str], sentence: str
) -> None:
    browser = begun.enter_as("deputy")
    status, page = said(browser, "/open", given, "/open")
    assert status == 422
    assert sentence in page
    assert all(f'value="{text}"' in page for text in given.values())
    assert begun.memory.ledger.dialogue_ids() == []


def test_a_year_that_is_open_is_not_opened_twice(begun: Portal) -> None:
    begun.memory.open()
    browser = begun.enter_as("manager")
    status, page = said(browser, "/open", {"session": "2022-09-16T13:00"}, "/open")
    assert status == 422
    assert "De dialoog van 2022 is al geopend." in page
