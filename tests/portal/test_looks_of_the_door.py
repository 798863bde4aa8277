"""The pages of signing in and of the demonstration in a real browser, with the keyboard and without faults."""

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pyotp
import pytest
from argon2 import PasswordHasher

from config.settings import Settings
from portal.app import create_app
from portal.demo.demo_pages import Demo
from portal.enter.sign_in import one_time_link
from records.seals import slow_hashes
from services.house import open_house
from tests.portal.conftest import Portal
from tests.portal.windows import Open
from tests.records.conftest import Memory, utc

pytestmark = pytest.mark.browser


@pytest.fixture
def shown(tmp_path: Path, signed_file: Path) -> Iterator[Portal]:
    """Give a demonstration on the day on which two answers are due."""
    url = f"sqlite:///{copy(signed_file, tmp_path / 'demo.db')}"
    settings = Settings(database_url=url, channel="maildir", maildir=tmp_path / "mail")
    demo = Demo.of(settings)
    demo.set(utc(2022, 9, 8, 8))
    with open_house(settings, durable=False) as house:
        made = Portal(house, Memory(url, house.engine, house.ledger))
        made.app = create_app(house, settings, clock=demo.now, demo=demo)
        yield made


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_demonstration_can_be_walked_through(
    shown: Portal, window: Open, size: str, language: str
) -> None:
    seen = window(shown, size=size, language=language)
    page = seen.go("/demo")
    with page.expect_navigation():
        page.click("button[value='1']")
    assert page.locator(".said").count() == 1
    for path in ("/demo", "/demo/mail"):
        seen.go(path)
        seen.shoot(f"{path.strip('/').replace('/', '-')}-{language}")
        assert seen.faults() == []
        assert seen.overflow() <= 0
    with page.expect_navigation():
        page.click(".mails a >> nth=0")
    assert seen.faults() == []
    seen.go("/demo")
    with page.expect_navigation():
        page.click("button[value='union-bd@kleding-2022']")
    assert page.url.endswith("/my")
    assert page.locator(".panel.late").count() == 1
    assert seen.complaints == []
    assert seen.outside == []


def test_a_manager_sets_up_and_signs_in_with_the_keyboard(
    two_companies: Portal, window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(slow_hashes, "HASHER", quick)
    portal, seen = two_companies, window(two_companies, size="phone", language="en")
    link = one_time_link(portal.house, portal.house.settings, "manager@kleding", portal.now)
    page = seen.go(link.address.removeprefix(portal.site.address))
    with page.expect_navigation(url="**/sign-in/set-up"):
        page.locator("main button").press("Enter")
    seen.shoot("set-up-en")
    assert seen.faults() == []
    found = re.search(r"[A-Z2-7 ]{39}", page.locator("main code").inner_text())
    assert found is not None
    secret = found[0].replace(" ", "")
    page.locator("[type=password]").fill("a long sentence will do")
    code = pyotp.TOTP(secret).at(int(portal.now.timestamp()))
    page.locator("[name=code]").fill(code)
    with page.expect_navigation():
        page.locator("[name=code]").press("Enter")
    assert page.locator("form[action='/sign-out']").count()
    assert seen.complaints == []
