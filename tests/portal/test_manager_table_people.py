"""Mapping people and risks by form, inviting and reaching them, and the lists that can be taken along."""

import csv
import io
import re
from html import unescape

import pytest
from openpyxl import load_workbook

from portal.manager.register.spreadsheets import FORMULA, as_csv, as_xlsx, harmless, rows_of
from tests.portal.conftest import Portal
from tests.records.conftest import NGO

HOME = "/dialogues/kleding-2022"
WEAVER = {
    "name": "Ana Weaver", "organisation": "Weavers' union", "category": "union", "country": "IN",
    "layer": "representative", "critical": "yes", "at_risk": "no", "speaks_for": "wages-bd",
    "email": "ana@weavers.example",
}  # fmt: skip


@pytest.fixture
def mapped(portal: Portal) -> Portal:
    """Give a portal with one risk and two people on the map."""
    portal.memory.open()
    portal.memory.map()
    return portal


def test_somebody_is_mapped_by_form(mapped: Portal) -> None:
    browser = mapped.enter_as("manager")
    assert 'value="wages-bd"' in browser.get(f"{HOME}/map").text
    assert browser.submit(f"{HOME}/map", WEAVER).headers["location"] == f"{HOME}/people"
    seat = mapped.memory.read().stakeholders["weavers-union-in"]
    assert (seat.critical, seat.at_risk, seat.speaks_for) == (True, False, ("wages-bd",))
    assert (seat.language, seat.country) == ("en", "IN")
    again = browser.submit(f"{HOME}/map", WEAVER | {"name": "Bo", "email": "", "then": "another"})
    assert again.headers["location"] == f"{HOME}/map"
    assert "weavers-union-in-2" in mapped.memory.read().stakeholders


def test_a_wrong_form_keeps_what_was_typed_and_says_what_is_wrong_beside_it(
    mapped: Portal,
) -> None:
    wrong = WEAVER | {"organisation": "", "email": "ana at weavers", "name": "<i>Ana</i>"}
    page = mapped.enter_as("manager").submit(f"{HOME}/map", wrong)
    assert page.status_code == 422
    assert "Fout: " in page.text
    assert page.text.count('class="problem"') == 1
    complete = wrong | {"organisation": "Union"}
    page = mapped.enter_as("manager").submit(f"{HOME}/map", complete)
    assert "Schrijf het als naam@organisatie.nl." in page.text
    assert 'value="&lt;i&gt;Ana&lt;/i&gt;"' in page.text
    assert 'value="IN" selected' in page.text
    assert 'value="representative" checked' in page.text
    assert 'value="wages-bd" checked' in page.text
    assert len(mapped.memory.read().stakeholders) == 2


def test_a_seat_is_corrected_and_dropped_until_it_is_invited(mapped: Portal) -> None:
    browser, at = mapped.enter_as("manager"), f"{HOME}/person/ngo-nl"
    same = {k: v for k, v in NGO.items() if isinstance(v, str)} | {"at_risk": "no"}
    assert browser.submit(at, same | {"name": "New Name"}).status_code == 303
    seat = mapped.memory.read().stakeholders["ngo-nl"]
    assert (seat.name, seat.critical) == ("New Name", False)
    assert browser.submit(f"{at}/drop", {"reason": ""}).status_code == 422
    assert browser.submit(f"{at}/drop", {"reason": "Doubled"}).status_code == 303
    assert browser.get(at).status_code == 404


def test_people_are_invited_and_reached(portal: Portal) -> None:
    memory = portal.memory
    memory.open()
    memory.map()
    village = {
        "id": "village", "name": "Elder", "organisation": "Village", "category": "community",
        "country": "BD", "layer": "affected", "at_risk": False, "phone": "+880 1",
    }  # fmt: skip
    memory.act("map-stakeholder", village)
    memory.act("approve-analysis")
    browser = portal.enter_as("manager")
    assert browser.submit(f"{HOME}/person/village/invite").status_code == 303
    assert browser.submit(f"{HOME}/person/village/invite").status_code == 200
    reply = f"{HOME}/person/village/reply"
    assert browser.submit(reply).status_code == 422
    assert (
        browser.submit(
            reply, {"reply": "declined", "reason": "Harvest", "how": "phone"}
        ).status_code
        == 303
    )
    assert "Harvest" in browser.get(f"{HOME}/person/village").text
    assert browser.submit(f"{HOME}/invite-all").status_code == 303
    reach, old = f"{HOME}/person/ngo-nl/reach", portal.link("ngo-nl")
    inside = portal.participant("ngo-nl")
    assert browser.submit(reach, {"email": "nowhere"}).status_code == 422
    assert browser.submit(reach, {"language": "en"}).status_code == 303
    assert portal.browser().get(old).status_code == 200
    assert browser.submit(reach, {"email": "new@ngo.example"}).status_code == 303
    assert portal.browser().get(old).status_code == 410
    assert inside.get("/my").status_code == 401
    assert browser.submit(reach, {"by_hand": "yes", "phone": "020 1"}).status_code == 303
    assert memory.read().stakeholders["ngo-nl"].email is None
    assert (
        browser.submit(
            f"{HOME}/person/ngo-nl/reply", {"reply": "accepted", "how": "letter"}
        ).status_code
        == 303
    )
    chosen = browser.get(f"{HOME}/people?show=accepted").text
    assert "Campaigner" in chosen
    assert "Elder" not in chosen


