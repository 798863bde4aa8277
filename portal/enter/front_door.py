"""Front door: the first page, personal links, a new link, the language, and leaving."""

import re
from datetime import timedelta

from starlette.background import BackgroundTask
from starlette.responses import Response

from config.logs import logger
from portal.http.errors import Incomplete, LinkGone
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import EVERYONE
from portal.web.sessions import SESSION, let_in
from records.access.links import Capacity, Kind, digest, end_session, link_capacity
from records.access.requests import helpers_of_address, post_link, seats_of_address
from records.engine.errors import RecordsError
from states.language.languages import LANGUAGES, languages
from states.model.people import HELPER
from states.values.addresses import plain_address

_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}\.[^@\s]{1,63}")
_WITHIN = re.compile(r"/[a-zA-Z0-9/_.~-]{0,200}(\?[a-zA-Z0-9/_.~%&=+-]{0,300})?")
_TRIES = timedelta(minutes=15)
_HOUR = timedelta(hours=1)
_PERSONAL: tuple[Kind, ...] = ("participant", "helper")
"""Who comes in by a personal link, as often as they like while it works."""
A_YEAR = timedelta(days=365)


def home_of(visit: Visit, name: str) -> str:
    """Where somebody who is in as *name* begins: the first page of their menu."""
    own = (page.path for page in visit.site.pages if page.nav and page.open_to(name))
    return next(own, "/nothing-here")


def front(visit: Visit) -> Response:
    """The first page; whoever is in already goes to their own."""
    if visit.actor:
        return visit.go(home_of(visit, visit.actor.name))
    return visit.page("enter/front.html")


def show_link(visit: Visit) -> Response:
    """One button, and nothing changes: scanners open links too."""
    _capacity_of_link(visit)
    return visit.page("enter/link.html", at=visit.path)


def follow_link(visit: Visit) -> Response:
    """Exchange the link for a session and an address without secrets. It can be done again later."""
    visit.slow_down(f"link from {visit.origin}", most=60, window=_TRIES)
    visit.slow_down(f"link {digest(visit.param('token'))}", most=30, window=_TRIES)
    capacity = _capacity_of_link(visit)
    _leave(visit)
    response = visit.go(home_of(visit, capacity.kind))
    return let_in(visit.site, response, capacity, visit.site.door_time())


def _capacity_of_link(visit: Visit) -> Capacity:
    engine, token = visit.site.house.engine, visit.param("token")
    for kind in _PERSONAL:
        if capacity := link_capacity(engine, token, kind, visit.now):
            return capacity
    raise LinkGone


def ask_link(visit: Visit) -> Response:
    """The form for a new link."""
    return visit.page("enter/new-link.html")


def send_link(visit: Visit) -> Response:
    """The same answer at the same speed for everybody; what follows happens when the answer is out."""
    address = plain_address(visit.form.one("email"))
    if not _ADDRESS.fullmatch(address):
        raise Incomplete({"email": visit._("Write it like name@organisation.org.")})
    visit.slow_down(f"new link from {visit.origin}", most=10, window=_HOUR)
    visit.slow_down(f"new link to {address}", most=3, window=_HOUR)
    response = visit.page("enter/link-sent.html")
    response.background = BackgroundTask(_post_links, visit, address)
    return response


def _post_links(visit: Visit, address: str) -> None:
    """What fails here fails after the answer: it is told to the log, and whoever asked can ask again."""
    engine = visit.site.house.engine
    try:
        for dialogue_id, who in seats_of_address(engine, address):
            post_link(engine, dialogue_id, who, visit.now)
        for dialogue_id, who in helpers_of_address(engine, address):
            post_link(engine, dialogue_id, who, visit.now, role=HELPER)
    except RecordsError as error:
        logger("portal").warning("new link not queued", kind=type(error).__name__)


def show_languages(visit: Visit) -> Response:
    """Every language that there is, in its own words."""
    return visit.page("enter/language.html")


def speak(visit: Visit) -> Response:
    """Change the language of the pages, and come back. Raises Incomplete for one that there is not."""
    wish, back = visit.form.one("language"), visit.form.one("back")
    if wish not in LANGUAGES:
        names = ", ".join(one.name for one in languages().values())
        said = visit._(
            "We do not write in this language yet. Choose one of: %(names)s.", names=names
        )
        raise Incomplete({"language": said})
    response = visit.go(back if _WITHIN.fullmatch(back) and not back.startswith("//") else "/")
    remember_language(visit, response, wish)
    return response


def remember_language(visit: Visit, response: Response, language: str) -> None:
    """Let the browser ask for pages in *language* from now on."""
    response.set_cookie(
        visit.site.cookie("language"),
        language,
        max_age=int(A_YEAR.total_seconds()),
        path="/",
        secure=visit.site.secure,
        httponly=True,
        samesite="lax",
    )


def leave(visit: Visit) -> Response:
    """Leave; the session is over on our side too."""
    _leave(visit)
    response = visit.go("/", said="left")
    response.delete_cookie(visit.site.cookie(SESSION), path="/", secure=visit.site.secure)
    return response


def _leave(visit: Visit) -> None:
    if visit.known:
        end_session(visit.site.house.engine, visit.known.session.hash, visit.site.door_time())


PAGES = (
    get("/", front, EVERYONE),
    get("/l/{token}", show_link, EVERYONE),
    post("/l/{token}", follow_link, EVERYONE, again=show_link, once=False),
    get("/new-link", ask_link, EVERYONE),
    post("/new-link", send_link, EVERYONE, again=ask_link),
    get("/language", show_languages, EVERYONE),
    post("/language", speak, EVERYONE, again=show_languages, once=False),
    post("/sign-out", leave, EVERYONE, again=front, once=False),
)
