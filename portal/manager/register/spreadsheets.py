"""Spreadsheets: read in a process of its own, written so that nothing in them calculates (formula injection)."""

import csv
import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell import Cell

from portal.uploads.limits import MOST_BYTES, MOST_ROWS, Unreadable
from portal.uploads.read_child import Sheet, read_sheets

__all__ = ["MOST_BYTES", "MOST_ROWS", "Sheet", "Unreadable", "read_sheets"]
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")  # noqa: RUF001 - the wide signs too
"""Signs with which programs begin to calculate."""

Rows = list[list[str]]


def rows_of(data: bytes) -> Rows:
    """The rows of the first sheet that is shown and holds any, as text, empty ones left out. Raises Unreadable."""
    shown = [sheet for sheet in read_sheets(data) if not sheet.hidden]
    sheet = next((one for one in shown if one.rows or one.broken[0]), None)
    if sheet is None:
        return []
    if sheet.broken[0]:
        raise Unreadable(*sheet.broken)
    if len(sheet.rows) > MOST_ROWS + 1:
        raise Unreadable("too-many")
    return [[text_of(cell) for cell in cells] for _number, cells in sheet.rows]


def text_of(cell: str) -> str:
    """What *cell* says: the quote that keeps a program from calculating is no part of it."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell


def harmless(text: str) -> str:
    """*text* so that no program calculates with it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """*rows* as CSV: every cell in quotes, none of them a formula, whatever the program takes for a delimiter."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def as_xlsx(sheets: Iterable[tuple[str, Iterable[Sequence[str]]]]) -> bytes:
    """*sheets* (title and rows) as XLSX, in which every cell is text."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for at, row in enumerate(rows, start=1):
            for column, text in enumerate(row, start=1):
                cell = sheet.cell(at, column)
                assert isinstance(cell, Cell)  # noqa: S101 - nothing is merged here
                _put(cell, text)
        sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _put(cell: Cell, text: str) -> None:
    """Text stays text: openpyxl takes a leading `=` for a formula unless the type is forced."""
    cell.value = text
    cell.data_type = "s"
    cell.quotePrefix = True
