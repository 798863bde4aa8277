"""Renewed PINs (account recovery): moderator or confidant reads a code out to somebody who forgot their PIN."""

from datetime import datetime

from starlette.responses import Response

from portal.http.errors import NotFound
from portal.shared.which_dialogue import at_hand, nothing_yet
from portal.web.pages import get, post
from portal.web.request import Visit
from records.access.links import Capacity
from records.access.requests import post_link
from records.access.sealed_pins import closed_pins, renew_pin
from states.language.catalogue import N_
from states.model.dialogue import Dialogue, Phase
from states.model.people import Role, Stakeholder
from states.privacy.independence import is_debtor

_MODERATOR, _CONFIDANT = Role.MODERATOR.value, Role.CONFIDANT.value
_HALF = 4


def show(visit: Visit) -> Response:
    """Everybody who was invited, whether they spoke confidentially or not."""
    dialogue = at_hand(visit, *Phase)
    return nothing_yet(visit) if dialogue is None else _page(visit, dialogue)


def _page(visit: Visit, dialogue: Dialogue, **told: object) -> Response:
    may = not is_debtor(dialogue, visit.me.name)
    seats = dialogue.stakeholders.values()
    guests = [seat for seat in seats if may and seat.invited and seat.erased_at is None]
    closed = _closed_pins(visit, dialogue) if may and visit.me.name == _MODERATOR else []
    context = {"seat": None, "code": ""} | told
    return visit.page(
        "manager/pins.html", dialogue=dialogue, guests=guests, closed=closed, **context
    )


def _closed_pins(visit: Visit, dialogue: Dialogue) -> list[tuple[Stakeholder, datetime]]:
    """Whose PIN takes no try for now, and until when: whoever is asked for help must know."""
    engine, now = visit.site.house.engine, visit.site.door_time()
    until = closed_pins(engine, dialogue.programme.id, now)
    seats = dialogue.stakeholders
    return [(seats[who], when) for who, when in until.items() if who in seats]


def renew(visit: Visit) -> Response:
    """
    End the PIN of somebody and show, once, the code with which they choose another.

    They are told by the letter with a new link that everybody gets who asks for one: it is no mark of a PIN.
    """
    dialogue = visit.dialogue(visit.param("dialogue"))
    seat = dialogue.stakeholders.get(visit.need("stakeholder")["stakeholder"])
    gone = seat is None or not seat.invited or seat.erased_at is not None
    if seat is None or gone or is_debtor(dialogue, visit.me.name):
        raise NotFound
    capacity = Capacity("participant", dialogue.programme.id, seat.id, dialogue.id)
    engine = visit.site.house.engine
    code = renew_pin(engine, capacity, visit.site.door_time())
    reader = visit.site.house.ledger.read(dialogue.id).reader(seat.id)
    if reader and reader.email:
        post_link(engine, dialogue.id, seat.id, visit.now)
    return _page(visit, dialogue, seat=seat, code=f"{code[:_HALF]} {code[_HALF:]}")


_AT = "/dialogues/{dialogue}/pins"
_BOTH = (_MODERATOR, _CONFIDANT)
PAGES = (
    get("/pins", show, *_BOTH, nav=N_("PINs")),
    get(_AT, show, *_BOTH),
    post(_AT, renew, *_BOTH, again=show, once=False, fresh=True),
)
