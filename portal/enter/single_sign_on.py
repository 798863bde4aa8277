"""
Single sign-on (OIDC, the extra `oidc`): the sign-in of one's own organisation, for roles with an e-mail address.

The way back is a page with one button, because here too a page that is only read changes nothing. Each try has a state
of its own, so two tabs do not disturb each other; it says for which role, until when and in which browser, and works
once. Nonce and proof of the code are derived from it, so nothing of a half-finished sign-in is kept.
"""

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from portal.enter.front_door import home_of
from portal.enter.sign_in import TRIES, next_stage, show_sign_in
from portal.http.errors import Incomplete, NotFound
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import EVERYONE
from portal.web.sessions import GUEST
from portal.web.site import Site
from records.access.accounts import count_try
from records.access.links import Capacity
from states.language.catalogue import N_
from states.language.errors import NotKnown
from states.values.addresses import plain_address

BACK = "/sign-in/company/back"
_SCOPE = "openid email"
_TIMEOUT = 10.0  # seconds
_LEEWAY = 60  # seconds between two clocks
LASTS = timedelta(minutes=10)
"""How long one try may take."""
_PARTS = 4


class NotConfirmed(Exception):
    """The organisation did not confirm who this is."""


def go_out(visit: Visit) -> Response:
    """A page that leads to the sign-in of the organisation; the name is remembered by the browser alone."""
    name = visit.query("name").casefold()
    guest = visit.request.cookies.get(visit.site.cookie(GUEST), "")
    if not guest or "@" not in name:
        return visit.go("/sign-in")
    place, state = _provider(visit.site), _new_state(guest, name, visit.site.door_time())
    with _client(visit.site) as client:
        address, _ = client.create_authorization_url(
            place["authorization_endpoint"],
            state=state,
            nonce=_mark(guest, f"nonce {state}"),
            code_verifier=_mark(guest, f"code {state}"),
        )
    return visit.page("enter/company.html", address=address, host=urlsplit(address).hostname)


def _new_state(guest: str, name: str, now: datetime) -> str:
    """What comes back with the answer: when this try began, a random part, for which role, and our mark of it all."""
    said = f"{int(now.timestamp())}.{token_urlsafe(16)}.{_pack(name)}"
    return f"{said}.{_mark(guest, f'state {said}')}"


def _name_of(visit: Visit, guest: str) -> str:
    """For which role the try was that comes back. Raises NotConfirmed unless it is this browser's, Incomplete late."""
    state = visit.form.one("state")
    said, _, mark = state.rpartition(".")
    parts = said.split(".")
    ours = _mark(guest, f"state {said}")
    if (
        not guest
        or len(parts) != _PARTS - 1
        or not hmac.compare_digest(mark.encode(), ours.encode())
    ):
        raise NotConfirmed
    began = datetime.fromtimestamp(int(parts[0]), UTC)
    if visit.site.door_time() - began >= LASTS:
        raise Incomplete({"name": visit._(_TOO_LATE)})
    engine, now = visit.site.house.engine, visit.site.door_time()
    if count_try(engine, f"company {state}", now, most=1, window=timedelta(days=1)) is not None:
        raise NotConfirmed
    return _unpack(parts[2])


_TOO_LATE = N_("This took too long. Please begin again: it takes one button.")


def show_back(visit: Visit) -> Response:
    """One button, and nothing changes."""
    given = {name: visit.query_whole(name) for name in ("code", "state")}
    return visit.page("enter/company-back.html", at=BACK, given=given)


def come_back(visit: Visit) -> Response:
    """Ask the organisation who this is; in comes whoever holds the role under that address."""
    visit.slow_down(f"company from {visit.origin}", most=30, window=TRIES)
    guest = visit.request.cookies.get(visit.site.cookie(GUEST), "")
    role = programme_id = ""
    try:
        role, _, programme_id = _name_of(visit, guest).partition("@")
        _require_held(visit, role, programme_id, _confirm(visit, guest))
    except (NotConfirmed, NotKnown):
        raise Incomplete(
            {"name": visit._("Your organisation does not confirm that this role is yours.")}
        ) from None
    return next_stage(visit, Capacity("role", programme_id, role), "whole", home_of(visit, role))


