"""A double click, a reload and a second tab: what was done once is not done twice, and nobody is told off for it."""

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import pytest
from httpx2 import Response

from portal.route_table import PAGES
from portal.sent_forms.idempotency import ENTRY
from records.access.idempotent_forms import KEPT
from tests.portal.conftest import SAME_ORIGIN, Browser, Portal
from tests.portal.test_sign_in import NAME, PASSWORD, code, is_in, link, set_up
from tests.records.conftest import RISK, a_programme

AT = "/dialogues/kleding-2022"
PERSON = {
    "name": "Amara Diallo",
    "organisation": "Garment Watch",
    "category": "ngo",
    "country": "NL",
    "layer": "proxy",
}
RISK_TYPED = {"theme": "wages", "group": "sewers", "country": "BD", "tier": "1", "weight": "4"}
CHAIN = {"risk": RISK["id"], "place": "Gazipur", "partner": "Union", "held": "2021-11-01"}
EARLY = [
    ("manager", f"{AT}/map", f"{AT}/map", PERSON),
    ("manager", f"{AT}/risks", f"{AT}/risks", RISK_TYPED),
    ("manager", f"{AT}/risks", f"{AT}/risks/chain", CHAIN),
]
LATE = [
    ("ngo-nl", "/my/safety", "/my/safety", {"text": "My shift was changed.", "named": "no"}),
    ("manager", f"{AT}/lessons", f"{AT}/lessons", {"text": "Begin in May."}),
    (
        "manager",
        f"{AT}/override?check=lessons-noted",
        f"{AT}/override",
        {"check": "lessons-noted", "reason": "Later."},
    ),
    (
        "manager",
        f"{AT}/postpone?duty=answer-participant/c2",
        f"{AT}/postpone",
        {"duty": "answer-participant/c2", "to": "2022-11-01", "reason": "We ask the factory."},
    ),
]


