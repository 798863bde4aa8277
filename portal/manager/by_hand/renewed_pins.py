"""Renewed PINs (account recovery): moderator or confidant reads a code out to somebody who forgot their PIN."""

from datetime import datetime

from starlette.responses import Response

from portal.http.errors import NotFound
from portal.shared.which_dialogue import at_hand, nothing_yet
from portal.web.pages import get, post
from portal.web.request import Visit
from records.access.renewed_pins import has_way_in, may_renew, renew_for
from records.access.sealed_pins import closed_pins
from states.language.catalogue import N_
from states.language.errors import NotKnown, NotYours
from states.model.dialogue import Dialogue, Phase
from states.model.people import Role, Stakeholder

_MODERATOR, _CONFIDANT = Role.MODERATOR.value, Role.CONFIDANT.value
_HALF = 4


def show(visit: Visit) -> Response:
    """Everybody who was invited, whether they spoke confidentially or not."""
    dialogue = at_hand(visit, *Phase)
    return nothing_yet(visit) if dialogue is None else _page(visit, dialogue)


def _page(visit: Visit, dialogue: Dialogue, **told: object) -> Response:
    may = may_renew(dialogue, visit.me.name)
    guests = [seat for seat in dialogue.stakeholders.values() if may and has_way_in(seat)]
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
    """End the PIN of somebody and show, once, the code with which they choose another."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    who = visit.need("stakeholder")["stakeholder"]
    whole = visit.site.house.ledger.read(dialogue.id)
    at = {"now": visit.site.door_time(), "told_at": visit.now}
    try:
        code = renew_for(visit.site.house.engine, whole, who, by=visit.me.name, **at)
    except (NotYours, NotKnown):
        raise NotFound from None
    seat = dialogue.stakeholders[who]
    return _page(visit, dialogue, seat=seat, code=f"{code[:_HALF]} {code[_HALF:]}")


_AT = "/dialogues/{dialogue}/pins"
_BOTH = (_MODERATOR, _CONFIDANT)
PAGES = (
    get("/pins", show, *_BOTH, nav=N_("PINs")),
    get(_AT, show, *_BOTH),
    post(_AT, renew, *_BOTH, again=show, once=False, fresh=True),
)
