"""CSV: as programs write it, with any of the usual delimiters and encodings, read line by line."""

import csv
import io
import re
from collections.abc import Iterator
from statistics import median
from typing import Any

from portal.uploads.limits import MOST_CELL, MOST_COLUMNS, MOST_LINES, MOST_ROWS, Unreadable

_DELIMITERS = ";,\t|"
_LOOKED_AT = 20  # lines by which the delimiter is found
_WIDE = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_BREAK = re.compile("\r\n|\r|\n")


def sheet_of(data: bytes) -> dict[str, Any]:
    """The one sheet of *data*. Raises Unreadable, which names the line when one cannot be read."""
    text, guessed = _decode(data)
    text, delimiter = _delimit(text)
    rows = [[number, cells] for number, cells in _records(text, delimiter) if any(cells)]
    notes = {"guessed": guessed} if guessed else {}
    return {"title": "", "hidden": False, "rows": rows, "broken": ["", ""], "notes": notes}


def _decode(data: bytes) -> tuple[str, list[int]]:
    """The text, and the lines whose encoding had to be guessed because the others have another one."""
    for mark, encoding in _WIDE:
        if data.startswith(mark):
            return _wide(data, encoding), []
    if b"\0" in data:
        raise Unreadable("no-text", str(data[: data.index(b"\0")].count(b"\n") + 1))
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return _by_line(data)


def _wide(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("no-text", "") from None
    if "\0" in text:
        raise Unreadable("no-text", str(text[: text.index("\0")].count("\n") + 1))
    return text


def _by_line(data: bytes) -> tuple[str, list[int]]:
    found, sure, guessed = list[str](), 0, list[int]()
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            sure += not line.isascii()
        except UnicodeDecodeError:
            text = _western(line, number)
            guessed.append(number)
        found.append(text)
    return "\n".join(found), guessed if sure else []


def _western(line: bytes, number: int) -> str:
    try:
        return line.decode("cp1252")
    except UnicodeDecodeError:
        raise Unreadable("bad-line", str(number)) from None


def _delimit(text: str) -> tuple[str, str]:
    """The sheet without the line in which some programs name their delimiter, and that delimiter."""
    first, _, rest = text.partition("\n")
    told = first.strip().strip('"').casefold()
    if told.startswith("sep=") and len(told) <= len("sep=;"):
        return rest, told[-1] if told[-1] in _DELIMITERS else "\t"
    start = [line for line in _BREAK.split(text[:100_000])[:_LOOKED_AT] if line.strip()]
    return text, max(_DELIMITERS, key=lambda sign: _weight(sign, start))


def _weight(sign: str, lines: list[str]) -> tuple[float, int]:
    counts = [line.count(sign) for line in lines]
    return (median(counts) if counts else 0, sum(counts))


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows with the numbers under which a spreadsheet shows them."""
    csv.field_size_limit(MOST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    filled = 0
    try:
        for number, row in enumerate(reader, start=1):
            cells = _within(row, number)
            filled += any(cells)
            if filled > MOST_ROWS + _LOOKED_AT or number > MOST_LINES:
                raise Unreadable("too-many")
            yield number, cells
    except csv.Error as error:
        code = "long-line" if "limit" in str(error) else "bad-quotes"
        raise Unreadable(code, str(reader.line_num)) from None


def _within(row: list[str], number: int) -> list[str]:
    cells = [cell.strip() for cell in row]
    if any(cells[MOST_COLUMNS:]):
        raise Unreadable("too-wide", str(number))
    return cells[:MOST_COLUMNS]
