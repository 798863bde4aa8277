"""Bringing in a list: what is wrong with each row is said beside it, and nothing is written before it is confirmed."""

import html
import io
import json
import re
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook

from portal.manager.register.spreadsheets import MOST_ROWS, Unreadable, as_xlsx, rows_of
from states.model.people import Role
from tests.portal.conftest import SAME_ORIGIN, Browser, Portal

HOME = "/dialogues/kleding-2022"
HEAD = "Naam;Organisatie;Soort;Land;Laag;Spreekt voor;Kritisch;Loopt gevaar;E-mail"
GOOD = "Ana Wéver;Weavers;vakbond;India;vertegenwoordiger;living wage;ja;nee;ana@w.example"


@pytest.fixture
def mapped(portal: Portal) -> Portal:
    """Give a portal with one risk and two people on the map."""
    portal.memory.open()
    portal.memory.map()
    return portal


def send(browser: Browser, sheet: bytes) -> Any:  # noqa: ANN401 - the client's own
    """Send a file to look at."""
    return browser.post(
        f"{HOME}/import/preview",
        data={"token": browser.token()},
        files={"sheet": ("people.csv", sheet)},
        headers=SAME_ORIGIN,
    )


def kept(page: str) -> str:
    """The rows that the preview hands on."""
    found = re.search(r'name="rows" value="([^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


def test_rows_are_shown_first_and_then_brought_in(mapped: Portal) -> None:
    browser = mapped.enter_as("manager")
    preview = send(browser, f"{HEAD}\n{GOOD}\n".encode())
    assert preview.status_code == 200
    assert "Ana Wéver" in preview.text
    assert len(mapped.memory.read().stakeholders) == 2
    assert browser.submit(f"{HOME}/import", {"rows": kept(preview.text)}).status_code == 303
    seat = mapped.memory.read().stakeholders["weavers-in"]
    assert (seat.name, seat.country, seat.category) == ("Ana Wéver", "IN", "union")
    assert (seat.layer, seat.critical, seat.at_risk) == ("representative", True, False)
    assert seat.speaks_for == ("wages-bd",)
    again = send(browser, f"{HEAD}\n{GOOD}\n".encode())
    assert "stond er al zo" in again.text
    assert 'name="rows"' not in again.text


def test_each_wrong_row_is_named_with_what_is_wrong(mapped: Portal) -> None:
    rows = [
        GOOD,
        "Bo;;ngo;Atlantis;boven;;misschien;nee;bo",
        ";Org;ngo;NL;expert;;;;",
        "Cy;Org;ngo;NL;expert;smoke;;;",
        "<script>alert(1)</script>;Org;ngo;NL;expert;;;;no mail",
    ]
    page = send(mapped.enter_as("manager"), "\n".join([HEAD, *rows]).encode()).text
    assert "Van de 5 rijen kan 1 erin" in re.sub(r"\s+", " ", page)
    for number in (3, 4, 5, 6):
        assert f"Rij {number}" in page
    assert "Land ‘Atlantis’: Dit land kennen wij niet" in page
    assert "Laag ‘boven’" in page
    assert "Kritisch ‘misschien’: Schrijf ja of nee." in page
    assert "Dit risico is nog niet benoemd: smoke." in page
    assert "<script>alert" not in page
    assert len(json.loads(kept(page))) == 1


def test_whoever_is_mapped_already_is_corrected_and_whoever_is_invited_is_not(
    mapped: Portal,
) -> None:
    mapped.memory.act("approve-analysis")
    mapped.memory.act("invite", {"stakeholder": "ngo-nl"})
    rows = [
        "Campaigner;Clean clothes;ngo;Nederland;expert;;ja;nee;campaign@ngo.example",
        "Rahima;Garment union;union;BD;affected;wages-bd;ja;ja;rahima@union.example",
    ]
    page = send(mapped.enter_as("manager"), "\n".join([HEAD, *rows]).encode()).text
    assert "Campaigner, Clean clothes is al uitgenodigd" in page
    assert "verbetert" in page
    assert len(json.loads(kept(page))) == 1


def test_a_workbook_and_another_code_page_are_understood(mapped: Portal) -> None:
    rows = [line.split(";") for line in (HEAD, GOOD)]
    browser = mapped.enter_as("manager")
    assert "Ana Wéver" in send(browser, as_xlsx([("x", rows)])).text
    assert "Ana Wéver" in send(browser, f"{HEAD}\r\n{GOOD}".encode("cp1252")).text
    english = "name,organisation,kind,country,layer\nEd,Org,expert,GB,expert\n"
    assert "Ed" in send(browser, b"\xef\xbb\xbf" + english.encode()).text


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        (b"", "Kies een bestand."),
        (b"\x89PNG\0\0", "Dit bestand is niet te lezen."),
        (b"PK\x03\x04 broken", "Dit bestand is niet te lezen."),
        (b"colour;shape\nred;round", "deze ontbreken: naam, organisatie, soort, land, laag"),
        (HEAD.encode(), "Er staan geen rijen onder de koppen."),
        (f"{HEAD};Mail;Land\n{GOOD}".encode(), "Deze koppen staan er twee keer: "),
        ("\n".join([HEAD, *[GOOD] * (MOST_ROWS + 1)]).encode(), "Dit zijn te veel rijen"),
        (b"a" * 2_000_001, "Dit bestand is te groot"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(
    mapped: Portal, sheet: bytes, said: str
) -> None:
    page = send(mapped.enter_as("manager"), sheet)
    assert page.status_code == 422
    assert said in page.text


def test_a_file_that_unpacks_to_a_mountain_or_brings_entities_is_refused() -> None:
    bomb, entity = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 31_000_000)
    Workbook().save(entity)
    with zipfile.ZipFile(entity, "a") as archive:
        archive.writestr("xl/evil.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    for file in (bomb, entity):
        with pytest.raises(Unreadable):
            rows_of(file.getvalue())


@pytest.mark.parametrize(
    "rows", ["", "{}", "[]", "[1]", '[{"name": 1}]', '[{"evil": "x"}]', "[" * 50_000]
)
def test_rows_that_were_tampered_with_are_refused(mapped: Portal, rows: str) -> None:
    answer = mapped.enter_as("manager").submit(f"{HOME}/import", {"rows": rows})
    assert answer.status_code == 422
    assert "Kies het bestand opnieuw." in answer.text
    assert len(mapped.memory.read().stakeholders) == 2


def test_rows_that_no_longer_fit_bring_nothing_in(mapped: Portal) -> None:
    browser = mapped.enter_as("manager")
    rows = kept(send(browser, f"{HEAD}\n{GOOD}\n".encode()).text)
    mapped.memory.act("drop-risk", {"risk": "wages-bd", "reason": "Named twice"})
    answer = browser.submit(f"{HOME}/import", {"rows": rows})
    assert answer.status_code == 422
    assert "Er is intussen iets veranderd" in answer.text
    assert len(mapped.memory.read().stakeholders) == 2


def test_the_example_is_understood(mapped: Portal) -> None:
    browser = mapped.enter_as("manager")
    head = rows_of(browser.get(f"{HOME}/example.csv").content)[0]
    assert "deze ontbreken" not in send(browser, ";".join(head).encode()).text


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;\r"])
def test_the_line_that_names_the_delimiter_is_no_row(mapped: Portal, first: str) -> None:
    page = send(mapped.enter_as("manager"), f"{first}\n{HEAD}\n{GOOD}\n".encode())
    assert page.status_code == 200
    assert "Van de 1 rij kan 1 erin" in page.text


def test_two_people_with_one_mailbox_are_not_one_person(mapped: Portal) -> None:
    other = GOOD.replace("Ana Wéver", "Ben Dyer")
    page = send(mapped.enter_as("manager"), f"{HEAD}\n{GOOD}\n{other}\n".encode())
    assert "Dit adres is al van iemand in rij 2." in page.text
    assert "Van de 2 rijen kan 1 erin" in page.text


def test_a_list_comes_in_as_one_change(mapped: Portal) -> None:
    browser = mapped.enter_as("manager")
    second = GOOD.replace("Ana", "Eva").replace("ana@", "eva@").replace("Weavers", "Dyers")
    rows = kept(send(browser, f"{HEAD}\n{GOOD}\n{second}\n".encode()).text)
    before = mapped.house.ledger.revision("kleding-2022")
    assert browser.submit(f"{HOME}/import", {"rows": rows}).status_code == 303
    assert mapped.house.ledger.revision("kleding-2022") == before + 1
    assert len(mapped.memory.read().stakeholders) == 4


def test_the_number_of_who_owes_is_named_in_its_row(mapped: Portal) -> None:
    """The switchboard of the company, for one: the row says so, and the others come in."""
    ledger, now = mapped.memory.ledger, mapped.memory.now
    known = ledger.programme("kleding").programme
    manager = known.roles[Role.MANAGER].model_copy(update={"phone": "+31 20 555 01 23"})
    ledger.apply_programme(
        known.model_copy(update={"roles": {**known.roles, Role.MANAGER: manager}}), now
    )
    shared = "Bo de Wit;Ondernemingsraad;medewerker;NL;vertegenwoordiger;020 555 01 23"
    own = "Jo de Wit;Bond;vakbond;NL;vertegenwoordiger;06 1111 1111"
    head = "Naam;Organisatie;Soort;Land;Laag;Telefoon"

    page = send(mapped.enter_as("manager"), f"{head}\n{shared}\n{own}".encode()).text

    assert "Is het een gedeeld nummer" in page
    assert [row["name"] for row in json.loads(kept(page))] == ["Jo de Wit"]
