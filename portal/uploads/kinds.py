"""File types: told by the first bytes, because people name their files as they like."""

import io
import zipfile
from typing import Any

from portal.uploads import csv_lines, workbook
from portal.uploads.limits import MOST_PARTS, MOST_STYLES, MOST_UNPACKED, Unreadable

Sheet = dict[str, Any]
"""`title`, `hidden`, `rows` (number and cells), `broken` (why the rest could not be read, and where), `notes`."""
_FIRST = (
    (b"\xd0\xcf\x11\xe0", "old-excel"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"RIFF", "image"),
    (b"{\\rtf", "document"),
    (b"BEGIN:VCARD", "contacts"),
    (b"\x1f\x8b", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"Rar!", "archive"),
)
_MARKUP = (b"<html", b"<!doctype", b"<?xml", b"<table", b"mime-version:")
_INSIDE = (
    ("xl/workbook.bin", "binary-excel"),
    ("word/", "document"),
    ("ppt/", "document"),
    ("index/document.iwa", "numbers"),
    ("index.zip", "numbers"),
    ("index/", "numbers"),
)
_START = 2_000  # bytes of a part
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def sheets_of(data: bytes) -> list[Sheet]:
    """The sheets in *data*, with their rows as text. Raises Unreadable."""
    if data[:2] == b"PK":
        return workbook.sheets_in(_archive(data))
    _refuse_known(data)
    return [csv_lines.sheet_of(data)]


def _refuse_known(data: bytes) -> None:
    kind = next((kind for first, kind in _FIRST if data.startswith(first)), "")
    if kind == "old-excel" and _ENCRYPTED in data:
        kind = "locked"
    start = data[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if not kind and start.startswith(_MARKUP):
        kind = "markup"
    if not kind and data[4:8] == b"ftyp":
        kind = "image"
    if kind:
        raise Unreadable(kind)


def _archive(data: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except Exception:  # noqa: BLE001 - a damaged archive fails in more ways than it says
        raise Unreadable("damaged") from None
    parts = archive.infolist()
    _refuse_heavy(parts)
    _refuse_other(archive, [part.filename.lower() for part in parts])
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("locked")
    if any(_defines(archive, part) for part in parts):
        raise Unreadable("entities")
    return archive


def _defines(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether a part of XML begins by defining words of its own; what is read is watched as a whole."""
    if not part.filename.lower().endswith((".xml", ".rels")):
        return False
    with archive.open(part) as file:
        return b"<!DOCTYPE" in file.read(_START)


def _refuse_heavy(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Unreadable("too-heavy")
    styles = (part for part in parts if part.filename.lower().endswith("styles.xml"))
    if any(part.file_size > MOST_STYLES for part in styles):
        raise Unreadable("too-much-formatting")


def _refuse_other(archive: zipfile.ZipFile, names: list[str]) -> None:
    if "mimetype" in names and "content.xml" in names:
        raise Unreadable("open-document")
    if any(name.startswith("xl/") and name.endswith(".xml") for name in names):
        return
    for start, kind in _INSIDE:
        if any(name.startswith(start) for name in names):
            raise Unreadable(kind)
    raise Unreadable("archive" if names and archive.namelist() else "damaged")
