"""Call list: who waits for messages that cannot go by mail, and a sheet of paper for each call."""

from typing import Any

from starlette.responses import Response

from notifications.views.to_helpers import keeper_of
from portal.http.errors import Incomplete, NotFound
from portal.manager.by_hand.relayed_steps import choices_of
from portal.shared.call_sheet import (
    call_of,
    calls_of,
    kept_from,
    record_heard,
    speaks,
    spoken_of,
    texts_of,
    ways_of,
)
from portal.shared.which_dialogue import at_hand, nothing_yet
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from states.language.catalogue import N_
from states.model.dialogue import Dialogue, Phase
from states.model.people import Role, Stakeholder
from states.model.vocabulary import Step
from states.privacy.independence import helpers_of
from states.steps.permissions import fits

_MODERATOR, _CONFIDANT = Role.MODERATOR.value, Role.CONFIDANT.value
_TRIES = 3


def show_all(visit: Visit) -> Response:
    """Whom to call."""
    dialogue = at_hand(visit, *Phase)
    if dialogue is None:
        return nothing_yet(visit)
    return visit.page(
        "manager/calls.html",
        dialogue=dialogue,
        calls=calls_of(visit, dialogue),
        managing=visit.me.name in MANAGERS,
        keeper=keeper_of(dialogue),
    )


def _stakeholder_to_call(visit: Visit) -> tuple[Dialogue, Stakeholder]:
    dialogue = visit.dialogue(visit.param("dialogue"))
    seat = dialogue.stakeholders.get(visit.param("stakeholder"))
    if seat is None or not seat.invited or seat.erased_at is not None or kept_from(visit, seat):
        raise NotFound
    return dialogue, seat


def show(visit: Visit) -> Response:
    """The sheet for one call: how they are reached and when, what to say, what waits, and what to record."""
    dialogue, seat = _stakeholder_to_call(visit)
    call = call_of(visit, dialogue, seat)
    choices = () if visit.me.name in MANAGERS else choices_of(dialogue, visit.me.name)
    return visit.page(
        "manager/call.html",
        dialogue=dialogue,
        call=call,
        seat=seat,
        sentences=spoken_of(call),
        translated=False,
        texts=texts_of(visit, call),
        ways=ways_of(visit, call),
        choices=choices,
        managing=visit.me.name in MANAGERS,
        moderating=visit.me.name == _MODERATOR,
        replying="/reply" if fits(dialogue, Step.ACCEPT_INVITATION) else "",
        tries=range(1, _TRIES + 1),
        helpers=[helper for helper in helpers_of(dialogue) if speaks(helper, seat)],
    )


def bring(visit: Visit) -> Response:
    """The manager called or wrote; whether it arrived others say."""
    return _record(visit, Step.BRING, visit.need("how"))


def record_delivered(visit: Visit) -> Response:
    """All that the sheet said was heard: whoever may not know of an answer cannot have brought it."""
    if visit.me.name == _MODERATOR:
        return _record(visit, Step.RECORD_DELIVERY, visit.need("how"))
    dialogue, seat = _stakeholder_to_call(visit)
    record_heard(visit, call_of(visit, dialogue, seat))
    return visit.go(f"/dialogues/{dialogue.id}/calls", said="saved")


def not_reached(visit: Visit) -> Response:
    """They could not be reached, after tries on two days."""
    tries: list[dict[str, Any]] = []
    for number in range(1, _TRIES + 1):
        on, how = visit.form.day(f"on{number}"), visit.form.one(f"way{number}")
        if bool(on) != bool(how):
            said = visit._("Fill in the day, and how you tried.")
            raise Incomplete({f"on{number}": said})
        tries += [{"on": on, "how": how}] if on else []
    return _record(visit, Step.COULD_NOT_REACH, {"tries": tries, **visit.need("reason")})


def _record(visit: Visit, step: Step, given: dict[str, Any]) -> Response:
    dialogue, seat = _stakeholder_to_call(visit)
    visit.act(dialogue.id, step, {"to": seat.id, **given})
    return visit.go(f"/dialogues/{dialogue.id}/calls", said="saved")


_AT = "/dialogues/{dialogue}/calls"
_ONE = f"{_AT}/{{stakeholder}}"
_CALLERS = (_MODERATOR, _CONFIDANT, *MANAGERS)
PAGES = (
    get("/calls", show_all, *_CALLERS, nav=N_("Calls")),
    get(_AT, show_all, *_CALLERS),
    get(_ONE, show, *_CALLERS),
    post(f"{_ONE}/brought", bring, *MANAGERS, again=show),
    post(f"{_ONE}/delivered", record_delivered, _MODERATOR, _CONFIDANT, again=show),
    post(f"{_ONE}/not-reached", not_reached, _MODERATOR, *MANAGERS, again=show),
)
