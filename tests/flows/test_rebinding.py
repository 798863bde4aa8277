"""
A page of somebody else in the operator's browser, whose name has turned to this machine (DNS rebinding).

For the browser it then is of the same origin as the Prefect server that `weerklank up` started: it may read all
answers and send what it likes. Played in a real Chromium.
"""

import base64
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, Route

from config.settings import OVERVIEW
from flows.machine.password import login
from flows.machine.processes import free_port
from flows.machine.server import answers
from tests.flows.up_process import running
from tests.patience import wait_for

EVIL = "evil.example"
WAY = "What is late"
ATTACK = """async ([authorization]) => {
    const own = authorization ? {authorization} : {}
    const ask = async (path, given, more = {}) => {
        const headers = {...own, ...more, 'content-type': 'application/json'}
        const how = given ? {method: 'POST', body: JSON.stringify(given), headers} : {headers}
        try {
            const answer = await fetch(path, how)
            return {status: answer.status, body: await answer.json().catch(() => null)}
        } catch (error) { return {status: 0, body: null} }
    }
    const csrf = await ask('/api/csrf-token?client=page')
    const token = {'prefect-csrf-token': csrf.body?.token ?? '', 'prefect-csrf-client': 'page'}
    const deployments = await ask('/api/deployments/filter', {}, token)
    const known = deployments.body?.find?.(one => one.name === 'every-quarter')?.id
    const at = known ?? '00000000-0000-0000-0000-000000000000'
    const later = {parameters: {now: '2028-01-01T00:00:00Z'}, state: {type: 'SCHEDULED'}}
    const created = await ask(`/api/deployments/${at}/create_flow_run`, later, token)
    const opened = await new Promise(done => {
        const talk = new WebSocket(`ws://${location.host}/api/events/out`, ['prefect'])
        talk.onopen = () => done(true)
        talk.onerror = () => done(false)
    })
    return {csrf: csrf.status, found: deployments.status, created: created.status, opened}
}"""


@pytest.fixture
def browser(chromium: str, player: Playwright) -> Iterator[Browser]:
    # This Chromium guards the machine it runs on by itself; older browsers, and others, do not.
    unguarded = "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests"
    rules = [f"--host-resolver-rules=MAP {EVIL} 127.0.0.1", unguarded]
    made = player.chromium.launch(executable_path=chromium, args=rules)
    yield made
    made.close()


def _page_at(browser: Browser, address: str) -> Page:
    """A page of *address*, as whoever owns that name served it before the name turned; all else goes to its server."""
    page = browser.new_page()

    def serve(route: Route) -> None:
        route.fulfill(body="<title>Funny pictures</title>", content_type="text/html")

    page.route(f"{address}/pictures", serve)
    page.goto(f"{address}/pictures")
    return page


def _runs(home: Path) -> list[tuple[Any, ...]]:
    """The runs that nobody but a person could have asked for: with a parameter."""
    with closing(sqlite3.connect(home / "prefect.db")) as connection:
        asked = "select name, parameters from flow_run where parameters like '%2028%'"
        return connection.execute(asked).fetchall()


@pytest.mark.browser
@pytest.mark.prefect
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_strange_page_gets_nothing_of_prefect_and_nobody_moves_the_clock(
    browser: Browser, tmp_path: Path
) -> None:
    port, home = free_port("127.0.0.1", 0), tmp_path / "prefect"
    environment = {
        **os.environ,
        "WEERKLANK_DATABASE_URL": f"sqlite:///{tmp_path / 'weerklank.sqlite'}",
        "WEERKLANK_PREFECT_HOME": str(home),
        "WEERKLANK_PREFECT_PORT": str(port),
        "WEERKLANK_PORTAL_PORT": str(free_port("127.0.0.1", 0)),
    }
    with running(environment) as (up, _):
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/api"))
        assert up.says(str(home / "login"))
        key = base64.b64encode(login(home).encode()).decode()

        evil = _page_at(browser, f"http://{EVIL}:{port}").evaluate(ATTACK, [""])
        assert evil == {"csrf": 421, "found": 421, "created": 421, "opened": False}
        # Even a page that has learnt the password, or sits on the right name, comes no further.
        known = _page_at(browser, f"http://{EVIL}:{port}").evaluate(ATTACK, [f"Basic {key}"])
        assert known == evil
        same = _page_at(browser, f"http://127.0.0.1:{port}").evaluate(ATTACK, [""])
        assert (same["csrf"], same["found"], same["created"]) == (401, 403, 403)
        # The operator's own: all is found, but nobody may say what time it is.
        own = _page_at(browser, f"http://127.0.0.1:{port}").evaluate(ATTACK, [f"Basic {key}"])
        assert (own["csrf"], own["found"], own["opened"]) == (200, 200, True)
        assert own["created"] in {409, 422}
        assert _runs(home) == []
    assert _readable_by_others(tmp_path) == []


def _readable_by_others(folder: Path) -> list[str]:
    """What `up` left that anybody but its user may read or enter; the files of Prefect's pages are anybody's."""
    kept = (one for one in folder.rglob("*") if "ui" not in one.relative_to(folder).parts)
    return [str(one) for one in kept if one.lstat().st_mode & 0o077 and not one.is_symlink()]


@pytest.mark.browser
@pytest.mark.prefect
@pytest.mark.slow
def test_the_operator_enters_with_the_password(browser: Browser, tmp_path: Path) -> None:
    from flows.once.temporary_server import brief_server

    with brief_server(tmp_path) as brief:
        wait_for(lambda: answers(brief.place.api))
        page = browser.new_page()
        page.goto(f"{brief.place.pages}/dashboard")
        password, way = page.locator("input[type=password]"), page.get_by_role("link", name=WAY)
        password.fill("weerklank:guessed")
        page.keyboard.press("Enter")
        page.get_by_text("Authentication failed").locator("visible=true").first.wait_for()
        assert not way.is_visible()
        page.reload()
        password.wait_for()
        page.wait_for_load_state("networkidle")
        assert _complaints(page) == []
        password.fill(login(brief.place.home))
        page.keyboard.press("Enter")
        page.get_by_text("Run a task or flow to get started").wait_for()
        assert _complaints(page) == []
        assert "V2" not in page.inner_text("body")
        way.click()
        page.wait_for_url(f"**{OVERVIEW}")
        page.close()


def _complaints(page: Page) -> list[str]:
    """What pops up and stays until somebody closes it: of connections, passwords, or what else one may buy."""
    return page.locator(".p-toast-container__toast").locator("visible=true").all_inner_texts()
