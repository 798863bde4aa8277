"""My access: passwords, codes, where one is in, fresh proof before grave steps, and what one is told of it all."""

import re
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from notifications.channels.channels import Memory
from portal.enter import reauthentication
from portal.route_table import PAGES
from records.access.accounts import account_of, keep_account
from records.seals import slow_hashes
from services.delivery.outbound import Mailroom
from services.secret_encryption import key_file
from tests.portal.conftest import Browser, Portal
from tests.portal.test_sign_in import NAME, PASSWORD, code, is_in, link, set_up, sign_in

NEW = "purple tractor seven lanterns"
LONG = timedelta(hours=1)
GRAVE = {
    "/dialogues/{dialogue}/pins",
    "/dialogues/{dialogue}/helpers",
    "/settings/hand-over",
    "/dialogues/{dialogue}/cancel",
    "/dialogues/{dialogue}/person/{stakeholder}/reach",
    "/dialogues/{dialogue}/seals/reach",
    "/account/codes",
    "/account/passkeys",
    "/account/passkeys/remove",
    "/seal-key/take",
}
HANDED = {"role": "deputy", "name": "Bo de Vries", "email": "bo@kleding.example", "language": "nl"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(slow_hashes, "HASHER", quick)
    slow_hashes.nobodys.cache_clear()


def mails(portal: Portal) -> list[tuple[str, str, str]]:
    """To whom mails about sign-ins went, their subjects and their texts."""
    box = Memory()
    portal.house.mailroom = Mailroom(mail=lambda: box, sender="dialoog@kleding.example")
    portal.house.deliver(portal.now)
    about = [post.message for post in box.posts if post.message_id.startswith("account-")]
    return [(one.address or "", one.subject, one.text) for one in about]


@pytest.mark.parametrize(
    "weak",
    [
        "password1234",
        "qwertyuiop12",
        "aaaaaaaaaaaa",
        "managerkleding",
        "Welkom123456",
        "weerklank2022",
        "123456789012",
    ],
)
def test_what_others_would_try_first_is_refused(two_companies: Portal, weak: str) -> None:
    browser, path = two_companies.browser(), link(two_companies)
    browser.submit(path, on=path)
    shown = browser.get("/sign-in/set-up").text
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", shown)
    assert found is not None
    given = {"password": weak, "code": code(two_companies, found[1].replace(" ", ""))}
    answer = browser.submit("/sign-in/set-up", given, on="/sign-in/set-up")
    assert answer.status_code == 422
    assert "te gemakkelijk te raden" in answer.text
    assert weak not in answer.text
    assert not is_in(browser)


def test_a_password_is_changed_by_who_knows_it(two_companies: Portal) -> None:
    browser, secret = set_up(two_companies)
    two_companies.memory.now += timedelta(minutes=1)
    other = sign_in(two_companies, secret)
    for now, new in (("wrong", NEW), (PASSWORD, "password1234")):
        given = {"password_now": now, "password": new}
        answer = browser.submit("/account/password", given, on="/account")
        assert answer.status_code == 422
        assert new not in answer.text
    given = {"password_now": PASSWORD, "password": NEW}
    assert browser.submit("/account/password", given, on="/account").status_code == 303
    assert is_in(browser)
    assert not is_in(other)
    two_companies.memory.now += timedelta(minutes=1)
    assert not is_in(sign_in(two_companies, secret))
    two_companies.memory.now += timedelta(minutes=1)
    assert is_in(sign_in(two_companies, secret, password=NEW))


def test_own_stays_are_seen_and_ended(two_companies: Portal) -> None:
    one, secret = set_up(two_companies)
    two_companies.memory.now += timedelta(minutes=1)
    other = sign_in(two_companies, secret)
    third = two_companies.enter_as("sponsor")
    page = one.get("/account").text
    wish = re.search(r'name="stay" value="([0-9a-f]{16})"', page)
    assert wish is not None
    assert page.count('name="stay"') == 2
    assert one.submit("/account/stays", {"stay": wish[1]}, on="/account").status_code == 303
    assert (is_in(one), is_in(other), is_in(third)) == (True, False, True)
    two_companies.memory.now += timedelta(minutes=1)
    other = sign_in(two_companies, secret)
    one.submit("/account/stays", {"stay": "others"}, on="/account")
    assert (is_in(one), is_in(other), is_in(third)) == (True, False, True)


def test_what_is_grave_wants_fresh_proof() -> None:
    assert {page.path for page in PAGES if page.fresh} == GRAVE


def later(portal: Portal, browser: Browser) -> None:
    for _ in range(2):
        portal.memory.now += LONG / 2
        assert browser.get("/settings").status_code == 200


def test_who_was_in_for_a_while_says_who_they_are_and_loses_nothing(two_companies: Portal) -> None:
    browser, secret = set_up(two_companies)
    later(two_companies, browser)
    before = two_companies.dump()
    answer = browser.submit("/settings/hand-over", HANDED, on="/settings")
    assert answer.status_code == 403
    assert "Bent u het nog?" in answer.text
    for name, value in HANDED.items():
        assert f'name="{name}" value="{value}"' in answer.text
    assert two_companies.dump() == before
    wrong = browser.submit("/settings/hand-over", HANDED | {"proof_password": "x"}, on="/settings")
    assert wrong.status_code == 403
    assert "Dit klopt niet" in wrong.text
    proof = HANDED | {"proof_password": PASSWORD}
    assert browser.submit("/settings/hand-over", proof, on="/settings").status_code == 303
    again = HANDED | {"name": "Ans Smit", "email": "ans@kleding.example"}
    assert browser.submit("/settings/hand-over", again, on="/settings").status_code == 303
    later(two_companies, browser)
    proof = HANDED | {"name": "Cor Bos", "email": "cor@kleding.example"}
    proof |= {"proof_code": code(two_companies, secret)}
    assert browser.submit("/settings/hand-over", proof, on="/settings").status_code == 303


def test_a_stolen_stay_cannot_guess_the_proof(two_companies: Portal) -> None:
    browser, _ = set_up(two_companies)
    later(two_companies, browser)
    given = HANDED | {"proof_password": "wrong"}
    tried = [browser.submit("/settings/hand-over", given).status_code for _ in range(6)]
    assert tried == [403] * 5 + [429]
    assert reauthentication.FRESH < LONG


def test_a_new_browser_is_told_of_and_a_known_one_is_not(two_companies: Portal) -> None:
    mails(two_companies)
    browser, secret = set_up(two_companies)
    told = mails(two_companies)
    assert {address for address, _, _ in told} == {"manager@kleding.example"}
    assert len(told) == 2  # set up anew, and in a new browser
    assert mails(two_companies) == []
    two_companies.memory.now += timedelta(minutes=1)
    browser.submit("/sign-out", on="/account")
    browser.submit("/sign-in", {"name": NAME, "password": PASSWORD}, on="/sign-in")
    browser.submit("/sign-in/code", {"code": code(two_companies, secret)}, on="/sign-in/code")
    assert is_in(browser)
    assert mails(two_companies) == []
    two_companies.memory.now += timedelta(minutes=1)
    assert is_in(sign_in(two_companies, secret))
    (told_once,) = mails(two_companies)
    assert "nieuwe browser" in told_once[1]


def test_changes_are_told_at_once_to_old_and_new_address(two_companies: Portal) -> None:
    browser, _ = set_up(two_companies)
    mails(two_companies)
    given = {"password_now": PASSWORD, "password": NEW}
    browser.submit("/account/password", given, on="/account")
    (told,) = mails(two_companies)
    assert "uw wachtwoord veranderd" in told[2]
    assert NEW not in told[2]
    moved = {"role": "manager", "name": "Manager", "email": "elsewhere@kleding.example"}
    programme = two_companies.house.ledger.programme("kleding").programme
    moved["name"] = programme.roles["manager"].name  # type: ignore[index]
    browser.submit("/settings/hand-over", moved | {"language": "nl"}, on="/settings")
    addresses = {address for address, _, _ in mails(two_companies)}
    assert addresses == {"manager@kleding.example", "elsewhere@kleding.example"}


def test_the_secret_of_codes_is_locked_with_a_key_of_its_own(two_companies: Portal) -> None:
    _, secret = set_up(two_companies)
    file = key_file(two_companies.house.settings)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not any(secret in row for row in two_companies.dump())
    account = account_of(two_companies.house.engine, "kleding", "manager")
    assert account is not None
    swapped = replace(account, role="sponsor")
    keep_account(two_companies.house.engine, swapped, two_companies.now)
    two_companies.memory.now += timedelta(minutes=1)
    assert not is_in(sign_in(two_companies, secret, name="sponsor@kleding"))


def test_one_from_before_there_was_a_key_is_locked_when_it_is_used(two_companies: Portal) -> None:
    _, secret = set_up(two_companies)
    engine = two_companies.house.engine
    account = account_of(engine, "kleding", "manager")
    assert account is not None
    old = replace(account, code_secret=secret)
    keep_account(engine, old, two_companies.now)
    assert any(secret in row for row in two_companies.dump())
    two_companies.memory.now += timedelta(minutes=1)
    assert is_in(sign_in(two_companies, secret))
    assert not any(secret in row for row in two_companies.dump())
    two_companies.memory.now += timedelta(minutes=1)
    assert is_in(sign_in(two_companies, secret))


@pytest.mark.parametrize("content", [None, b"", b"not a key", b"A" * 44])
def test_a_lost_key_is_said_in_words_and_a_new_link_helps(
    two_companies: Portal, content: bytes | None
) -> None:
    _, secret = set_up(two_companies)
    file: Path = key_file(two_companies.house.settings)
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    two_companies.memory.now += timedelta(minutes=1)
    browser = two_companies.browser()
    browser.submit("/sign-in", {"name": NAME, "password": PASSWORD})
    answer = browser.submit(
        "/sign-in/code", {"code": code(two_companies, secret)}, on="/sign-in/code"
    )
    assert answer.status_code == 422
    assert "bestand met de sleutel" in answer.text
    two_companies.memory.now += timedelta(minutes=1)
    assert is_in(set_up(two_companies)[0])


def test_another_app_takes_over_the_codes(two_companies: Portal) -> None:
    browser, old = set_up(two_companies)
    shown = browser.get("/account/codes").text
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", shown)
    assert found is not None
    new = found[1].replace(" ", "")
    assert new != old
    wrong = browser.submit("/account/codes", {"code": "000000"}, on="/account/codes")
    assert wrong.status_code == 422
    given = {"code": code(two_companies, new)}
    assert browser.submit("/account/codes", given, on="/account/codes").status_code == 303
    two_companies.memory.now += timedelta(minutes=1)
    assert not is_in(sign_in(two_companies, old))
    assert is_in(sign_in(two_companies, new))
