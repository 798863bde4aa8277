"""Coming in by the sign-in of one's own organisation: only for whoever it vouches for, and only once asked."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from config.settings import OidcSettings
from portal.app import create_app
from portal.enter import single_sign_on
from tests.portal.conftest import ADDRESS, Browser, Portal
from tests.portal.windows import served

BACK = single_sign_on.BACK


@dataclass
class Provider:
    """A made-up organisation that vouches for whatever the test says."""

    address: str = ""
    says: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    async def discovery(self, _request: Request) -> JSONResponse:
        return JSONResponse(
            {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
            }
        )

    async def token(self, request: Request) -> JSONResponse:
        async with request.form() as form:
            self.asked.append({name: str(value) for name, value in form.items()})
        body = base64.urlsafe_b64encode(json.dumps(self.says).encode()).decode().rstrip("=")
        answer = {"access_token": "a", "token_type": "Bearer", "id_token": f"e30.{body}.x"}
        return JSONResponse(answer)


@pytest.fixture
def provider() -> Iterator[Provider]:
    """Serve an organisation on this machine."""
    made = Provider()
    routes = [
        Route("/.well-known/openid-configuration", made.discovery),
        Route("/token", made.token, methods=["POST"]),
    ]
    with served(Starlette(routes=routes)) as address:
        made.address = address
        yield made


@pytest.fixture
def company(two_companies: Portal, provider: Provider) -> Portal:
    """Give a portal that knows the organisation."""
    oidc = OidcSettings(issuer=provider.address, client_id="weerklank")
    settings = two_companies.house.settings.model_copy(update={"oidc": oidc})
    two_companies.app = create_app(two_companies.house, settings, clock=lambda: two_companies.now)
    return two_companies


def go_out(browser: Browser, name: str = "manager@kleding") -> dict[str, str]:
    """Go to the organisation; what it is asked."""
    browser.get("/sign-in")
    page = browser.get("/sign-in/company", params={"name": name}).text
    found = re.search(r'class="button" href="([^"]+)"', page)
    assert found is not None
    asked = parse_qs(urlsplit(found[1].replace("&amp;", "&")).query)
    return {name: values[0] for name, values in asked.items()}


def vouched(portal: Portal, provider: Provider, asked: dict[str, str]) -> dict[str, Any]:
    return {
        "iss": provider.address,
        "aud": "weerklank",
        "exp": portal.now.timestamp() + 300,
        "nonce": asked["nonce"],
        "email": "Manager@kleding.example",
        "email_verified": True,
    }


def come_back(browser: Browser, asked: dict[str, str], **changes: str) -> int:
    given = {"code": "one-code", "state": asked["state"]} | changes
    shown = browser.get(BACK, params=given)
    assert shown.status_code == 200
    return browser.submit(BACK, given, on="/sign-in").status_code


def is_in(browser: Browser) -> bool:
    return 'action="/sign-out"' in browser.get("/nowhere").text


def test_whoever_the_organisation_vouches_for_is_let_in(
    company: Portal, provider: Provider
) -> None:
    browser = company.browser()
    asked = go_out(browser)
    assert asked["redirect_uri"] == f"{ADDRESS}{BACK}"
    assert asked["code_challenge_method"] == "S256"
    provider.says = vouched(company, provider, asked)
    assert come_back(browser, asked) == 303
    assert is_in(browser)
    assert provider.asked[0]["code"] == "one-code"
    assert provider.asked[0]["code_verifier"]


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another"},
        {"aud": ["weerklank", "another"]},
        {"exp": 0},
        {"nonce": "another"},
        {"email": "sponsor@kleding.example"},
        {"email": None},
        {"email_verified": False},
        {"email_verified": "true"},
    ],
    ids=str,
)
def test_nobody_else_is(company: Portal, provider: Provider, lie: dict[str, Any]) -> None:
    browser = company.browser()
    asked = go_out(browser)
    provider.says = vouched(company, provider, asked) | lie
    assert come_back(browser, asked) == 422
    assert not is_in(browser)


def test_the_answer_to_another_browser_is_worth_nothing(
    company: Portal, provider: Provider
) -> None:
    asked = go_out(company.browser())
    thief = company.browser()
    go_out(thief)
    provider.says = vouched(company, provider, asked)
    assert come_back(thief, asked) == 422
    assert provider.asked == []


def test_an_answer_for_one_role_opens_no_other(company: Portal, provider: Provider) -> None:
    browser = company.browser()
    asked = go_out(browser, "sponsor@kleding")
    provider.says = vouched(company, provider, asked)
    assert come_back(browser, asked) == 422


@pytest.mark.parametrize("name", ["auditor@kleding", "manager@nowhere", "@", "king@kleding"])
def test_a_name_that_nobody_has_opens_nothing(
    company: Portal, provider: Provider, name: str
) -> None:
    browser = company.browser()
    asked = go_out(browser, name)
    provider.says = vouched(company, provider, asked)
    assert come_back(browser, asked) == 422


def test_coming_back_changes_nothing_until_the_button(company: Portal) -> None:
    browser = company.browser()
    asked = go_out(browser)
    before = company.dump()
    browser.get(BACK, params={"code": "x", "state": asked["state"]})
    assert company.dump() == before


def test_without_an_organisation_there_is_no_such_way(two_companies: Portal) -> None:
    browser = two_companies.browser()
    assert "organisatie" not in browser.get("/sign-in").text
    assert browser.get("/sign-in/company").status_code == 404
    assert browser.get(BACK).status_code == 404


def test_an_organisation_that_does_not_answer_is_no_fault_of_ours(
    company: Portal, provider: Provider
) -> None:
    single_sign_on._discover.cache_clear()
    gone = OidcSettings(issuer=f"{provider.address}/gone", client_id="weerklank")
    settings = company.house.settings.model_copy(update={"oidc": gone})
    company.app = create_app(company.house, settings, clock=lambda: company.now)
    browser = company.browser()
    browser.get("/sign-in")
    answer = browser.get("/sign-in/company", params={"name": "manager@kleding"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "given", [{"issuer": "http://login.bedrijf.nl", "client_id": "x"}, {"issuer": "https://a.nl"}]
)
def test_an_organisation_is_asked_over_tls_and_by_name(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"https only|CLIENT_ID"):
        OidcSettings(**given)  # type: ignore[arg-type]


def test_two_tabs_at_once_do_not_disturb_each_other(company: Portal, provider: Provider) -> None:
    browser = company.browser()
    tries = [go_out(browser, "sponsor@kleding"), go_out(browser), go_out(browser)]
    for name in ("state", "nonce", "code_challenge"):
        assert len({asked[name] for asked in tries}) == 3
    provider.says = vouched(company, provider, tries[1])
    assert come_back(browser, tries[1]) == 303
    assert is_in(browser)
    other = company.browser()
    other.cookies.set("weerklank-form", browser.cookies["weerklank-form"])
    provider.says = vouched(company, provider, tries[2])
    assert come_back(other, tries[2]) == 303


def test_a_try_works_once_and_for_ten_minutes(company: Portal, provider: Provider) -> None:
    browser = company.browser()
    asked = go_out(browser)
    provider.says = vouched(company, provider, asked) | {"email": "sponsor@kleding.example"}
    assert come_back(browser, asked) == 422
    provider.says = vouched(company, provider, asked)
    assert come_back(browser, asked) == 422  # the same try again
    late = go_out(browser)
    company.memory.now += single_sign_on.LASTS
    provider.says = vouched(company, provider, late)
    answer = browser.submit(BACK, {"code": "one-code", "state": late["state"]}, on="/sign-in")
    assert answer.status_code == 422
    assert "duurde te lang" in answer.text
    assert not is_in(browser)


@pytest.mark.parametrize("state", ["", "x", "1.2.3.4", "...", "9999999999999.a.b.c", "é.é.é.é"])
def test_a_made_up_state_is_refused(company: Portal, provider: Provider, state: str) -> None:
    browser = company.browser()
    go_out(browser)
    assert come_back(browser, {"state": state}) == 422
    assert provider.asked == []