def test_a_risk_is_named_corrected_and_dropped(portal: Portal) -> None:
    portal.memory.open()
    browser, at = portal.enter_as("manager"), f"{HOME}/risks"
    wrong = browser.submit(at, {"theme": "Child <labour>", "tier": "99"})
    assert wrong.status_code == 422
    assert 'value="Child &lt;labour&gt;"' in wrong.text
    assert wrong.text.count('class="problem"') == 4
    risk = {"theme": "Child labour", "group": "children", "country": "IN", "tier": "3"}
    assert browser.submit(at, risk | {"weight": "4"}).status_code == 303
    assert portal.memory.read().risks["child-labour-in"].weight == 4
    better = risk | {"id": "child-labour-in", "weight": "5"}
    assert browser.submit(at, better).status_code == 303
    assert [r.weight for r in portal.memory.read().risks.values()] == [5]
    held = {"risk": "child-labour-in", "place": "Jaipur", "partner": "Save", "held": "2021-11-01"}
    assert browser.submit(f"{at}/chain", held | {"held": "x"}).status_code == 422
    assert browser.submit(f"{at}/chain", held).status_code == 303
    assert "Jaipur" in browser.get(at).text
    assert (
        browser.submit(f"{at}/drop", {"risk": "child-labour-in", "reason": "No"}).status_code == 303
    )
    assert not portal.memory.read().risks


def test_the_invitation_is_filled_in_and_stands_once_it_is_out(mapped: Portal) -> None:
    browser, at = mapped.enter_as("manager"), f"{HOME}/invitations"
    wrong = {"purpose": "Better", "feedback_by": "soon", "degree_of_influence": "all"}
    page = browser.submit(at, wrong)
    assert page.status_code == 422
    assert page.text.count('class="problem"') == 2
    early = browser.submit(at, {"feedback_by": "2022-06-01"})
    assert early.status_code == 422
    assert (
        browser.submit(at, {"purpose": "To hear", "feedback_by": "2022-09-01"}).status_code == 303
    )
    mapped.memory.act("approve-analysis")
    mapped.memory.act("invite-all")
    assert "Wat erin staat, is toegezegd" in browser.get(at).text
    assert browser.submit(at, {"purpose": "Else"}).status_code == 422


def test_expectations_are_shown_without_the_names_of_those_at_risk(portal: Portal) -> None:
    memory = portal.memory
    memory.open()
    memory.gather()
    memory.act("invite-all")
    for name in ("union-bd", "ngo-nl"):
        memory.act("accept-invitation", by=name)
        memory.act("share-expectation", {"text": f"Hear {name[-2:]}"}, by=name)
    browser = portal.enter_as("manager")
    page = browser.get(f"{HOME}/expectations").text
    assert "Campaigner, Clean clothes" in page
    assert "een deelnemer" in page
    assert "Rahima" not in page
    assert page.index("Hear nl") < page.index("Hear bd"), "the order of the map tells who"
    assert browser.submit(f"{HOME}/expectations", {"changes": ""}).status_code == 422
    assert browser.submit(f"{HOME}/expectations", {"changes": "Wages first"}).status_code == 303


def test_a_list_that_is_taken_along_leaves_people_at_risk_out(two_companies: Portal) -> None:
    browser = two_companies.enter_as("manager")
    table = browser.get(f"{HOME}/lists/people.csv")
    assert table.headers["content-disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:3] == ["kenmerk", "naam", "organisatie"]
    assert [row[0] for row in rows[1:]] == ["ngo-nl"]
    sheet = load_workbook(io.BytesIO(browser.get(f"{HOME}/lists/people.xlsx").content)).worksheets[
        0
    ]
    assert [row[1].value for row in sheet.iter_rows()] == ["naam", "Campaigner"]
    assert browser.get(f"{HOME}/lists/secrets.csv").status_code == 404
    assert browser.get(f"{HOME}/lists/people.exe").status_code == 404


def test_an_open_wish_to_be_erased_is_shown_until_it_is_settled(two_companies: Portal) -> None:
    two_companies.memory.act("ask-erasure", {}, by="ngo-nl")
    browser = two_companies.enter_as("manager")
    page = browser.get(f"{HOME}/people").text
    assert page.count("Verzoeken om gegevens te verwijderen") == 1
    given = {"reply": "decline", "reason": "A lawsuit"}
    assert browser.submit(f"{HOME}/person/ngo-nl/erasure", given).status_code == 303
    assert "Verzoeken om gegevens te verwijderen" not in browser.get(f"{HOME}/people").text


@pytest.mark.parametrize("sign", FORMULA)
def test_no_cell_becomes_a_formula(sign: str) -> None:
    text = f"{sign}HYPERLINK(1)"
    assert harmless(text) == f"'{text}"
    assert as_csv([[text, "a;=1"]]).decode("utf-8-sig").startswith(f"\"'{sign}")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_every_cell_of_a_workbook_is_text(sign: str) -> None:
    text = f"{sign}1+1|cmd"
    cell = load_workbook(io.BytesIO(as_xlsx([("x", [[text]])]))).worksheets[0].cell(1, 1)
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_what_was_taken_along_can_come_back() -> None:
    rows = [["naam", "telefoon"], ["=Ana; 'x'", "+31 6"], ["-", "@b"]]
    assert rows_of(as_csv(rows)) == rows
    assert rows_of(as_xlsx([("x", rows)])) == rows


def test_another_language_shows_the_same_page(portal: Portal) -> None:
    portal.memory.open()
    portal.memory.map()
    browser = portal.enter_as("manager")
    path = f"{HOME}/override?check=home-share"
    back = re.search(r'name="back" value="([^"]*)"', browser.get(path).text)
    assert back is not None
    answer = browser.submit("/language", {"language": "en", "back": unescape(back[1])})
    assert answer.headers["location"] == path
