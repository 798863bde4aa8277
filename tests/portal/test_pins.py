"""The confidential part: a link opens the open part only, a PIN the rest for a short while, and wrong ones close it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from structlog.testing import capture_logs

from config.logs import configure
from portal import my
from records.access.links import Capacity
from records.access.sealed_pins import has_pin, set_pin
from records.seals import slow_hashes
from states.model.dialogue import Dialogue
from states.model.people import PARTICIPANT
from states.privacy.reader_view import view
from states.privacy.readers import Eyes, Reader
from tests.portal.conftest import Browser, Portal
from tests.portal.test_doors import filled

SEATS = ("union-bd", "ngo-nl")
"""Who spoke under seal, and who did not."""
PIN, WRONG = "482913", "739251"
NEW = {"new_pin": PIN, "new_pin_again": PIN}
HERE = "/my/sealed"
SEALED = {"contribution": "c2", "voice": "sealed-1"}
MINUTE = timedelta(minutes=1)
SECRETS = ("sealed-1", "Voice A", "Stem A", "Answer to c2", "c2")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash with less work than in earnest."""
    monkeypatch.setattr(slow_hashes, "HASHER", PasswordHasher(time_cost=1, memory_cost=64))
    slow_hashes.nobodys.cache_clear()
    yield
    slow_hashes.nobodys.cache_clear()


@pytest.fixture
def answered(two_companies: Portal) -> Portal:
    """Give a portal where the voice under seal was answered."""
    two_companies.memory.act("answer-participant", {"covers": ["c2"], "text": "Answer to c2."})
    two_companies.memory.deliver()
    return two_companies


def chosen(portal: Portal, who: str = "union-bd") -> Browser:
    """A browser in which somebody came in by a link, where they chose a PIN before, in another one."""
    capacity = Capacity("participant", "kleding", who, "kleding-2022")
    assert set_pin(portal.house.engine, capacity, PIN, portal.now).right
    return portal.linked(who)


def opens(browser: Browser, pin: str = PIN) -> int:
    """Try *pin*; the status of the answer."""
    return browser.submit(HERE, {"pin": pin}, on=HERE).status_code


# every page of a participant


def _open(data: dict[str, str] | None = None) -> tuple[str, dict[str, str]]:
    return "open", data or {}


def _sealed(data: dict[str, str] | None = None) -> tuple[str, dict[str, str]]:
    return "sealed", data or {}


ROUTES: dict[tuple[str, str], tuple[str, dict[str, str]]] = {
    ("GET", "/my"): _open(),
    ("GET", "/my/words"): _open(),
    ("POST", "/my/words/{contribution}/line"): _sealed({"verdict": "withdrawn"}),
    ("POST", "/my/words/{contribution}/question"): _sealed({"question": "From when?"}),
    ("POST", "/my/words/{contribution}/dispute"): _sealed({"reason": "Too late."}),
    ("POST", "/my/verdicts/{voice}"): _sealed({"heard": "yes"}),
    ("GET", "/my/answers/{voice}"): _sealed(),
    ("GET", "/my/sealed"): _open(),
    ("POST", "/my/sealed"): _open({"pin": WRONG}),
    ("POST", "/my/sealed/choose"): _open(NEW),
    ("POST", "/my/sealed/change"): _open({"code": WRONG, **NEW}),
    ("POST", "/my/sealed/close"): _open(),
    ("GET", "/my/invitation"): _open(),
    ("POST", "/my/invitation"): _open({"reply": "accept"}),
    ("POST", "/my/expectation"): _open({"text": "A date."}),
    ("POST", "/my/attribution"): _open({"level": "region"}),
    ("GET", "/my/session.ics"): _open(),
    ("GET", "/my/safety"): _open(),
    ("POST", "/my/safety"): _open({"text": "A threat."}),
    ("GET", "/my/data"): _open(),
    ("GET", "/my/data/export"): _open(),
    ("POST", "/my/data/reach"): _open({"phone": "+880 1700 000000"}),
    ("POST", "/my/data/unsafe"): _open({"way": "phone"}),
    ("POST", "/my/data/calendar"): _open({"calendar": "yes"}),
    ("GET", "/my/code"): _open(),
    ("POST", "/my/code"): _open({"code": WRONG}),
    ("POST", "/my/code/close"): _open(),
    ("POST", "/my/data/links"): _open(),
    ("POST", "/my/data/erasure"): _open({"text": "All of it."}),
    ("GET", "/my/recorded"): _open(),
    ("POST", "/my/recorded"): _sealed({"what": "relay-1"}),
}  # fmt: skip
"""Each row of the participants' pages: whether it acts for, or shows, what is under seal; and what is sent to it."""


