"""The door: what holds for every page, whoever asks for it."""

import re

import pytest

from portal.http.security_headers import HEADERS, SECRET_PATHS
from portal.route_table import PAGES
from portal.web.pages import Page
from portal.web.routes import CAPACITIES, EVERYONE
from tests.portal.conftest import ADDRESS, SAME_ORIGIN, Browser, Portal

pytestmark = pytest.mark.slow

READ = [page for page in PAGES if page.method == "GET"]
SENT = [page for page in PAGES if page.method == "POST"]
HERE = {
    "token": "never-made",
    "dialogue": "kleding-2022",
    "contribution": "c1",
    "voice": "ngo-nl",
    "stakeholder": "ngo-nl",
    "duty": "answer-participant",
    "who": "ngo-nl",
    "commitment": "never-made",
    "helper": "helper-1",
}
THERE = HERE | {"dialogue": "schoenen-2022"}


def names(page: Page) -> str:
    return f"{page.method} {page.path}"


def filled(page: Page, parts: dict[str, str]) -> str:
    """Fill the places of a path; a kind of place that is not named above gets a thing that does not exist."""
    path = page.path
    for name, value in parts.items():
        path = path.replace(f"{{{name}}}", value).replace(f"{{{name}:path}}", value)
    return re.sub(r"\{\w+(:path)?\}", "never-made", path)


def somebody_in(portal: Portal, page: Page) -> Browser:
    """A browser of somebody who may open *page*."""
    return portal.anybody(next(name for name in CAPACITIES if name in page.who))


@pytest.mark.parametrize("page", READ, ids=names)
def test_reading_changes_nothing_and_every_header_is_set(page: Page, two_companies: Portal) -> None:
    browser = somebody_in(two_companies, page)
    before = two_companies.dump()
    # Where a page came from is told to our own pages, but not when its address is a secret.
    secret = {"referrer-policy": "strict-origin"} if page.path.startswith(SECRET_PATHS) else {}
    for method in ("GET", "HEAD"):
        answer = browser.request(method, filled(page, HERE), follow_redirects=False)
        assert answer.status_code < 500
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS | secret
        assert answer.headers["cache-control"] == "no-store"
    assert two_companies.dump() == before


@pytest.mark.parametrize("page", SENT, ids=names)
def test_a_form_without_proof_is_refused(page: Page, two_companies: Portal) -> None:
    browser = somebody_in(two_companies, page)
    token, path = browser.token("/new-link"), filled(page, HERE)
    before = two_companies.dump()
    other = {"sec-fetch-site": "cross-site", "origin": "https://elsewhere.example"}
    tries: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
        ({}, {}),
        ({}, {"token": "0" * 64}),
        ({"referer": "https://elsewhere.example/form"}, {"token": token}),
        ({"referer": f"{ADDRESS}.elsewhere.example/"}, {"token": token}),
        ({"referer": "https://[elsewhere"}, {"token": token}),
        (other, {"token": token}),
        ({"origin": "null"}, {"token": token}),
        ({"sec-fetch-site": "same-site"}, {"token": token}),
        (SAME_ORIGIN, {}),
        (SAME_ORIGIN, {"token": "0" * 64}),
    )
    for headers, data in tries:
        answer = browser.post(path, data=data, headers=headers, follow_redirects=False)
        assert answer.status_code == 403, (headers, data)
    assert two_companies.dump() == before


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_a_page_opens_only_for_those_it_is_for(page: Page, two_companies: Portal) -> None:
    for name in CAPACITIES:
        if page.open_to(name):
            continue
        browser = two_companies.anybody(name)
        expected = 401 if name == EVERYONE else 404
        assert ask(browser, page, HERE) == expected, name


@pytest.mark.parametrize("page", [p for p in PAGES if "{dialogue}" in p.path], ids=names)
def test_another_companys_dialogue_is_not_there(page: Page, two_companies: Portal) -> None:
    before = two_companies.dump()
    for name in sorted(page.who):
        assert ask(two_companies.anybody(name), page, THERE) == 404
    after = two_companies.dump()
    assert [row for row in after if '"stays"' not in row] == [
        row for row in before if '"stays"' not in row
    ]


def ask(browser: Browser, page: Page, parts: dict[str, str]) -> int:
    """Ask for *page* with all the proof there is; the status of the answer."""
    path = filled(page, parts)
    if page.method == "GET":
        return int(browser.get(path, follow_redirects=False).status_code)
    data = {"token": browser.token("/new-link")}
    answer = browser.post(path, data=data, headers=SAME_ORIGIN, follow_redirects=False)
    return int(answer.status_code)


def test_every_way_in_stands_in_the_table(portal: Portal) -> None:
    served = {route.path for route in portal.app.routes}
    others = {"/static/{name}", "/robots.txt", "/{rest:path}"}
    assert served - others == {page.path for page in PAGES}


def test_a_host_that_is_not_ours_is_turned_away(portal: Portal) -> None:
    answer = portal.browser().get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert answer.headers["content-security-policy"]


def test_too_large_a_form_is_refused(portal: Portal) -> None:
    browser = portal.browser()
    answer = browser.submit("/new-link", {"email": "a" * 300_000}, on="/new-link")
    assert answer.status_code == 413


def test_the_address_of_links_comes_from_the_settings(portal: Portal) -> None:
    assert portal.site.address == ADDRESS


def test_another_method_meets_a_page_like_any_other(portal: Portal) -> None:
    answer = portal.browser().request("DELETE", "/sign-in")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert answer.text.lstrip().casefold().startswith("<!doctype html>")


def test_hosts_are_known_in_whatever_case(portal: Portal) -> None:
    assert portal.browser().get("/sign-in", headers={"host": "LocalHost:8420"}).status_code == 200


def test_a_cookie_with_strange_signs_is_nobody(two_companies: Portal) -> None:
    token, seen, _ = two_companies.key_of("manager").split("~")
    cookie = f"weerklank={token}~{seen}~é".encode()
    answer = two_companies.browser().get("/today", headers=[(b"cookie", cookie)])
    assert answer.status_code == 401
