"""Whoever kept a number checks it without signing in; the page says which line, since when, and nothing of people."""

import re
from base64 import b64decode
from hashlib import sha256
from urllib.parse import quote

import pytest
from sqlalchemy import text

from portal.auditor.witness import read_number
from records.journal import journal
from services.checkpoints import make_checkpoint
from tests.portal.conftest import Browser, Portal
from tests.portal.test_looks import ANYBODYS
from tests.records.test_checkpoints import read_note
from tests.records.test_rewritings import TRIGGERS

ID = "kleding-2022"


def english(portal: Portal) -> Browser:
    """Nobody's browser, in English."""
    browser = portal.browser()
    browser.headers["accept-language"] = "en"
    return browser


def last(portal: Portal) -> tuple[int, str]:
    """Line and number of the journal as it is."""
    return journal.head(portal.house.engine, ID)


def anchored(portal: Portal) -> str:
    """Sign a checkpoint; its public key."""
    return make_checkpoint(portal.house.engine, portal.house.settings, portal.now).key


def check(browser: Browser, number: str, **more: str) -> str:
    """Send *number*; the page."""
    return browser.submit("/verify", {"number": number, **more}).text


def said(page: str) -> str:
    """What a page says, without markup."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


@pytest.mark.parametrize("shape", ["{0}", "{1}", "{2}", "Line 7: {2}", "{3}", " {4}\u200e", "{5}"])
def test_a_number_is_found_as_people_copy_it(two_companies: Portal, shape: str) -> None:
    line, number = last(two_companies)
    groups = " ".join(number[i : i + 4] for i in range(0, 64, 4))
    address = f"https://x.example/verify?line={line}&number={number}"
    copied = shape.format(number, number[:12], groups, groups[:14], number.upper(), address)
    assert f"Line {line}, unchanged since" in said(check(english(two_companies), copied))


def test_a_code_fills_in_the_number_and_looks_for_nothing(two_companies: Portal) -> None:
    line, number = last(two_companies)
    browser, before = english(two_companies), two_companies.dump()
    page = browser.get(f"/verify?line={line}&number={number}").text
    assert f'value="{number}"' in page
    assert f'name="line" value="{line}"' in page
    assert "unchanged since" not in page
    assert two_companies.dump() == before
    assert f"Line {line}, unchanged since" in said(check(browser, number, line=str(line)))


@pytest.mark.parametrize("line", ["1", "x", "0", "-1", "99999999999999999999", "\u0663"])
def test_a_line_that_is_wrong_hides_no_number(two_companies: Portal, line: str) -> None:
    known, number = last(two_companies)
    assert f"Line {known}, unchanged" in said(check(english(two_companies), number, line=line))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Please fill this in"),
        ("5f2a 9c31", "Copy at least 12 characters"),
        ("5f2a 9c31 77dO", "look again at: o"),
        ("<b>' OR 1=1", "look again at: "),
        ("0" * 65, "at most 64 characters"),
        ("0" * 12, "No line has this number"),
        ("0" * 64, "No line has this number"),
        ("https://x.example/verify?number=", "Please fill this in"),
    ],
)
def test_what_is_no_number_is_said_in_words_and_kept(
    two_companies: Portal, typed: str, told: str
) -> None:
    browser = english(two_companies)
    answer = browser.submit("/verify", {"number": typed})
    assert answer.status_code == 422
    assert told in said(answer.text)
    if typed and "<" not in typed:
        assert f'value="{typed}"' in answer.text


def test_the_proof_is_shown_and_holds_by_the_text_of_the_format_alone(
    two_companies: Portal,
) -> None:
    line, number = last(two_companies)
    assert "No checkpoint covers it yet" in said(check(english(two_companies), number))
    key = anchored(two_companies)
    page = check(english(two_companies), number)
    assert key in page
    _newest, note, proof = [
        one.replace("&#43;", "+").replace("&#34;", '"')
        for one in re.findall(r"<pre[^>]*>\n?(.*?)</pre>", page, re.DOTALL)
    ]
    _, size, root = read_note(note, key)
    place, leaf, *steps = proof.split()
    here, end, found = int(place), size - 1, b64decode(leaf)
    assert found == sha256(f"\x00{ID} {line} {number}".encode()).digest()
    for step in map(b64decode, steps):  # RFC 9162, 2.1.3.2
        if here % 2 or here == end:
            found = sha256(b"\x01" + step + found).digest()
            while here and here % 2 == 0:
                here, end = here // 2, end // 2
        else:
            found = sha256(b"\x01" + found + step).digest()
        here, end = here // 2, end // 2
    assert (end, found) == (0, root)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE facts SET actor = 'sponsor' WHERE seq = 1 AND dialogue_id = 'kleding-2022'",
        "UPDATE anchors SET head = 'x'",
        "UPDATE anchors SET seq = seq + 1",
        "UPDATE checkpoints SET note = replace(note, 'weerklank', 'elsewhere')",
    ],
)
def test_what_was_rewritten_no_longer_fits(two_companies: Portal, change: str) -> None:
    _, number = last(two_companies)
    anchored(two_companies)
    with two_companies.house.engine.begin() as connection:
        for drop in list(connection.scalars(text(TRIGGERS["sqlite"]))):
            connection.execute(text(drop))
        connection.execute(text(change))
    page = said(check(english(two_companies), number))
    assert "no longer fits" in page
    assert "unchanged since" not in page


def test_nothing_is_said_of_people(two_companies: Portal) -> None:
    """Neither whose answer it is, nor of which company, nor what the line is about."""
    _, number = last(two_companies)
    anchored(two_companies)
    page = check(english(two_companies), number)
    dialogue = two_companies.house.ledger.read(ID)
    entry = journal.entries(two_companies.house.engine, ID)[-1]
    told = [dialogue.programme.company, ID, entry.fact, entry.actor, *dialogue.stakeholders]
    assert [one for one in told if one in said(page).replace(number, "")] == []


def test_trying_is_slowed_down(two_companies: Portal) -> None:
    browser = english(two_companies)
    answers = [browser.submit("/verify", {"number": "0" * 12}) for _ in range(31)]
    assert {answer.status_code for answer in answers[:-1]} == {422}
    assert answers[-1].status_code == 429


def test_every_page_leads_there(two_companies: Portal) -> None:
    for path in (*ANYBODYS, "/verify"):
        assert '<a href="/verify">' in english(two_companies).get(path).text
    assert '<a href="/verify">' in two_companies.participant("ngo-nl").get("/my").text


def test_an_address_without_a_number_holds_none() -> None:
    assert read_number("https://x.example/verify?x=1&number=" + quote("5f2a 9c31")) == "5f2a9c31"
    assert read_number("number=") == ""
