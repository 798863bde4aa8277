"""Bringing in a sheet of stakeholders: a preview that says of each row what would happen, and only then the deed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from portal.faults import Incomplete, NotFound
from portal.manager_overview.columns import COLUMNS, plain
from portal.manager_overview.mapping import NEEDED, free_name, same_as, understand
from portal.manager_overview.people import can_map
from portal.manager_overview.sheets import MOST_BYTES, MOST_ROWS, Unreadable, rows_of
from portal.refusing import told
from portal.routes import MANAGERS, get, post
from portal.visit import Visit
from states.deciding import decide
from states.dialogue import Dialogue
from states.errors import Refused
from states.people import Mapping as Mapped

_HOME = "/dialogues/{dialogue}/import"
_MOST = MOST_BYTES + 300_000
_KEPT = 95_000
"""Characters that the confirming form can carry."""
_UNREADABLE = {
    "empty": ("Kies een bestand.", "Choose a file."),
    "too-large": (
        "Dit bestand is te groot: hoogstens 2 MB.",
        "This file is too large: at most 2 MB.",
    ),
    "too-many": (
        f"Dit zijn te veel rijen: hoogstens {MOST_ROWS} per keer.",
        f"These are too many rows: at most {MOST_ROWS} at a time.",
    ),
    "no-sheet": (
        "Dit bestand is niet te lezen. Bewaar het als CSV of XLSX.",
        "This file cannot be read. Save it as CSV or XLSX.",
    ),
}


@dataclass
class Row:
    """One row of the sheet: what it says, what would happen, and what is wrong with it."""

    number: int
    raw: Mapping[str, str]
    given: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    does: str = ""
    """`new`, `corrects` or `same`."""

    @property
    def good(self) -> bool:
        """Whether it can be brought in."""
        return not self.problems

    @property
    def acts(self) -> bool:
        """Whether bringing it in changes anything."""
        return self.good and self.does != "same"


def show_import(visit: Visit) -> Response:
    """The form for a file."""
    dialogue = _mappable(visit)
    return visit.page(
        "manager_overview/import.html",
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
    """What each row would do. Writes nothing."""
    dialogue = _mappable(visit)
    try:
        cells = rows_of(visit.form.files.get("sheet", b""))
    except Unreadable as error:
        raise Incomplete({"sheet": visit.t(*_UNREADABLE[error.code])}) from None
    rows = tried(visit, dialogue, _named(visit, cells))
    kept = json.dumps([row.raw for row in rows if row.acts], ensure_ascii=False)
    if len(kept) > _KEPT:
        raise Incomplete({"sheet": visit.t(*_UNREADABLE["too-many"])})
    return visit.page(
        "manager_overview/import-preview.html",
        dialogue=dialogue,
        rows=rows,
        kept=kept,
        columns=COLUMNS,
    )


def _named(visit: Visit, cells: list[list[str]]) -> list[dict[str, str]]:
    """The rows below the headings, by the names of the law."""
    heads = [_column(head) for head in cells[0]] if cells else []
    if missing := [
        c.heading(visit.language) for c in COLUMNS if c.name in NEEDED and c.name not in heads
    ]:
        listed = ", ".join(missing)
        raise Incomplete(
            {
                "sheet": visit.t(
                    f"De eerste rij moet koppen hebben; deze ontbreken: {listed}.",
                    f"The first row must hold headings; these are missing: {listed}.",
                )
            }
        )
    if twice := sorted({c.heading(visit.language) for c in COLUMNS if heads.count(c.name) > 1}):
        listed = ", ".join(twice)
        raise Incomplete(
            {
                "sheet": visit.t(
                    f"Deze koppen staan er twee keer: {listed}. Laat er van elk één staan.",
                    f"These headings are there twice: {listed}. Keep one of each.",
                )
            }
        )
    if len(cells) == 1:
        raise Incomplete(
            {
                "sheet": visit.t(
                    "Er staan geen rijen onder de koppen.", "There are no rows below the headings."
                )
            }
        )
    return [
        {head: cell for head, cell in zip(heads, row, strict=False) if head} for row in cells[1:]
    ]


def _column(heading: str) -> str:
    return next((c.name for c in COLUMNS if plain(heading) in c.known_as), "")


def tried(visit: Visit, dialogue: Dialogue, raws: Iterable[Mapping[str, str]]) -> list[Row]:
    """Each row tried on the dialogue as the rows before it would leave it; nothing is written."""
    rows = list[Row]()
    for number, raw in enumerate(raws, start=2):
        row = Row(number, raw)
        other = next((one for one in rows if _share_mailbox(one, row)), None)
        if other is None:
            dialogue = _try(visit, dialogue, row)
        else:
            said = visit.t("Dit adres is al van iemand in rij", "This address is somebody's in row")
            row.problems = {"email": f"{said} {other.number}."}
        rows.append(row)
    return rows


def _share_mailbox(one: Row, other: Row) -> bool:
    """Whether two people of one sheet have one address: a link in a mail must be of one person."""
    address = plain(other.raw.get("email", ""))
    two = plain(one.raw.get("name", "")) != plain(other.raw.get("name", ""))
    return bool(address) and two and plain(one.raw.get("email", "")) == address


def _try(visit: Visit, dialogue: Dialogue, row: Row) -> Dialogue:
    reading = understand(row.raw, dialogue, visit.t)
    if reading.problems:
        row.problems = reading.problems
        return dialogue
    known = same_as(dialogue, reading.given)
    name = (
        known.id
        if known
        else reading.given.get("id") or free_name(dialogue.stakeholders, reading.given)
    )
    before = known.model_dump(include=set(Mapped.model_fields)) if known else {}
    row.given = {**before, **reading.given, "id": name}
    row.does = "new" if known is None else "same" if row.given == before else "corrects"
    if row.does == "same":
        return dialogue
    try:
        return decide(dialogue, "map-stakeholder", row.given, visit.me.by, visit.now).dialogue
    except Refused as refusal:
        row.problems = {"": told(visit, refusal).sentence}
        return dialogue


def bring_in(visit: Visit) -> Response:
    """Bring the good rows in, all of them or none; what the preview promised is tried once more before."""
    dialogue = _mappable(visit)
    rows = tried(visit, dialogue, _kept(visit))
    if wrong := [row for row in rows if not row.good]:
        sentences = " ".join(next(iter(row.problems.values())) for row in wrong[:3])
        raise Incomplete(
            {
                "sheet": visit.t("Er is intussen iets veranderd: ", "Something changed meanwhile: ")
                + sentences
            }
        )
    visit.act_all(dialogue.id, "map-stakeholder", [row.given for row in rows if row.acts])
    return visit.go(f"/dialogues/{dialogue.id}/people", said="imported")


def _kept(visit: Visit) -> list[dict[str, str]]:
    """The rows that the preview handed on; they come from outside, so they are read as carefully as a file."""
    again = Incomplete({"sheet": visit.t("Kies het bestand opnieuw.", "Choose the file again.")})
    try:
        found = json.loads(visit.form.one("rows"))
    except (ValueError, RecursionError):
        raise again from None
    names = {column.name for column in COLUMNS}
    if not isinstance(found, list) or not found or len(found) > MOST_ROWS:
        raise again
    for row in found:
        if (
            not isinstance(row, dict)
            or not set(row) <= names
            or not all(isinstance(v, str) for v in row.values())
        ):
            raise again
    return found


PAGES = (
    get(_HOME, show_import, *MANAGERS),
    post(f"{_HOME}/preview", preview, *MANAGERS, again=show_import, most=_MOST),
    post(_HOME, bring_in, *MANAGERS, again=show_import, most=_MOST),
)
