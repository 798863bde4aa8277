"""XLSX workbook: its sheets with each cell as its program shows it, without any of its formatting."""

import posixpath
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.uploads.cell_format import BUILT_IN, show
from portal.uploads.limits import (
    MOST_CELL,
    MOST_COLUMNS,
    MOST_LINES,
    MOST_ROWS,
    MOST_SHEETS,
    UNRECKONED,
    Unreadable,
)
from portal.uploads.xml_stream import Enough, stream

_TITLE_ROWS = 20  # rows that may stand above the headings
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_PLACE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_HALVES = (0xD800, 0xDFFF)
_MAIN = "xl/workbook.xml"


def sheets_in(archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    """The sheets of *archive* in their order. Raises Unreadable."""
    return _Workbook(archive).sheets()


def unescape(text: str) -> str:
    """*text* with what Excel writes as `_x000D_` for signs that XML cannot hold."""
    return _ESCAPED.sub(lambda found: _sign(int(found[1], 16)), text)


def _sign(number: int) -> str:
    """Half a character is none."""
    return "\N{REPLACEMENT CHARACTER}" if _HALVES[0] <= number <= _HALVES[1] else chr(number)


@dataclass
class _Workbook:
    archive: zipfile.ZipFile
    parts: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    strings: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    since_1904: bool = False

    def sheets(self) -> list[dict[str, Any]]:
        self.parts = {_path(part.filename): part for part in self.archive.infolist()}
        main = next(iter(self._targets("_rels/.rels", "", "/officedocument").values()), _MAIN)
        if main not in self.parts:
            raise Unreadable("damaged")
        listed = self._list_sheets(main)
        folder, name = posixpath.split(main)
        rels = self._targets(f"{folder}/_rels/{name}.rels", folder, "")
        self._shared_strings(rels)
        return [
            self._sheet(title, state, self.parts[rels[key]])
            for title, state, key in listed[:MOST_SHEETS]
            if rels.get(key) in self.parts and "chartsheet" not in rels[key]
        ]

    def _read(self, part: str, start: Callable[[str, Mapping[str, str]], None]) -> None:
        if part in self.parts:
            stream(self.archive, self.parts[part], start, lambda _name: None, lambda _text: None)

    def _targets(self, part: str, folder: str, kind: str) -> dict[str, str]:
        found: dict[str, str] = {}

        def start(name: str, held: Mapping[str, str]) -> None:
            if name == "Relationship" and held.get("Type", "").lower().endswith(kind):
                target = held.get("Target", "")
                whole = target if target.startswith("/") else f"{folder}/{target}"
                found[held.get("Id", "")] = _path(whole)

        self._read(_path(part), start)
        return found

    def _list_sheets(self, main: str) -> list[tuple[str, str, str]]:
        found: list[tuple[str, str, str]] = []

        def start(name: str, held: Mapping[str, str]) -> None:
            if name == "sheet":
                found.append((held.get("name", ""), held.get("state", ""), held.get("id", "")))
            elif name == "workbookPr":
                self.since_1904 = held.get("date1904", "") in {"1", "true"}

        self._read(main, start)
        return found

    def _shared_strings(self, rels: Mapping[str, str]) -> None:
        names = set(rels.values())
        strings = next((n for n in names if n.endswith("sharedstrings.xml")), "")
        styles = next((n for n in names if n.endswith("styles.xml")), "")
        if strings in self.parts:
            reader = _Strings(self.strings)
            stream(self.archive, self.parts[strings], reader.start, reader.end, reader.tell)
        try:
            self._number_formats(styles)
        except Exception:  # noqa: BLE001 - formatting may be damaged as it likes
            self.formats = []

    def _number_formats(self, styles: str) -> None:
        own: dict[str, str] = {}
        inside = ""

        def start(name: str, held: Mapping[str, str]) -> None:
            nonlocal inside
            if name == "numFmt":
                own[held.get("numFmtId", "")] = held.get("formatCode", "")
            elif name in {"cellXfs", "cellStyleXfs", "dxfs"}:
                inside = name
            elif name == "xf" and inside == "cellXfs":
                key = held.get("numFmtId", "0")
                self.formats.append(own.get(key) or BUILT_IN.get(key, ""))

        self._read(styles, start)

    def _sheet(self, title: str, state: str, part: zipfile.ZipInfo) -> dict[str, Any]:
        reader, broken = _Cells(self.strings, self.formats, self.since_1904), ["", ""]
        try:
            stream(self.archive, part, reader.start, reader.end, reader.tell)
        except Unreadable as error:
            broken = [error.code, error.place]
        return {
            "title": unescape(title),
            "hidden": state in {"hidden", "veryHidden"},
            "rows": reader.rows,
            "broken": broken,
            "notes": {"hidden_rows": reader.hidden} if reader.hidden else {},
        }


def _path(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/")).lstrip("/").lower()


@dataclass
class _Strings:
    """The table of texts; how a text is to be spoken (in Japanese) is no part of it."""

    found: list[str]
    pieces: list[str] = field(default_factory=list)
    text: bool = False
    spoken: bool = False

    def start(self, name: str, _held: Mapping[str, str]) -> None:
        if name == "si":
            self.pieces = []
        self.spoken = self.spoken or name == "rPh"
        self.text = name == "t" and not self.spoken

    def end(self, name: str) -> None:
        if name == "si":
            self.found.append(unescape("".join(self.pieces)))
        self.spoken = self.spoken and name != "rPh"
        self.text = False

    def tell(self, text: str) -> None:
        if self.text:
            self.pieces.append(text)


@dataclass
class _Cells:
    """The rows of one sheet; only those in which something stands are kept."""

    strings: list[str]
    formats: list[str]
    since_1904: bool
    rows: list[list[Any]] = field(default_factory=list)
    hidden: int = 0
    number: int = 0
    column: int = -1
    cells: dict[int, str] = field(default_factory=dict)
    held: Mapping[str, str] = field(default_factory=dict)
    veiled: bool = False
    inside: str = ""
    value: str = ""
    formula: bool = False

    def start(self, name: str, held: Mapping[str, str]) -> None:
        if name == "row":
            self.number = int(held.get("r") or self.number + 1)
            self.column, self.cells, self.veiled = -1, {}, held.get("hidden") in {"1", "true"}
        elif name == "c":
            self.column = _column_of(held.get("r", ""), self.column + 1)
            self.held, self.value, self.formula = held, "", False
        elif name == "f":
            self.formula = True
        self.inside = "" if name == "rPh" else name if name in {"v", "t"} else self.inside

    def tell(self, text: str) -> None:
        if self.inside:
            self.value += text
        if len(self.value) > MOST_CELL:
            raise Unreadable("long-cell", str(self.number))

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            self.inside = ""
        elif name == "c":
            self._keep()
        elif name == "row" and any(self.cells.values()):
            self._close()
        elif name == "sheetData":
            raise Enough

    def _keep(self) -> None:
        kind = self.held.get("t", "n")
        unreckoned = self.formula and not self.value and kind != "str"
        text = UNRECKONED if unreckoned else self._text(kind).strip()
        if text and self.column >= MOST_COLUMNS:
            raise Unreadable("too-wide", str(self.number))
        if text:
            self.cells[self.column] = text

    def _text(self, kind: str) -> str:
        if kind == "s":
            return self._told_once(int(self.value or -1))
        if kind in {"str", "inlineStr"}:
            return unescape(self.value)
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(self.value, self.value)
        return self.value if kind in {"e", "d"} else self._number()

    def _told_once(self, place: int) -> str:
        text = self.strings[place] if 0 <= place < len(self.strings) else ""
        if len(text) > MOST_CELL:
            raise Unreadable("long-cell", str(self.number))
        return text

    def _number(self) -> str:
        style = int(self.held.get("s") or 0)
        code = self.formats[style] if 0 <= style < len(self.formats) else ""
        return show(self.value, code, since_1904=self.since_1904)

    def _close(self) -> None:
        last = max(place for place, text in self.cells.items() if text)
        self.rows.append([self.number, [self.cells.get(place, "") for place in range(last + 1)]])
        self.hidden += self.veiled
        if len(self.rows) > MOST_ROWS + _TITLE_ROWS or self.number > MOST_LINES * 10:
            raise Unreadable("too-many")


def _column_of(place: str, otherwise: int) -> int:
    found = _PLACE.fullmatch(place)
    if found is None:
        return otherwise
    number = 0
    for letter in found[1].upper():
        number = number * 26 + ord(letter) - 64
    return number - 1
