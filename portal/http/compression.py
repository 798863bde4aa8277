"""
Content codings (gzip) and validators (ETag): who gets an answer packed, and who hears that it is still the same.

A packed page tells by its length what is in it, to whoever listens on the line and can put words of their own beside
what is secret (BREACH). So a page is packed only where no request can put any: it was not asked for by another site,
there was nothing behind the question mark, and it is no answer to a form. Pages have no validator: no browser keeps
them (`no-store`), and no two answers are the same, because each form has an id of its own.
"""

import zlib

from starlette.requests import Request
from starlette.responses import Response

from portal.http.quality_values import quality_values

_LEAST = 1024
"""Bytes below which packing saves no packet."""
_LEVEL = 4
_WITH_HEAD = 31  # window bits of zlib: the largest window, and a head as gzip writes it
_OURS = frozenset({None, "none", "same-origin"})
"""What browsers say of who asked (`sec-fetch-site`) when no other site did; old ones say nothing."""
_TEXT = ("text/", "image/svg+xml", "application/json")


def takes_gzip(request: Request) -> bool:
    """Whether the browser says that it can unpack."""
    asked = quality_values(request.headers.get("accept-encoding", ""))
    return next((weight > 0 for name, weight in asked if name == "gzip"), False)


def pack(body: bytes) -> bytes:
    """*body* as gzip, the same each time."""
    work = zlib.compressobj(_LEVEL, wbits=_WITH_HEAD)
    return work.compress(body) + work.flush()


def pack_page(request: Request, response: Response) -> Response:
    """*response* packed where that gives nothing away; itself otherwise."""
    if not _may_pack(request, response):
        return response
    response.headers.add_vary_header("accept-encoding")
    if takes_gzip(request):
        response.body = pack(bytes(response.body))
        response.headers["content-encoding"] = "gzip"
        response.headers["content-length"] = str(len(response.body))
    return response


def _may_pack(request: Request, response: Response) -> bool:
    asked_by_us = request.method == "GET" and not request.url.query
    return (
        asked_by_us
        and request.headers.get("sec-fetch-site") in _OURS
        and response.status_code == 200  # noqa: PLR2004 - a page, and nothing that says what was wrong
        and response.headers.get("content-type", "").startswith(_TEXT)
        and len(response.body) >= _LEAST
    )


def is_known(request: Request, tag: str) -> bool:
    """Whether the browser has what bears the *tag* already, in whatever coding."""
    known = request.headers.get("if-none-match", "").split(",")
    return any(one.strip().removeprefix("W/") in {"*", tag} for one in known)
