"""Helper's stop: no reason is asked, and their way in is shut with it."""

from starlette.responses import Response

from notifications.views.to_helpers import keeper_of
from portal.web.pages import get, post
from portal.web.request import Visit
from states.language.catalogue import N_
from states.model.people import HELPER
from states.model.vocabulary import Step


def show(visit: Visit) -> Response:
    """What stopping means, and the button."""
    dialogue, helper = visit.helping()
    return visit.page("helper/stop.html", helper=helper, keeper=keeper_of(dialogue))


def stop(visit: Visit) -> Response:
    """They help no longer."""
    dialogue, helper = visit.helping()
    visit.act(dialogue.id, Step.END_HELPER, {"helper": helper.id})
    return visit.go("/", said="helper-stopped")


PAGES = (
    get("/helping/stop", show, HELPER, nav=N_("Stopping")),
    post("/helping/stop", stop, HELPER, again=show),
)
