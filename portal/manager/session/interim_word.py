"""Interim word page: tells those who wait what is decided, what is not, and who decides the rest by when."""

from starlette.responses import Response

from notifications.views.dialogue_view import DutyView
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from states.model.vocabulary import DutyKind, Step
from states.steps.permissions import fits


def show(visit: Visit) -> Response:
    """What was told in between, and the form to tell it."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    duty = dialogue.latest(DutyKind.INTERIM_WORD)
    owed = duty if duty and duty.owed else None
    return visit.page(
        "manager/interim.html",
        dialogue=dialogue,
        takes=fits(dialogue, Step.INTERIM_WORD) and dialogue.session_at <= visit.now,
        duty=DutyView(dialogue, owed, visit.now, visit.language) if owed else None,
        readers=sum(seat.accepted for seat in dialogue.stakeholders.values()),
    )


def give(visit: Visit) -> Response:
    """Tell everybody who takes part."""
    name = visit.param("dialogue")
    given = visit.need("decided", "not_decided", "who_decides_when")
    visit.act(name, Step.INTERIM_WORD, given)
    return visit.go(f"/dialogues/{name}/interim", said="interim-word")


_AT = "/dialogues/{dialogue}/interim"
PAGES = (
    get(_AT, show, *MANAGERS),
    post(_AT, give, *MANAGERS, again=show),
)
