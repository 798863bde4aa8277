"""
My-data page: what is kept, a copy of it, asking to be erased, ending one's links; and reporting retaliation.

A report is for the confidant alone.
"""

import json
from contextlib import suppress
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from notifications.views.names import contact_of
from portal.http.errors import Incomplete, NotFound
from portal.my.recorded import mark_unsafe, reach, want_calendar
from portal.my.seat import mine
from portal.my.view import Mine, Point
from portal.web.pages import get, post
from portal.web.request import Visit
from records.access.links import Capacity, end_other_sessions, revoke
from records.access.requests import seats_alike, wishes_of
from records.access.retaliation_reports import report
from records.access.sealed_pins import has_pin
from records.queries import notices_of
from states.language.catalogue import N_
from states.language.errors import Refused
from states.model.duties import duty_name
from states.model.people import PARTICIPANT, Role
from states.model.retaliation import reaction_due
from states.model.vocabulary import DutyKind, Step

_DAY = timedelta(days=1)


def show(visit: Visit) -> Response:
    """What is kept of them."""
    seen = mine(visit)
    duty = seen.dialogue.latest(duty_name(DutyKind.SETTLE_ERASURE, seen.me.id))
    return visit.page("my/data.html", mine=seen, asked=duty and seen.view(duty))


def export(visit: Visit) -> Response:
    """Everything that is kept of them, as a file that machines can read."""
    text = json.dumps(_everything(visit, mine(visit)), ensure_ascii=False, indent=2)
    kind = {"content-disposition": 'attachment; filename="my-data.json"'}
    return Response(text, media_type="application/json", headers=kind)


def _everything(visit: Visit, seen: Mine) -> dict[str, Any]:
    engine, d = visit.site.house.engine, seen.dialogue
    names = d.voices_of(seen.me.id)
    points = [point for voice in seen.voices for point in voice.points]
    duties = [x for x in d.duties.values() if x.whom in names or x.waiting in names]
    sent = [row for row in notices_of(engine, [d.id]) if row.to in names]
    return {
        "dialogue": d.id,
        "you": seen.me.model_dump(mode="json"),
        "speaks_as": names,
        "contributions": [_without_secrets(point) for point in points],
        "verdicts": [v.model_dump(mode="json") for n, v in d.verdicts.items() if n in names],
        "recorded_by_others": [
            r.model_dump(mode="json", exclude={"before"})
            for r in d.relays.values()
            if r.voice in names
        ],
        "duties": [duty.model_dump(mode="json") for duty in duties],
        "messages": [
            {"at": n.at.isoformat(), "template": n.template, "status": n.status} for n in sent
        ],
        "wishes": [
            {"kind": wish.kind, "value": wish.value, "at": wish.made_at.isoformat()}
            for wish in (wishes_of(engine, d.id, seen.me.id) if visit.unsealed else ())
        ],
    }


def _without_secrets(point: Point) -> dict[str, Any]:
    """The contribution without what is not told yet, because it may still change."""
    untold = set() if point.decided else {"outcome", "reason", "owner", "change", "commitment"}
    untold |= set() if point.delivered else {"answer", "written_at"}
    return point.source.model_dump(mode="json", exclude=untold)


def ask_erasure(visit: Visit) -> Response:
    """Ask to delete my data, in every year in which they have this seat; a person decides within a month."""
    seen, house = mine(visit), visit.site.house
    given, me = visit.form.some("text"), seen.me.id
    if not visit.unsealed and has_pin(house.engine, visit.me.capacity):
        said = visit._("Please enter your PIN first, on the page Confidential (PIN).")
        raise Incomplete({"text": said})
    visit.act(seen.dialogue.id, Step.ASK_ERASURE, given)
    for name in seats_alike(house.engine, seen.dialogue.id, me)[1:]:
        with suppress(Refused):  # asked there before, or erased already
            house.ledger.act(name, Step.ASK_ERASURE, given, by=me, now=visit.now)
    return visit.go("/my/data", said="erasure")


def end_links(visit: Visit) -> Response:
    """Let no link of mine open anything any more, of whichever year, and nobody who came in by one but this browser."""
    if visit.known is None:
        raise NotFound
    seen, engine, now = mine(visit), visit.site.house.engine, visit.site.door_time()
    end_other_sessions(engine, visit.known.session, now)
    for name in seats_alike(engine, seen.dialogue.id, seen.me.id)[1:]:
        seat = Capacity("participant", seen.dialogue.programme.id, seen.me.id, name)
        revoke(engine, seat, now)
    return visit.go("/my/data", said="my-links-ended")


def show_safety(visit: Visit) -> Response:
    """How to report pressure or retaliation."""
    seen = mine(visit)
    return visit.page(
        "my/safety.html", mine=seen, confidant=contact_of(seen.dialogue, Role.CONFIDANT)
    )


def tell(visit: Visit) -> Response:
    """A report for the confidant alone, with a name only if the reporter gives it."""
    seen = mine(visit)
    if seen.dialogue.role(Role.CONFIDANT) is None:
        raise NotFound
    given = visit.need("text")
    visit.slow_down(
        f"report from {visit.origin}", most=20, window=_DAY
    )  # not by person: that would tell
    named = visit.form.one("named") == "yes"
    report(
        visit.site.house.engine,
        seen.dialogue.id,
        given["text"],
        visit.now,
        who=seen.me.id if named else None,
        contact=visit.form.one("contact")[:300] or None,
        react_by=reaction_due(seen.dialogue.calendar, visit.now),
    )
    return visit.go("/my/safety", said="report")


PAGES = (
    get("/my/safety", show_safety, PARTICIPANT, nav=N_("Safety")),
    post("/my/safety", tell, PARTICIPANT, again=show_safety),
    get("/my/data", show, PARTICIPANT, nav=N_("My data")),
    get("/my/data/export", export, PARTICIPANT),
    post("/my/data/reach", reach, PARTICIPANT, again=show),
    post("/my/data/calendar", want_calendar, PARTICIPANT, again=show),
    post("/my/data/unsafe", mark_unsafe, PARTICIPANT, again=show),
    post("/my/data/links", end_links, PARTICIPANT, again=show),
    post("/my/data/erasure", ask_erasure, PARTICIPANT, again=show),
)
