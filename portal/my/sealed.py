"""
PIN page: the confidential part of a participant's pages, opened for a short while, closed, and its PIN chosen.

It is the same for everybody. Who said nothing confidentially may choose a PIN as well, and meets the same answers, so
that somebody who only has the link learns nothing of whether there is a confidential part.
"""

from collections.abc import Iterator
from datetime import date

from starlette.responses import Response

from notifications.views.names import contact_of
from portal.http.errors import Incomplete, NotFound
from portal.my.seat import mine
from portal.my.view import Mine
from portal.sent_forms.pins import said_of
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.seals.opened_seals import CODE, forget
from records.access.links import Session
from records.access.sealed_pins import PinTry, check_pin, close_seal, open_seal, set_pin
from states.language.catalogue import N_
from states.model.people import PARTICIPANT, Role
from states.values.pins import PinFault, fault_of

_PAGE = "/my/sealed"
_FAULTS: dict[PinFault, str] = {
    PinFault.SHORT: N_("Take at least six digits, or a few words that only you know."),
    PinFault.LONG: N_("Take twelve digits at most, or a few words."),
    PinFault.PLAIN: N_("Others would guess this quickly: the same again and again, or a row."),
    PinFault.COMMON: N_("Many people choose this one, so others would try it first."),
    PinFault.DAY: N_("This is a date that everybody in this dialogue knows."),
    PinFault.OWN: N_("This is a name that others would try first. Take something else."),
}


def show(visit: Visit) -> Response:
    """The same page for everybody: to open with a PIN, to choose one, to use a code."""
    seen = mine(visit)
    held = (contact_of(seen.dialogue, role) for role in (Role.MODERATOR, Role.CONFIDANT))
    return visit.page("my/sealed.html", mine=seen, helping=[one for one in held if one])


def unseal(visit: Visit) -> Response:
    """Open the confidential part in this browser."""
    session, now = _session(visit), visit.site.door_time()
    pin = visit.need("pin")["pin"]
    _require(visit, check_pin(visit.site.house.engine, session.capacity, pin, now), "pin")
    open_seal(visit.site.house.engine, session.hash, now)
    return visit.go(_PAGE, said="sealed-open")


def choose(visit: Visit) -> Response:
    """Choose a PIN for the first time: the link alone is the proof, as long as nobody chose one."""
    return _keep(visit, "new_pin", None)


def change(visit: Visit) -> Response:
    """Choose another PIN, with the present one or with a code that the moderator or the confidant read out."""
    return _keep(visit, "code", visit.need("code")["code"])


def _keep(visit: Visit, field: str, proof: str | None) -> Response:
    session, now = _session(visit), visit.site.door_time()
    pin, engine = _new_pin(visit), visit.site.house.engine
    made = set_pin(engine, session.capacity, pin, now, proof=proof)
    if not made.right and proof is None:
        taken = visit._(
            "A PIN was chosen here before. Was it not you? Then ask the moderator or the confidential adviser for a "
            "code."
        )
        raise Incomplete({field: taken})
    _require(visit, made, field)
    open_seal(engine, session.hash, now)
    return visit.go(_PAGE, said="pin-kept")


def _new_pin(visit: Visit) -> str:
    """The PIN that was chosen, twice the same. Raises Incomplete with what is wrong with it."""
    pin = visit.need("new_pin", "new_pin_again")
    fault = fault_of(pin["new_pin"], days=_days(visit), words=_words(visit))
    if fault:
        raise Incomplete({"new_pin": visit._(_FAULTS[fault])})
    if pin["new_pin"] != pin["new_pin_again"]:
        raise Incomplete({"new_pin_again": visit._("This is not the same as above.")})
    return pin["new_pin"]


def _days(visit: Visit) -> Iterator[date]:
    dialogue = mine(visit).dialogue
    yield dialogue.session_day
    yield dialogue.calendar.day_of(dialogue.opened_at)
    yield dialogue.calendar.day_of(visit.now)
    if dialogue.information.feedback_by:
        yield dialogue.information.feedback_by


def _words(visit: Visit) -> list[str]:
    seen: Mine = mine(visit)
    me, programme = seen.me, seen.dialogue.programme
    known = (me.id, me.name, me.organisation, me.email, me.phone, programme.id, programme.company)
    return [word for word in known if word]


def _require(visit: Visit, made: PinTry, field: str) -> None:
    if not made.right:
        raise Incomplete({field: said_of(visit, made)})


def close(visit: Visit) -> Response:
    """Close the confidential part in this browser, whether a PIN or a code opened it."""
    close_seal(visit.site.house.engine, _session(visit).hash, visit.site.door_time())
    response = visit.go("/my", said="sealed-closed")
    forget(visit.site, response, CODE)
    return response


def _session(visit: Visit) -> Session:
    if visit.known is None:
        raise NotFound
    return visit.known.session


PAGES = (
    get(_PAGE, show, PARTICIPANT, nav=N_("Confidential (PIN)")),
    post(_PAGE, unseal, PARTICIPANT, again=show, once=False),
    post(f"{_PAGE}/choose", choose, PARTICIPANT, again=show),
    post(f"{_PAGE}/change", change, PARTICIPANT, again=show),
    post(f"{_PAGE}/close", close, PARTICIPANT, again=show, once=False),
)
