"""A helper comes in by a letter, sees whom they may bring news to and nothing under seal, and stops for good."""

import re
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from notifications.channels.channels import Memory
from portal.route_table import PAGES
from portal.web.routes import EVERYONE
from services.delivery.outbound import Mailroom
from states.model.people import HELPER, PARTICIPANT
from tests.portal.conftest import ADDRESS, Browser, Portal, opened
from tests.portal.test_calls import BY_HAND, invited, texts
from tests.records.conftest import a_programme, utc

HOME = "/helping"
SHEET = f"{HOME}/calls/by-hand"
NAMED = {"organisation": "Taalhulp", "language": "bn", "email": "taal@hulp.example"}
DUTCH = BY_HAND | {"id": "by-hand-nl", "name": "Jan Jansen", "country": "NL", "language": "nl"}


@pytest.fixture
def helped(portal: Portal) -> Portal:
    """Give a portal with a helper for Bengali, whom a woman in Dhaka and a man in Utrecht wait for."""
    invited(portal, BY_HAND | {"language": "en"})
    memory = portal.memory
    memory.act("map-stakeholder", DUTCH)
    memory.act("invite", {"stakeholder": DUTCH["id"]})
    [row] = memory.notices(to=DUTCH["id"])
    assert memory.ledger.by_hand(row.id, memory.now)
    memory.act("name-helper", NAMED, by="sponsor")
    memory.now = utc(2022, 3, 1, 14)
    return portal


def posted(portal: Portal) -> Memory:
    """The mail of *portal* that is due now."""
    box = Memory()
    portal.house.mailroom = Mailroom(mail=lambda: box, sender="w@x.example", base_url=ADDRESS)
    portal.house.deliver(portal.now)
    return box


def to_helper(box: Memory, template: str) -> str:
    """The one letter *template* to the helper."""
    [post] = [p for p in box.posts if p.message.template == template and p.message.to == "helper-1"]
    assert post.message.address == NAMED["email"]
    return post.message.text


def link_in(text: str) -> str:
    """The path of the personal link in a letter."""
    found = re.search(rf"{ADDRESS}(/l/\S+)", text)
    assert found is not None
    return found[1]


def test_the_letter_leads_to_whom_they_may_call(helped: Portal) -> None:
    browser = helped.browser()
    path = link_in(to_helper(posted(helped), "helper-named"))

    assert browser.submit(path, on=path).headers["location"] == HOME
    listed = texts(browser, HOME)
    assert "Rahima Begum" in listed
    assert "Jan Jansen" not in listed  # somebody else speaks Dutch
    sheet = texts(browser, SHEET)
    assert "+880 1711 000000" in sheet
    assert "Company kleding" in sheet
    assert browser.get(f"{HOME}/calls/by-hand-nl").status_code == 404


def test_a_lost_link_is_sent_anew(helped: Portal) -> None:
    posted(helped)
    browser = helped.browser()
    browser.submit("/new-link", {"email": "Taal@Hulp.example"})
    path = link_in(to_helper(posted(helped), "new-link"))
    assert browser.submit(path, on=path).headers["location"] == HOME


def test_a_helper_brings_and_says_that_it_arrived(helped: Portal) -> None:
    browser = helped.helper()

    assert browser.submit(f"{SHEET}/delivered", {"how": ""}, on=SHEET).status_code == 422
    assert browser.submit(f"{SHEET}/brought", {"how": "a letter"}, on=SHEET).status_code == 303
    assert helped.memory.read().duties["pass-on/by-hand"].owed
    assert browser.submit(f"{SHEET}/delivered", {"how": "phone"}, on=SHEET).status_code == 303
    assert not helped.memory.read().duties["pass-on/by-hand"].owed
    assert helped.memory.read().latest("invite-stakeholder/by-hand").met_at == helped.now  # type: ignore[union-attr]
    assert browser.get(SHEET).status_code == 404
    assert "Rahima" not in texts(browser, HOME)
    assert browser.submit(f"{SHEET}/delivered", {"how": "again"}, on=HOME).status_code == 404


def test_they_are_told_to_whom_to_pass_on_what_was_said(helped: Portal) -> None:
    moderator = helped.memory.read().programme.roles["moderator"]  # type: ignore[index]
    for path in (HOME, SHEET, f"{HOME}/stop"):
        assert moderator.name in texts(helped.helper(), path), path


