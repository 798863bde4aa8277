"""Code page: where the moderator has a key of their own, a code opens what its owner said under seal."""

from datetime import timedelta

from starlette.responses import Response

from portal.http.errors import Incomplete, NotFound
from portal.my.seat import mine
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.seals.opened_seals import CODE, forget, keep_code, opens_by_code
from records.seals.codes import mark_of_code, voice_of_code
from states.model.people import PARTICIPANT

_PAGE = "/my/code"
_MOST, _WINDOW = 60, timedelta(hours=1)
"""Tries of all participants of a dialogue together: a count of one alone would tell who has a code."""


def show(visit: Visit) -> Response:
    """Where a code is entered; the same for everybody."""
    held = opens_by_code(visit.site, visit.request, visit.known, visit.site.door_time())
    return visit.page("my/code.html", mine=mine(visit), held=held)


def enter(visit: Visit) -> Response:
    """Open what the code is for, in this browser; nothing is written down about it."""
    seen, known = mine(visit), visit.known
    if known is None:
        raise NotFound
    code = visit.need("seal_code")["seal_code"]
    engine, name = visit.site.house.engine, seen.dialogue.id
    visit.slow_down(f"code {name}", most=_MOST, window=_WINDOW)
    voice = voice_of_code(engine, name, code)
    mark = mark_of_code(engine, name, voice) if voice else None
    if voice is None or mark is None:
        said = visit._(
            "This code opens nothing. Look at each sign again; if a new code was made, only that one counts."
        )
        raise Incomplete({"seal_code": said})
    response = visit.go("/my/words", said="code-open")
    keep_code(visit.site, response, known, (name, voice, mark), visit.site.door_time())
    return response


def close(visit: Visit) -> Response:
    """Let this browser forget the code."""
    response = visit.go("/my/words", said="key-closed")
    forget(visit.site, response, CODE)
    return response


PAGES = (
    get(_PAGE, show, PARTICIPANT),
    post(_PAGE, enter, PARTICIPANT, again=show, once=False),
    post(f"{_PAGE}/close", close, PARTICIPANT, again=show, once=False),
)