def fields(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that is sent to *action*."""
    found = re.search(
        rf'<form method="post" action="{re.escape(action)}".*?</form>', page, re.DOTALL
    )
    assert found is not None, action
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[0])
    return {name: unescape(value) for name, value in pairs}


def filled_in(browser: Browser, page: str, action: str, data: dict[str, Any]) -> dict[str, Any]:
    return fields(browser.get(page).text, action) | data


def click(browser: Browser, path: str, data: dict[str, Any]) -> Response:
    return browser.post(path, data=data, headers=SAME_ORIGIN, follow_redirects=False)


def somebody(portal: Portal, who: str) -> Browser:
    return portal.enter_as(who) if who == "manager" else portal.participant(who)


def written(portal: Portal) -> list[str]:
    """All rows but those that say that a form was sent."""
    return [row for row in portal.dump() if "sent_forms" not in row]


@pytest.fixture
def early(portal: Portal) -> Portal:
    """Give a portal with a dialogue that has just begun."""
    portal.memory.open(a_programme("kleding"))
    portal.memory.act("name-risk", RISK)
    return portal


@pytest.mark.parametrize(("who", "page", "action", "data"), EARLY, ids=str)
def test_a_double_click_makes_one(
    early: Portal, who: str, page: str, action: str, data: dict[str, str]
) -> None:
    once_only(early, who, page, action, data)


@pytest.mark.parametrize(("who", "page", "action", "data"), LATE, ids=str)
def test_a_double_click_late_in_the_year_makes_one(
    two_companies: Portal, who: str, page: str, action: str, data: dict[str, str]
) -> None:
    once_only(two_companies, who, page, action, data)


def once_only(portal: Portal, who: str, page: str, action: str, data: dict[str, str]) -> None:
    browser = somebody(portal, who)
    sent = filled_in(browser, page, action, data)
    first = click(browser, action, sent)
    assert first.status_code == 303
    before = written(portal)
    second = click(browser, action, sent)
    assert (second.status_code, second.headers["location"]) == (303, first.headers["location"])
    assert written(portal) == before
    third = click(browser, action, filled_in(browser, page, action, data))
    assert third.status_code in {
        303,
        422,
    }  # the same again on purpose is the law's to take or refuse


def test_two_clicks_at_the_same_moment_make_one(early: Portal) -> None:
    browser = early.enter_as("manager")
    sent = filled_in(browser, f"{AT}/map", f"{AT}/map", PERSON)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: click(browser, f"{AT}/map", sent), range(4)))
    assert {answer.status_code for answer in answers} == {303}
    assert len(early.memory.read().stakeholders) == 1


def test_a_form_that_was_changed_is_another(early: Portal) -> None:
    """Back, another name, and sent again: nobody's words may vanish because the page is the same."""
    browser = early.enter_as("manager")
    sent = filled_in(browser, f"{AT}/risks", f"{AT}/risks", RISK_TYPED)
    click(browser, f"{AT}/risks", sent)
    click(browser, f"{AT}/risks", {**sent, "theme": "safety"})
    assert len(early.memory.read().risks) == 3


def test_a_refused_form_can_be_sent_again_as_it_was(early: Portal) -> None:
    browser = early.enter_as("manager")
    sent = filled_in(browser, f"{AT}/risks", f"{AT}/risks", RISK_TYPED | {"theme": ""})
    assert [click(browser, f"{AT}/risks", sent).status_code for _ in range(2)] == [422, 422]


def test_what_is_so_already_is_no_error(two_companies: Portal) -> None:
    """Answered twice from one page: the second click meets an answer that was given."""
    browser = two_companies.enter_as("manager")
    page = f"{AT}/answers/c1"
    given = {"covers": "c1", "text": "We look again in March."}
    look = filled_in(browser, page, f"{page}/preview", given)
    sent = fields(click(browser, f"{page}/preview", look).text, page)
    answers = [click(browser, page, sent) for _ in range(2)]
    assert [answer.headers.get("location") for answer in answers] == [f"{AT}/answers"] * 2


def test_every_form_is_done_once_but_for_those_that_do_no_harm() -> None:
    assert {page.path for page in PAGES if page.method == "POST" and not page.once} == AGAIN


AGAIN = {
    "/language",
    "/sign-out",
    "/l/{token}",
    "/my/sealed",
    "/my/sealed/close",
    "/my/code",
    "/my/code/close",
    "/seal-key/make",
    "/seal-key/open",
    "/seal-key/close",
    "/dialogues/{dialogue}/seals/{voice}/code",
    "/dialogues/{dialogue}/pins",
    "/verify",
}


def test_a_one_time_link_is_spent_by_its_button_alone_and_bears_two_clicks(
    two_companies: Portal,
) -> None:
    path, browser = link(two_companies), two_companies.browser()
    for _ in range(3):  # a scanner, and a preview
        assert two_companies.browser().get(path).status_code == 200
    sent = filled_in(browser, path, path, {})
    guest = browser.cookies["weerklank-form"]
    first = click(browser, path, sent)
    second = two_companies.browser()  # it sends what the browser had before the first answer came
    second.cookies.set("weerklank-form", guest)
    answer = click(second, path, sent)
    assert answer.headers["location"] == first.headers["location"] == "/sign-in/set-up"
    assert second.get("/sign-in/set-up").status_code == 200
    assert browser.get(path, follow_redirects=False).headers["location"] == "/sign-in/set-up"
    assert two_companies.browser().get(path).status_code == 410
    assert two_companies.browser().submit(path, sent).status_code == 410


def test_the_second_click_lets_nobody_in_later(two_companies: Portal) -> None:
    path, browser = link(two_companies), two_companies.browser()
    sent = filled_in(browser, path, path, {})
    guest = browser.cookies["weerklank-form"]
    click(browser, path, sent)
    two_companies.memory.now += ENTRY
    late = two_companies.browser()
    late.cookies.set("weerklank-form", guest)
    assert click(late, path, sent).status_code == 410


def test_signing_in_bears_two_clicks(two_companies: Portal) -> None:
    _, secret = set_up(two_companies)
    two_companies.memory.now += ENTRY
    browser = two_companies.browser()
    browser.submit("/sign-in", {"name": NAME, "password": PASSWORD})
    halfway = dict(browser.cookies)
    given = {"code": code(two_companies, secret)}
    sent = filled_in(browser, "/sign-in/code", "/sign-in/code", given)
    assert click(browser, "/sign-in/code", sent).status_code == 303
    second = two_companies.browser()
    second.cookies.update(halfway)
    assert click(second, "/sign-in/code", sent).status_code == 303
    assert is_in(second)
    thief = two_companies.browser()
    assert click(thief, "/sign-in/code", sent).status_code in {401, 403}


def test_forms_are_forgotten_after_a_day(early: Portal) -> None:
    for _ in range(3):
        early.memory.now += 2 * KEPT
        browser = early.enter_as("manager")
        click(browser, f"{AT}/risks", filled_in(browser, f"{AT}/risks", f"{AT}/risks", RISK_TYPED))
    assert sum("sent_forms" in row and "INSERT" in row for row in early.dump()) == 1
