"""Passkeys: registered, used and removed; with software here, and with a real Chromium at the end."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from playwright.sync_api import Browser as Chrome

from portal.app import create_app
from portal.enter import passkey_challenges
from portal.http.security_headers import HEADERS, POLICY
from portal.http.static_files import integrity
from tests.portal.authenticator import Authenticator
from tests.portal.conftest import SAME_ORIGIN, Browser, Portal
from tests.portal.test_sign_in import is_in
from tests.portal.windows import Open

ORIGIN = "http://localhost:8420"
HERE = SAME_ORIGIN | {"origin": ORIGIN}


@pytest.fixture
def named(two_companies: Portal) -> Portal:
    """Give a portal at a name: an address of numbers has no passkeys."""
    settings = two_companies.house.settings.model_copy(update={"base_url": ORIGIN})
    two_companies.app = create_app(two_companies.house, settings, clock=lambda: two_companies.now)
    return two_companies


def entered(portal: Portal, role: str = "manager") -> Browser:
    browser = portal.enter_as(role)
    browser.base_url = ORIGIN
    browser.cookies.clear()
    browser.cookies.set("weerklank", portal.key_of(role))
    return browser


def nobody(portal: Portal) -> Browser:
    browser = portal.browser()
    browser.base_url = ORIGIN
    return browser


def asked(browser: Browser, page: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What the script of *page* asks the device, and the hidden fields of its form."""
    text = browser.get(page).text
    form = re.search(
        r'<form[^>]*data-passkey="\w+" data-options="([^"]+)".*?</form>', text, re.DOTALL
    )
    assert form is not None, text
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0])
    return json.loads(unescape(form[1])), {name: unescape(value) for name, value in fields}


def send(browser: Browser, path: str, data: dict[str, str]) -> Any:  # noqa: ANN401 - a response
    return browser.post(path, data=data, headers=HERE, follow_redirects=False)


def register(portal: Portal, device: Authenticator, role: str = "manager") -> Browser:
    browser = entered(portal, role)
    options, fields = asked(browser, "/account")
    given = fields | {"passkey": device.create(options), "name": "My phone"}
    assert send(browser, "/account/passkeys", given).status_code == 303
    return browser


def come_in(portal: Portal, device: Authenticator) -> tuple[Browser, int]:
    browser = nobody(portal)
    options, fields = asked(browser, "/sign-in")
    answer = send(browser, "/sign-in/passkey", fields | {"passkey": device.get(options)})
    return browser, answer.status_code


def test_a_passkey_is_registered_used_and_removed(named: Portal) -> None:
    device = Authenticator("localhost", ORIGIN)
    owner = register(named, device)
    assert "My phone" in owner.get("/account").text
    browser, status = come_in(named, device)
    assert status == 303
    assert is_in(browser)
    named.memory.now += timedelta(minutes=1)
    page = owner.get("/account").text
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    given = {"key": key[1], "token": token[1]}
    assert send(owner, "/account/passkeys/remove", given).status_code == 303
    browser, status = come_in(named, device)
    assert (status, is_in(browser)) == (422, False)


@pytest.mark.parametrize(
    "lie",
    [
        {"house": "elsewhere.example"},
        {"origin": "http://elsewhere.example"},
        {"verified": False},
    ],
    ids=str,
)
def test_a_passkey_of_another_site_or_of_nobody_opens_nothing(
    named: Portal, lie: dict[str, Any]
) -> None:
    device = Authenticator("localhost", ORIGIN)
    register(named, device)
    for name, value in lie.items():
        setattr(device, name, value)
    browser, status = come_in(named, device)
    assert (status, is_in(browser)) == (422, False)