@pytest.mark.parametrize("who", ["sponsor", "board", "themselves"])
def test_once_it_ended_nothing_of_theirs_opens(helped: Portal, who: str) -> None:
    box = posted(helped)
    path, browser = link_in(to_helper(box, "helper-named")), helped.helper()
    token = browser.token(HOME)
    home = "/dialogues/kleding-2022/helpers"

    if who == "themselves":
        done = browser.submit(f"{HOME}/stop", on=f"{HOME}/stop")
    else:
        done = helped.enter_as(who).submit(f"{home}/helper-1/end", on=home)
    assert done.status_code == 303
    assert "no longer a helper" in to_helper(posted(helped), "helper-ended")
    for page in (HOME, SHEET, f"{HOME}/stop"):
        assert browser.get(page).status_code == 401
    sent = {"how": "phone", "token": token}
    answer = browser.post(f"{SHEET}/delivered", data=sent, headers={"origin": ADDRESS})
    assert answer.status_code in {401, 403}
    assert helped.memory.read().duties["pass-on/by-hand"].owed
    assert helped.browser().get(path).status_code == 410
    helped.browser().submit("/new-link", {"email": NAMED["email"]})
    assert not [p for p in posted(helped).posts if p.message.template == "new-link"]


def test_a_letter_that_waited_gives_no_way_in_to_who_stopped(helped: Portal) -> None:
    helped.memory.act("end-helper", {"helper": "helper-1"}, by="sponsor")
    box = posted(helped)
    templates = [p.message.template for p in box.posts if p.message.to == "helper-1"]
    assert templates == ["helper-ended"]
    assert "/l/" not in to_helper(box, "helper-ended")


def test_who_came_to_owe_the_answers_sees_nobody_any_more(helped: Portal) -> None:
    browser = helped.helper()
    person = {"name": "Somebody", "email": NAMED["email"]}
    assert browser.get(HOME).status_code == 200
    helped.memory.act("hand-over", {"role": "deputy", "person": person}, by="sponsor")
    assert browser.get(HOME).status_code == 401


def test_sponsor_and_board_name_helpers_and_nobody_else(helped: Portal) -> None:
    home = "/dialogues/kleding-2022/helpers"
    given = {"organisation": "Tolken", "language": "tr", "phone": "+90 1"}
    for role in ("manager", "deputy", "moderator", "confidant"):
        browser = helped.enter_as(role)
        assert "Taalhulp" in browser.get("/helpers").text
        assert browser.submit(home, given, on="/new-link").status_code == 404
    for number, role in enumerate(("sponsor", "board"), start=2):
        browser = helped.enter_as(role)
        lost = browser.submit(home, {**given, "language": "xx"}, on=home)
        assert (lost.status_code, "Tolken" in lost.text) == (422, True)
        assert browser.submit(home, given, on=home).status_code == 303
        assert helped.memory.read().helpers[f"helper-{number}"].language == "tr"


def test_at_risk_nothing_shows_outside_safe_hours(portal: Portal) -> None:
    invited(portal, BY_HAND | {"at_risk": True})
    portal.memory.act("name-helper", NAMED, by="sponsor")
    browser = portal.helper()
    for path in (HOME, SHEET):
        assert not [w for w in ("+880", "Rahima", "Naaiers") if w in texts(browser, path)], path
    portal.memory.now = utc(2022, 3, 1, 14)
    assert "+880 1711 000000" in texts(portal.helper(), SHEET)


@pytest.mark.parametrize("role", ["moderator", "confidant", "manager", HELPER])
def test_nobody_is_sent_to_a_number_that_is_not_safe(helped: Portal, role: str) -> None:
    path = SHEET if role == HELPER else "/dialogues/kleding-2022/calls/by-hand"
    assert "+880 1711" in texts(helped.anybody(role), path)
    answer = helped.helper().submit(f"{SHEET}/unsafe", {"way": "phone"}, on=SHEET)
    assert answer.status_code == 303
    assert "+880 1711" not in texts(helped.anybody(role), path)


# what is under seal


@pytest.fixture
def twins(tmp_path: Path, signed_file: Path) -> list[Path]:
    """Give the files of two portals that are the same."""
    return [Path(copy(signed_file, tmp_path / f"{name}.sqlite")) for name in ("one", "other")]


def seen(browser: Browser) -> list[str]:
    """All that a helper may open, without what is new at each look."""
    paths = [HOME, f"{HOME}/stop", *(f"{HOME}/calls/{who}" for who in ("union-bd", "ngo-nl"))]
    pages = [browser.get(path) for path in paths]
    noise = r'name="(?:token|form|shown)" value="[^"]*"'
    return [f"{page.status_code} {re.sub(noise, '', page.text)}" for page in pages]


