"""Sheets that people bring along: CSV as programs write it, and XLSX; never more than a page can show."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.utils.exceptions import InvalidFileException

MOST_ROWS = 300
MOST_COLUMNS = 40
MOST_BYTES = 2_000_000
"""Bytes of a file as it is sent."""
MOST_UNPACKED = 30_000_000
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")  # noqa: RUF001 - the wide signs too
"""Signs with which programs begin to calculate."""

_DELIMITERS = ";,\t"

Rows = list[list[str]]


class Unreadable(Exception):
    """The file is no sheet that we can read; *code* says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def rows_of(data: bytes) -> Rows:
    """The rows of a sheet as text, empty ones left out. Raises Unreadable."""
    if not data:
        raise Unreadable("empty")
    if len(data) > MOST_BYTES:
        raise Unreadable("too-large")
    rows = _xlsx(data) if data[:2] == b"PK" else _csv(data)
    kept = [_trimmed(row) for row in rows if any(row)]
    if len(kept) > MOST_ROWS + 1:
        raise Unreadable("too-many")
    return kept


def _trimmed(row: list[str]) -> list[str]:
    """*row* without the empty cells at its end."""
    last = max(at for at, cell in enumerate(row) if cell)
    return row[: last + 1]


def _text(value: object) -> str:
    """A cell as text; the quote that keeps a program from calculating is not part of what it says."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = "" if value is None else str(value).strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA) else text


def _csv(data: bytes) -> Rows:
    if b"\0" in data:
        raise Unreadable("no-sheet")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    text, delimiter = _delimited(text)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        return [[_text(cell) for cell in row[:MOST_COLUMNS]] for row in _few(reader)]
    except csv.Error:
        raise Unreadable("no-sheet") from None


def _delimited(text: str) -> tuple[str, str]:
    """The sheet without the line in which some programs name their delimiter, and that delimiter."""
    first, _, rest = text.partition("\n")
    told = first.strip().strip('"').casefold()
    if told.startswith("sep=") and len(told) <= len("sep=;"):
        return rest, told[-1] if told[-1] in _DELIMITERS else "\t"
    return text, max(_DELIMITERS, key=first.count)


def _few(rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
    for number, row in enumerate(rows):
        if number > 10 * MOST_ROWS:
            raise Unreadable("too-many")
        yield row


def _xlsx(data: bytes) -> Rows:
    _require_harmless(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        found = sheet.iter_rows(max_row=10 * MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
        return [[_text(cell) for cell in row] for row in found]
    except (
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        IndexError,
        AttributeError,
        SyntaxError,
        OSError,
        zipfile.BadZipFile,
    ):  # fmt: skip - whatever a broken file makes the library stumble over
        raise Unreadable("no-sheet") from None


def _require_harmless(data: bytes) -> None:
    """No file that unpacks to a mountain, and none whose XML defines entities of its own."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise Unreadable("too-large")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(part):
                    raise Unreadable("no-sheet")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise Unreadable("no-sheet") from None


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
