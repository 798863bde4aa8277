"""Request dispatch: who asks, may they, does the form come from us, and what when something fails."""

import secrets
import traceback
from dataclasses import dataclass
from math import ceil
from time import perf_counter

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from config.logs import logger
from portal.enter.reauthentication import require_fresh_proof
from portal.http.compression import pack_page
from portal.http.errors import (
    Incomplete,
    LinkGone,
    NoProof,
    NotFound,
    NotIn,
    Quiet,
    Stale,
    TooMuch,
    TooOften,
)
from portal.http.forms import TOKEN, Typed
from portal.http.page_times import note_page
from portal.sent_forms.csrf import comes_from, require_proof
from portal.sent_forms.form_replay import given_back
from portal.sent_forms.idempotency import answered_before, form_key, keep_answer, one_at_a_time
from portal.sent_forms.outdated_forms import require_fresh_form
from portal.sent_forms.pins import keep_open, open_again, require_no_pin
from portal.sent_forms.refused_forms import shown_again
from portal.web import template_engine
from portal.web.actors import Visitor
from portal.web.pages import Handler, Page, get
from portal.web.request import Visit
from portal.web.routes import EVERYONE
from portal.web.sessions import holder_of, known_browser, remember
from portal.web.site import Site
from records.access.links import Capacity, Session
from records.engine.errors import Busy, RecordsError
from states.language.errors import NotKnown, Refused
from states.privacy.independence import helps

_LOG = logger("portal")
_SEE_OTHER = 303
_PASSING = 30
"""Seconds after which a database that was busy is worth another try."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The page that stands for a fault, and how browsers know it."""

    status: int
    template: str


FAULTS: dict[type[Exception], Fault] = {
    NotFound: Fault(404, "faults/not-found.html"),
    NotKnown: Fault(404, "faults/not-found.html"),
    NotIn: Fault(401, "faults/not-in.html"),
    LinkGone: Fault(410, "faults/link-gone.html"),
    NoProof: Fault(403, "faults/no-proof.html"),
    Quiet: Fault(403, "faults/quiet.html"),
    Stale: Fault(403, "faults/stale.html"),
    TooMuch: Fault(413, "faults/too-much.html"),
    TooOften: Fault(429, "faults/too-often.html"),
    RecordsError: Fault(503, "faults/unavailable.html"),
    Exception: Fault(500, "faults/failed.html"),
}
"""Most special first."""


def answer(site: Site, page: Page, request: Request, typed: Typed) -> Response:
    """The answer to *request*, whatever happens."""
    began = perf_counter()
    visit = Visit(site, request, page, site.clock(), page.again, form=typed)
    try:
        response = _answer_question(visit, page.handler)
    except Exception as error:  # noqa: BLE001 - nobody ever sees a traceback
        response = fault(visit, error)
    response = pack_page(request, response)
    _note(page, response, perf_counter() - began)
    return response


def nowhere(site: Site, request: Request) -> Response:
    """The answer where nothing is."""
    page = get("/nowhere", _not_found, EVERYONE)
    return answer(site, page, request, Typed())


def _not_found(_visit: Visit) -> Response:
    raise NotFound


def _answer_question(visit: Visit, handler: Handler) -> Response:
    _recognise(visit)
    if visit.form.too_much:
        raise TooMuch
    response = (
        _answer_form(visit, handler) if visit.route.method == "POST" else _open(visit, handler)
    )
    keep_open(visit)
    if visit.known and visit.known.renew and "set-cookie" not in response.headers:
        remember(visit.site, response, visit.known, visit.site.door_time())
    return response


def _answer_form(visit: Visit, handler: Handler) -> Response:
    """The answer to a form; one that did its work before is led to the same place again."""
    key = form_key(visit)
    with one_at_a_time(key):
        before = answered_before(visit, key) if visit.route.once else None
        if before is not None:
            return before
        try:
            response = _check(visit, handler)
        except (LinkGone, NoProof, NotFound, NotIn, NotKnown):
            before = answered_before(visit, key)
            if before is None:
                raise
            return before
        if response.status_code == _SEE_OTHER:
            keep_answer(visit, key)
            return response
        return answered_before(visit, key) or response


