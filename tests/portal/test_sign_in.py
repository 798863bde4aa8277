"""Roles come in by a one-time link, then by a password and a code."""

import re
from datetime import timedelta
from html import unescape

import pyotp
import pytest
import segno
from argon2 import PasswordHasher

from portal.enter import sign_in as signing_in
from portal.enter.sign_in import NoSuchRole, one_time_link
from records.seals import slow_hashes
from states.language.errors import NotKnown
from tests.portal.conftest import ADDRESS, Browser, Portal

PASSWORD = "a long sentence will do"
NAME = "manager@kleding"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash as weakly as the library allows: its strength is not what is tested here."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(slow_hashes, "HASHER", quick)
    slow_hashes.nobodys.cache_clear()


def link(portal: Portal, name: str = NAME) -> str:
    made = one_time_link(portal.house, portal.house.settings, name, portal.now)
    assert made.address.startswith(f"{ADDRESS}/in/")
    return made.address.removeprefix(ADDRESS)


def set_up(portal: Portal, name: str = NAME) -> tuple[Browser, str]:
    """Come in by a one-time link and set up the access; the browser and the secret of the codes."""
    browser, path = portal.browser(), link(portal, name)
    assert browser.submit(path, on=path).headers["location"] == "/sign-in/set-up"
    shown = browser.get("/sign-in/set-up").text
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", shown)
    assert found is not None
    secret = found[1].replace(" ", "")
    given = {"password": PASSWORD, "code": code(portal, secret)}
    assert browser.submit("/sign-in/set-up", given, on="/sign-in/set-up").status_code == 303
    return browser, secret


def code(portal: Portal, secret: str) -> str:
    return str(pyotp.TOTP(secret).at(int(portal.now.timestamp())))


def sign_in(portal: Portal, secret: str, password: str = PASSWORD, name: str = NAME) -> Browser:
    browser = portal.browser()
    browser.submit("/sign-in", {"name": name, "password": password})
    browser.submit("/sign-in/code", {"code": code(portal, secret)})
    return browser


def is_in(browser: Browser) -> bool:
    return 'action="/sign-out"' in browser.get("/nowhere").text


def test_a_one_time_link_sets_up_and_works_once(two_companies: Portal) -> None:
    browser, _ = set_up(two_companies)
    assert is_in(browser)
    path = link(two_companies)
    shown = two_companies.browser().get(path)
    assert shown.status_code == 200
    assert "werkt één keer" in shown.text
    two_companies.browser().submit(path)
    assert two_companies.browser().submit(path).status_code == 410
    assert two_companies.browser().get(path).status_code == 410


def test_the_key_is_drawn_as_it_is_written(two_companies: Portal) -> None:
    browser, path = two_companies.browser(), link(two_companies)
    browser.submit(path, on=path)
    shown = browser.get("/sign-in/set-up").text
    secret, uri = (
        re.search(r"<code>([A-Z2-7 ]+)</code>", shown),
        re.search('"(otpauth:[^"]+)"', shown),
    )
    assert secret is not None
    assert uri is not None
    named = unescape(uri[1])
    assert pyotp.parse_uri(named).secret == secret[1].replace(" ", "")
    assert modules(shown) == {
        (x, y)
        for y, row in enumerate(segno.make_qr(named, error="m").matrix)
        for x, dark in enumerate(row)
        if dark
    }


def modules(page: str) -> set[tuple[int, int]]:
    """Read the dark squares back from the drawing; a margin of four is part of a QR code."""
    drawn = re.search(r'stroke="#000" d="M4 4\.5([^"]+)"', page)
    assert drawn is not None
    at, down, found = 0, 0, set()
    for kind, across, lower in re.findall(r"([hm])(-?\d+)(?: (\d+))?", drawn[1]):
        if kind == "h":
            found |= {(x, down) for x in range(at, at + int(across))}
        at, down = at + int(across), down + int(lower or 0)
    return found


def test_a_one_time_link_expires(two_companies: Portal) -> None:
    path = link(two_companies)
    two_companies.memory.now += signing_in.LINK_LASTS
    assert two_companies.browser().get(path).status_code == 410


def test_password_and_code_let_the_manager_in(two_companies: Portal) -> None:
    _, secret = set_up(two_companies)
    two_companies.memory.now += timedelta(minutes=1)
    assert is_in(sign_in(two_companies, secret))


