"""Registers as people keep them: every column is taken or named, every row is somebody, and nobody is two."""

import html
import io
import json
import re
from typing import Any

import pytest
from openpyxl import Workbook

from portal.manager.register.countries import countries, country_of
from portal.manager.register.headings import BESIDE, COLUMNS, heading_of, plain
from tests.portal.conftest import SAME_ORIGIN, Browser, Portal

HOME = "/dialogues/kleding-2022"
HEAD = "Naam;Organisatie;Soort;Land;Laag;Spreekt voor;Kritisch;Loopt gevaar;E-mail"
GOOD = "Ana Wéver;Weavers;vakbond;India;vertegenwoordiger;living wage;ja;nee;ana@w.example"

GOOGLE = (
    "First Name,Last Name,Organization Name,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Value,"
    "Country,Layer,Type"
)


@pytest.fixture
def mapped(portal: Portal) -> Portal:
    """Give a portal with one risk and two people on the map."""
    portal.memory.open()
    portal.memory.map()
    return portal


def send(browser: Browser, sheet: bytes | str) -> Any:  # noqa: ANN401 - the client's own
    """Send a file to look at."""
    data = sheet.encode() if isinstance(sheet, str) else sheet
    return browser.post(
        f"{HOME}/import/preview",
        data={"token": browser.token()},
        files={"sheet": ("register", data)},
        headers=SAME_ORIGIN,
    )


def hidden(page: str, name: str) -> list[str]:
    """What the fields *name* of a page carry."""
    return [html.unescape(one) for one in re.findall(rf'name="{name}" value="([^"]*)"', page)]


def chosen(page: str) -> list[str]:
    """What each column is taken for."""
    selects = re.findall(r'<select name="column-\d+".*?</select>', page, re.DOTALL)
    found = [re.search(r'value="([^"]*)" selected', one) for one in selects]
    return [one[1] if one else "" for one in found]


def sort(browser: Browser, page: str, columns: list[str], **more: str) -> Any:  # noqa: ANN401
    """Say by hand what each column is."""
    wishes = {f"column-{at}": name for at, name in enumerate(columns)}
    return browser.submit(
        f"{HOME}/import/preview", {"register": hidden(page, "register"), **wishes, **more}
    )


def rows(page: str) -> list[dict[str, str]]:
    """The rows that the page would bring in."""
    found: list[dict[str, str]] = json.loads("".join(hidden(page, "rows")) or "[]")
    return found


