"""Files from outside: whatever they hold, reading them is short, cheap, and ends in rows or in a sentence."""

import io
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import psutil
import pytest
from openpyxl import Workbook

from portal.manager.register.spreadsheets import as_xlsx, rows_of
from portal.uploads import read_child
from portal.uploads.cell_format import show
from portal.uploads.child import _answer
from portal.uploads.limits import MEMORY, MOST_BYTES, SECONDS, Unreadable
from portal.uploads.read_child import read_sheets

HEAD = ["naam", "organisatie", "soort", "land", "laag", "e-mail"]
ROW = ["Ana", "Weavers", "ngo", "NL", "expert", "ana@w.example"]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MUTANTS = 400


def book(rows: list[list[object]] | None = None) -> bytes:
    """A workbook as openpyxl writes it."""
    made, file = Workbook(), io.BytesIO()
    sheet = made.worksheets[0]
    for row in rows or [[*HEAD], [*ROW]]:
        sheet.append(row)
    made.save(file)
    return file.getvalue()


def changed(data: bytes, **parts: bytes) -> bytes:
    """*data* with parts replaced; their names with `__` for `/`."""
    new = {name.replace("__", "/") + ".xml": body for name, body in parts.items()}
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for name in dict.fromkeys([*old.namelist(), *new]):
            out.writestr(name, new[name] if name in new else old.read(name))
    return file.getvalue()


def code_of(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        rows_of(data)
    return caught.value.code


def test_three_million_fonts_are_refused_at_once_and_cheaply() -> None:
    fonts = b"<font><sz val='11'/></font>" * 3_000_000
    styles = b"<styleSheet xmlns='%s'><fonts>%s</fonts></styleSheet>" % (MAIN.encode(), fonts)
    for body in (styles, styles.replace(b"<sz val='11'/>", b"")):
        data = changed(book(), xl__styles=body)
        assert len(data) < MOST_BYTES
        began, before = time.monotonic(), _used(psutil.Process())
        assert code_of(data) in {"too-heavy", "too-much-formatting"}
        assert time.monotonic() - began < 3  # a second on a machine that has nothing else to do
        assert _used(psutil.Process()) - before < 100_000_000
        assert sys.platform != "linux" or _peak(data) < 100_000_000


def _used(process: psutil.Process) -> int:
    return int(process.memory_info().rss)


def _peak(data: bytes) -> int:
    """The most memory that the child of its own took, in bytes."""
    measure = (
        "import sys; sys.path.insert(0, sys.argv[1]); from portal.uploads.child import main; main();"
        "told = [line for line in open('/proc/self/status') if line.startswith('VmHWM')];"
        "sys.stderr.write(told[0].split()[1])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", measure, str(Path(read_child.__file__).parents[2])],
        input=data,
        capture_output=True,
        check=True,
    )
    return int(done.stderr) * 1024


def test_formatting_is_never_read_but_for_numbers_and_may_be_broken() -> None:
    for styles in (b"", b"<broken", b"\xff\xfe", b"<!DOCTYPE x><styleSheet/>"[15:]):
        assert rows_of(changed(book(), xl__styles=styles))[1] == ROW


BOMBS = {
    "a mountain of blanks": {"xl__worksheets__sheet1": b" " * 31_000_000},
    "a million rows": {
        "xl__worksheets__sheet1": b"<worksheet><sheetData>"
        + b"<row><c t='str'><v>x</v></c></row>" * 700_000
        + b"</sheetData></worksheet>"
    },
    "a million columns": {
        "xl__worksheets__sheet1": b"<worksheet><sheetData><row>"
        + b"<c t='str'><v>x</v></c>" * 1_000_000
        + b"</row></sheetData></worksheet>"
    },
    "one endless cell": {
        "xl__worksheets__sheet1": b"<worksheet><sheetData><row><c t='str'><v>"
        + b"x" * 29_000_000
        + b"</v></c></row></sheetData></worksheet>"
    },
    "nests": {"xl__worksheets__sheet1": b"<a>" * 9_000_000},
    "empty texts": {"xl__sharedStrings": b"<sst>" + b"<si><t>abcdefgh</t></si>" * 1_400_000},
    "laughs": {
        "xl__worksheets__sheet1": b"<!DOCTYPE l [<!ENTITY a 'ha'>"
        + b"".join(b"<!ENTITY a%d '&a;&a;&a;&a;&a;'>" % n for n in range(30))
        + b"]><worksheet>&a;</worksheet>"
    },
    "laughs in two bytes a sign": {
        "xl__worksheets__sheet1": "<?xml version='1.0' encoding='utf-16'?>"
        "<!DOCTYPE l [<!ENTITY a 'ha'>]><worksheet>&a;</worksheet>".encode("utf-16")
    },
    "a far row": {
        "xl__worksheets__sheet1": b"<worksheet><sheetData><row r='99999999999999999999'>"
        b"<c r='XFD1' t='str'><v>x</v></c></row></sheetData></worksheet>"
    },
}


