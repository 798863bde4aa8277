"""Import page: first what each column is and what each row would do, then the deed."""

import json
from collections.abc import Iterator

from starlette.responses import Response

from portal.http.errors import Incomplete, NotFound
from portal.manager.register import unreadable_files
from portal.manager.register.columns import read_by_us
from portal.manager.register.headings import BESIDE, COLUMNS, heading_of
from portal.manager.register.sheet_layout import (
    Columns,
    Register,
    by_hand,
    columns_by_choice,
    columns_by_guess,
    languages_without_letters,
    missing,
    raw_rows,
    register_from,
    register_of,
)
from portal.manager.register.spreadsheets import MOST_BYTES, MOST_ROWS, Unreadable, read_sheets
from portal.manager.table.import_dry_run import Row, try_rows
from portal.manager.table.people import can_map
from portal.manager.table.stakeholder_form import NEEDED
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from records.dialogues.import_headings import headings_of, remember
from states.language.languages import LANGUAGES
from states.model.dialogue import Dialogue
from states.model.vocabulary import Step

_HOME = "/dialogues/{dialogue}/import"
_MOST = MOST_BYTES + 300_000
_PIECE = 60_000
"""Characters of the rows that one field of the confirming form carries."""
ROW = "row"
"""Under which name a row carries its number."""


def show_import(visit: Visit) -> Response:
    """The form for a file."""
    dialogue = _mappable(visit)
    return visit.page(
        "manager/import.html",
        dialogue=dialogue,
        columns=COLUMNS,
        needed=NEEDED,
        most=MOST_ROWS,
    )


def _mappable(visit: Visit) -> Dialogue:
    dialogue = visit.dialogue(visit.param("dialogue"))
    if not can_map(dialogue):
        raise NotFound
    return dialogue


def preview(visit: Visit) -> Response:
    """What each column is and what each row would do. Changes nobody; remembers what somebody said of a column."""
    dialogue = _mappable(visit)
    register, columns = _read(visit) or _sorted_by_hand(visit)
    problem = _unfit(visit, register, columns)
    if problem:
        visit.status = 422
    raws = [] if problem else list(raw_rows(register, columns))
    rows = try_rows(visit, dialogue, list(_in_our_language(visit, raws)))
    return visit.page(
        "manager/import-preview.html",
        dialogue=dialogue,
        register=register,
        names=columns.names,
        unused=_unused_columns(visit, register, columns),
        problem=problem,
        rows=rows,
        kept=_pieces(rows),
        columns=COLUMNS,
        choices=(*COLUMNS, *BESIDE),
        unwritten=languages_without_letters(register, columns),
        foreign=any(_is_foreign(raw) for raw in raws),
        otherwise=visit.form.one("otherwise"),
    )


def _read(visit: Visit) -> tuple[Register, Columns] | None:
    """What a file holds, and what its columns seem to be; None when the form brings a register that was read before."""
    data = visit.form.files.get("sheet", b"")
    if not data and visit.form.many("register"):
        return None
    try:
        register = register_of(read_sheets(data))
    except Unreadable as error:
        raise Incomplete({"sheet": unreadable_files.sentence_of(visit, error)}) from None
    return register, columns_by_guess(
        register, headings_of(visit.site.house.engine, visit.me.programme.id)
    )


def _sorted_by_hand(visit: Visit) -> tuple[Register, Columns]:
    register = register_from(visit.form.many("register"))
    if register is None:
        raise Incomplete({"sheet": visit._("Choose the file again.")})
    columns = columns_by_choice(
        register, [visit.form.one(f"column-{at}") for at in range(len(register.heads))]
    )
    own = by_hand(register, columns)
    heads = {heading_of(head) for head in register.heads}
    remember(visit.site.house.engine, visit.me.programme.id, heads, own, visit.now)
    return register, columns


def _unfit(visit: Visit, register: Register, columns: Columns) -> str:
    """Why no row can be tried yet; nothing when each can."""
    if lacking := missing(columns, tuple(NEEDED)):
        listed = ", ".join(column.heading(visit.language) for column in lacking)
        return visit._(
            "There must be headings above the rows; these are missing: %(listed)s. Say below which column that is.",
            listed=listed,
        )
    if columns.twice:
        headings = {column.name: column.heading(visit.language) for column in (*COLUMNS, *BESIDE)}
        listed = ", ".join(dict.fromkeys(headings[name] for name in columns.twice))
        return visit._(
            "These headings are there twice: %(listed)s. Choose one column of each below.",
            listed=listed,
        )
    if not register.rows:
        return visit._("There are no rows below the headings.")
    return ""


def _unused_columns(visit: Visit, register: Register, columns: Columns) -> list[str]:
    """The columns that do not come in, by heading: nothing vanishes without a word."""
    bare = visit._("a column without a heading")
    pairs = zip(register.heads, columns.names, strict=True)
    return [head or bare for head, name in pairs if not name]


def _is_foreign(raw: dict[str, str]) -> bool:
    return bool(raw.get("language")) and read_by_us(raw["language"]) is None


def _in_our_language(visit: Visit, raws: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    """The rows; who reads a language in which we do not write is written to in the one that somebody chose for them."""
    otherwise = visit.form.one("otherwise")
    for raw in raws:
        swap = otherwise in LANGUAGES and _is_foreign(raw)
        yield {**raw, "language": otherwise} if swap else raw


def _pieces(rows: list[Row]) -> list[str]:
    acting = [{ROW: str(row.number), **row.raw} for row in rows if row.acts]
    text = json.dumps(acting, ensure_ascii=False)
    return [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]


def bring_in(visit: Visit) -> Response:
    """Bring the good rows in, all of them or none; what the preview promised is tried once more before."""
    dialogue = _mappable(visit)
    rows = try_rows(visit, dialogue, _rows_of_form(visit))
    if wrong := [row for row in rows if not row.good]:
        sentences = " ".join(next(iter(row.problems.values())) for row in wrong[:3])
        raise Incomplete({"sheet": visit._("Something changed meanwhile: ") + sentences})
    visit.act_all(dialogue.id, Step.MAP_STAKEHOLDER, [row.given for row in rows if row.acts])
    return visit.go(f"/dialogues/{dialogue.id}/people", said="imported")


def _rows_of_form(visit: Visit) -> list[dict[str, str]]:
    """The rows that the preview handed on; they come from outside, so they are read as carefully as a file."""
    again = Incomplete({"sheet": visit._("Choose the file again.")})
    try:
        found = json.loads("".join(visit.form.many("rows")))
    except (ValueError, RecursionError):
        raise again from None
    if not isinstance(found, list) or not found or len(found) > MOST_ROWS:
        raise again
    if not all(_is_row(row) for row in found):
        raise again
    return found


def _is_row(row: object) -> bool:
    if not isinstance(row, dict) or not all(isinstance(cell, str) for cell in row.values()):
        return False
    number = row.get(ROW, "0")
    return set(row) <= {column.name for column in COLUMNS} | {ROW} and number.isdecimal()


PAGES = (
    get(_HOME, show_import, *MANAGERS),
    post(f"{_HOME}/preview", preview, *MANAGERS, again=show_import, most=_MOST),
    post(_HOME, bring_in, *MANAGERS, again=show_import, most=_MOST),
)
