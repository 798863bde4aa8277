"""The moderator's own key on the pages: made, opened, closed and handed on, and what a speaker's code opens."""

import re
import sqlite3
from contextlib import closing

import pytest

from records.custody import take_key
from records.seals.ciphertext import Pair, new_secret, public_half
from records.seals.keys import unseal_with
from states.model.vocabulary import Step
from tests.portal.conftest import Browser, Portal

AT = "/dialogues/kleding-2022"
SPEAKER, OTHER = "union-bd", "ngo-nl"
NAME = "Organiser Rahima"


@pytest.fixture
def moderator(two_companies: Portal) -> Browser:
    return in_english(two_companies.enter_as("moderator"))


def in_english(browser: Browser) -> Browser:
    browser.cookies.set("language", "en")
    return browser


def new_file(browser: Browser) -> str:
    answer = browser.submit("/seal-key/make", on="/seal-key")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "attachment" in answer.headers["content-disposition"]
    return answer.text


def paste(browser: Browser, where: str, key: str, on: str = "/seal-key") -> str:
    """Send the form and return what the page that follows says."""
    answer = browser.submit(where, {"seal_key": key}, on=on)
    return browser.get(answer.headers["location"]).text if answer.is_redirect else answer.text


def test_a_key_is_made_taken_opened_and_closed(two_companies: Portal, moderator: Browser) -> None:
    assert "There is no key yet" in moderator.get("/seal-key").text
    assert "could read this too" in moderator.get(f"{AT}/seals").text
    file = new_file(moderator)
    assert new_file(moderator) != file
    assert "There is no key yet" in moderator.get("/seal-key").text
    assert NAME in paste(moderator, "/seal-key/take", file)
    assert two_companies.memory.reread().seals["sealed-1"].stakeholder == ""
    for secret in re.findall(r"AGE-SECRET-KEY-\w+", file):
        assert secret not in "\n".join(two_companies.dump())
    moderator.submit("/seal-key/close", on="/seal-key")
    closed = moderator.get(f"{AT}/seals").text
    assert NAME not in closed.partition("</article>")[0]
    assert "only your own key tells who spoke" in closed
    secret = re.findall(r"AGE-SECRET-KEY-\w+", file)[0]
    assert NAME in paste(moderator, "/seal-key/open", f"# mine\n{secret}\n")


def test_where_somebody_chooses_a_seal_it_is_said_who_could_know(portal: Portal) -> None:
    portal.memory.open()
    portal.memory.meet()
    moderator = in_english(portal.enter_as("moderator"))
    speaker = in_english(portal.participant(SPEAKER))
    assert "could be read by whoever runs the server" in moderator.get("/session").text
    assert "Whoever runs the server could find out" in speaker.get("/my/invitation").text
    paste(moderator, "/seal-key/take", new_file(moderator))
    assert "Give each speaker a code" in moderator.get("/session").text
    assert "cannot look it up later" in speaker.get("/my/invitation").text
    for point in ("c1", "c2"):
        given = {"id": point, "stakeholder": SPEAKER, "text": "Pay.", "attribution": "sealed"}
        moderator.submit(f"{AT}/session/contributions", given, on="/session")
    assert {c.voice for c in portal.memory.reread().contributions.values()} == {"sealed-1"}
    moderator.submit("/seal-key/close", on="/seal-key")
    assert "so that one speaker keeps one name" in moderator.get("/session").text
    given = {"id": "c9", "stakeholder": OTHER, "text": "My long text.", "attribution": "sealed"}
    refused = moderator.submit(f"{AT}/session/contributions", given, on="/session")
    assert "only your own key tells whether it was the same person" in refused.text
    assert "My long text." in refused.text


@pytest.mark.parametrize("where", ["/seal-key/open", "/seal-key/take", "/seal-key/move"])
@pytest.mark.parametrize("key", ["", "something else", "AGE-SECRET-KEY-1QQQ"])
def test_what_is_no_key_is_told_and_never_shown_again(
    two_companies: Portal, moderator: Browser, where: str, key: str
) -> None:
    before = two_companies.memory.reread().seals
    answer = moderator.submit(where, {"seal_key": key}, on="/seal-key")
    assert answer.status_code == 422
    assert not key or key not in answer.text
    assert two_companies.memory.reread().seals == before


def test_a_key_of_somebody_else_opens_nothing(two_companies: Portal, moderator: Browser) -> None:
    paste(moderator, "/seal-key/take", new_file(moderator))
    moderator.submit("/seal-key/close", on="/seal-key")
    said = paste(moderator, "/seal-key/open", new_secret())
    assert "not one for which names are stored here" in said
    assert NAME not in moderator.get(f"{AT}/seals").text.partition("</article>")[0]


def test_the_key_is_of_one_browser_and_one_person(
    two_companies: Portal, moderator: Browser
) -> None:
    paste(moderator, "/seal-key/take", new_file(moderator))
    other = in_english(two_companies.enter_as("moderator"))
    other.cookies.set("weerklank-key", moderator.cookies["weerklank-key"])
    assert NAME not in other.get(f"{AT}/seals").text.partition("</article>")[0]
    manager = two_companies.enter_as("manager")
    manager.cookies.set("weerklank-key", moderator.cookies["weerklank-key"])
    assert manager.get("/seal-key").status_code == 404
    assert manager.get(f"{AT}/answers").status_code == 200


