"""Whom to call, the sheet for a call, and what can be recorded from it."""

import re
from typing import Any

import pytest

from states.language.languages import LANGUAGES
from states.privacy.seals import is_under_seal
from tests.portal.conftest import Browser, Portal
from tests.portal.windows import Open
from tests.records.conftest import NGO, START, a_programme, utc

CALLS = "/dialogues/kleding-2022/calls"
BY_HAND: dict[str, Any] = {
    **NGO, "id": "by-hand", "name": "Rahima Begum", "organisation": "Naaiers", "email": None,
    "phone": "+880 1711 000000", "country": "BD", "safe_hours": "19-21 h, not on Friday",
    "at_risk": False,
}  # fmt: skip


@pytest.fixture
def waiting(portal: Portal) -> Portal:
    """Give a portal in which one who has no mail waits for the invitation."""
    return invited(portal, BY_HAND)


def invited(portal: Portal, seat: dict[str, Any]) -> Portal:
    """*portal* with an edition in which *seat* was invited, and the invitation must go by hand."""
    memory = portal.memory
    memory.now = START
    memory.open(a_programme("kleding"))
    memory.gather()
    memory.deliver()
    memory.act("map-stakeholder", seat)
    memory.act("invite", {"stakeholder": seat["id"]})
    [row] = memory.notices(to=seat["id"])
    assert memory.ledger.by_hand(row.id, memory.now)
    memory.now = utc(2022, 3, 1, 8)
    return portal


def texts(browser: Browser, path: str) -> str:
    """What stands on the page *path*, without markup."""
    return re.sub(r"<[^>]+>", " ", browser.get(path).text)


@pytest.mark.parametrize("role", ["moderator", "manager", "deputy", "confidant"])
def test_who_may_call_finds_whom_and_a_sheet(waiting: Portal, role: str) -> None:
    browser = waiting.enter_as(role)

    assert "Rahima Begum" in browser.get("/calls").text
    sheet = texts(browser, f"{CALLS}/by-hand")
    assert "+880 1711 000000" in sheet
    assert "19:00–21:00 (Dhaka) = 14:00–16:00 (Amsterdam)" in sheet


def test_nobody_else_finds_it(waiting: Portal) -> None:
    for role in ("sponsor", "board", "auditor"):
        assert waiting.enter_as(role).get(f"{CALLS}/by-hand").status_code in {403, 404}
    assert waiting.enter_as("moderator").get(f"{CALLS}/ngo-nl").status_code == 404  # not invited


@pytest.mark.parametrize("role", ["manager", "deputy"])
@pytest.mark.parametrize("at_risk", [True, False])
def test_at_risk_who_owes_finds_nobody_to_call(portal: Portal, role: str, at_risk: bool) -> None:
    invited(portal, BY_HAND | {"at_risk": at_risk})
    portal.memory.now = utc(2022, 3, 1, 14)  # within safe hours
    browser = portal.enter_as(role)

    for path in ("/calls", CALLS):
        page = browser.get(path).text
        told = [w for w in ("Rahima", "Naaiers", "by-hand", "+880") if w in page]
        assert bool(told) is not at_risk, path
    assert browser.get(f"{CALLS}/by-hand").status_code == (404 if at_risk else 200)
    for step in ("brought", "not-reached"):
        answer = browser.submit(f"{CALLS}/by-hand/{step}", {"how": "phone"}, on="/new-link")
        assert (answer.status_code == 404) is at_risk, step
    for path in ("/today", "/dialogues/kleding-2022/person/by-hand"):
        assert (f'href="{CALLS}/by-hand"' in browser.get(path).text) is not at_risk, path
    assert "+880 1711 000000" in texts(portal.enter_as("moderator"), f"{CALLS}/by-hand")
    assert "+880 1711 000000" in texts(portal.enter_as("confidant"), f"{CALLS}/by-hand")


def test_today_and_the_person_show_what_waits(waiting: Portal) -> None:
    manager = waiting.enter_as("manager")

    for path in ("/today", "/dialogues/kleding-2022/person/by-hand"):
        assert f'href="{CALLS}/by-hand"' in manager.get(path).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("at_risk", [False, True])
def test_the_sentences_are_theirs_and_few(portal: Portal, language: str, at_risk: bool) -> None:
    seat = BY_HAND | {"language": language, "at_risk": at_risk, "safe_hours": None}
    page = invited(portal, seat).enter_as("moderator").get(f"{CALLS}/by-hand").text

    [said] = re.findall(
        rf'<ol class="spoken" lang="{language}" dir="ltr">(.*?)</ol>', page, re.DOTALL
    )
    sentences = [
        re.sub(r"<[^>]+>", "", one) for one in re.findall(r"<li>(.*?)</li>", said, re.DOTALL)
    ]
    assert len(sentences) == 5
    assert len(" ".join(sentences).split()) <= 120
    assert ("Company kleding" in said) is not at_risk


