"""Edition form: opens one on another day than the schedule's; says which days do not fit, and asks first."""

from datetime import datetime

from starlette.responses import Response

from portal.http.errors import Incomplete
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from states.language.errors import Refused
from states.model.calendar import WorkCalendar
from states.steps.opening import open_edition
from states.steps.phases.lead_time import Near, near_of

_PAGE = "/open"
_FIRST, _LAST = 1900, 2999


def show(visit: Visit) -> Response:
    """The form; once a day is typed that leaves too little time, it says so and asks one thing more."""
    row = visit.site.house.ledger.programme(visit.me.programme.id)
    near = None if visit.probing else _near(visit)
    return visit.page("manager/open.html", row=row, near=near)


def _session(visit: Visit) -> datetime | None:
    """The moment that was typed, in the time of the programme; None when it is none."""
    typed, programme = visit.form.moment("session"), visit.me.programme
    if typed is None or typed.tzinfo is not None:
        return None
    return WorkCalendar(programme.time_zone, programme.country).instant(typed)


def _near(visit: Visit) -> Near | None:
    """What would not fit, by the law itself; nothing of it happens."""
    session, programme = _session(visit), visit.me.programme
    if session is None:
        return None
    policy = visit.site.house.policies(programme.policy)
    try:
        decided = open_edition(
            programme, policy, session_at=session, edition=session.year, information=None, previous=None,
            by=visit.me.by, now=visit.now,
        )  # fmt: skip
    except Refused:
        return None
    return near_of(decided.dialogue, visit.now)


def open_(visit: Visit) -> Response:
    """Open it; so near that days do not fit only when that is said to be known."""
    session, edition = _session(visit), _edition(visit)
    if session is None:
        said = visit._("Choose a day and a time.")
        raise Incomplete({"session": said})
    opened = visit.site.house.ledger.open_edition(
        visit.me.programme.id,
        session_at=session,
        edition=edition,
        information=None,
        by=visit.me.by,
        now=visit.now,
        tight=bool(visit.form.one("tight")),
    )
    return visit.go(f"/dialogues/{opened.dialogue_id}", said="opened")


def _edition(visit: Visit) -> int | None:
    """The number that was typed; None: that of the year of the session."""
    typed = visit.form.one("edition")
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and _FIRST <= int(typed[:5]) <= _LAST):
        said = visit._("Write a year, like 2026.")
        raise Incomplete({"edition": said})
    return int(typed)


PAGES = (
    get(_PAGE, show, *MANAGERS),
    post(_PAGE, open_, *MANAGERS, again=show),
)