def _check(visit: Visit, handler: Handler) -> Response:
    if visit.known is None and EVERYONE not in visit.route.who and comes_from(visit) is not False:
        raise NotIn  # a token of somebody who is not in can be compared with nothing; they get their words back
    require_proof(visit)
    return _open(visit, handler)


def _open(visit: Visit, handler: Handler) -> Response:
    name = visit.actor.name if visit.actor else None
    if not visit.route.open_to(name):
        raise NotIn if name is None else NotFound
    return _handle(visit, handler)


def _handle(visit: Visit, handler: Handler) -> Response:
    open_again(visit)
    try:
        require_fresh_form(visit)
        require_fresh_proof(visit)
        return handler(visit)
    except (NotFound, NotKnown):
        require_no_pin(visit)
        raise
    except (Refused, Incomplete) as refusal:
        return shown_again(visit, refusal)


def _recognise(visit: Visit) -> None:
    """Find out who asks; somebody who is halfway through signing in is nobody yet."""
    visit.known = known_browser(visit.site, visit.request, visit.site.door_time())
    if visit.known and visit.known.session.stage == "whole":
        visit.actor = _actor(visit.site, visit.known.session)
        if visit.actor is None:
            visit.known = None


def _actor(site: Site, session: Session) -> Visitor | None:
    """Whoever the session belongs to; None when the seat or the role is no longer theirs."""
    capacity = session.capacity
    if capacity.kind != "role":
        return _of_dialogue(site, capacity)
    programme = site.house.ledger.programme(capacity.programme_id).programme
    if holder_of(programme, capacity.who) != session.holder:
        return None
    person = next((p for role, p in programme.roles.items() if role == capacity.who), None)
    return Visitor(capacity, programme, person)


def _of_dialogue(site: Site, capacity: Capacity) -> Visitor | None:
    """A participant while they have a seat, a helper while they help."""
    dialogue = site.house.ledger.read(str(capacity.dialogue_id))
    helping, who = capacity.kind == "helper", capacity.who
    found = helps(dialogue, who) if helping else dialogue.stakeholders.get(who)
    return Visitor(capacity, dialogue.programme, found.contact) if found else None


def fault(visit: Visit, error: Exception) -> Response:
    """The calm page for *error*; what nobody foresaw gets a reference that the log has too."""
    kind = next(kind for kind in FAULTS if isinstance(error, kind))
    page = FAULTS[kind]
    context: dict[str, object] = {"reference": ""}
    if kind is Exception:
        context["reference"] = _told_to_log(visit, error)
    elif kind is RecordsError:
        context["busy"] = isinstance(error, Busy)
        _LOG.warning("records unavailable", kind=type(error).__name__, route=visit.route.counted_as)
    visit.status, visit.given_back = page.status, given_back(visit, error)
    if isinstance(error, Stale):
        context["wrong"], visit.given_back = error.wrong, None  # its own form holds everything
    response = _fault_page(visit, page.template, context)
    if isinstance(error, TooOften):
        response.headers["retry-after"] = str(ceil(error.wait.total_seconds()))
    elif kind is RecordsError:
        response.headers["retry-after"] = str(_PASSING)
    return response


def _fault_page(visit: Visit, template: str, context: dict[str, object]) -> Response:
    try:
        return visit.page(template, **context)
    except Exception as error:  # noqa: BLE001 - the page of last resort asks for nothing
        _told_to_log(visit, error)
        return HTMLResponse(template_engine.last_resort(), status_code=500)


def _told_to_log(visit: Visit, error: Exception) -> str:
    """A reference to what happened, and where in our code; never what anybody wrote."""
    reference = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = {f"at_{i}": f"{_short(f.filename)}:{f.lineno}" for i, f in enumerate(frames)}
    _LOG.error(
        "page failed",
        reference=reference,
        route=visit.route.counted_as,
        kind=type(error).__name__,
        **places,
    )
    return reference


def _short(filename: str) -> str:
    return "/".join(filename.split("/")[-2:])


def _note(page: Page, response: Response, seconds: float) -> None:
    """One line and one count per request: never the address with its secrets, nor a row that tells of a report."""
    note_page(page.counted_as, response.status_code, seconds)
    _LOG.info(
        "page",
        route=page.counted_as,
        status=response.status_code,
        milliseconds=round(seconds * 1000),
    )


__all__ = ["FAULTS", "TOKEN", "answer", "fault", "nowhere"]