COSTLY = {"too-heavy", "too-many", "too-wide", "long-cell", "entities", "damaged"}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_a_sentence_and_costs_little(name: str) -> None:
    data = changed(book(), **BOMBS[name])
    began, before = time.monotonic(), _used(psutil.Process())
    assert code_of(data) in COSTLY
    assert time.monotonic() - began < SECONDS + 3
    assert _used(psutil.Process()) - before < 100_000_000


def mutants() -> Iterator[bytes]:
    """Workbooks with a few bytes changed, in the archive or in one of its parts."""
    dice = random.Random(7)  # noqa: S311 - nothing is kept secret
    whole = book([[*HEAD], [*ROW], [*ROW], [*ROW]])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for turn in range(MUTANTS):
        if turn % 2:
            yield mutated(dice, whole)
            continue
        victim, file = dice.choice(sorted(parts)), io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
            for name, body in parts.items():
                out.writestr(name, mutated(dice, body) if name == victim else body)
        yield file.getvalue()


def mutated(dice: random.Random, data: bytes) -> bytes:
    """*data* with bytes changed, taken out, doubled or cut off."""
    found = bytearray(data)
    for _ in range(dice.choice([1, 1, 4, 30])):
        at = dice.randrange(len(found) or 1)
        change = dice.randrange(5)
        if change == 0:
            del found[at : at + dice.randrange(1, 120)]
        elif change == 1:
            found[at:at] = found[at : at + dice.randrange(1, 200)]
        elif change == 2 and dice.random() < 0.2:
            del found[at:]
        elif found:
            found[min(at, len(found) - 1)] = dice.randrange(256)
    return bytes(found)


def test_whatever_is_damaged_ends_in_rows_or_in_a_reason() -> None:
    ends = []
    for data in mutants():
        answer = json.loads(json.dumps(_answer(data)))
        assert answer.get("error", "ok") not in {"", None}
        ends.append(answer.get("error", "ok"))
    assert 10 < ends.count("ok") < MUTANTS - 10


OTHERS = {
    "old-excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "locked": b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
    "pdf": b"%PDF-1.7\n",
    "image": b"\xff\xd8\xff\xe0",
    "markup": b"\xef\xbb\xbf \n<HTML><table><tr><td>naam",
    "document": b"{\\rtf1",
    "contacts": b"BEGIN:VCARD\nFN:Ana",
    "archive": b"\x1f\x8b\x08",
    "no-text": b"naam;land\nAna;N\0L",
    "bad-line": b"naam;land\nAna;\x81\n",
    "bad-quotes": b'naam;land\n"Ana"x;NL',
    "long-line": b"naam;land\n" + b"x" * 50_000 + b";NL",
    "empty": b"",
    "too-large": b"x" * (MOST_BYTES + 1),
    "damaged": b"PK\x03\x04 broken",
}


@pytest.mark.parametrize("code", OTHERS)
def test_another_kind_of_file_is_known_for_what_it_is(code: str) -> None:
    assert code_of(OTHERS[code]) == code


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["mimetype", "content.xml"], "open-document"),
        (["Index/Document.iwa"], "numbers"),
        (["Index.zip", "preview.jpg"], "numbers"),
        (["word/document.xml"], "document"),
        (["xl/workbook.bin"], "binary-excel"),
        (["holiday.jpg"], "archive"),
    ],
)
def test_an_archive_is_known_by_what_is_in_it(names: list[str], code: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, b"<x/>")
    assert code_of(file.getvalue()) == code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_lines_of_any_program_are_read(encoding: str, delimiter: str) -> None:
    lines = [HEAD, ["Zoë Café", *ROW[1:]]]
    data = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    assert rows_of(data) == lines


def test_a_line_in_another_code_is_read_and_told() -> None:
    data = "naam;land\nZoë;NL\n".encode() + "André;NL\n".encode("cp1252")
    (sheet,) = read_sheets(data)
    assert [cells[0] for _number, cells in sheet.rows] == ["naam", "Zoë", "André"]
    assert sheet.notes == {"guessed": [3]}


