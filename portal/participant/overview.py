"""My dialogue: the year as a way of five phases, what is asked of me, and what is owed to me and since when."""

from datetime import datetime

from starlette.responses import Response

from portal.participant.looking import mine
from portal.routes import get
from portal.visit import Visit
from records.access_reading import Turn, turns_of
from states.people import PARTICIPANT


def show(visit: Visit) -> Response:
    """The page on which a participant begins."""
    seen = mine(visit)
    turns = turns_of(visit.site.house.engine, seen.dialogue.id)
    return visit.page(
        "my/dialogue.html",
        mine=seen,
        stages=seen.stages(turns),
        moves=[_move(turn) for turn in turns if turn.fact == "session-rescheduled"],
    )


def _move(turn: Turn) -> dict[str, object]:
    """The session moved: both dates and the reason."""
    was, to = (datetime.fromisoformat(turn.detail[key]) for key in ("was", "to"))
    return {"at": turn.at, "was": was, "to": to, "reason": turn.detail["reason"]}


PAGES = (get("/my", show, PARTICIPANT, nav=("Mijn dialoog", "My dialogue")),)
