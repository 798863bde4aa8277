"""Retaliation reports: a page for the confidant alone; no other role has a way to them."""

from dataclasses import dataclass

from starlette.responses import Response

from portal.http.errors import NotFound
from portal.web.pages import get, post
from portal.web.request import Visit
from records.access.retaliation_reports import Report, reports_of, settle_report, take_up_report
from states.language.catalogue import N_
from states.language.errors import NotKnown
from states.model.people import Role

_CONFIDANT = Role.CONFIDANT.value
_RECENT = 2
"""Editions whose reporters are named; older ones keep their id."""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report, with the name of whoever made it if they gave it."""

    report: Report
    name: str | None


def show(visit: Visit) -> Response:
    """What was reported, newest first."""
    found = reports_of(visit.site.house.engine, visit.me.programme.id)
    told = _rows(visit, found)
    return visit.page(
        "confidant/reports.html",
        waiting=[one for one in told if one.report.settled_at is None],
        settled=[one for one in told if one.report.settled_at is not None],
    )


def _rows(visit: Visit, found: list[Report]) -> list[ReportRow]:
    names: dict[tuple[str, str], str] = {}
    with_names = dict.fromkeys(report.dialogue_id for report in found if report.who)
    for dialogue_id in list(with_names)[:_RECENT]:
        names |= _seats(visit, dialogue_id)
    return [
        ReportRow(r, names.get((r.dialogue_id, r.who), r.who) if r.who else None) for r in found
    ]


def _seats(visit: Visit, dialogue_id: str) -> dict[tuple[str, str], str]:
    try:
        dialogue = visit.site.house.ledger.read(dialogue_id)
    except NotKnown:
        return {}
    return {
        (dialogue_id, s.id): f"{s.name}, {s.organisation}" for s in dialogue.stakeholders.values()
    }


def take_up(visit: Visit) -> Response:
    """Note that the confidant reacted to a report; from then on nothing reminds of it."""
    if not take_up_report(visit.site.house.engine, *_report_of(visit), visit.now):
        raise NotFound
    return visit.go("/reports", said="report-taken-up")


def settle(visit: Visit) -> Response:
    """Note that a report was dealt with."""
    if not settle_report(visit.site.house.engine, *_report_of(visit), visit.now):
        raise NotFound
    return visit.go("/reports", said="report-settled")


def _report_of(visit: Visit) -> tuple[str, int]:
    """The programme of the confidant who asks, and the number of the report."""
    number = visit.form.one("number")
    if not (number.isascii() and number.isdigit() and len(number) < len("1000000000")):
        raise NotFound
    return visit.me.programme.id, int(number)


PAGES = (
    get("/reports", show, _CONFIDANT, nav=N_("Reports")),
    post("/reports", settle, _CONFIDANT, again=show),
    post("/reports/taken-up", take_up, _CONFIDANT, again=show),
)
