"""The demonstration: a clock to move, a mailbox to look into, doors to enter by; and none of it without asking."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

from config.settings import Settings
from portal.app import create_app
from portal.demo.demo_pages import Demo
from portal.route_table import PAGES
from services.house import open_house
from tests.portal.conftest import Portal
from tests.records.conftest import Memory, utc

START = utc(2022, 9, 8, 8)


@pytest.fixture
def shown(tmp_path: Path, signed_file: Path) -> Iterator[Portal]:
    """Give a demonstration on the day on which two answers are due."""
    file = copy(signed_file, tmp_path / "demo.db")
    settings = Settings(
        database_url=f"sqlite:///{file}", channel="maildir", maildir=tmp_path / "mail"
    )
    demo = Demo.of(settings)
    demo.set(START)
    with open_house(settings, durable=False) as house:
        made = Portal(house, Memory(settings.database_url, house.engine, house.ledger))
        made.app = create_app(house, settings, clock=demo.now, demo=demo)
        yield made
        for browser in made.browsers:
            browser.__exit__(None, None, None)


def test_without_asking_there_is_no_demonstration(portal: Portal) -> None:
    assert not [page for page in PAGES if page.path.startswith("/demo")]
    assert portal.browser().get("/demo").status_code == 404
    assert portal.browser().submit("/demo/enter", {"door": "manager@kleding"}).status_code == 404


def test_moving_the_clock_lets_the_ladder_work(shown: Portal) -> None:
    browser = shown.browser()
    assert "8 september 2022" in browser.get("/demo").text
    assert browser.submit("/demo/clock", {"days": "1"}, on="/demo").status_code == 303
    page = browser.get("/demo").text
    assert "9 september 2022" in page
    mail = browser.get("/demo/mail").text
    assert "campaign@ngo.example" in mail
    assert "te laat" in mail


@pytest.mark.parametrize("days", ["", "365", "-7", "x"])
def test_the_clock_moves_by_a_day_or_a_week_and_not_otherwise(shown: Portal, days: str) -> None:
    assert shown.browser().submit("/demo/clock", {"days": days}, on="/demo").status_code == 422
    assert shown.site.clock() == START


def test_one_can_enter_as_anybody(shown: Portal) -> None:
    browser = shown.browser()
    answer = browser.submit("/demo/enter", {"door": "union-bd@kleding-2022"}, on="/demo")
    assert answer.headers["location"] == "/my"
    assert "Stem A" in browser.get("/my/words").text
    assert browser.submit("/demo/enter", {"door": "auditor@kleding"}, on="/demo").status_code == 303
    assert browser.get("/my").status_code == 404
    assert browser.submit("/demo/enter", {"door": "king@kleding"}, on="/demo").status_code == 404


def test_a_week_on_whoever_is_in_stays_in(shown: Portal) -> None:
    browser = shown.browser()
    browser.submit("/demo/enter", {"door": "ngo-nl@kleding-2022"}, on="/demo")
    browser.submit("/demo/clock", {"days": "7"}, on="/demo")
    assert "7 dagen te laat" in browser.get("/my").text


def test_a_mail_is_shown_as_text_and_shut_in_as_a_page(shown: Portal) -> None:
    browser = shown.browser()
    browser.submit("/demo/clock", {"days": "1"}, on="/demo")
    from portal.demo.mailboxes import boxes

    assert isinstance(shown.site.demo, Demo)
    mail = next(m for m in boxes(shown.site.demo.mail) if m.to == "campaign@ngo.example")
    assert mail.subject in browser.get(mail.path).text
    page = browser.get(f"{mail.path}/page")
    assert "sandbox" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/demo/mail/../x", "/demo/mail/..%2f..%2fetc/passwd", "/demo/mail/%2e%2e/x"]
)
def test_the_mailbox_shows_nothing_but_mail(shown: Portal, path: str) -> None:
    assert shown.browser().get(path).status_code == 404