def test_every_row_of_the_participants_pages_is_in_the_table() -> None:
    assert {(page.method, page.path) for page in my.PAGES} == set(ROUTES)


@pytest.mark.parametrize("page", my.PAGES, ids=lambda page: page.row)
def test_a_link_alone_shows_and_does_nothing_under_seal(page: Any, answered: Portal) -> None:  # noqa: ANN401
    browser = chosen(answered)
    kind, data = ROUTES[page.method, page.path]
    before = _under_seal(answered)
    path = filled(page, SEALED)
    answer = browser.get(path) if page.method == "GET" else browser.submit(path, data, on=HERE)
    assert (answer.status_code == 404) is (kind == "sealed")
    told = answer.text.replace(path, "")  # the page names what it was asked for
    for secret in SECRETS:
        assert not re.search(rf"\b{secret}\b", told), secret
    assert _under_seal(answered) == before


def _under_seal(portal: Portal) -> tuple[object, ...]:
    dialogue = portal.memory.reread()
    relays = [one for one in dialogue.relays.values() if one.voice == "sealed-1"]
    wish = dialogue.stakeholders["union-bd"].erasure_wish
    return dialogue.contributions["c2"], dialogue.verdicts.get("sealed-1"), relays, wish


def test_before_the_pin_a_dialogue_is_cut_as_for_any_stranger(answered: Portal) -> None:
    """Also what is held until the day is over, and how far what was written came."""
    answered.memory.act("give-verdict", {"heard": "no"}, by="union-bd")

    def cut(who: str, *, own_seal: bool) -> Dialogue:
        return view(answered.memory.reread(), Reader(Eyes.PARTICIPANT, who, own_seal))

    speaker, stranger = (cut(who, own_seal=False) for who in SEATS)
    assert speaker == stranger
    assert speaker != cut(SEATS[0], own_seal=True)


def test_what_was_recorded_under_seal_is_not_undone_by_a_link(answered: Portal) -> None:
    """The law would choose the voice for which it was recorded last: of two, that under seal."""
    answered.memory.act("answer-participant", {"covers": ["c1"], "text": "Answer to c1."})
    answered.memory.deliver()
    relayed = {"stakeholder": "union-bd", "heard": "no", "how": "phone"}
    answered.memory.act("give-verdict", relayed, by="moderator")
    [one] = answered.memory.read().relays
    browser = chosen(answered)
    assert browser.submit("/my/recorded", {"what": one}, on=HERE).status_code == 404
    assert answered.memory.read().verdicts["sealed-1"].heard == "no"
    assert opens(browser) == 303
    assert browser.submit("/my/recorded", {"what": one}, on="/my/recorded").status_code == 303
    assert not answered.memory.read().verdicts


# a PIN


@pytest.mark.parametrize("who", SEATS)
def test_choosing_a_pin_opens_and_older_links_open_the_open_part_only(
    answered: Portal, who: str
) -> None:
    earlier, older = answered.linked(who), answered.link(who)
    browser = answered.linked(who)
    answer = browser.submit(f"{HERE}/choose", NEW, on=HERE)
    assert answer.headers["location"] == HERE
    assert ("Answer to c2" in browser.get("/my/words").text) is (who == "union-bd")
    again = answered.browser()
    assert again.submit(older, on=older).headers["location"] == "/my"
    for shut in (earlier, again, answered.linked(who)):
        assert "Answer to c2" not in shut.get("/my/words").text
        assert shut.submit(f"{HERE}/choose", NEW, on=HERE).status_code == 422
    assert opens(again) == 303
    assert ("Answer to c2" in again.get("/my/words").text) is (who == "union-bd")


