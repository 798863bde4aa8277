"""Session cookies: a secret, since when the browser was quiet, and a signature (HMAC) over that."""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from portal.web.site import Site
from records.access.links import Capacity, Session, begin_session, find_session, new_token
from records.access.sealed_pins import IDLE, open_seal
from states.model.people import Person
from states.model.programme import Programme

SESSION = "weerklank"
GUEST = "weerklank-form"
QUIET = timedelta(hours=2)
"""How long a browser may be quiet: long enough to write a careful answer."""
LASTS = {
    "participant": timedelta(hours=24),
    "helper": timedelta(hours=12),
    "role": timedelta(hours=12),
}
BEFORE_CODE = timedelta(minutes=15)
"""How long somebody may take between the password and the code."""
_RENEWED = timedelta(minutes=5)
_PARTS = 3


@dataclass(frozen=True, slots=True)
class Known:
    """A browser that came in: its *token*, its *session*, and whether the cookie should be renewed."""

    token: str
    session: Session
    renew: bool


def known_browser(site: Site, request: Request, now: datetime) -> Known | None:
    """Who sends *request*, None when nobody is in or the browser was quiet for too long; changes nothing."""
    parts = request.cookies.get(site.cookie(SESSION), "").split("~")
    if len(parts) != _PARTS or not parts[1].isascii() or not parts[1].isdecimal():
        return None
    token, seen, mark = parts
    session = find_session(site.house.engine, token, now)
    if session is None or not _same(mark, _mark(session.secret, f"seen {seen}")):
        return None
    quiet = now - datetime.fromtimestamp(int(seen[:12]), UTC)
    return Known(token, session, quiet > _RENEWED) if quiet <= QUIET else None


def _same(sent: str, ours: str) -> bool:
    """Compared as bytes: a cookie may hold any sign, and signs beyond ASCII are refused as they are."""
    return hmac.compare_digest(sent.encode(errors="replace"), ours.encode())


def form_token(secret: str) -> str:
    """The token in the forms of a browser that knows *secret* only by its cookie."""
    return _mark(secret, "form")


def _mark(secret: str, what: str) -> str:
    return hmac.new(secret.encode(), what.encode(), sha256).hexdigest()


def let_in(
    site: Site,
    response: Response,
    capacity: Capacity,
    now: datetime,
    *,
    holder: str = "",
    stage: str = "whole",
    browser: str | None = None,
    proved: bool = True,
    unsealed: bool = False,
) -> Response:
    """
    Let a browser in as *capacity*, under a new token; *proved* unless it came by a mere link.

    *unsealed*: with the confidential part open, where a demonstration asks for no PIN.
    """
    lasts = LASTS[capacity.kind] if stage == "whole" else BEFORE_CODE
    token = begin_session(
        site.house.engine, capacity, now, lasts, stage=stage, holder=holder, browser=browser,
        proved=proved,
    )  # fmt: skip
    session = find_session(site.house.engine, token, now)
    assert session is not None  # noqa: S101 - it was begun just now
    if unsealed:
        open_seal(site.house.engine, session.hash, now)
    remember(site, response, Known(token, session, renew=True), now)
    return response


def seal_is_open(who: Known | None, now: datetime) -> bool:
    """Whether the PIN of *who* was right in this very browser, which was not quiet for long since."""
    return _heard_of(who) is not None and not seal_is_quiet(who, now)


def seal_is_quiet(who: Known | None, now: datetime) -> bool:
    """Whether the confidential part was open in this browser, and the browser was quiet for too long."""
    heard = _heard_of(who)
    return heard is not None and now - heard >= IDLE


def _heard_of(who: Known | None) -> datetime | None:
    return who.session.unsealed_at if who else None


def remember(site: Site, response: Response, who: Known, now: datetime) -> None:
    """Send the cookie of *who*, heard of at *now*."""
    seen = int(now.timestamp())
    value = f"{who.token}~{seen}~{_mark(who.session.secret, f'seen {seen}')}"
    set_cookie(site, response, SESSION, value, until=who.session.expires_at - now)


def new_guest(site: Site, response: Response) -> str:
    """Send a secret to a browser that has not come in, for the token in its forms."""
    secret = new_token()
    set_cookie(site, response, GUEST, secret)
    return secret


def set_cookie(
    site: Site, response: Response, name: str, value: str, *, until: timedelta | None = None
) -> None:
    """Send a cookie that scripts cannot read and other sites cannot send along with a form."""
    seconds = None if until is None else max(0, int(until.total_seconds()))
    response.set_cookie(
        site.cookie(name),
        value,
        max_age=seconds,
        path="/",
        secure=site.secure,
        httponly=True,
        samesite="lax",
    )


def holder_of(programme: Programme, role: str) -> str:
    """A digest of whoever holds *role* in *programme*: when the role goes to another, their session is over."""
    person: Person | None = next((p for r, p in programme.roles.items() if r == role), None)
    told = f"{person.name}\n{person.email}" if person else role
    return sha256(f"{programme.id}\n{role}\n{told}".encode()).hexdigest()
