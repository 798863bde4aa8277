"""Dialogue lookup: the one that a path names, or else the one that stands where the page is needed."""

from starlette.responses import Response

from portal.web.request import Visit
from states.model.dialogue import Dialogue, Phase

_RECENT = 2
"""Editions that a page without a dialogue in its path looks at: this year's and the one before it."""


def at_hand(visit: Visit, *phases: Phase) -> Dialogue | None:
    """
    The dialogue of the path; without one the latest that stands in *phases*, else the latest there is.

    None while the programme has no dialogue. Raises NotFound for a dialogue that is not theirs.
    """
    if "dialogue" in visit.request.path_params:
        return visit.dialogue(visit.param("dialogue"))
    recent = [visit.dialogue(name) for name in reversed(visit.dialogue_ids()[-_RECENT:])]
    fitting = (dialogue for dialogue in recent if dialogue.phase in phases)
    return next(fitting, recent[0] if recent else None)


def nothing_yet(visit: Visit) -> Response:
    """The page of somebody whose programme has no dialogue yet."""
    return visit.page("manager/nothing-yet.html")
