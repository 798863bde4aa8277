"""Import dry run: each row of a register tried on the dialogue; what would happen, and what is in the way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.manager.register.headings import COLUMNS, plain
from portal.manager.table.stakeholder_form import conflict_of, free_name, same_as, understand
from portal.web.refusals import refusal_shown
from portal.web.request import Visit
from states.language.errors import Refused
from states.model.dialogue import Dialogue
from states.model.people import Mapping as Mapped
from states.model.people import Stakeholder
from states.model.vocabulary import Step
from states.steps.decide import decide
from states.values.addresses import same_address

_KEPT_WITHOUT_WORD = {"language": "language", "speaks_for": "speaks_for"}
"""What is given a value where a sheet says nothing: of somebody who is known already it stays."""


@dataclass
class Row:
    """One row of the sheet: what it says, what would happen, and what is wrong with it."""

    number: int
    raw: Mapping[str, str]
    given: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    does: str = ""
    """`new`, `corrects` or `same`."""
    changes: list[str] = field(default_factory=list)
    """What is corrected, in words."""

    @property
    def good(self) -> bool:
        """Whether it can be brought in."""
        return not self.problems

    @property
    def acts(self) -> bool:
        """Whether bringing it in changes anything."""
        return self.good and self.does != "same"


def try_rows(visit: Visit, dialogue: Dialogue, raws: Iterable[Mapping[str, str]]) -> list[Row]:
    """Each row tried on the dialogue as the rows before it would leave it; nothing is written."""
    rows = list[Row]()
    for place, raw in enumerate(raws):
        row = Row(int(raw.get("row") or place + 2), {k: v for k, v in raw.items() if k != "row"})
        row.problems = _twice(visit, rows, row)
        if not row.problems:
            dialogue = _try(visit, dialogue, row, rows)
        rows.append(row)
    return rows


def _twice(visit: Visit, rows: list[Row], row: Row) -> dict[str, str]:
    """A link in a mail must be of one person, so an address stands in one row."""
    for other in rows:
        if same_address(other.raw.get("email"), row.raw.get("email")):
            if _name_and_organisation(other) == _name_and_organisation(row):
                return {"": _same_person(visit, other)}
            said = visit._("This address is somebody's in row")
            return {"email": f"{said} {other.number}."}
    return {}


def _name_and_organisation(row: Row) -> tuple[str, str]:
    return plain(row.raw.get("name", "")), plain(row.raw.get("organisation", ""))


def _same_person(visit: Visit, other: Row) -> str:
    return visit._(
        "This is the same person as in row %(number)s. Keep one row; if they are two people, "
        "give each a reference of their own.",
        number=other.number,
    )


def _try(visit: Visit, dialogue: Dialogue, row: Row, rows: list[Row]) -> Dialogue:
    reading = understand(row.raw, dialogue, visit._)
    row.problems = reading.problems or conflict_of(dialogue, reading.given, visit._)
    if row.problems:
        return dialogue
    known = same_as(dialogue, reading.given)
    if earlier := next((r for r in rows if known and r.given.get("id") == known.id), None):
        row.problems = {"": _same_person(visit, earlier)}
        return dialogue
    _weigh(visit, dialogue, row, known, reading.given)
    return dialogue if row.does == "same" else _decide(visit, dialogue, row)


def _weigh(
    visit: Visit,
    dialogue: Dialogue,
    row: Row,
    known: Stakeholder | None,
    given: dict[str, Any],
) -> None:
    if known is None:
        name = given.get("id") or free_name(dialogue.stakeholders, given)
        row.given, row.does = {**given, "id": name}, "new"
        return
    before = known.model_dump(include=set(Mapped.model_fields))
    silent = {name for name, column in _KEPT_WITHOUT_WORD.items() if not row.raw.get(column)}
    told = {name: value for name, value in given.items() if name not in silent}
    row.given = {**before, **told, "id": known.id}
    row.does = "same" if row.given == before else "corrects"
    row.changes = [_change(visit, name, before, row.given) for name in _changes(before, row.given)]


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [column.name for column in COLUMNS if before.get(column.name) != after.get(column.name)]


def _change(visit: Visit, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    heading = next(column.heading(visit.language) for column in COLUMNS if column.name == name)
    was, becomes = before.get(name), after.get(name)
    if isinstance(was, str) and isinstance(becomes, str) and name not in {"layer", "category"}:
        return f"{heading}: {was} → {becomes}"
    return heading


def _decide(visit: Visit, dialogue: Dialogue, row: Row) -> Dialogue:
    try:
        return decide(dialogue, Step.MAP_STAKEHOLDER, row.given, visit.me.by, visit.now).dialogue
    except Refused as refusal:
        row.problems = {"": refusal_shown(visit, refusal).sentence}
        return dialogue
