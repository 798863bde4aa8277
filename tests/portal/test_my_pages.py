"""What participants see and do: their own words from what was said to what was done with it, and nobody else's."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import segno

from portal.shared.witness_address import address_of
from records.access.requests import wishes_of
from records.access.retaliation_reports import reports_of
from records.journal.journal import head
from states.language.errors import Refused
from states.language.messages import say_to_people
from tests.portal.conftest import Browser, Portal
from tests.portal.test_sign_in import modules
from tests.records.conftest import a_programme, utc

LATE = utc(2022, 9, 12, 8)


@pytest.fixture
def invited(portal: Portal) -> Portal:
    """Give a portal where both stakeholders were just invited."""
    portal.memory.open()
    portal.memory.gather()
    portal.memory.act("invite-all")
    return portal


@pytest.fixture
def summarised(portal: Portal) -> Portal:
    """Give a portal where the summary waits to be checked."""
    portal.memory.open()
    portal.memory.speak()
    lines = {"c1": "Pay more.", "c2": "Pay in time."}
    portal.memory.act("publish-summary", {"lines": lines}, by="moderator")
    return portal


@pytest.fixture
def answered(two_companies: Portal) -> Portal:
    """Give a portal where both voices of the union and the NGO were answered."""
    memory = two_companies.memory
    for point in ("c1", "c2"):
        memory.act("answer-participant", {"covers": [point], "text": f"Answer to {point}."})
    memory.deliver()
    return two_companies


def text_of(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


# the invitation


def test_the_invitation_tells_all_before_it_asks(invited: Portal) -> None:
    page = text_of(invited.participant("ngo-nl"), "/my/invitation")
    for told in ("To sharpen the strategy", "Each point is decided on", "Criticism", "The sponsor"):
        assert told in page
    assert "donderdag 8 september 2022" in page
    assert "vakbond" in page.lower()
    assert "Bangladesh" in page
    assert "Rahima" not in page


def test_a_reply_is_explicit_and_can_be_changed(invited: Portal) -> None:
    browser = invited.participant("ngo-nl")
    assert browser.submit("/my/invitation", {}).status_code == 422
    assert browser.submit("/my/invitation", {"reply": "accept"}).status_code == 303
    assert invited.memory.read().stakeholders["ngo-nl"].accepted
    answer = browser.submit("/my/invitation", {"reply": "decline", "reason": "Ill"})
    assert answer.status_code == 303
    assert not invited.memory.read().stakeholders["ngo-nl"].accepted
    assert "Ill" in text_of(browser, "/my/invitation")


def test_what_was_done_is_told_once(invited: Portal) -> None:
    browser = invited.participant("ngo-nl")
    browser.submit("/my/invitation", {"reply": "accept"})
    assert 'role="status"' in text_of(browser, "/my/invitation")
    assert 'role="status"' not in text_of(browser, "/my/invitation")


def test_an_expectation_and_their_own_test_are_kept(invited: Portal) -> None:
    browser = invited.participant("ngo-nl")
    browser.submit("/my/invitation", {"reply": "accept"})
    given = {"text": "A year", "success_test": "An amount"}
    assert browser.submit("/my/expectation", given).status_code == 303
    seat = invited.memory.read().stakeholders["ngo-nl"]
    assert (seat.expectation, seat.success_test) == ("A year", "An amount")


def test_a_refused_form_says_why_and_keeps_what_was_typed(invited: Portal) -> None:
    browser = invited.participant("ngo-nl")
    browser.submit("/my/invitation", {"reply": "accept"})
    answer = browser.submit("/my/expectation", {"text": "", "success_test": "Kept as typed"})
    assert answer.status_code == 422
    assert "Kept as typed" in answer.text
    assert "<title>Fout: " in answer.text
    assert 'href="#my-expectation-text"' in answer.text
    assert 'id="my-expectation-text"' in answer.text


def test_the_law_refuses_in_the_readers_language(invited: Portal) -> None:
    browser = invited.participant("union-bd")
    answer = browser.submit("/my/expectation", {"text": "Be clear"})
    with pytest.raises(Refused) as refused:
        invited.memory.act("share-expectation", {"text": "Be clear"}, by="union-bd")
    assert answer.status_code == 422
    assert say_to_people(refused.value.code, "en") in answer.text


def test_the_protected_start_at_the_most_protective(invited: Portal) -> None:
    def chosen(who: str) -> str:
        page = text_of(invited.participant(who), "/my/invitation")
        found = re.search(r'name="level" value="(\w+)" checked', page)
        return found[1] if found else ""

    assert (chosen("union-bd"), chosen("ngo-nl")) == ("sealed", "named")
    invited.participant("ngo-nl").submit("/my/attribution", {"level": "region"})
    assert chosen("ngo-nl") == "region"
    assert wishes_of(invited.house.engine, "kleding-2022")[0].value == "region"


def test_the_calendar_file_names_its_owner_alone(invited: Portal) -> None:
    answer = invited.participant("ngo-nl").get("/my/session.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert b"campaign@ngo.example" in answer.content
    assert b"rahima" not in answer.content


# the dialogue


def test_lateness_is_told_to_whoever_waits(two_companies: Portal) -> None:
    two_companies.memory.sweep(LATE)
    page = text_of(two_companies.participant("ngo-nl"), "/my")
    assert "4 dagen te laat" in page
    assert "donderdag 8 september 2022" in page
    assert "manager of kleding" in page


def test_a_postponement_shows_both_dates_and_the_reason(two_companies: Portal) -> None:
    given = {"duty": "answer-participant/ngo-nl", "to": "2022-10-03", "reason": "We recount"}
    two_companies.memory.act("postpone", given)
    page = text_of(two_companies.participant("ngo-nl"), "/my")
    for told in ("8 september 2022", "3 oktober 2022", "We recount"):
        assert told in page


def test_overrides_and_a_moved_session_are_shown_with_their_reasons(portal: Portal) -> None:
    portal.memory.open(a_programme().model_copy(update={"policy": {"limits": {"home_share": 0.4}}}))
    portal.memory.map()
    portal.memory.act("override-check", {"check": "home-share", "reason": "No budget to travel"})
    portal.memory.act("approve-analysis")
    portal.memory.act("invite-all")
    moved = {"to": "2022-06-23T13:00", "reason": "A strike of the trains"}
    portal.memory.act("reschedule-session", moved)
    page = text_of(portal.participant("union-bd"), "/my")
    for told in ("No budget to travel", "A strike of the trains", "16 June 2022", "23 June 2022"):
        assert told in page


def test_an_ended_dialogue_still_shows_what_is_owed(two_companies: Portal) -> None:
    two_companies.memory.act("close-with-debts", {"reason": "The year is over"}, by="sponsor")
    two_companies.memory.sweep(LATE)
    assert "4 dagen te laat" in text_of(two_companies.participant("ngo-nl"), "/my")


# my words


def test_a_line_is_confirmed_corrected_or_withdrawn(summarised: Portal) -> None:
    browser = summarised.participant("ngo-nl")
    path = "/my/words/c1/line"
    assert browser.submit(path, {}).status_code == 422
    refused = browser.submit(path, {"verdict": "corrected", "text": ""})
    assert refused.status_code == 422
    given = {"verdict": "corrected", "text": "Pay a living wage."}
    assert browser.submit(path, given).status_code == 303
    assert summarised.memory.read().contributions["c1"].line == "Pay a living wage."
    assert browser.submit(path, {"verdict": "withdrawn"}).status_code == 303
    assert "ingetrokken" in text_of(browser, "/my/words")


def test_the_sealed_line_is_checked_by_its_speaker(summarised: Portal) -> None:
    browser = summarised.participant("union-bd")
    assert "Voice A" in text_of(browser, "/my/words")
    answer = browser.submit("/my/words/c2/line", {"verdict": "confirmed"})
    assert answer.status_code == 303
    assert summarised.memory.read().contributions["c2"].line_verdict == "confirmed"


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("/my/words/c2/line", {"verdict": "confirmed"}),
        ("/my/words/c9/line", {"verdict": "confirmed"}),
        ("/my/words/c2/dispute", {"reason": "No"}),
        ("/my/verdicts/sealed-1", {"heard": "yes"}),
        ("/my/verdicts/union-bd", {"heard": "yes"}),
        ("/my/verdicts/manager", {"heard": "yes"}),
    ],
)
def test_what_is_another_participants_is_not_there(
    answered: Portal, path: str, given: dict[str, str]
) -> None:
    before = answered.memory.reread()
    assert answered.participant("ngo-nl").submit(path, given).status_code == 404
    assert answered.memory.reread() == before


@pytest.mark.parametrize("path", ["/my/answers/sealed-1", "/my/answers/union-bd", "/my/answers/x"])
def test_another_participants_answer_is_not_there(answered: Portal, path: str) -> None:
    assert answered.participant("ngo-nl").get(path).status_code == 404


def test_nothing_of_one_participant_is_on_the_pages_of_another(answered: Portal) -> None:
    browser = answered.participant("ngo-nl")
    for path in ("/my", "/my/words", "/my/invitation", "/my/data", "/my/data/export", "/my/safety"):
        page = browser.get(path).text
        for secret in (
            "Rahima",
            "Garment union",
            "sealed-1",
            "Stem A",
            "Voice A",
            "rahima@",
            "Answer to c2",
        ):
            assert secret not in page, (path, secret)


def test_a_decision_is_told_when_it_stands(summarised: Portal) -> None:
    memory = summarised.memory
    for point, who in (("c1", "ngo-nl"), ("c2", "union-bd")):
        memory.act("check-line", {"contribution": point, "verdict": "confirmed"}, by=who)
    memory.act("record-management", {"role": "sponsor", "present": True}, by="moderator")
    memory.close_session()
    given = {"outcome": "not-now", "owner": "manager"}
    memory.act("decide", given | {"contribution": "c1", "reason": "Not before the spring prices."})
    memory.act("decide", given | {"contribution": "c2", "reason": "Not before the autumn prices."})
    export = summarised.participant("ngo-nl").get("/my/data/export").text
    assert "spring prices" not in export
    assert "not-now" not in export
    browser = summarised.participant("ngo-nl")
    assert "spring prices" not in text_of(browser, "/my/words")
    memory.act("sign-strategy", by="sponsor")
    assert "spring prices" in text_of(browser, "/my/words")


def test_an_answer_is_shown_when_it_arrived_and_not_before(two_companies: Portal) -> None:
    memory, browser = two_companies.memory, two_companies.participant("ngo-nl")
    memory.act("answer-participant", {"covers": ["c1"], "text": "We heard you."})
    assert "We heard you." not in text_of(browser, "/my/words")
    assert browser.get("/my/answers/ngo-nl").status_code == 404
    memory.deliver()
    assert "We heard you." in text_of(browser, "/my/words")


def test_the_printed_answer_holds_all_that_one_keeps(answered: Portal) -> None:
    page = answered.participant("union-bd").get("/my/answers/sealed-1").text
    _, mark = head(answered.house.engine, "kleding-2022")
    told = text_of(answered.participant("union-bd"), "/my/answers/sealed-1")
    places = [
        told.find(part) for part in ("Our answer", "How we came to this", "You are a witness")
    ]
    assert places == sorted(places)
    assert min(places) > 0
    assert "Promised by Thursday 8 September 2022" in told
    assert "Company kleding" in told
    assert f"{mark[:4]} {mark[4:8]} {mark[8:12]}" in told
    line, _ = head(answered.house.engine, "kleding-2022")
    leads = address_of(answered.site, line, mark)
    assert leads == f"{answered.site.address}/verify?line={line}&number={mark}"
    assert modules(page) == {
        (x, y)
        for y, row in enumerate(segno.make_qr(leads, error="m").matrix)
        for x, dark in enumerate(row)
        if dark
    }


def test_whoever_keeps_an_answer_is_a_witness(answered: Portal) -> None:
    seq, mark = head(answered.house.engine, "kleding-2022")
    page = text_of(answered.participant("union-bd"), "/my/answers/sealed-1")
    assert mark in page
    assert str(seq) in page
    assert "Rahima" not in page


def test_a_verdict_is_given_under_the_name_that_was_answered(answered: Portal) -> None:
    browser = answered.participant("union-bd")
    assert browser.submit("/my/verdicts/sealed-1", {}).status_code == 422
    given = {"heard": "partly", "comment": "Half of it"}
    assert browser.submit("/my/verdicts/sealed-1", given).status_code == 303
    verdict = answered.memory.read().verdicts["sealed-1"]
    assert (verdict.heard, verdict.comment) == ("partly", "Half of it")


@pytest.fixture
def twice(portal: Portal) -> Portal:
    """Give a portal where the union spoke both openly and under seal, and was answered twice."""
    memory = portal.memory
    memory.open()
    memory.speak()
    given = {"id": "c3", "stakeholder": "union-bd", "attribution": "named", "text": "Time."}
    memory.act("record-contribution", given, by="moderator")
    memory.act("record-management", {"role": "sponsor", "present": True}, by="moderator")
    points = {"c1": "ngo-nl", "c2": "union-bd", "c3": "union-bd"}
    memory.act("publish-summary", {"lines": dict.fromkeys(points, "Pay.")}, by="moderator")
    for point, who in points.items():
        memory.act("check-line", {"contribution": point, "verdict": "confirmed"}, by=who)
    memory.close_session()
    for point in points:
        reason = f"Prices are agreed until spring, and {point} comes back then."
        given = {"contribution": point, "outcome": "not-now", "owner": "manager", "reason": reason}
        memory.act("decide", given)
    memory.act("sign-strategy", by="sponsor")
    for point in ("c2", "c3"):
        memory.act("answer-participant", {"covers": [point], "text": f"Answer to {point}."})
    memory.deliver()
    return portal


def test_whoever_was_answered_twice_chooses_on_which_answer_they_judge(twice: Portal) -> None:
    browser = twice.participant("union-bd")
    page = text_of(browser, "/my/words")
    assert "to what you said confidentially (Voice A)" in page
    assert "to what you said under your own name" in page
    start = text_of(browser, "/my")
    assert "On what you said confidentially (Voice A)" in start
    assert 'href="/my/words#verdict-union-bd"' in start
    for voice, heard in (("union-bd", "yes"), ("sealed-1", "no"), ("union-bd", "partly")):
        answer = browser.submit(f"/my/verdicts/{voice}", {"heard": heard}, on="/my/words")
        assert answer.headers["location"] == f"/my/words#verdict-{voice}"
    verdicts = twice.memory.read().verdicts
    assert {name: one.heard for name, one in verdicts.items()} == {
        "union-bd": "partly",
        "sealed-1": "no",
    }


def test_the_law_hears_the_answer_that_was_named_and_no_other(twice: Portal) -> None:
    memory = twice.memory
    memory.act("give-verdict", {"heard": "no", "voice": "union-bd"}, by="union-bd")
    memory.act("give-verdict", {"heard": "yes", "voice": "sealed-1"}, by="union-bd")
    assert {n: v.heard for n, v in memory.read().verdicts.items()} == {
        "union-bd": "no",
        "sealed-1": "yes",
    }
    with pytest.raises(Refused, match="No answer came to you"):
        memory.act("give-verdict", {"heard": "no", "voice": "sealed-1"}, by="ngo-nl")
    with pytest.raises(Refused, match="no answer to judge"):
        memory.act("give-verdict", {"heard": "no", "voice": "ngo-nl"}, by="ngo-nl")


def test_not_my_point_opens_a_dispute(answered: Portal) -> None:
    browser = answered.participant("ngo-nl")
    assert browser.submit("/my/words/c1/dispute", {"reason": ""}).status_code == 422
    assert browser.submit("/my/words/c1/dispute", {"reason": "I asked why"}).status_code == 303
    assert answered.memory.read().contributions["c1"].dispute_open
    assert "I asked why" in text_of(browser, "/my/words")


def test_an_objection_shows_its_clock_and_who_is_accountable(answered: Portal) -> None:
    memory, rounds = answered.memory, 2
    for number in range(rounds + 1):
        memory.act("dispute-answer", {"contribution": "c1", "reason": "Not mine"}, by="ngo-nl")
        if number < rounds:
            memory.act("settle-dispute", {"contribution": "c1", "text": "We look again."})
            memory.deliver()
    words = text_of(answered.participant("ngo-nl"), "/my/words")
    assert "Een reactie is beloofd uiterlijk op" in words
    assert "Verantwoordelijk: moderator of kleding." in words
    assert "moderator of kleding, moderator" in text_of(answered.participant("ngo-nl"), "/my")
    memory.now = LATE
    assert "Wij beloofden een reactie uiterlijk op" in text_of(
        answered.participant("ngo-nl"), "/my/words"
    )


def test_nobody_under_pressure_is_sent_to_the_manager(answered: Portal) -> None:
    page = text_of(answered.participant("ngo-nl"), "/my/safety")
    assert "manager@" not in page
    assert "confidant@kleding.example" in page


# my data


def test_the_export_holds_everything_of_theirs(answered: Portal) -> None:
    browser = answered.participant("union-bd")
    found: dict[str, Any] = json.loads(browser.get("/my/data/export").text)
    assert found["you"]["name"] == "Organiser Rahima"
    assert [c["id"] for c in found["contributions"]] == ["c2"]
    assert found["messages"]
    assert "attachment" in browser.get("/my/data/export").headers["content-disposition"]


def test_ending_my_links_leaves_only_this_browser(answered: Portal) -> None:
    mailed, elsewhere = answered.link("union-bd"), answered.participant("union-bd")
    colleague, hers = answered.link("ngo-nl"), answered.participant("ngo-nl")
    here = answered.participant("union-bd")
    assert here.submit("/my/data/links", on="/my/data").headers["location"].startswith("/my/data")
    assert "Your links open nothing any more" in text_of(here, "/my/data")
    assert elsewhere.get("/my").status_code == 401
    assert answered.browser().get(mailed).status_code in {404, 410}
    for alive in (colleague, answered.link("union-bd")):
        assert answered.browser().get(alive).status_code == 200
    assert here.get("/my").status_code == hers.get("/my").status_code == 200


def test_asking_to_be_erased_is_kept_for_a_person_to_decide(answered: Portal) -> None:
    browser = answered.participant("ngo-nl")
    browser.submit("/my/data/erasure", {"text": "My name"}, on="/my/data")
    dialogue = answered.memory.read()
    assert dialogue.stakeholders["ngo-nl"].erasure_wish == "My name"
    assert dialogue.duties["settle-erasure/ngo-nl"].owed
    assert "Wij hebben uw verzoek" in text_of(browser, "/my/data")


def test_a_report_reaches_the_confidant_without_a_name(answered: Portal) -> None:
    browser = answered.participant("union-bd")
    assert browser.submit("/my/safety", {"text": ""}).status_code == 422
    assert browser.submit("/my/safety", {"text": "A threat", "named": "no"}).status_code == 303
    (report,) = reports_of(answered.house.engine, "kleding")
    assert (report.text, report.who) == ("A threat", None)


# the language


def test_the_language_follows_the_person_and_then_their_choice(answered: Portal) -> None:
    browser = answered.participant("union-bd")
    assert '<html lang="en">' in browser.get("/my").text
    answer = browser.submit("/language", {"language": "nl", "back": "/my/words"})
    assert answer.headers["location"] == "/my/words"
    assert '<html lang="nl">' in browser.get("/my").text


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/?\r\nset-cookie:x", "/\\evil.example", ""]
)
def test_changing_the_language_never_leads_elsewhere(portal: Portal, back: str) -> None:
    answer = portal.browser().submit("/language", {"language": "en", "back": back})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_of_mine_is_whole_in_both_languages(answered: Portal, language: str) -> None:
    answered.memory.sweep(LATE + timedelta(days=30))
    browser = answered.participant("union-bd")
    browser.submit("/language", {"language": language, "back": "/my"})
    for path in (
        "/my",
        "/my/words",
        "/my/invitation",
        "/my/data",
        "/my/safety",
        "/my/answers/sealed-1",
    ):
        page = text_of(browser, path)
        assert f'<html lang="{language}">' in page
        assert page.count("<h1") == 1


# every moment of the year


def look_everywhere(portal: Portal) -> None:
    for who in ("ngo-nl", "union-bd"):
        for path in ("/my", "/my/words", "/my/invitation", "/my/data", "/my/safety"):
            assert portal.participant(who).get(path).status_code == 200, (who, path)


def test_the_pages_are_there_at_every_moment_of_the_year(portal: Portal) -> None:
    memory = portal.memory
    memory.open()
    memory.map()
    look_everywhere(portal)
    memory.act("approve-analysis")
    memory.act("invite-all")
    memory.act("decline-invitation", {"reason": "Ill"}, by="ngo-nl")
    look_everywhere(portal)
    memory.act("cancel-dialogue", {"reason": "A merger"})
    look_everywhere(portal)
    assert "gaat niet door" in text_of(portal.participant("ngo-nl"), "/my")


def test_a_dialogue_of_which_little_is_known_yet(portal: Portal) -> None:
    memory, programme = portal.memory, a_programme()
    memory.ledger.apply_programme(programme, memory.now)
    opening: dict[str, Any] = {"session_at": None, "edition": 2022, "information": None}
    receipt = memory.ledger.open_edition(programme.id, by="manager", now=memory.now, **opening)
    memory.dialogue_id = receipt.dialogue_id
    memory.map()
    look_everywhere(portal)


def test_a_role_that_changed_hands_is_no_secret(portal: Portal) -> None:
    portal.memory.open()
    portal.memory.meet()
    reader = portal.participant("ngo-nl")
    assert "Rollen die van hand wisselden" not in reader.get("/my").text
    given = {"role": "sponsor", "person": {"name": "Me Too", "email": "me2@kleding.example"}}
    portal.memory.act("hand-over", given)
    page = reader.get("/my").text
    assert "eindverantwoordelijke, overgedragen door de verantwoordelijke manager" in page