def test_at_risk_the_sheet_is_silent_outside_safe_hours(portal: Portal) -> None:
    invited(portal, BY_HAND | {"at_risk": True})
    browser = portal.enter_as("moderator")

    sheet = texts(browser, f"{CALLS}/by-hand")
    assert "Bel nu niet" in sheet
    assert not any(told in sheet for told in ("+880", "Rahima", "Naaiers", "Company kleding?"))

    portal.memory.now = utc(2022, 3, 1, 14)
    sheet = texts(portal.enter_as("moderator"), f"{CALLS}/by-hand")
    assert "+880 1711 000000" in sheet
    assert "Goedendag" in sheet or "Good day" in sheet


def test_no_hour_is_called_safe_on_a_clock_that_nobody_knows(portal: Portal) -> None:
    seat = BY_HAND | {"country": "US", "time_zone": None, "safe_hours": "19-21"}
    sheet = texts(invited(portal, seat).enter_as("moderator"), f"{CALLS}/by-hand")

    assert "19-21" in sheet  # in their own words
    assert "tijdzone niet bekend" in sheet
    assert "19:00–21:00" not in sheet


def test_the_moderator_says_that_it_arrived(waiting: Portal) -> None:
    moderator, path = waiting.enter_as("moderator"), f"{CALLS}/by-hand"

    assert moderator.submit(f"{path}/delivered", {"how": ""}, on=path).status_code == 422
    assert moderator.submit(f"{path}/delivered", {"how": "phone"}, on=path).status_code == 303
    duty = waiting.memory.read().latest("pass-on/by-hand")
    assert duty is not None
    assert duty.met_at == waiting.now
    assert "Niemand" not in texts(moderator, path)
    assert "by-hand" not in moderator.get("/calls").text


def test_the_manager_brings_and_proves_nothing(waiting: Portal) -> None:
    manager, path = waiting.enter_as("manager"), f"{CALLS}/by-hand"

    assert manager.submit(f"{path}/delivered", {"how": "phone"}, on=path).status_code in {403, 404}
    assert manager.submit(f"{path}/brought", {"how": "letter"}, on=path).status_code == 303
    duty = waiting.memory.read().latest("pass-on/by-hand")
    assert duty is not None
    assert duty.owed


def test_who_cannot_be_reached_needs_two_tries(waiting: Portal) -> None:
    manager, path = waiting.enter_as("manager"), f"{CALLS}/by-hand"
    once = {"on1": "2022-02-27", "way1": "phone", "reason": "Het nummer bestaat niet meer."}
    half = once | {"on2": "2022-02-28"}
    twice = half | {"way2": "phone"}

    for given in (once, half):
        refused = manager.submit(f"{path}/not-reached", given, on=path)
        assert refused.status_code == 422
        assert "Het nummer bestaat niet meer." in refused.text  # nothing typed is lost
    assert manager.submit(f"{path}/not-reached", twice, on=path).status_code == 303
    duty = waiting.memory.read().latest("pass-on/by-hand")
    assert duty is not None
    assert not duty.owed


def test_nothing_that_is_too_long_is_cut_in_silence(waiting: Portal) -> None:
    manager, path = waiting.enter_as("manager"), f"{CALLS}/by-hand"
    tries = {"on1": "2022-02-27", "way1": "x" * 301, "on2": "2022-02-28", "way2": "phone"}
    person, long = "/dialogues/kleding-2022/person/by-hand", "y" * 20_001

    answer = manager.submit(f"{path}/not-reached", tries | {"reason": "Nobody."}, on=path)
    assert answer.status_code == 422
    assert "x" * 301 in answer.text
    kept = {"phone": "+880 2", "postal_address": long}
    answer = manager.submit(f"{person}/reach", kept, on=person)
    assert answer.status_code == 422
    assert long in answer.text
    assert waiting.memory.read().stakeholders["by-hand"].postal_address is None


def test_the_form_of_what_was_said_is_filled_in(waiting: Portal) -> None:
    moderator = waiting.enter_as("moderator")
    links = re.findall(r'href="([^"]*/relays\?[^"]*)"', moderator.get(f"{CALLS}/by-hand").text)

    assert links
    page = moderator.get(links[0].replace("&amp;", "&")).text
    assert '<option value="by-hand" selected>' in page


def test_what_was_said_under_seal_stays_with_the_moderator(two_companies: Portal) -> None:
    memory = two_companies.memory
    points = memory.read().contributions.values()
    sealed = next(c for c in points if is_under_seal(c))
    memory.act("answer-participant", {"covers": [sealed.id], "text": "We will pay."})
    seat = memory.read().seals[sealed.voice].stakeholder
    memory.act("change-contact", {"stakeholder": seat, "by_hand": True}, by="moderator")

    path = f"{CALLS}/{seat}"
    assert (
        "het antwoord op de inbreng" in texts(two_companies.enter_as("moderator"), path).casefold()
    )
    for role in ("manager", "confidant"):
        assert (
            "het antwoord op de inbreng" not in texts(two_companies.enter_as(role), path).casefold()
        )