def text(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.parametrize(
    ("head", "row", "unused"),
    [
        ("Contactpersoon;Organisatie;soort;Land;E-mail adres;Telefoonnr.;laag;Opmerkingen",
         "Ana;W;NGO;Nederland;a@w.example;06;namens;bel", ["Opmerkingen"]),
        ("Name *;Organization;Stakeholder type;Country;Level;Email address ",
         "Ana;W;union;India;representative;a@w.example", []),
        ("Name,Organisation,Type,Country,Layer,Email,Phone,Interest,Influence",
         '"Ana",W,Trade union,India,Representative,a@w.example,+91,High,Low', ["Interest", "Influence"]),
        (GOOGLE,
         "Ana,,W,x,Work,a@w.example,+88,BD,expert,union", ["Labels", "E-mail 1 - Label"]),
        ("Stakeholder;Contactpersoon;Invloed (1-5);Belang;E-mail;Land;Soort;Laag",
         "W;Ana;5;3;a@w.example;NL;ngo;namens", ["Invloed (1-5)", "Belang"]),
        (f"{HEAD};Opmerkingen;E-mail 2", "Ana;W;ngo;NL;expert;;;;a@w.example;bel;b@w.example",
         ["Opmerkingen", "E-mail 2"]),
        ("Voornaam;Tussenvoegsel;Achternaam;Bedrijf;Categorie;Land;Niveau;Mail",
         "Ana;;;W;ngo;NL;expert;a@w.example", []),
    ],
)  # fmt: skip
def test_each_column_is_taken_or_named(
    mapped: Portal, head: str, row: str, unused: list[str]
) -> None:
    page = send(mapped.enter_as("manager"), f"{head}\n{row}\n")
    assert page.status_code == 200
    (found,) = rows(page.text)
    assert (found["name"], found["organisation"], found["email"]) == ("Ana", "W", "a@w.example")
    said = text(page.text)
    assert ("Deze kolommen nemen wij niet over" in said) is bool(unused)
    for heading in unused:
        assert heading in said.split("Deze kolommen nemen wij niet over: ")[1].split(".")[0]
    for heading in re.split("[;,]", head):
        assert html.escape(heading.strip()) in page.text


def test_parts_of_a_name_make_one(mapped: Portal) -> None:
    head = "Voornaam;Tussenvoegsel;Achternaam;Organisatie;Soort;Land;Laag"
    page = send(mapped.enter_as("manager"), f"{head}\nAna;van der;Wever;W;ngo;NL;expert\n")
    assert rows(page.text)[0]["name"] == "Ana van der Wever"


def test_columns_that_nobody_knows_are_sorted_by_hand_and_remembered(mapped: Portal) -> None:
    sheet = "Qui;Chez;Quoi;Où;Près;Adresse\nAna;W;ngo;NL;expert;a@w.example\n"
    browser = mapped.enter_as("manager")
    first = send(browser, sheet)
    assert first.status_code == 422
    assert "deze ontbreken: naam, organisatie, soort, land, laag" in text(first.text)
    names = ["name", "organisation", "category", "country", "layer", "email"]
    second = sort(browser, first.text, names)
    assert (second.status_code, len(rows(second.text))) == (200, 1)
    third = send(browser, sheet)
    assert (third.status_code, chosen(third.text)) == (200, names)
    assert browser.submit(f"{HOME}/import", {"rows": hidden(third.text, "rows")}).status_code == 303
    assert mapped.memory.read().stakeholders["w-nl"].email == "a@w.example"


def test_what_was_left_out_by_hand_stays_out_and_can_come_back(mapped: Portal) -> None:
    browser = mapped.enter_as("manager")
    page = send(browser, f"{HEAD}\n{GOOD}\n").text
    names = chosen(page)
    without = [*names[:-1], ""]
    page = sort(browser, page, without).text
    assert "email" not in rows(page)[0]
    page = send(browser, f"{HEAD}\n{GOOD}\n").text
    assert chosen(page) == without
    page = sort(browser, page, names).text
    assert chosen(send(browser, f"{HEAD}\n{GOOD}\n").text) == names


def test_one_thing_in_two_columns_is_asked(mapped: Portal) -> None:
    browser = mapped.enter_as("manager")
    page = send(browser, f"{HEAD};Mailadres\n{GOOD};x@w.example\n")
    assert page.status_code == 422
    assert "Deze koppen staan er twee keer: e-mail" in text(page.text)
    names = chosen(page.text)
    assert sort(browser, page.text, [*names[:-1], "email"]).status_code == 422 or names[-1] == ""
    fixed = sort(browser, page.text, [*names[:8], "", "email"])
    assert rows(fixed.text)[0]["email"] == "x@w.example"


@pytest.mark.parametrize(
    "pieces",
    [[], ["{"], ["[]"], ['{"title": 1}'], ["[" * 50_000], ['{"rows": [["x", []]]}'], ["null"]],
    ids=lambda pieces: (pieces or ["nothing"])[0][:20],
)
def test_a_register_that_was_tampered_with_is_refused(mapped: Portal, pieces: list[str]) -> None:
    answer = mapped.enter_as("manager").submit(
        f"{HOME}/import/preview", {"register": pieces, "column-0": "name"}
    )
    assert answer.status_code == 422
    assert re.search("Kies (het|een) bestand", answer.text)


def workbook(*sheets: tuple[str, str, list[list[object]]]) -> bytes:
    made, file = Workbook(), io.BytesIO()
    made.remove(made.worksheets[0])
    for title, state, cells in sheets:
        sheet = made.create_sheet(title)
        sheet.sheet_state = state
        for row in cells:
            sheet.append(row)
    made.save(file)
    return file.getvalue()


LIST: list[list[object]] = [[*line.split(";")] for line in (HEAD, GOOD)]


def test_the_first_sheet_that_is_shown_and_has_headings_is_read_and_named(mapped: Portal) -> None:
    notes: list[list[object]] = [["Gemaakt door", "Jan"], ["Versie", "3"]]
    data = workbook(
        ("oud", "hidden", LIST), ("uitleg", "visible", notes), ("Register", "visible", LIST)
    )
    said = text(send(mapped.enter_as("manager"), data).text)
    assert "Gelezen: blad ‘Register’, koppen in rij 1." in said
    assert "Niet gelezen: uitleg." in said
    assert "Verborgen en niet gelezen: oud." in said


def test_a_book_of_hidden_sheets_says_so(mapped: Portal) -> None:
    data = workbook(("leeg", "visible", []), ("oud", "hidden", LIST))
    assert "Alle bladen met inhoud zijn verborgen." in send(mapped.enter_as("manager"), data).text


def test_rows_are_numbered_as_the_spreadsheet_numbers_them(mapped: Portal) -> None:
    sheet = f"Register 2026;;\n;;\n{HEAD}\n;;\n;;\n{GOOD}\nBo;;;;;;;;\n"
    said = text(send(mapped.enter_as("manager"), sheet).text)
    assert "koppen in rij 3" in said.casefold()
    assert "Daarboven staat: Register 2026." in said
    assert "Rij 7 (Bo)" in said


@pytest.mark.parametrize("second", [
    "Zoe\u0301;Weavers;ngo;NL;expert;;;;b@w.example",
    "Zo\u00e9;Weavers;ngo;NL;expert;;;;b@w.example",
    "ZOÉ ;  weavers;ngo;NL;expert;;;;",
    "Zoé;Weavers;ngo;BE;expert;;;;A@W.example",
])  # fmt: skip
def test_two_rows_are_never_one_person(mapped: Portal, second: str) -> None:
    first = "Zo\u00e9;Weavers;ngo;NL;expert;;;;a@w.example"
    page = send(mapped.enter_as("manager"), f"{HEAD}\n{first}\n{second}\n").text
    assert len(rows(page)) == 1
    assert "Dit is dezelfde persoon als in rij 2." in text(page)


def test_names_in_scripts_whose_vowels_are_marks_stay_apart(mapped: Portal) -> None:
    page = send(
        mapped.enter_as("manager"),
        f"{HEAD}\nরহিমা;Org;ngo;BD;expert;;;;\nরহমা;Org;ngo;BD;expert;;;;\n",
    ).text
    assert len(rows(page)) == 2
    assert plain("Zoé") == plain("ZOE\u0301")


def test_an_address_of_somebody_else_on_the_map_is_no_correction(mapped: Portal) -> None:
    row = "Ben;Dyers;ngo;NL;expert;;;;RAHIMA@union.example"
    said = text(send(mapped.enter_as("manager"), f"{HEAD}\n{row}\n").text)
    assert "Dit adres is al van Organiser Rahima (Garment union)" in said


def test_a_correction_says_what_changes_and_keeps_what_the_list_does_not_tell(
    mapped: Portal,
) -> None:
    before = mapped.memory.read().stakeholders["union-bd"]
    head = "Naam;Organisatie;Soort;Land;Laag;E-mail;Telefoon"
    row = f"{before.name};{before.organisation};union;BD;affected;{before.email};+880 1"
    browser = mapped.enter_as("manager")
    page = send(browser, f"{head}\n{row}\n").text
    assert "telefoon" in text(page)
    browser.submit(f"{HOME}/import", {"rows": hidden(page, "rows")})
    after = mapped.memory.read().stakeholders["union-bd"]
    assert (after.phone, after.speaks_for, after.language) == (
        "+880 1",
        before.speaks_for,
        before.language,
    )
    assert (after.critical, after.at_risk) == (before.critical, before.at_risk)


@pytest.mark.parametrize(
    "cell", ["#N/B", "#N/A", "#REF!", "#WAARDE!", "#DIV/0!", "#NAAM?", "#NV", "#¿NOMBRE?"]
)
def test_an_error_of_a_program_is_nobody_s_name(mapped: Portal, cell: str) -> None:
    page = send(mapped.enter_as("manager"), f"{HEAD}\n{GOOD.replace('Ana Wéver', cell)}\n").text
    assert rows(page) == []
    assert "Hier staat een fout van het rekenprogramma." in text(page)


def test_a_formula_without_an_outcome_is_said(mapped: Portal) -> None:
    cells: list[list[object]] = [LIST[0], ['=A1&"x"', *LIST[1][1:]]]
    page = send(mapped.enter_as("manager"), workbook(("x", "visible", cells))).text
    assert "Hier staat een formule zonder uitkomst." in text(page)


def test_what_excel_writes_for_signs_and_breaks_in_cells_is_read(mapped: Portal) -> None:
    cells: list[list[object]] = [LIST[0], ["Ana _x000D_Wever", "Weavers\nUnion", *LIST[1][2:]]]
    browser = mapped.enter_as("manager")
    page = send(browser, workbook(("x", "visible", cells))).text
    browser.submit(f"{HOME}/import", {"rows": hidden(page, "rows")})
    (seat,) = [s for s in mapped.memory.read().stakeholders.values() if s.email == "ana@w.example"]
    assert (seat.name, seat.organisation) == ("Ana Wever", "Weavers Union")


def test_who_reads_another_language_is_written_to_as_somebody_chooses(mapped: Portal) -> None:
    browser = mapped.enter_as("manager")
    page = send(browser, f"{HEAD};Taal\n{GOOD};Frans\n").text
    assert rows(page) == []
    assert "In deze taal schrijven wij nog niet." in text(page)
    page = sort(browser, page, chosen(page), otherwise="en").text
    assert rows(page)[0]["language"] == "en"


HOSTILE = [
    "\x00", "a\x00b", "\u202eEVIL", "\u200b", "\u3164", "x" * 5_000, "👩🏽‍🏭" * 40, "<script>alert(1)</script>",
    "{{ 7*7 }}", "%s%n", "'; DROP TABLE stakeholders; --", "\ufffe", '=HYPERLINK("x")', "\x1b[31m", "\u202e", "a\tb",
]  # fmt: skip


@pytest.mark.parametrize("place", range(9))
def test_hostile_cells_are_somebody_or_a_sentence(mapped: Portal, place: int) -> None:
    browser = mapped.enter_as("manager")
    cells = [[*GOOD.split(";")] for _ in HOSTILE]
    for number, (row, evil) in enumerate(zip(cells, HOSTILE, strict=True)):
        row[0], row[8] = f"Ana {number}", f"a{number}@w.example"
        row[place] = evil
    lines = ["|".join(row) for row in [HEAD.split(";"), *cells] if "\0" not in "".join(row)]
    page = send(browser, "\n".join(lines))
    assert page.status_code in {200, 422}
    assert "<script>alert(1)" not in page.text
    if kept := hidden(page.text, "rows"):
        answer = browser.submit(f"{HOME}/import", {"rows": kept})
        assert answer.status_code in {303, 422}
        for seat in mapped.memory.read().stakeholders.values():
            assert seat.name.isprintable() or "\u200d" in seat.name


# --- countries and headings


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("UK", "GB"), ("Engeland", "GB"), ("Great Britain", "GB"), ("USA", "US"), ("U.S.A.", "US"), ("VS", "US"),
        ("Turkey", "TR"), ("Türkiye", "TR"), ("Turkey (Izmir)", "TR"), ("The Netherlands", "NL"), ("Holland", "NL"),
        ("Burma", "MM"), ("Viet Nam", "VN"), ("Viëtnam", "VN"), ("Hong Kong", "HK"), ("Côte d’Ivoire", "CI"),
        ("Ivory Coast", "CI"), ("Ivoorkust", "CI"), ("Czech Republic", "CZ"), ("NAM", "NA"), ("NLD", "NL"),
        ("Korea", "KR"), ("DRC", "CD"), ("Congo", "CG"), ("Palestina", "PS"), ("XK", "XK"), ("PRC", "CN"),
        ("Bangla Desh", "BD"), ("Swaziland", "SZ"), ("NO", "NO"), ("No", "NO"), ("Pays-Bas", "NL"),
        ("Deutschland", "DE"), ("España", "ES"), ("বাংলাদেশ", "BD"), ("中国", "CN"), ("Ελλάδα", "GR"),
        ("Россия", "RU"), ("tr", "TR"), (" india ", "IN"), ("Zaïre", "CD"), ("Niger", "NE"), ("Nigeria", "NG"),
        ("Tanzania, United Republic of", "TZ"), ("Republic of Moldova", "MD"),
    ],
)  # fmt: skip
def test_a_country_is_known_as_people_write_it(text: str, code: str) -> None:
    assert country_of(text) == code


@pytest.mark.parametrize("text", ["", " ", "Atlantis", "Utrecht", "ZZ", "XX", "EU", "???", "12"])
def test_what_is_no_country_is_none(text: str) -> None:
    assert country_of(text) is None


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_country_is_known_by_its_code_and_by_its_name(language: str) -> None:
    for code, name in countries(language):
        assert country_of(code) == code
        assert country_of(name) == code, name


def test_no_heading_means_two_things() -> None:
    known: dict[str, str] = {}
    for column in (*COLUMNS, *BESIDE):
        for word in column.known_as:
            assert known.setdefault(word, column.name) == column.name
            assert word == heading_of(word)
