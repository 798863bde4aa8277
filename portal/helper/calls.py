"""Whom a helper calls or writes to: those who read a language that they speak, as far as something waits for them."""

from typing import Any

from starlette.responses import Response

from notifications.to_helpers import keeper_of
from portal.faults import Incomplete, NotFound
from portal.manager_overview.calling import (
    Call,
    calls_of,
    speaks,
    spoken_of,
    texts_of,
    waiting_call,
    ways_of,
)
from portal.routes import get, post
from portal.visit import Visit
from states.dialogue import Dialogue
from states.people import HELPER, Stakeholder

_HOME = "/helping"
_ONE = f"{_HOME}/calls/{{stakeholder}}"


def show_all(visit: Visit) -> Response:
    """Whom to call."""
    dialogue, helper = visit.helping()
    calls = [call for call in calls_of(visit, dialogue) if speaks(helper, call.seat)]
    return visit.page(
        "helper/calls.html",
        dialogue=dialogue,
        helper=helper,
        calls=calls,
        keeper=keeper_of(dialogue),
    )


def _called(visit: Visit) -> tuple[Dialogue, Stakeholder, Call]:
    """Nobody is there for a helper but those for whom something waits that they may bring."""
    dialogue, helper = visit.helping()
    seat = dialogue.stakeholders.get(visit.param("stakeholder"))
    call = waiting_call(visit, dialogue, seat) if seat and speaks(helper, seat) else None
    if seat is None or call is None:
        raise NotFound
    return dialogue, seat, call


def show(visit: Visit) -> Response:
    """The sheet for one call, and what to record of it."""
    dialogue, seat, call = _called(visit)
    return visit.page(
        "helper/call.html",
        dialogue=dialogue,
        call=call,
        seat=seat,
        ways=ways_of(visit, call),
        sentences=spoken_of(call, passing_on=True),
        translated=visit.helping()[1].language != call.language,
        texts=texts_of(visit, call),
        keeper=keeper_of(dialogue),
        helpers=[],
    )


def bring(visit: Visit) -> Response:
    """Somebody was called or written to, and nobody knows yet whether it arrived."""
    dialogue, seat, _ = _called(visit)
    return _recorded(visit, dialogue, "bring", {"to": seat.id, **visit.need("how")})


def delivered(visit: Visit) -> Response:
    """What the sheet said was heard: that alone, for a helper may not know all that waits."""
    dialogue, seat, call = _called(visit)
    given = {"to": seat.id, **visit.need("how")}
    told = [{**given, "template": template} for template in call.waits]
    visit.act_all(dialogue.id, "record-delivery", told)
    return visit.go(_HOME, said="saved")


def mark_unsafe(visit: Visit) -> Response:
    """Never again use a way to somebody."""
    dialogue, seat, _ = _called(visit)
    way = visit.need("way")["way"]
    if way not in {"phone", "post"}:
        raise Incomplete({"way": visit.t("Kies er een.", "Choose one.")})
    given = {"stakeholder": seat.id, "way": way}
    visit.act(dialogue.id, "mark-unsafe", given)
    return visit.go(_HOME, said="way-unsafe")


def _recorded(visit: Visit, dialogue: Dialogue, step: str, given: dict[str, Any]) -> Response:
    visit.act(dialogue.id, step, given)
    return visit.go(_HOME, said="saved")


PAGES = (
    get(_HOME, show_all, HELPER, nav=("Bellen", "Calls")),
    get(_ONE, show, HELPER),
    post(f"{_ONE}/brought", bring, HELPER, again=show),
    post(f"{_ONE}/delivered", delivered, HELPER, again=show),
    post(f"{_ONE}/unsafe", mark_unsafe, HELPER, again=show),
)