@pytest.mark.parametrize(
    ("pin", "again", "said"),
    [
        ("", "", "Please fill this in."),
        ("000000", "000000", "Others would guess this quickly"),
        ("rahima", "rahima", "This is a name"),
        ("160622", "160622", "This is a date"),
        (PIN, WRONG, "This is not the same"),
    ],
)
def test_a_pin_that_is_no_good_is_refused_with_the_reason(
    answered: Portal, pin: str, again: str, said: str
) -> None:
    browser = answered.linked("union-bd")
    given = {"new_pin": pin, "new_pin_again": again}
    answer = browser.submit(f"{HERE}/choose", given, on=HERE)
    assert answer.status_code == 422
    assert said in answer.text
    assert pin == "" or f'value="{pin}"' not in answer.text
    assert opens(browser, pin) == 422


def test_whoever_speaks_under_seal_and_whoever_does_not_meet_the_same_words(
    answered: Portal,
) -> None:
    """Also whoever has no PIN: the tries count, and what is said is the same to the sign."""
    said = {who: _tried(answered, who) for who in SEATS}
    assert said["union-bd"] == said["ngo-nl"]
    assert "closed until" in said["union-bd"][-1]
    assert "closed until" not in said["union-bd"][8]


def _tried(portal: Portal, who: str) -> list[str]:
    browser = portal.linked(who)
    browser.cookies.set("language", "en")
    page = [browser.submit(HERE, {"pin": WRONG}, on=HERE).text for _ in range(11)]
    return [re.search(r"<main.*?</main>", re.sub(r"[0-9a-f]{64}", "", one), re.DOTALL)[0] for one in page]  # type: ignore[index]  # fmt: skip


def test_ten_wrong_tries_close_for_a_day_in_every_browser(answered: Portal) -> None:
    browser = chosen(answered)
    assert [opens(browser, WRONG) for _ in range(10)] == [422] * 10
    assert opens(browser) == 422
    other = answered.linked("union-bd")
    assert opens(other) == 422
    assert "rode" not in other.get("/my").text
    answered.memory.now += timedelta(days=1)
    assert opens(answered.linked("union-bd")) == 303


def test_only_the_moderator_hears_of_wrong_tries(answered: Portal) -> None:
    browser = chosen(answered)
    configure("info")
    with capture_logs() as lines:
        for _ in range(11):
            opens(browser, WRONG)
    configure()
    assert {line["route"] for line in lines if line["event"] == "page"} == {"others"}
    assert not {PIN, WRONG, "union-bd"} & set(str(lines).split("'"))
    said = {role: _said(answered, role) for role in ("moderator", "confidant")}
    assert "Rahima" in said["moderator"]
    assert "Rahima" not in said["confidant"].replace("Organiser Rahima, Garment union", "")
    for role in ("manager", "deputy", "sponsor", "board", "auditor"):
        assert answered.enter_as(role).get("/pins").status_code == 404


def _said(portal: Portal, role: str) -> str:
    """The pages on which *role* could read of a PIN, without the list from which one chooses."""
    return re.sub(r"<option.*?</option>", "", portal.enter_as(role).get("/pins").text)


# a short while


def test_it_closes_by_itself_by_its_button_and_with_the_session(answered: Portal) -> None:
    browser = chosen(answered)
    opens(browser)
    for _ in range(3):  # heard of every ten minutes
        answered.memory.now += 10 * MINUTE
        assert "Answer to c2" in browser.get("/my/words").text
    answered.memory.now += 15 * MINUTE
    assert "Answer to c2" not in browser.get("/my/words").text
    assert "Answer to c2" not in browser.get("/my/words").text
    opens(browser)
    assert browser.submit(f"{HERE}/close", on=HERE).headers["location"] == "/my"
    assert "Answer to c2" not in browser.get("/my/words").text
    opens(browser)
    browser.submit("/sign-out", on=HERE)
    assert browser.get("/my/words").status_code == 401


def test_a_long_text_is_not_lost_when_it_closed_meanwhile(answered: Portal) -> None:
    browser = chosen(answered)
    opens(browser)
    answered.memory.now += 20 * MINUTE
    at, reason = "/my/words/c2/dispute", "A long reason. " * 30
    asked = browser.submit(at, {"reason": reason}, on=HERE)
    assert asked.status_code == 403
    assert reason.strip() in asked.text
    wrong = browser.submit(at, {"reason": reason, "proof_pin": WRONG}, on=HERE)
    assert wrong.status_code == 403
    assert reason.strip() in wrong.text
    assert browser.submit(at, {"reason": reason, "proof_pin": PIN}, on=HERE).status_code == 303
    assert answered.memory.read().contributions["c2"].dispute_reason == reason.strip()