@pytest.mark.parametrize("attribution", ["named", "organisation", "region"])
def test_no_call_tells_that_a_hidden_speaker_has_an_answer(
    portal: Portal, attribution: str
) -> None:
    memory = portal.memory
    memory.open(a_programme("kleding"))
    memory.sign(attribution)
    memory.act("change-contact", {"stakeholder": "ngo-nl", "by_hand": True}, by="moderator")
    memory.deliver()
    eyes = {role: portal.enter_as(role) for role in ("manager", "deputy", "confidant", "moderator")}
    paths = (f"{CALLS}/ngo-nl", "/dialogues/kleding-2022/person/ngo-nl", "/calls")

    def seen(role: str) -> list[str]:
        pages = paths if role != "confidant" else (paths[0], paths[2])
        return [texts(eyes[role], path) for path in pages]

    before = {role: seen(role) for role in eyes if role != "moderator"}
    memory.act("answer-participant", {"covers": ["c1"], "text": "We will pay."})
    [row] = [row for row in memory.notices(to="ngo-nl") if row.template == "answer"]
    assert memory.ledger.by_hand(row.id, memory.now)

    for role, pages in before.items():
        assert (seen(role) == pages) is (attribution != "named"), role
    link = f'href="{CALLS}/ngo-nl"'
    assert (link in eyes["manager"].get("/today").text) is (attribution == "named")
    assert link in eyes["moderator"].get("/calls").text


def test_the_confidant_proves_no_answer_that_they_never_saw(portal: Portal) -> None:
    memory = portal.memory
    memory.open(a_programme("kleding"))
    memory.sign("organisation")
    memory.act("change-contact", {"stakeholder": "ngo-nl", "by_hand": True}, by="moderator")
    memory.deliver()
    memory.act("answer-participant", {"covers": ["c1"], "text": "We will pay."})
    [told] = [row for row in memory.notices(to="ngo-nl") if row.template == "contact-changed"]
    memory.ledger.by_hand(told.id, memory.now)
    confidant, path = portal.enter_as("confidant"), f"{CALLS}/ngo-nl"

    assert confidant.submit(f"{path}/delivered", {"how": "phone"}, on=path).status_code == 303
    assert memory.read().duties["answer-participant/ngo-nl"].owed


def test_bad_hours_are_a_sentence_where_they_were_typed(waiting: Portal) -> None:
    manager, path = waiting.enter_as("manager"), "/dialogues/kleding-2022/person/by-hand"
    wrong = {"phone": "+880 2", "safe_hours": "als het stil is", "time_zone": "Daka"}

    refused = manager.submit(f"{path}/reach", wrong, on=path)
    assert refused.status_code == 422
    assert all(word in refused.text for word in ("als het stil is", "Noem uren", "New York"))
    right = wrong | {
        "safe_hours": "20-22",
        "time_zone": "dhaka",
        "postal_address": "Road 2\nDhaka",
    }
    assert manager.submit(f"{path}/reach", right, on=path).status_code == 303
    seat = waiting.memory.read().stakeholders["by-hand"]
    assert (seat.safe_hours, seat.time_zone) == ("20-22", "Asia/Dhaka")
    assert seat.postal_address == "Road 2\nDhaka"


def test_when_i_am_called_is_mine_to_say(two_companies: Portal) -> None:
    person = two_companies.participant("ngo-nl")
    given = {"email": "ngo@nl.example", "safe_hours": "ooit"}

    assert person.submit("/my/data/reach", given, on="/my/data").status_code == 422
    given |= {"safe_hours": "19-21", "time_zone": "europe/paris"}
    assert person.submit("/my/data/reach", given, on="/my/data").status_code == 303
    seat = two_companies.memory.read().stakeholders["ngo-nl"]
    assert (seat.safe_hours, seat.time_zone) == ("19-21", "Europe/Paris")


@pytest.mark.browser
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_sheet_is_one_page_of_a5(portal: Portal, window: Open, language: str) -> None:
    long = {"name": "Rahima " + "Begum " * 6, "organisation": "Naaiers " * 6, "at_risk": True}
    address = {"postal_address": "House 12\nRoad 5\nMirpur\nDhaka 1216", "safe_hours": "14-23"}
    invited(portal, BY_HAND | long | address | {"language": language})
    portal.memory.now = utc(2022, 3, 1, 9)
    seen = window(portal, key=portal.key_of("moderator"), language=language)
    page = seen.go(f"{CALLS}/by-hand")

    pdf = page.pdf(prefer_css_page_size=True)

    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1
    [box] = set(re.findall(rb"/MediaBox ?\[ ?0 0 ([\d.]+) ([\d.]+)", pdf))
    assert [round(float(side)) for side in box] == [420, 595]  # points: 148 by 210 mm
    assert not seen.faults()
