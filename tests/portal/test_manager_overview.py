"""Today and the dialogue: what is owed, what is asked, and the forms that pass, postpone and move."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from records.dialogues import programmes
from states.model.vocabulary import DutyKind
from tests.portal.conftest import Portal
from tests.records.conftest import SESSION, utc

HOME = "/dialogues/kleding-2022"
MOVE = {"to": "2022-06-30T14:00", "reason": "The hall burnt down"}


def text_of(page: str) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_today_names_who_is_owed_what_and_says_that_the_engine_never_ran(
    two_companies: Portal,
) -> None:
    page = two_companies.enter_as("manager").get("/today").text
    assert "Een deelnemer antwoord geven" in page
    assert "Campaigner, Clean clothes" in page
    assert "Stem A (vertrouwelijk)" in page
    assert "De bewaking heeft nog nooit gelopen" in page
    assert "Company schoenen" not in page


def test_lapses_stand_on_top_and_cannot_be_hidden(two_companies: Portal) -> None:
    two_companies.memory.sweep(utc(2022, 9, 12))
    browser = two_companies.enter_as("manager")
    page = browser.get("/today").text
    late, answer = page.index('id="late"'), page.index(f'href="{HOME}/answers/c1"')
    assert late < answer < page.index("Naar de dialoog")
    assert "4 dagen te laat" in page
    assert "2 taken te laat" in text_of(page).casefold()
    assert "loopt niet" not in page
    assert browser.get("/today?late=no&hide=1").text.count('class="owed late') == 2


def test_what_is_late_shows_before_the_engine_noticed(two_companies: Portal) -> None:
    two_companies.memory.sweep(utc(2022, 8, 1))
    two_companies.memory.now = utc(2022, 9, 12)
    page = two_companies.enter_as("manager").get("/today").text
    assert "4 dagen te laat" in page
    assert "De bewaking van de termijnen loopt niet" in page
    assert "1 augustus 2022" in page


def test_a_postponed_answer_stays_late_but_below_those_without_a_date(
    two_companies: Portal,
) -> None:
    two_companies.memory.sweep(utc(2022, 9, 12))
    two_companies.memory.act(
        "postpone", {"duty": "answer-participant/ngo-nl", "to": "2022-09-20", "reason": "Ill"}
    )
    page = two_companies.enter_as("manager").get("/today").text
    assert page.index("Stem A (vertrouwelijk)") < page.index("Campaigner, Clean clothes")
    assert "uitgesteld, eerst beloofd: 8 september 2022" in page


def test_a_pause_is_said_where_an_opening_would_be(two_companies: Portal) -> None:
    memory, company = two_companies.memory, "kleding"
    programmes.pause(memory.engine, company, "operator", "Het bedrijf wordt verkocht.", memory.now)
    browser = two_companies.enter_as("manager")

    for path in ("/today", "/open", "/settings"):
        page = text_of(browser.get(path).text)
        assert "Het programma is gepauzeerd" in page
        assert "Het bedrijf wordt verkocht." in page
        assert "gaat er geen nieuwe dialoog open" in page
    assert "gaat vanzelf open" not in text_of(browser.get("/open").text)
    assert "Een deelnemer antwoord geven" in browser.get("/today").text
    programmes.resume(memory.engine, company, memory.now)
    assert "gepauzeerd" not in browser.get("/today").text


def test_today_is_empty_before_anything_began(portal: Portal) -> None:
    from tests.records.conftest import a_programme

    portal.house.ledger.apply_programme(a_programme(), portal.now)
    browser = portal.enter_as("manager")
    assert "Er staat niets open" in browser.get("/today").text
    assert "Er is nog geen dialoog" in browser.get("/dialogue").text


def test_the_dialogue_says_what_is_missing_and_why(portal: Portal) -> None:
    portal.memory.open()
    page = portal.enter_as("manager").get(HOME).text
    assert "De risico" in page
    assert "Waarom: OESO-richtsnoer" in page
    assert f'href="{HOME}/risks"' in page
    assert f'href="{HOME}/override?check=critical-voice"' in page
    assert "override?check=risks-named" not in page
    assert "(name-risk" not in page
    assert "18 weken vóór de sessie van 16 juni 2022" in page


def test_every_source_is_said_in_dutch() -> None:
    from notifications.language.words import tables
    from states.checks.checks import RULES

    said = tables()["source"]
    assert {rule.source for rule in RULES} == set(said)
    assert all(entry["nl"] != entry["en"] == name for name, entry in said.items())


def test_overriding_a_check_needs_a_reason_and_shows_it(portal: Portal) -> None:
    portal.memory.open()
    browser = portal.enter_as("manager")
    answer = browser.submit(f"{HOME}/override", {"check": "critical-voice", "reason": " "})
    assert answer.status_code == 422
    assert "Vul dit in." in answer.text
    assert ">De reden: vul dit in.</a>" in answer.text  # a link that says where it leads
    reason = {"check": "critical-voice", "reason": "They <b>refused</b> this year"}
    assert browser.submit(f"{HOME}/override", reason).status_code == 303
    page = browser.get(HOME).text
    assert "They &lt;b&gt;refused&lt;/b&gt; this year" in page
    assert "manager of kleding" in page
    assert browser.get(f"{HOME}/override?check=risks-named").status_code == 404


def test_going_on_is_refused_with_what_is_missing_and_done_when_all_is_in_order(
    portal: Portal,
) -> None:
    portal.memory.open()
    portal.memory.map()
    browser = portal.enter_as("manager")
    assert browser.submit(f"{HOME}/leave", {"step": "open-session"}).status_code == 422
    portal.memory.act("drop-risk", {"risk": "wages-bd", "reason": "none"})
    answer = browser.submit(f"{HOME}/leave", {"step": "approve-analysis"})
    assert answer.status_code == 422
    assert "(name-risk)" not in answer.text
    portal.memory.map()
    assert "De analyse vaststellen" in browser.get(HOME).text
    assert browser.submit(f"{HOME}/leave", {"step": "approve-analysis"}).status_code == 303
    assert portal.memory.read().phase == "expectation_gathering"


def test_postponing_names_a_day_and_a_reason(two_companies: Portal) -> None:
    two_companies.memory.now = utc(2022, 9, 1)
    browser = two_companies.enter_as("manager")
    form = browser.get(f"{HOME}/postpone?duty=answer-participant/c1").text
    assert "8 september 2022" in form
    assert "Wie op u wacht" in form
    duty = {"duty": "answer-participant/c1"}
    empty = browser.submit(f"{HOME}/postpone", duty)
    assert empty.status_code == 422
    assert empty.text.count('class="problem"') == 2
    early = browser.submit(f"{HOME}/postpone", duty | {"to": "2022-09-02", "reason": 'Too "early"'})
    assert early.status_code == 422
    assert "Too &#34;early&#34;" in early.text
    late = duty | {"to": "2022-09-15", "reason": "The buyer is away"}
    assert browser.submit(f"{HOME}/postpone", late).status_code == 303
    assert "The buyer is away" in browser.get(HOME).text


def test_no_address_and_no_refusal_names_whom_the_attribution_hides(portal: Portal) -> None:
    memory = portal.memory
    memory.open()
    memory.meet()
    for name in ("union-bd", "ngo-nl"):
        given = {"stakeholder": name, "present": True}
        memory.act("record-attendance", given, by="moderator")
    point = {"id": "c1", "stakeholder": "ngo-nl", "attribution": "region", "text": "Pay."}
    memory.act("record-contribution", point, by="moderator")
    memory.act("publish-summary", {"lines": {"c1": "Pay."}}, by="moderator")
    browser = portal.enter_as("manager")
    hidden = ("ngo-nl", "Campaigner", "Clean clothes")
    for path in ("/today", HOME, f"{HOME}/postpone?duty=answer-participant/c1"):
        page = browser.get(path).text
        assert not [name for name in hidden if name in page], path
    duty = {"duty": "answer-participant/c1", "to": "2022-06-17", "reason": "x"}
    refused = browser.submit(f"{HOME}/postpone", duty)
    left = browser.submit(f"{HOME}/leave", {"step": "close-session"})
    assert (refused.status_code, left.status_code) == (422, 422)
    assert not [name for name in hidden if name in refused.text + left.text]
    assert browser.get(f"{HOME}/postpone?duty=answer-participant/ngo-nl").status_code == 404


def test_moving_the_session_shows_what_moves_before_anything_is_written(portal: Portal) -> None:
    portal.memory.open()
    portal.memory.gather()
    portal.memory.act("invite-all")
    for row in portal.memory.notices(template="invitation"):
        portal.memory.ledger.record_delivered(row.id, "email", portal.memory.now)
    browser = portal.enter_as("manager")
    before = portal.dump()
    preview = browser.submit(f"{HOME}/move/preview", MOVE)
    assert preview.status_code == 200
    said = text_of(preview.text)
    assert "donderdag 16 juni 2022" in said
    assert "donderdag 30 juni 2022" in said
    assert "22 september 2022" in said
    assert "Een stakeholder uitnodigen" not in said
    assert "Antwoorden op de uitnodiging × 2 26 mei 2022 9 juni 2022" in said
    assert "2 mensen" in said
    assert [row for row in portal.dump() if '"stays"' not in row] == [
        row for row in before if '"stays"' not in row
    ]
    assert browser.submit(f"{HOME}/move", MOVE).status_code == 303
    moved = portal.memory.read()
    assert moved.session_at == utc(2022, 6, 30, 12)
    assert len(portal.memory.notices(template="session-moved")) == 2


def test_moving_the_session_keeps_what_was_typed_when_it_is_refused(portal: Portal) -> None:
    portal.memory.open()
    browser = portal.enter_as("manager")
    for path in ("move", "move/preview"):
        past = browser.submit(f"{HOME}/{path}", MOVE | {"to": "2020-01-01T10:00"})
        assert past.status_code == 422
        assert 'value="2020-01-01T10:00"' in past.text
        assert "The hall burnt down" in past.text
        empty = browser.submit(f"{HOME}/{path}", {"to": "never", "feedback_by": "soon"})
        assert empty.status_code == 422
        assert "Kies een dag en een tijd." in empty.text
    assert portal.memory.read().session_at == SESSION


def test_lessons_are_noted_and_the_dialogue_is_closed(two_companies: Portal) -> None:
    memory, browser = two_companies.memory, two_companies.enter_as("manager")
    assert f'href="{HOME}/lessons"' in browser.get(HOME).text
    assert browser.submit(f"{HOME}/lessons", {"text": " "}).status_code == 422
    noted = browser.submit(f"{HOME}/lessons", {"text": "Ask <i>earlier</i>"})
    assert noted.status_code == 303
    assert "Ask &lt;i&gt;earlier&lt;/i&gt;" in browser.get(f"{HOME}/lessons").text
    for point in ("c1", "c2"):
        memory.act("answer-participant", {"covers": [point], "text": "We look in March."})
    memory.deliver()
    for name in ("ngo-nl", "union-bd"):
        memory.act("give-verdict", {"heard": "yes"}, by=name)
    early = browser.submit(f"{HOME}/leave", {"step": "close-dialogue"})
    assert early.status_code == 422
    assert "Stem A" in early.text
    memory.outwait(DutyKind.GIVE_VERDICT)
    browser = two_companies.enter_as("manager")
    assert "De dialoog afsluiten" in browser.get(HOME).text
    assert browser.submit(f"{HOME}/leave", {"step": "close-dialogue"}).status_code == 303
    assert memory.read().phase == "closed"
    assert "Lessen schrijft u op vanaf de sessie" in browser.get(f"{HOME}/lessons").text


def test_a_dialogue_is_cancelled_with_a_reason_and_a_second_thought(portal: Portal) -> None:
    portal.memory.open()
    browser, at = portal.enter_as("manager"), f"{HOME}/cancel"
    assert browser.get(at).status_code == 200
    assert browser.submit(at, {"sure": "yes"}).status_code == 422
    unsure = browser.submit(at, {"reason": "The company is sold"})
    assert unsure.status_code == 422
    assert "The company is sold" in unsure.text
    sure = browser.submit(at, {"reason": "The company is sold", "sure": "yes"})
    assert sure.status_code == 303
    page = browser.get(HOME).text
    assert "gaat niet door" in page
    assert "Deze dialoog is voorbij" in page
    assert browser.get(at).status_code == 404


def test_the_sponsor_may_see_and_override_but_not_run_it(portal: Portal) -> None:
    portal.memory.open()
    sponsor = portal.enter_as("sponsor")
    assert sponsor.get(HOME).status_code == 200
    assert "De analyse vaststellen" not in sponsor.get(HOME).text
    assert sponsor.get(f"{HOME}/move").status_code == 404
    reason = {"check": "critical-voice", "reason": "We asked five"}
    assert sponsor.submit(f"{HOME}/override", reason).status_code == 303


@pytest.mark.parametrize("path", ["/today", HOME, f"{HOME}/people", f"{HOME}/mirror"])
def test_the_number_of_queries_does_not_grow(portal: Portal, path: str) -> None:
    portal.memory.open()
    portal.memory.map()
    few = queries(portal, path)
    for number in range(40):
        given = {
            "id": f"seat-{number}", "name": f"Person {number}", "organisation": "Many",
            "category": "ngo", "country": "IN", "layer": "expert", "at_risk": False,
        }  # fmt: skip
        portal.memory.act("map-stakeholder", given)
    portal.memory.act("approve-analysis")
    portal.memory.now += timedelta(days=1)
    assert queries(portal, path) == few < 40


def test_older_years_are_counted_and_never_read_whole(portal: Portal) -> None:
    portal.memory.open()
    few = []
    for year in range(2023, 2029):
        few.append(queries(portal, "/today"))
        portal.house.ledger.open_edition(
            "kleding", session_at=SESSION.replace(year=year), edition=year, information=None,
            by="manager", now=portal.now,
        )  # fmt: skip
    portal.memory.now = utc(2022, 5, 1)
    assert queries(portal, "/today") == max(few)
    page = portal.enter_as("manager").get("/today").text
    assert "Uit andere jaren" in page
    assert "dialogues/kleding-2022/postpone" in page, "what is late is shown, whatever the year"
    assert page.index("dialogues/kleding-2022/postpone") < page.index("dialogues/kleding-2028/")


def queries(portal: Portal, path: str) -> int:
    """How many statements the page *path* takes when nothing of it is remembered."""
    browser, asked = portal.enter_as("manager"), []

    def count(*args: object) -> None:
        asked.append(args)

    portal.house.ledger._reader._kept.clear()
    event.listen(portal.house.engine, "before_cursor_execute", count)
    try:
        assert browser.get(path).status_code == 200
    finally:
        event.remove(portal.house.engine, "before_cursor_execute", count)
    return len(asked)