def test_ending_my_links_ends_what_a_pin_had_opened_elsewhere(answered: Portal) -> None:
    elsewhere, here = chosen(answered), answered.linked("union-bd")
    opens(elsewhere)
    assert "Answer to c2" in elsewhere.get("/my/words").text
    here.submit("/my/data/links", on="/my/data")
    assert elsewhere.get("/my/words").status_code == 401


def test_another_pin_needs_the_first_and_closes_other_browsers(answered: Portal) -> None:
    elsewhere, here = chosen(answered), answered.linked("union-bd")
    opens(elsewhere)
    new = {"new_pin": "blue rickshaw", "new_pin_again": "Blue Rickshaw"}
    assert here.submit(f"{HERE}/change", {"code": WRONG, **new}, on=HERE).status_code == 422
    new["new_pin_again"] = new["new_pin"]
    assert here.submit(f"{HERE}/change", {"code": PIN, **new}, on=HERE).status_code == 303
    assert "Answer to c2" not in elsewhere.get("/my/words").text
    assert (opens(elsewhere), opens(elsewhere, "blue  rickshaw")) == (422, 303)


# what is asked before somebody's data goes, and what they wished


def test_whoever_chose_a_pin_gives_it_before_asking_to_be_erased(answered: Portal) -> None:
    for who in SEATS:
        browser = chosen(answered, who)
        given = {"text": "All of it."}
        answer = browser.submit("/my/data/erasure", given, on="/my/data")
        assert answer.status_code == 422
        assert "All of it." in answer.text
        opens(browser)
        assert browser.submit("/my/data/erasure", given, on="/my/data").status_code == 303


def test_a_link_alone_does_not_show_the_wish_to_be_sealed(answered: Portal) -> None:
    browser = chosen(answered, "ngo-nl")
    browser.submit("/my/attribution", {"level": "sealed"}, on=HERE)
    assert '"value": "sealed"' not in browser.get("/my/data/export").text
    opens(browser)
    assert '"value": "sealed"' in browser.get("/my/data/export").text


# forgotten


@pytest.mark.parametrize("role", ["moderator", "confidant"])
def test_a_code_read_out_renews_the_pin(answered: Portal, role: str) -> None:
    browser, helping = chosen(answered), answered.enter_as(role)
    opens(browser)
    page = helping.submit("/dialogues/kleding-2022/pins", {"stakeholder": "union-bd"}, on="/pins")
    assert page.status_code == 200
    code = re.search(r"\b\d{4} \d{4}\b", page.text)
    assert code is not None
    assert code[0] not in helping.get("/pins").text
    assert "Answer to c2" not in browser.get("/my/words").text
    assert opens(browser) == 422
    assert browser.submit(f"{HERE}/choose", NEW, on=HERE).status_code == 422
    assert browser.submit(f"{HERE}/change", {"code": code[0], **NEW}, on=HERE).status_code == 303
    assert "Answer to c2" in browser.get("/my/words").text
    [told] = answered.memory.notices(to="union-bd", status="pending", template="new-link")
    assert told.to == "union-bd"
    assert code[0].replace(" ", "") not in "".join(answered.dump())


def test_nobody_who_owes_renews_a_pin(answered: Portal) -> None:
    given = {"stakeholder": "union-bd"}
    for role in ("manager", "deputy", "sponsor", "board", "auditor"):
        browser = answered.enter_as(role)
        answer = browser.submit("/dialogues/kleding-2022/pins", given, on="/account")
        assert answer.status_code == 404
    engine = answered.house.engine
    assert not has_pin(engine, Capacity(PARTICIPANT, "kleding", "union-bd", "kleding-2022"))  # type: ignore[arg-type]


def test_neither_pin_nor_code_stands_anywhere(answered: Portal) -> None:
    browser = answered.linked("union-bd")
    browser.submit(f"{HERE}/choose", {"new_pin": "48 29 13", "new_pin_again": "482913"}, on=HERE)
    browser.submit(f"{HERE}/choose", NEW, on=HERE)
    kept = "".join(answered.dump())
    assert PIN not in kept
    assert "48 29 13" not in kept
