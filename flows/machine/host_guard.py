"""
Host guard (DNS rebinding): the Prefect server answers to its own names alone, its pages call nobody else.

A page of somebody else can let its own name point to this machine (DNS rebinding); the browser then takes this server
for that page's. The name that was called stands in the request, and no such page can change it.
"""

import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterable, MutableMapping
from contextlib import suppress
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]

_ANY = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - compared with, not listened on
_STRANGE = b"This server does not answer to that name. Further names: WEERKLANK_PREFECT_NAMES.\n"

# Prefect's newer pages call an analytics service from the operator's browser, whatever the settings say,
# and the older ones invite to switch: the browser itself is told to talk to this server alone.
_WALL = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' {server}; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def own_names(host: str, more: Iterable[str] = ()) -> frozenset[str]:
    """The names of a server that listens on *host*: that, this machine's own, and the *more* that it was given."""
    own = {"localhost", socket.gethostname(), socket.getfqdn(), host, *more} - _ANY
    return frozenset(name.casefold().rstrip(".") for name in own)


def _is_own(called: str, names: frozenset[str]) -> bool:
    """Whether *called* (a `Host`) is one of *names* or a bare address: no page has an address for its name."""
    with suppress(ValueError):
        name = (urlsplit(f"//{called}").hostname or "").rstrip(".")
        return name in names or _is_address(name)
    return False


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def guard_host(app: App, names: frozenset[str], ways: str) -> App:
    """*app*, which answers only to *names*, and whose pages may load and call only it and *ways* (of a policy)."""
    wall = _WALL.format(server=ways).encode()

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await app(scope, receive, send)
        elif not all(_is_own(one, names) for one in _hosts(scope)):
            await _refuse(scope, receive, send)
        else:
            await app(scope, receive, _wall_in(send, wall) if scope["type"] == "http" else send)

    return answer


def _hosts(scope: Scope) -> list[str]:
    """Every `Host` of the request; one that names none is called by an empty name."""
    found = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    return found or [""]


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": _STRANGE})


def _wall_in(send: Send, wall: bytes) -> Send:
    async def send_walled(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                *message.get("headers", ()),
                (b"content-security-policy", wall),
                (b"referrer-policy", b"same-origin"),
            ]
        await send(message)

    return send_walled
