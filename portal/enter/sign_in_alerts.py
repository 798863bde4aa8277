"""Sign-in alerts: what people are told of a browser that we did not know, and of whatever was changed."""

from datetime import timedelta

from starlette.responses import Response

from portal.web.request import Visit
from portal.web.sessions import set_cookie
from records.access.account_letters import (
    CHANGED,
    NEW_SIGN_IN,
    Came,
    Happened,
    knows_browser,
    remember_browser,
    tell_account,
)
from records.access.links import new_token
from states.model.programme import Programme

BROWSER = "weerklank-browser"
"""The cookie by which a browser is known again."""
_KEPT = timedelta(days=400)


def note_sign_in(
    visit: Visit, response: Response, programme: Programme, role: str, holder: str
) -> None:
    """Let the holder of *role* be told when they come in with a browser in which they never did."""
    engine, now = visit.site.house.engine, visit.site.door_time()
    sent = visit.request.cookies.get(visit.site.cookie(BROWSER), "")
    came = Came(sent or new_token(), programme.id, role, holder)
    if sent and knows_browser(engine, came):
        return
    remember_browser(engine, came, now)
    set_cookie(visit.site, response, BROWSER, came.token, until=_KEPT)
    _tell(visit, programme, role, NEW_SIGN_IN, "new")


def tell_holder(visit: Visit, programme_id: str, role: str, what: str) -> None:
    """Let the holder of *role* be told that *what* of their sign-in was changed."""
    programme = visit.site.house.ledger.programme(programme_id).programme
    _tell(visit, programme, role, CHANGED, what)


def _tell(visit: Visit, programme: Programme, role: str, template: str, said: str) -> None:
    person = next((p for name, p in programme.roles.items() if name == role), None)
    browser = visit.browser or None
    what = Happened(programme.id, role, person, template, said, visit.now, browser)
    tell_account(visit.site.house.engine, what)
