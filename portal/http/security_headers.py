"""Security headers (CSP, HSTS): what holds for every answer, and the names by which the site may be asked for."""

from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def policy_with(digest: str) -> str:
    """The policy of a page that may run the one script with *digest*, and nothing else."""
    return f"{POLICY}; script-src '{digest}'"


HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
}
SECRET_PATHS = ("/l/", "/in/")
"""What follows these in an address opens a door: no log, and no header of a later request, may show it."""
_ORIGIN_ALONE = "strict-origin"
KEEP_NOTHING = "no-store"
ONLY_TLS = "max-age=31536000; includeSubDomains"


def guard(send: Send, *, secure: bool = False, secret: bool = False) -> Send:
    """
    Send with the headers of every answer.

    *secure* tells browsers to come over TLS only, *secret* not to name this address to the pages that come after it:
    a proxy may log where they came from.
    """

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", KEEP_NOTHING)
            if secret:
                headers["referrer-policy"] = _ORIGIN_ALONE
            if secure:
                headers["strict-transport-security"] = ONLY_TLS
        await send(message)

    return sending


@dataclass
class Guard:
    """Wraps *app*: sets the headers on each answer, and turns away who asks for none of *hosts*; *secure*: over TLS."""

    app: ASGIApp
    hosts: frozenset[str]
    secure: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        secret = scope["path"].startswith(SECRET_PATHS)
        sending = guard(send, secure=self.secure, secret=secret)
        if self._host(scope) not in self.hosts:
            refusal = PlainTextResponse("This site is not known by that name.\n", status_code=400)
            await refusal(scope, receive, sending)
            return
        await self.app(scope, receive, sending)

    @staticmethod
    def _host(scope: Scope) -> str:
        given = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"host"), "")
        name, _, port = given.rpartition(":")
        return (name if name and port.isdecimal() else given).casefold()
