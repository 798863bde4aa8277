"""Mirror page: the composition, and lists to take along; without formulas, and without people at risk."""

from collections.abc import Iterator

from starlette.responses import Response

from notifications.language.words import country, word
from portal.http.errors import NotFound
from portal.manager.register.headings import COLUMNS
from portal.manager.register.spreadsheets import as_csv, as_xlsx
from portal.manager.table.mirror import Mirror, MirrorLine, mirror_of
from portal.web.pages import get
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from states.model.dialogue import Dialogue
from states.model.people import Role, Stakeholder

_HOME = "/dialogues/{dialogue}"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KEPT_BACK = frozenset({"at_risk"})
"""Whether speaking is dangerous for somebody is not for a file that travels."""


def show_mirror(visit: Visit) -> Response:
    """Who is at the table, held against where the risks are."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    return visit.page(
        "manager/mirror.html",
        dialogue=dialogue,
        mirror=mirror_of(visit, dialogue),
        held=any(seat.present is not None for seat in dialogue.stakeholders.values()),
    )


def people_rows(visit: Visit, dialogue: Dialogue) -> Iterator[list[str]]:
    """The people of whom it was decided that speaking is safe, under headings that an import understands."""
    columns = [column for column in COLUMNS if column.name not in _KEPT_BACK]
    extra = [visit._("invitation"), visit._("present")]
    yield [column.heading(visit.language) for column in columns] + extra
    for seat in dialogue.stakeholders.values():
        if seat.at_risk is False:
            cells = [_cell(visit, seat, column.name) for column in columns]
            yield [
                *cells,
                word("invitation", seat.invitation.value, visit.language),
                "" if seat.present is None else _yes(visit, yes=seat.present),
            ]


def _cell(visit: Visit, seat: Stakeholder, name: str) -> str:
    value = getattr(seat, name)
    if name in {"layer", "category"}:
        return word(name, str(value), visit.language)
    if name == "country":
        return country(value, visit.language)
    if isinstance(value, bool):
        return _yes(visit, yes=value)
    return "; ".join(value) if isinstance(value, tuple) else str(value or "")


def _yes(visit: Visit, *, yes: bool) -> str:
    return visit._("yes") if yes else visit._("no")


def mirror_rows(visit: Visit, mirror: Mirror) -> Iterator[list[str]]:
    """The figures of the mirror, as the page shows them."""
    sides = {
        "country": visit._("country"),
        "tier": visit._("tier"),
        "layer": visit._("layer"),
    }
    yield [
        visit._("by"),
        visit._("group"),
        visit._("risks"),
        visit._("mapped"),
        visit._("accepted"),
        visit._("present"),
        visit._("spoke openly"),
    ]
    for side in mirror.sides:
        for line in side.lines:
            yield [sides[side.name], line.label, *_figures(line, mirror.least)]


def _figures(line: MirrorLine, least: int) -> list[str]:
    counted = [line.risks, line.mapped, line.accepted, line.present]
    return [*map(str, counted), f"< {least}" if line.spoke is None else str(line.spoke)]


def take_along(visit: Visit) -> Response:
    """A list as a file: `people` or `mirror`, as CSV or XLSX."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    what, _, kind = visit.param("list").partition(".")
    titles = {"people": visit._("people"), "mirror": visit._("mirror")}
    if what not in titles or kind not in {"csv", "xlsx"}:
        raise NotFound
    rows = (
        people_rows(visit, dialogue)
        if what == "people"
        else mirror_rows(visit, mirror_of(visit, dialogue))
    )
    if kind == "csv":
        return _file(as_csv(rows), "text/csv; charset=utf-8", f"{dialogue.id}-{titles[what]}.csv")
    body = as_xlsx([(titles[what], rows)])
    return _file(body, _XLSX, f"{dialogue.id}-{titles[what]}.xlsx")


def _file(body: bytes, kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=kind, headers=headers)


def example(visit: Visit) -> Response:
    """An empty sheet with the headings that an import understands."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    headings = [column.heading(visit.language) for column in COLUMNS]
    name = visit._("example")
    return _file(as_csv([headings]), "text/csv; charset=utf-8", f"{dialogue.id}-{name}.csv")


PAGES = (
    get(f"{_HOME}/mirror", show_mirror, *MANAGERS, Role.SPONSOR.value),
    get(f"{_HOME}/lists/{{list}}", take_along, *MANAGERS),
    get(f"{_HOME}/example.csv", example, *MANAGERS),
)