def test_an_answer_works_once_and_only_for_its_page(named: Portal) -> None:
    device = Authenticator("localhost", ORIGIN)
    register(named, device)
    browser = nobody(named)
    options, fields = asked(browser, "/sign-in")
    given = fields | {"passkey": device.get(options)}
    assert send(browser, "/sign-in/passkey", given).status_code == 303
    thief = nobody(named)
    stolen = asked(thief, "/sign-in")[1] | {"passkey": given["passkey"]}
    assert send(thief, "/sign-in/passkey", stolen).status_code == 422
    late = nobody(named)
    options, fields = asked(late, "/sign-in")
    given = fields | {"passkey": device.get(options)}
    named.memory.now += passkey_challenges.LASTS
    assert send(late, "/sign-in/passkey", given).status_code == 422


@pytest.mark.parametrize(
    "junk", ["", "{}", "[]", "null", '{"id": 1}', "\x00", '{"id": "a", "response": 3}']
)
def test_junk_is_refused_in_words(named: Portal, junk: str) -> None:
    browser = nobody(named)
    _, fields = asked(browser, "/sign-in")
    answer = send(browser, "/sign-in/passkey", fields | {"passkey": junk})
    assert answer.status_code == 422
    owner = entered(named)
    _, fields = asked(owner, "/account")
    assert send(owner, "/account/passkeys", fields | {"passkey": junk}).status_code == 422
    for challenge in ("", "x", "1.2.3", "x.y.z"):
        _, fields = asked(browser, "/sign-in")
        bad = fields | {"challenge": challenge, "passkey": junk}
        assert send(browser, "/sign-in/passkey", bad).status_code == 422


def test_whoever_gave_the_role_away_comes_in_no_more(named: Portal) -> None:
    device = Authenticator("localhost", ORIGIN)
    register(named, device)
    person = {"name": "Successor", "email": "next@kleding.example", "language": "nl"}
    named.memory.act("hand-over", {"role": "manager", "person": person}, by="sponsor")
    assert come_in(named, device)[1] == 422


def test_the_script_runs_on_its_two_pages_alone(named: Portal) -> None:
    browser = entered(named)
    allowed = f"{POLICY}; script-src '{integrity('passkeys.js')}'"
    for page in ("/sign-in", "/account"):
        answer = browser.get(page)
        assert answer.headers["content-security-policy"] == allowed
        assert answer.text.count("<script") == 1
        assert f'integrity="{integrity("passkeys.js")}"' in answer.text
    for page in ("/", "/settings", "/account/codes", "/nowhere"):
        answer = browser.get(page)
        assert answer.headers["content-security-policy"] == HEADERS["content-security-policy"]
        assert "<script" not in answer.text


def test_an_address_of_numbers_has_none(two_companies: Portal) -> None:
    assert "data-passkey" not in two_companies.browser().get("/sign-in").text


@pytest.fixture
def address(two_companies: Portal, window: Open) -> Iterator[str]:
    """Serve the portal at the name of this machine, as a browser wants it."""
    from config.settings import PortalSettings
    from flows.machine.processes import free_port
    from tests.portal.windows import served

    port = free_port("127.0.0.1", 0)
    settings = two_companies.house.settings.model_copy(
        update={"base_url": f"http://localhost:{port}", "portal": PortalSettings(port=port)}
    )
    two_companies.app = create_app(two_companies.house, settings, clock=lambda: two_companies.now)
    with served(two_companies.app, port) as _:
        yield f"http://localhost:{port}"


@pytest.mark.browser
def test_a_real_browser_makes_one_and_signs_in_with_it(
    two_companies: Portal, chrome: Chrome, address: str
) -> None:
    context = chrome.new_context(locale="nl")
    key = two_companies.key_of("manager")
    context.add_cookies([{"name": "weerklank", "value": key, "url": address}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    kind = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True,
    }  # fmt: skip
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": kind})
    page.goto(f"{address}/account")
    page.get_by_role("button", name="Voeg een passkey toe").click()
    page.get_by_text("De passkey is toegevoegd.").wait_for()
    page.get_by_role("button", name=re.compile("Afmelden|Uitloggen")).click()
    page.goto(f"{address}/sign-in")
    page.get_by_role("button", name="Inloggen met een passkey").click()
    page.wait_for_url(re.compile(r"/today|/dialogue"))
    assert complaints == []
    context.close()
