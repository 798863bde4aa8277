"""One register as many houses would keep it: it comes in whole, or a sentence says what to do and nothing came in."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.portal.conftest import Portal
from tests.portal.test_manager_register import HOME, chosen, hidden, rows, send, text

ROOT = Path(__file__).parents[2]
PLACES = ("../cases/registers", "../shared/cases/registers")
REGISTER_45 = next(
    (file for place in PLACES if (file := ROOT / place / "register-45.xlsx").exists()), None
)
WHO = tuple(
    tuple(line.split("|"))
    for line in (
        "Noor de Bruin|Schone Kleren|ngo|Nederland|namens|noor@schoon.example|+31 20 555 01 23|Nederlands",
        "Rahima Khatun|Needle Union|vakbond|Bangladesh|vertegenwoordiger|rahima@needle.example|+880 1700 000000|Engels",
        "Deniz Şahin|Izmir Textiles|leverancier|Turkije|deskundige|deniz@izmir.example|+90 232 111 22 33|Turks",
        "Zoë Müller|Bank der Toekomst|bank|Duitsland|deskundige|zoe@bank.example||Duits",
    )
)
FIELDS = ("name", "organisation", "category", "country", "layer", "email", "phone", "spoken")
DUTCH = (
    "Contactpersoon",
    "Naam organisatie",
    "Stakeholdergroep",
    "Land",
    "Laag",
    "E-mailadres",
    "Telefoonnr.",
    "Voertaal",
)
ENGLISH = (
    "Contact name",
    "Name of organization",
    "Stakeholder group",
    "Country",
    "Level",
    "Email address",
    "Mobile number",
    "Working language",
)
Cells = list[list[object]]


def table(heads: tuple[str, ...] = DUTCH, order: tuple[int, ...] = tuple(range(8))) -> Cells:
    """Return headings and rows, with the columns in this *order*."""
    return [[line[at] for at in order] for line in (heads, *WHO)]


def as_csv(cells: Cells, delimiter: str = ";") -> str:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(cells)
    return file.getvalue()


def book(make: Callable[[Worksheet], None], title: str = "Register") -> bytes:
    made, file = Workbook(), io.BytesIO()
    sheet = made.worksheets[0]
    sheet.title = title
    make(sheet)
    made.save(file)
    return file.getvalue()


def filled(sheet: Worksheet, cells: Cells, at: int = 1) -> None:
    for down, line in enumerate(cells, start=at):
        for across, cell in enumerate(line, start=1):
            sheet.cell(down, across).value = cell  # type: ignore[assignment,union-attr,unused-ignore]


def in_another_order() -> bytes:
    return book(lambda sheet: filled(sheet, table(order=(5, 0, 3, 7, 1, 4, 2, 6))))


def in_capitals() -> bytes:
    heads = tuple(f"  {head.upper()}\u00a0*" for head in DUTCH)
    return book(lambda sheet: filled(sheet, table(heads)))


def with_a_mark() -> bytes:
    return as_csv(table(ENGLISH), ",").encode("utf-8-sig")


def of_western_europe() -> bytes:
    return as_csv([[str(c).replace("Ş", "Š") for c in line] for line in table()]).encode("cp1252")


def of_unicode_text() -> bytes:
    return as_csv(table(), "\t").encode("utf-16")


def under_merged_titles() -> bytes:
    def make(sheet: Worksheet) -> None:
        sheet["A1"] = "Stakeholderregister 2027, vertrouwelijk"
        sheet.merge_cells("A1:H1")
        sheet["A2"], sheet["E2"] = "Wie", "Bereikbaar"
        sheet.merge_cells("A2:D2")
        sheet.merge_cells("E2:H2")
        filled(sheet, table(), at=4)

    return book(make)


def behind_hidden_sheets() -> bytes:
    made, file = Workbook(), io.BytesIO()
    for title, state, cells in (
        ("Lijsten", "hidden", [["ngo"], ["vakbond"]]),
        ("Toelichting", "visible", [["Zo vult u dit in:"]]),
        ("Oud", "veryHidden", table(ENGLISH)),
        ("2027", "visible", table()),
    ):
        sheet = made.create_sheet(title)
        sheet.sheet_state = state
        filled(sheet, [[*line] for line in cells])
    made.remove(made.worksheets[0])
    made.save(file)
    return file.getvalue()


def with_dates_and_numbers() -> bytes:
    days: list[object] = ["Laatste contact", date(2026, 3, 12), "12-03-2026", "maart", None]
    numbers: list[object] = ["Prioriteit", 1, 2.5, True, None]
    cells = [[*line, day, number] for line, day, number in zip(table(), days, numbers, strict=True)]
    cells[1][6] = 31205550123
    return book(lambda sheet: filled(sheet, cells))


def with_breaks_and_links() -> bytes:
    cells = table()
    cells[0] = [f"{head}\n(verplicht)" for head in DUTCH]
    for line in cells[1:]:
        line[5] = f"{line[0]} <{line[5]}>"
    return ("sep=;\r\n" + as_csv(cells)).encode()


def with_empty_lines_and_columns() -> bytes:
    cells = [["", *line, "", ""] for line in table()]
    nothing: list[object] = [""] * 11
    spaced: Cells = [one for line in cells for one in (line, nothing)]
    return as_csv([*spaced, [" "] * 11]).encode()


WHOLE = (
    in_another_order, in_capitals, with_a_mark, of_western_europe, of_unicode_text, under_merged_titles,
    behind_hidden_sheets, with_dates_and_numbers, with_breaks_and_links, with_empty_lines_and_columns,
)  # fmt: skip


@pytest.fixture
def mapped(portal: Portal) -> Portal:
    """Give a portal with one risk and two people on the map."""
    portal.memory.open()
    portal.memory.map()
    return portal


@pytest.mark.parametrize("make", WHOLE, ids=lambda make: make.__name__)
def test_it_comes_in_whole(mapped: Portal, make: Callable[[], bytes]) -> None:
    before = set(mapped.memory.read().stakeholders)
    browser = mapped.enter_as("manager")
    page = send(browser, make())
    assert page.status_code == 200
    assert set(FIELDS) <= set(chosen(page.text))

    assert browser.submit(f"{HOME}/import", {"rows": hidden(page.text, "rows")}).status_code == 303

    seats = mapped.memory.read().stakeholders
    came = {seat.email: seat for name, seat in seats.items() if name not in before}
    assert len(came) == len(WHO)
    for name, organisation, _, _, _, email, phone, _ in WHO:
        seat = came[email]
        assert seat.name.replace("Š", "Ş") == name
        assert seat.organisation == organisation
        assert "".join(c for c in seat.phone or "" if c.isdigit()) == "".join(
            c for c in phone if c.isdigit()
        )
    assert [came[line[5]].country for line in WHO] == ["NL", "BD", "TR", "DE"]
    assert [came[line[5]].language for line in WHO] == ["nl", "en", "tr", "en"]
    said = text(page.text)
    assert "In deze talen schrijven wij nog niet: Duits." in said


@pytest.mark.parametrize("make", WHOLE, ids=lambda make: make.__name__)
def test_each_column_is_taken_or_named(mapped: Portal, make: Callable[[], bytes]) -> None:
    page = send(mapped.enter_as("manager"), make()).text
    named = text(page).partition("Deze kolommen nemen wij niet over: ")[2].partition(" Hoort er")[0]
    for head in ("Laatste contact", "Prioriteit"):
        assert (head in named) is (make is with_dates_and_numbers)


def turned_on_its_side() -> bytes:
    return as_csv([[*line] for line in zip(*table(), strict=True)]).encode()


def without_headings() -> bytes:
    return as_csv(table()[1:]).encode()


def with_two_addresses_each() -> bytes:
    return as_csv([[*line, line[5]] for line in table()]).encode()


def of_hidden_sheets_alone() -> bytes:
    made, file = Workbook(), io.BytesIO()
    made.worksheets[0].title = "leeg"
    sheet = made.create_sheet("Register")
    sheet.sheet_state = "hidden"
    filled(sheet, table())
    made.save(file)
    return file.getvalue()


def of_an_old_program() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096


def cut_in_half() -> bytes:
    whole = in_another_order()
    return whole[: len(whole) // 2]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (turned_on_its_side, "deze ontbreken"),
        (without_headings, "deze ontbreken"),
        (with_two_addresses_each, "staan er twee keer: e-mail"),
        (of_hidden_sheets_alone, "Alle bladen met inhoud zijn verborgen"),
        (of_an_old_program, "bewaar het als XLSX of CSV"),
        (cut_in_half, "bestand"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_or_a_sentence_says_what_to_do(
    mapped: Portal, make: Callable[[], bytes], said: str
) -> None:
    before = mapped.memory.read().stakeholders
    page = send(mapped.enter_as("manager"), make())

    assert page.status_code == 422
    assert said in text(page.text)
    assert rows(page.text) == []
    assert mapped.memory.read().stakeholders == before


def test_a_register_of_forty_five_comes_in_whole(mapped: Portal) -> None:
    """Where that of the project's cases lies beside the checkout."""
    if REGISTER_45 is None:
        pytest.skip("the cases do not lie beside this checkout")
    browser = mapped.enter_as("manager")
    page = send(browser, REGISTER_45.read_bytes())
    taken = dict(zip(_heads(page.text), chosen(page.text), strict=True))
    assert (taken["Voertaal"], taken["E-mail adres"]) == ("spoken", "email")
    named = text(page.text).partition("Deze kolommen nemen wij niet over: ")[2]
    assert all(head in named for head, name in taken.items() if not name)
    came = {int(row["row"]) for row in rows(page.text)}
    refused = {int(number) for number in re.findall(r"Rij (\d+) \(", text(page.text))}
    # One person stands there twice, one has two addresses, and the last row is the total; row 47 is empty.
    assert refused == {15, 20, 48}
    assert came | refused == {*range(2, 47), 48}


def _heads(page: str) -> list[str]:
    register = json.loads("".join(hidden(page, "register")))
    heads: list[str] = register["heads"]
    return heads