def test_neither_half_alone_lets_anybody_in(two_companies: Portal) -> None:
    _, secret = set_up(two_companies)
    two_companies.memory.now += timedelta(minutes=1)
    browser = two_companies.browser()
    answer = browser.submit("/sign-in", {"name": NAME, "password": PASSWORD})
    assert answer.headers["location"] == "/sign-in/code"
    assert not is_in(browser)
    assert not is_in(sign_in(two_companies, secret, password="another sentence"))
    assert browser.submit("/sign-in/code", {"code": "000000"}).status_code == 422
    assert two_companies.browser().submit("/sign-in/code", {"code": "0"}).status_code == 401


def test_a_code_works_once(two_companies: Portal) -> None:
    _, secret = set_up(two_companies)
    assert not is_in(sign_in(two_companies, secret))
    two_companies.memory.now += timedelta(minutes=1)
    assert is_in(sign_in(two_companies, secret))
    assert not is_in(sign_in(two_companies, secret))


def test_an_unknown_name_and_a_wrong_password_look_the_same(two_companies: Portal) -> None:
    set_up(two_companies)
    answers = [
        two_companies.browser().submit("/sign-in", {"name": name, "password": "wrong"})
        for name in (NAME, "sponsor@kleding", "manager@nowhere")
    ]
    assert {answer.status_code for answer in answers} == {422}
    texts = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
    assert len(texts) == 1


def test_guessing_passwords_and_codes_is_slowed_down(two_companies: Portal) -> None:
    _, secret = set_up(two_companies)
    two_companies.memory.now += timedelta(minutes=20)
    given = {"name": NAME, "password": "wrong"}
    tried = [two_companies.browser().submit("/sign-in", given).status_code for _ in range(9)]
    assert tried == [422] * 8 + [429]
    two_companies.memory.now += timedelta(minutes=20)
    browser = two_companies.browser()
    browser.submit("/sign-in", {"name": NAME, "password": PASSWORD})
    codes = [browser.submit("/sign-in/code", {"code": "1"}).status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]
    assert browser.submit("/sign-in/code", {"code": code(two_companies, secret)}).status_code == 429


def test_nobody_locks_somebody_else_out(two_companies: Portal) -> None:
    _, secret = set_up(two_companies)
    two_companies.memory.now += timedelta(minutes=20)
    given = {"name": NAME, "password": "wrong"}
    for number in range(1, 11):
        browser = two_companies.browser(origin=f"192.0.2.{number}")
        assert browser.submit("/sign-in", given).status_code == 422
    assert is_in(sign_in(two_companies, secret))


def test_one_name_is_not_tried_for_ever(
    two_companies: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.enter.sign_in.MOST_BY_NAME", 3)
    given = {"name": NAME, "password": "wrong"}
    tried = [
        two_companies.browser(origin=f"192.0.2.{number}").submit("/sign-in", given).status_code
        for number in range(1, 5)
    ]
    assert tried == [422] * 3 + [429]


def test_a_short_password_is_refused_and_never_shown_back(two_companies: Portal) -> None:
    browser, path = two_companies.browser(), link(two_companies)
    browser.submit(path)
    answer = browser.submit("/sign-in/set-up", {"password": "short", "code": "1"})
    assert answer.status_code == 422
    assert "short" not in answer.text


def test_when_a_role_goes_to_another_its_stay_and_its_account_are_over(
    two_companies: Portal,
) -> None:
    browser, secret = set_up(two_companies)
    person = {"name": "Successor", "email": "next@kleding.example", "language": "nl"}
    two_companies.memory.act("hand-over", {"role": "manager", "person": person}, by="sponsor")
    assert not is_in(browser)
    two_companies.memory.now += timedelta(minutes=1)
    assert not is_in(sign_in(two_companies, secret))


def test_an_auditor_can_come_in(two_companies: Portal) -> None:
    browser, _ = set_up(two_companies, "auditor@kleding")
    assert is_in(browser)


@pytest.mark.parametrize("name", ["", "manager", "king@kleding", "board@kleding2"])
def test_a_link_for_nobody_is_refused(two_companies: Portal, name: str) -> None:
    with pytest.raises((NoSuchRole, NotKnown)):
        link(two_companies, name)


def test_a_new_password_ends_what_the_old_one_opened(portal: Portal) -> None:
    portal.memory.open()
    before, _ = set_up(portal)
    spare = link(portal)
    after, _ = set_up(portal)
    assert is_in(after)
    assert not is_in(before)
    assert portal.browser().get(spare).status_code == 410