def _confirm(visit: Visit, guest: str) -> str:
    """The address that the organisation vouches for. Raises NotConfirmed."""
    state = visit.form.one("state")
    place = _provider(visit.site)
    try:
        with _client(visit.site) as client:
            token = client.fetch_token(
                place["token_endpoint"],
                grant_type="authorization_code",
                code=visit.form.one("code"),
                code_verifier=_mark(guest, f"code {state}"),
            )
    except Exception as error:
        raise NotConfirmed from error
    claims = _claims(str(token.get("id_token", "")))
    _require_ours(visit, claims, _mark(guest, f"nonce {state}"))
    return plain_address(str(claims["email"]))


def _claims(id_token: str) -> Mapping[str, Any]:
    """
    What the token says.

    It came straight from the organisation over TLS, which stands in for its signature (OpenID Connect Core
    3.1.3.7, point 6).
    """
    try:
        body = id_token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError) as error:
        raise NotConfirmed from error
    if not isinstance(found, dict):
        raise NotConfirmed
    return found


def _require_ours(visit: Visit, claims: Mapping[str, Any], nonce: str) -> None:
    """Raise NotConfirmed unless the token was made by them, for us, just now, for this browser, of a sure address."""
    oidc, audience = visit.site.settings.oidc, claims.get("aud")
    now = visit.site.door_time().timestamp()
    expires = claims.get("exp")
    fits = (
        claims.get("iss") == oidc.issuer,
        audience in (oidc.client_id, [oidc.client_id]),
        isinstance(expires, int | float) and expires + _LEEWAY > now,
        hmac.compare_digest(str(claims.get("nonce")).encode(), nonce.encode()),
        claims.get("email_verified") is True,
        bool(claims.get("email")),
    )
    if not all(fits):
        raise NotConfirmed


def _require_held(visit: Visit, role: str, programme_id: str, address: str) -> None:
    """Raise NotConfirmed unless *role* is held by whoever has *address*."""
    programme = visit.site.house.ledger.programme(programme_id).programme
    held = next((person for name, person in programme.roles.items() if name == role), None)
    if held is None or held.email is None or plain_address(held.email) != address:
        raise NotConfirmed


def _client(site: Site) -> Any:  # noqa: ANN401 - the library has no types
    from authlib.integrations.httpx_client import OAuth2Client  # noqa: PLC0415 - an extra

    oidc = site.settings.oidc
    secret = oidc.client_secret.get_secret_value() if oidc.client_secret else None
    return OAuth2Client(
        oidc.client_id,
        secret,
        scope=_SCOPE,
        redirect_uri=f"{site.address}{BACK}",
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic" if secret else "none",
        timeout=_TIMEOUT,
    )


def _provider(site: Site) -> Mapping[str, str]:
    """Where the organisation can be asked. Raises NotFound when none is set, or it does not say."""
    issuer = site.settings.oidc.issuer
    if issuer is None:
        raise NotFound
    try:
        return _discover(issuer)
    except Exception as error:
        raise NotFound from error


@lru_cache(maxsize=8)
def _discover(issuer: str) -> Mapping[str, str]:
    import httpx2  # noqa: PLC0415 - an extra

    answer = httpx2.get(f"{issuer}/.well-known/openid-configuration", timeout=_TIMEOUT)
    found = answer.raise_for_status().json()
    places = [str(found[name]) for name in ("authorization_endpoint", "token_endpoint")]
    scheme = urlsplit(issuer).scheme
    if found["issuer"] != issuer or any(urlsplit(place).scheme != scheme for place in places):
        raise NotConfirmed
    return {"authorization_endpoint": places[0], "token_endpoint": places[1]}


def _mark(secret: str, what: str) -> str:
    return hmac.new(secret.encode(), what.encode(), sha256).hexdigest()


def _pack(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def _unpack(cookie: str) -> str:
    try:
        return base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4)).decode()
    except ValueError:
        return ""


PAGES = (
    get("/sign-in/company", go_out, EVERYONE),
    get(BACK, show_back, EVERYONE),
    post(BACK, come_back, EVERYONE, again=show_sign_in),
)
