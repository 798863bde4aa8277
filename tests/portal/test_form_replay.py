"""Nothing that was typed is lost: whatever happened meanwhile, a form gives its fields back and can be sent again."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from httpx2 import Response

from portal.http.forms import FIELD_LIMIT, READ_LIMIT
from portal.web.pages import Page
from portal.web.routes import BODY_LIMIT, CAPACITIES, EVERYONE
from portal.web.sessions import QUIET
from records.access.links import Capacity, revoke
from states.model.people import HELPER, PARTICIPANT
from tests.portal.conftest import ADDRESS, SAME_ORIGIN, Browser, Portal
from tests.portal.test_doors import HERE, SENT, filled, names, somebody_in

pytestmark = pytest.mark.slow

WORDS = {
    "text": "我們要在三月之前得到答覆",
    "reason": "Nee",
    "comment": 'A "quoted" & <b>bold</b>\nsecond line',
    "heard": "partly",
}
"""No blank in one, one word, signs that pages must escape, and a choice."""
OWN = [page for page in SENT if EVERYONE not in page.who]


def key_in(portal: Portal, page: Page) -> str:
    """Another way in for whoever may open *page*."""
    name = next(name for name in CAPACITIES if name in page.who)
    seats = {PARTICIPANT: portal.key_of_seat("ngo-nl"), HELPER: portal.key_of_helper()}
    return seats[name] if name in seats else portal.key_of(name)


def send(browser: Browser, path: str, data: dict[str, Any], **headers: str) -> Response:
    return browser.post(path, data=data, headers=headers or SAME_ORIGIN, follow_redirects=False)


def returned(page: str) -> tuple[str, dict[str, str]]:
    """The form that a page gives back: where it goes, and every field of it."""
    section = page[page.index('aria-labelledby="given-back"') :]
    form = re.search(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', section, re.DOTALL)
    assert form is not None, section
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[2]))
    typed = r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>'
    fields |= dict(re.findall(typed, form[2], re.DOTALL))
    return unescape(form[1]), {name: unescape(text) for name, text in fields.items()}


def new_cookie(portal: Portal, page: Page, browser: Browser) -> None:
    """The link was opened again in another tab, or somebody signed in a second time."""
    browser.cookies.delete("weerklank")
    browser.cookies.set("weerklank", key_in(portal, page))


@pytest.mark.parametrize("page", OWN, ids=names)
def test_a_second_way_in_takes_no_form_away(page: Page, two_companies: Portal) -> None:
    browser = somebody_in(two_companies, page)
    token = browser.token("/new-link")
    new_cookie(two_companies, page, browser)
    answer = send(browser, filled(page, HERE), {**WORDS, "token": token})
    assert answer.status_code not in {401, 403}


def at_its_end(portal: Portal, browser: Browser) -> None:
    browser.cookies.delete("weerklank")


def quiet(portal: Portal, browser: Browser) -> None:
    portal.memory.now += QUIET * 1.01


def left(portal: Portal, browser: Browser) -> None:
    key = browser.cookies["weerklank"]
    browser.submit("/sign-out", on="/new-link")
    browser.cookies.set("weerklank", key)


@pytest.mark.parametrize("event", [at_its_end, quiet, left])
@pytest.mark.parametrize("page", OWN, ids=names)
def test_whose_stay_is_over_sends_the_form_once_more(
    page: Page, event: Callable[[Portal, Browser], None], two_companies: Portal
) -> None:
    browser, path = somebody_in(two_companies, page), filled(page, HERE)
    token = browser.token("/new-link")
    event(two_companies, browser)
    before = two_companies.dump()
    for headers in (SAME_ORIGIN, {"referer": f"{ADDRESS}/my"}, {"user-agent": "w3m/0.5.3"}):
        answer = send(browser, path, {**WORDS, "token": token}, **headers)
        assert answer.status_code == 401
        assert returned(answer.text) == (path, {**WORDS, "token": token})
    assert two_companies.dump() == before
    new_cookie(two_companies, page, browser)
    assert send(browser, path, {**WORDS, "token": token}).status_code not in {401, 403}


@pytest.mark.parametrize("page", OWN, ids=names)
def test_a_form_of_somebody_else_in_this_browser_does_nothing_by_itself(
    page: Page, two_companies: Portal
) -> None:
    browser, path = somebody_in(two_companies, page), filled(page, HERE)
    token = browser.token("/new-link")
    browser.cookies.delete("weerklank")
    browser.cookies.set("weerklank", two_companies.key_of_seat("union-bd"))
    before = two_companies.dump()
    answer = send(browser, path, {**WORDS, "token": token})
    assert answer.status_code == 403
    at, fields = returned(answer.text)
    assert {name: fields[name] for name in WORDS} == WORDS
    assert at == path
    assert two_companies.dump() == before
    assert send(browser, at, fields).status_code != 403


@pytest.mark.parametrize("page", SENT, ids=names)
def test_too_much_comes_back_whole(page: Page, two_companies: Portal) -> None:
    browser, path = somebody_in(two_companies, page), filled(page, HERE)
    long = "長い文章。" * (FIELD_LIMIT // 5 + 1)
    given = {**WORDS, "text": long, "token": browser.token("/new-link")}
    before = two_companies.dump()
    answer = send(browser, path, given)
    assert answer.status_code == 413
    at, fields = returned(answer.text)
    assert at == path
    assert {name: fields[name] for name in WORDS} == {**WORDS, "text": long}
    assert two_companies.dump() == before
    if EVERYONE not in page.who:
        assert send(browser, at, {**fields, "text": "Shorter."}).status_code not in {401, 403, 413}


def test_far_too_much_is_said(two_companies: Portal) -> None:
    browser = two_companies.participant("ngo-nl")
    given = {"text": "x" * (READ_LIMIT + 1), "token": browser.token("/my/invitation")}
    answer = send(browser, "/my/expectation", given)
    assert answer.status_code == 413
    assert "knop van uw browser" in answer.text


def test_what_the_law_takes_fits_in_a_form(two_companies: Portal) -> None:
    """Two texts as long as can be, in signs that travel as nine bytes each."""
    assert BODY_LIMIT > 5 * 20_000 * 9


@pytest.mark.parametrize("page", OWN, ids=names)
def test_another_site_gets_nothing_back(page: Page, two_companies: Portal) -> None:
    browser, path = somebody_in(two_companies, page), filled(page, HERE)
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"referer": "https://elsewhere.example/"},
    ):
        answer = send(browser, path, WORDS, **headers)
        assert answer.status_code == 403
        assert WORDS["text"] not in answer.text


def test_a_browser_that_says_nothing_and_has_no_token_can_only_copy(two_companies: Portal) -> None:
    """A page of another site must not be able to put a button under our name."""
    browser = two_companies.participant("ngo-nl")
    answer = send(browser, "/my/expectation", WORDS, **{"user-agent": "w3m/0.5.3"})
    assert answer.status_code == 403
    assert WORDS["text"] in answer.text
    assert "Verstuur het opnieuw" not in answer.text


def test_a_refusal_whose_page_lost_the_form_gives_the_words_back(two_companies: Portal) -> None:
    """The strategy was signed: the form for a risk is not there any more."""
    manager = two_companies.enter_as("manager")
    given = {
        "theme": "Living wage, 生活工資",
        "group": "Sewers",
        "country": "BD",
        "tier": "1",
        "weight": "5",
    }
    answer = manager.submit("/dialogues/kleding-2022/risks", given)
    assert answer.status_code == 422
    assert "Living wage, 生活工資" in answer.text


def test_a_seat_whose_links_were_ended_signs_its_forms_anew(two_companies: Portal) -> None:
    """Whoever had a leaked link saw the token in the pages."""
    before = two_companies.participant("ngo-nl").token("/my")
    assert two_companies.participant("ngo-nl").token("/my") == before
    seat = Capacity("participant", "kleding", "ngo-nl", "kleding-2022")
    revoke(two_companies.house.engine, seat, two_companies.now)
    assert two_companies.participant("ngo-nl").token("/my") != before


def test_no_password_is_ever_given_back(two_companies: Portal) -> None:
    browser = two_companies.browser()
    given = {"name": "manager@kleding", "password": "correct horse battery"}
    answer = send(browser, "/sign-in", {**given, "token": "0" * 64})
    assert answer.status_code == 403
    assert "correct horse" not in answer.text
    assert "manager@kleding" in answer.text
