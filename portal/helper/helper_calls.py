"""Call list of a helper: those who read a language that they speak, as far as something waits for them."""

from starlette.responses import Response

from notifications.views.to_helpers import keeper_of
from portal.http.errors import Incomplete, NotFound
from portal.shared.call_sheet import (
    Call,
    Ways,
    calls_of,
    record_heard,
    speaks,
    spoken_of,
    texts_of,
    waiting_call,
    ways_of,
)
from portal.web.pages import get, post
from portal.web.request import Visit
from states.language.catalogue import N_
from states.model.people import HELPER
from states.model.vocabulary import Step

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


def _call_for(visit: Visit) -> Call:
    """Nobody is there for a helper but those for whom something waits that they may bring."""
    dialogue, helper = visit.helping()
    seat = dialogue.stakeholders.get(visit.param("stakeholder"))
    call = waiting_call(visit, dialogue, seat) if seat and speaks(helper, seat) else None
    if call is None:
        raise NotFound
    return call


def show(visit: Visit) -> Response:
    """The sheet for one call, and what to record of it."""
    call, (_, helper) = _call_for(visit), visit.helping()
    return visit.page(
        "helper/call.html",
        dialogue=call.dialogue,
        call=call,
        seat=call.seat,
        ways=ways_of(visit, call),
        sentences=spoken_of(call, passing_on=True),
        translated=helper.language != call.language,
        texts=texts_of(visit, call),
        keeper=keeper_of(call.dialogue),
        helpers=[],
    )


def bring(visit: Visit) -> Response:
    """Somebody was called or written to, and nobody knows yet whether it arrived."""
    call = _call_for(visit)
    visit.act(call.dialogue.id, Step.BRING, {"to": call.seat.id, **visit.need("how")})
    return visit.go(_HOME, said="saved")


def record_delivered(visit: Visit) -> Response:
    """What the sheet said was heard."""
    record_heard(visit, _call_for(visit))
    return visit.go(_HOME, said="saved")


def mark_unsafe(visit: Visit) -> Response:
    """Never again use a way to somebody."""
    call = _call_for(visit)
    way = visit.need("way")["way"]
    if way not in Ways._fields:
        raise Incomplete({"way": visit._("Choose one.")})
    visit.act(call.dialogue.id, Step.MARK_UNSAFE, {"stakeholder": call.seat.id, "way": way})
    return visit.go(_HOME, said="way-unsafe")


PAGES = (
    get(_HOME, show_all, HELPER, nav=N_("Calls")),
    get(_ONE, show, HELPER),
    post(f"{_ONE}/brought", bring, HELPER, again=show),
    post(f"{_ONE}/delivered", record_delivered, HELPER, again=show),
    post(f"{_ONE}/unsafe", mark_unsafe, HELPER, again=show),
)
