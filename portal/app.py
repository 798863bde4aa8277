"""Web application (Starlette): its routes as one table, and the way of a request from the door to the page."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from config.logs import logger
from config.settings import Settings
from portal import dispatch
from portal.enter import single_sign_on
from portal.http import static_files
from portal.http.errors import TooMuch
from portal.http.forms import Typed, read_form
from portal.http.page_turns import PageTurns
from portal.http.security_headers import Guard
from portal.route_table import PAGES
from portal.web.pages import Page
from portal.web.site import Site
from services.house import House
from states.language.catalogue import LENIENCY
from states.language.unreadable import UnreadableLanguage

if TYPE_CHECKING:
    from portal.demo.demo_pages import Demo

_BESIDE_A_SERVER = 3
"""Pages at once where the records are a server's: half of the time of each is waiting for its answers."""


def create_app(
    house: House,
    settings: Settings,
    *,
    clock: Callable[[], datetime],
    demo: "Demo | None" = None,
) -> Starlette:
    """
    The portal of *house*; *clock* gives the time (aware UTC), once per request.

    With *demo* the pages of the demonstration are there as well: never for real people.
    """
    LENIENCY.tell = _tell
    company = single_sign_on.PAGES if settings.oidc.issuer else ()
    pages = (*PAGES, *company, *(demo.pages if demo else ()))
    site = Site(house, settings, clock, pages, demo)
    app = Starlette(
        routes=[
            *_routes(site, pages, PageTurns(1 if settings.sqlite_file else _BESIDE_A_SERVER)),
            Route("/static/{name}", static_files.serve, methods=["GET"]),
            Route("/robots.txt", _robots, methods=["GET"]),
            Route("/{rest:path}", _nowhere(site), methods=["GET", "POST"]),
        ],
        exception_handlers={405: _no_such_method(site)},
    )
    app.state.site = site
    app.add_middleware(Guard, hosts=site.hosts, secure=site.secure)
    return app


def _tell(unreadable: UnreadableLanguage) -> None:
    """No page fails for a slip of a translator: it is read in English, and the slip is told once."""
    logger("portal").error("language unreadable", why=str(unreadable))


def _routes(site: Site, pages: Iterable[Page], turns: PageTurns) -> list[Route]:
    """One route per path, so that another method on it is refused rather than not found."""
    by_path: dict[str, dict[str, Page]] = {}
    for page in pages:
        methods = by_path.setdefault(page.path, {})
        if page.method in methods:
            raise ValueError(f"{page.method} {page.path} stands in the table twice")
        methods[page.method] = page
    return [
        Route(path, _endpoint(site, methods, turns), methods=list(methods))
        for path, methods in by_path.items()
    ]


def _endpoint(
    site: Site, methods: dict[str, Page], turns: PageTurns
) -> Callable[[Request], object]:
    async def serve(request: Request) -> Response:
        if request.method == "POST":
            return await _serve_form(site, methods["POST"], request)
        return await turns.take(dispatch.answer, site, methods["GET"], request, Typed())

    return serve


async def _serve_form(site: Site, page: Page, request: Request) -> Response:
    try:
        typed = await read_form(request, page.most)
    except TooMuch:
        typed = Typed(too_much=True)
    except ClientDisconnect:  # whoever sent it is gone, or was too slow: nobody hears the answer
        return Response(status_code=408)
    return await run_in_threadpool(dispatch.answer, site, page, request, typed)


def _nowhere(site: Site) -> Callable[[Request], object]:
    async def serve(request: Request) -> Response:
        return await run_in_threadpool(dispatch.nowhere, site, request)

    return serve


def _no_such_method(site: Site) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def refuse(request: Request, refusal: Exception) -> Response:
        response = await run_in_threadpool(dispatch.nowhere, site, request)
        response.status_code = 405
        response.headers.update(getattr(refusal, "headers", None) or {})
        return response

    return refuse


async def _robots(_request: Request) -> Response:
    return PlainTextResponse("User-agent: *\nDisallow: /\n")