def test_rows_have_the_numbers_that_a_spreadsheet_shows() -> None:
    (lines,) = read_sheets(b'naam;land\n\n"Ana\nBea";NL\n;\nCy;BE\n')
    assert [number for number, _cells in lines.rows] == [1, 3, 5]
    (sheet,) = read_sheets(book([["naam", "land"], [], ["Ana", "NL"], [None, " "], ["Cy", "BE"]]))
    assert [number for number, _cells in sheet.rows] == [1, 3, 5]


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [
        ("31612345678", "", "31612345678"),
        ("612345678", "0000000000", "0612345678"),
        ("612345678", "0000-000000", "0612-34" + "5678"),
        ("612345678", '"+31 "0 00 00 00 00', "+31 6 12 34 56 78"),
        ("1", "", "1"),
        ("1.0", "General", "1"),
        ("0.30000000000000004", "", "0.3"),
        ("2.5", "0.00", "2.50"),
        ("1234567", "#,##0", "1,234,567"),
        ("0.5", "0%", "50%"),
        ("46097", "d-m-yyyy", "16-3-2026"),
        ("46097", "dd-mm-yyyy", "16-03-2026"),
        ("46097.5", "yyyy-mm-dd hh:mm", "2026-03-16 12:00"),
        ("46097", "[$-413]d mmmm yyyy;@", "16-3-2026"),
        ("1E+20", "", "1E+20"),
        ("nonsense", "0", "nonsense"),
        ("NaN", "", "NaN"),
        ("1e999999", "0.00", "1E+999999"),
        ("-5", "0000", "-0005"),
        ("99999999", "d-m-yyyy", "99999999"),
    ],
)
def test_a_number_is_shown_as_a_spreadsheet_shows_it(value: str, code: str, said: str) -> None:
    assert show(value, code) == said


def test_dates_and_numbers_of_a_real_workbook() -> None:
    made, file = Workbook(), io.BytesIO()
    sheet = made.worksheets[0]
    sheet.append(["a", 1.0, date(2026, 3, 16), 612345678, True])
    sheet["C1"].number_format, sheet["D1"].number_format = "dd-mm-yyyy", "0000000000"
    made.save(file)
    assert rows_of(file.getvalue()) == [["a", "1", "16-03-2026", "0612345678", "TRUE"]]


def test_it_works_from_many_threads_and_never_more_than_a_few_at_a_time() -> None:
    data = book()
    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(lambda _n: rows_of(data)[1], range(24))) == [ROW] * 24


def read_elsewhere(data: bytes, told: "multiprocessing.SimpleQueue[str]") -> None:
    """In a process of its own: what it read."""
    told.put(rows_of(data)[1][0])


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_it_works_whichever_way_processes_are_started(method: str) -> None:
    context: Any = multiprocessing.get_context(method)
    told = context.SimpleQueue()
    process = context.Process(target=read_elsewhere, args=(book(), told))
    process.start()
    assert told.get() == "Ana"
    process.join(30)


_LIMITS = (
    "from portal.uploads.child import _limit; _limit(); import resource as r;"
    "print(*(r.getrlimit(one)[0] for one in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_FSIZE)))"
)


@pytest.mark.skipif(sys.platform != "linux", reason="no other system keeps to RLIMIT_AS")
def test_the_child_may_take_so_much_memory_and_no_more() -> None:
    told = subprocess.run(
        [
            sys.executable, "-c",
            _LIMITS,
        ],
        capture_output=True, text=True, check=True, cwd=Path(read_child.__file__).parents[2],
    )  # fmt: skip
    assert told.stdout.split() == [str(MEMORY), str(SECONDS // 2), "0"]


def test_the_child_ends_with_whoever_waited_for_it() -> None:
    """Killed without a word, the parent leaves a child that still waits for the rest of the file: it ends."""
    script = (
        "import subprocess, sys, time;"
        "child = subprocess.Popen([sys.executable, '-I', '-c', sys.argv[1], sys.argv[2]], stdin=subprocess.PIPE);"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    root = str(Path(read_child.__file__).parents[2])
    parent = subprocess.Popen(
        [sys.executable, "-c", script, read_child._CHILD, root], stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    gone, alive = psutil.wait_procs([child], timeout=SECONDS + 5)
    assert (len(gone), alive) == (1, [])


def test_what_we_write_we_read() -> None:
    rows = [["naam", "=1+1"], ["'quoted", "+31 6"], ["_x000D_", "a\nb"]]
    assert rows_of(as_xlsx([("x", rows)]))[:2] == rows[:2]