@pytest.mark.parametrize("language", ["bn", "en", "nl"])
def test_no_page_of_a_helper_tells_who_spoke_under_seal(twins: list[Path], language: str) -> None:
    looks = []
    for file, answered in zip(twins, (False, True), strict=True):
        with opened(file) as portal:
            memory = portal.memory
            memory.now, memory.dialogue_id = utc(2022, 6, 20), "kleding-2022"
            memory.act("name-helper", {**NAMED, "language": language}, by="sponsor")
            for who in ("union-bd", "ngo-nl"):
                given: dict[str, Any] = {"stakeholder": who, "by_hand": True, "phone": "+880 99"}
                memory.act("change-contact", given, by="moderator")
            if answered:
                memory.act("answer-participant", {"covers": ["c2"], "text": "We will pay."})
            goes_by_hand(portal, "union-bd", "ngo-nl", "sealed-1")
            looks.append(seen(portal.helper("helper-2")))
    assert looks[0] == looks[1]
    assert [page[:3] for page in looks[0]].count("200") > 2  # they see who waits for something else


def goes_by_hand(portal: Portal, *who: str) -> None:
    """What waits for *who* is left to somebody's hand."""
    for row in portal.memory.notices(status="pending"):
        if row.to in who:
            portal.memory.ledger.by_hand(row.id, portal.now)


@pytest.mark.parametrize("attribution", ["named", "organisation", "region"])
def test_no_call_tells_a_helper_that_a_hidden_speaker_has_an_answer(
    portal: Portal, attribution: str
) -> None:
    memory = portal.memory
    memory.open(a_programme("kleding"))
    memory.sign(attribution)
    memory.act("name-helper", {**NAMED, "language": "nl"}, by="sponsor")
    memory.act("change-contact", {"stakeholder": "ngo-nl", "by_hand": True}, by="moderator")
    goes_by_hand(portal, "ngo-nl")
    browser, sheet = portal.helper(), f"{HOME}/calls/ngo-nl"
    before = seen(browser)
    memory.act("answer-participant", {"covers": ["c1"], "text": "We will pay."})
    goes_by_hand(portal, "ngo-nl")

    assert (seen(browser) == before) is (attribution != "named")
    assert browser.submit(f"{sheet}/delivered", {"how": "phone"}, on=sheet).status_code == 303
    owed = memory.read().duties["answer-participant/ngo-nl"].owed
    assert owed is (attribution != "named")  # what they never heard of they did not bring


def test_no_page_of_anybody_else_is_theirs(helped: Portal) -> None:
    rows = [p for p in PAGES if p.method == "GET" and not {HELPER, EVERYONE} & p.who]
    browser = helped.helper()
    paths = [re.sub(r"\{dialogue\}", "kleding-2022", row.path) for row in rows]
    paths = [re.sub(r"\{\w+(:path)?\}", "by-hand", path) for path in paths]
    assert {browser.get(path).status_code for path in paths} == {404}
    assert all(HELPER in p.who for p in PAGES if p.path.startswith(HOME))
    assert not any(PARTICIPANT in p.who for p in PAGES if p.path.startswith(HOME))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_helper_says_five_sentences_and_no_more(portal: Portal, language: str) -> None:
    invited(portal, BY_HAND | {"language": language})
    portal.memory.act("name-helper", NAMED, by="sponsor")
    page = portal.helper().get(SHEET).text
    [said] = re.findall(
        rf'<ol class="spoken" lang="{language}" dir="ltr">(.*?)</ol>', page, re.DOTALL
    )
    sentences = re.findall(r"<li>(.*?)</li>", said)
    assert len(sentences) == 5
    assert len(" ".join(sentences).split()) <= 120
    assert {"nl": "geef ik door", "en": "I pass on"}[language] in sentences[-1]


def test_an_auditor_reads_that_a_helper_acted_and_not_who(helped: Portal) -> None:
    named = {"id": "lucky-das", "organisation": "Tolken", "language": "bn", "name": "Lucky Das"}
    helped.memory.act("name-helper", named, by="board")
    helped.memory.act("record-delivery", {"to": "by-hand", "how": "Lucky Das called."}, "lucky-das")
    journal = texts(helped.enter_as("auditor"), "/dialogues/kleding-2022/audit/journal")
    assert "helper 2" in journal
    assert not [w for w in ("lucky", "Lucky", "Tolken", "Taalhulp") if w in journal]