def test_the_confidants_share_moves_the_names_without_showing_one(
    two_companies: Portal, moderator: Browser
) -> None:
    first = new_file(moderator)
    paste(moderator, "/seal-key/take", first)
    paste(moderator, "/seal-key/take", new_file(moderator))
    page = moderator.get("/seal-key").text
    assert "Names that wait for an earlier key" in page
    confidant = in_english(two_companies.enter_as("confidant"))
    share = re.findall(r"AGE-SECRET-KEY-\w+", first)[1]
    said = paste(confidant, "/seal-share/move", share, on="/seal-share")
    assert NAME not in said
    assert "Names that wait for an earlier key" not in moderator.get("/seal-key").text
    assert NAME in moderator.get(f"{AT}/seals").text.partition("</article>")[0]


def test_a_code_opens_what_its_owner_said_and_writes_nothing_down(
    two_companies: Portal, moderator: Browser
) -> None:
    paste(moderator, "/seal-key/take", new_file(moderator))
    speaker, other = (in_english(two_companies.participant(who)) for who in (SPEAKER, OTHER))
    for one in (speaker, other):
        assert "/my/code" in one.get("/my/words").text
        assert "sealed-1" not in one.get("/my/words").text
    code = made_code(moderator)
    before = two_companies.dump()
    wrong = speaker.submit(
        "/my/code", {"seal_code": code[:-1] + ("3" if code[-1] == "2" else "2")}, on="/my/code"
    )
    assert wrong.status_code == 422
    assert "opens nothing" in wrong.text
    answer = speaker.submit("/my/code", {"seal_code": code.upper()}, on="/my/code")
    assert answer.is_redirect
    assert "words-sealed-1" in speaker.get("/my/words").text
    assert "words-sealed-1" not in other.get("/my/words").text
    gone = [row for row in two_companies.dump() if row not in before]
    assert [row for row in gone if SPEAKER in row or "sealed" in row] == []
    assert made_code(moderator) != code
    assert "words-sealed-1" not in speaker.get("/my/words").text


def made_code(moderator: Browser) -> str:
    page = moderator.submit(f"{AT}/seals/sealed-1/code", on=f"{AT}/seals").text
    found = re.search(r"<strong>(1(?:-[a-z0-9]{4}){4})</strong>", page)
    assert found is not None
    return found[1]


def test_a_speaker_acts_by_their_code(two_companies: Portal, moderator: Browser) -> None:
    memory = two_companies.memory
    secret = re.findall(r"AGE-SECRET-KEY-\w+", file := new_file(moderator))[0]
    paste(moderator, "/seal-key/take", file)
    memory.act("answer-participant", {"covers": ["c2"], "text": "We will pay in April."})
    memory.act("record-delivery", {"to": "sealed-1", "how": "phone"}, by="moderator")
    speaker = two_companies.participant(SPEAKER)
    given = {"heard": "no", "comment": "That is late."}
    refused = speaker.submit("/my/verdicts/sealed-1", given, on="/my/words")
    assert refused.status_code == 404
    speaker.submit("/my/code", {"seal_code": made_code(moderator)}, on="/my/code")
    assert speaker.submit("/my/verdicts/sealed-1", given, on="/my/words").is_redirect
    kept = memory.reread()
    assert kept.verdicts["sealed-1"].comment == "That is late."
    assert kept.seals["sealed-1"].stakeholder == ""
    opened = unseal_with(secret)(kept)
    assert opened.voices_of(SPEAKER) == [SPEAKER, "sealed-1"]


def test_the_moderator_records_and_relays_with_the_key(
    two_companies: Portal, moderator: Browser
) -> None:
    """Without it they name the pseudonym itself, or are told to open it first."""
    memory = two_companies.memory
    secret, share = new_secret(), new_secret()
    pair = Pair(public_half(secret), public_half(share))
    take_key(memory.engine, two_companies.house.policies, "kleding", pair, by="x", now=memory.now)
    memory.act("answer-participant", {"covers": ["c2"], "text": "We will pay in April."})
    memory.act("record-delivery", {"to": "sealed-1", "how": "phone"}, by="moderator")
    given = {"contribution": "c2", "reason": "That is no answer to it.", "how": "phone"}
    ledger, now = two_companies.house.ledger, memory.now
    with pytest.raises(Exception, match="only the moderator's own key tells"):
        ledger.act(
            memory.dialogue_id, Step.DISPUTE_ANSWER, {**given, "stakeholder": SPEAKER},
            by="moderator", now=now,
        )  # fmt: skip
    ledger.act(
        memory.dialogue_id, Step.DISPUTE_ANSWER, {**given, "stakeholder": SPEAKER},
        by="moderator", now=now, unseal=unseal_with(secret),
    )  # fmt: skip
    assert memory.reread().contributions["c2"].dispute_open
    ledger.act(
        memory.dialogue_id, Step.GIVE_VERDICT, {"heard": "no", "how": "phone", "stakeholder": "sealed-1"},
        by="moderator", now=now,
    )  # fmt: skip
    assert memory.reread().verdicts["sealed-1"].heard == "no"
    assert paste(moderator, "/seal-key/open", secret)


def test_a_wish_to_be_sealed_is_closed_as_well(two_companies: Portal, moderator: Browser) -> None:
    speaker = two_companies.participant(SPEAKER)
    paste(moderator, "/seal-key/take", new_file(moderator))
    speaker.submit("/my/attribution", {"level": "sealed"}, on="/my/invitation")
    file = two_companies.house.settings.sqlite_file
    assert file is not None
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT who, value FROM wishes").fetchall()
    assert [value for _, value in rows if value == "sealed"] == []
