"""
Coming in by the sign-in of one's own organisation (OIDC, the extra `oidc`), for roles that have an email address.

The way back is a page with one button, because here too a page that is only read changes nothing. State, nonce and
proof of the code are derived from the secret of the browser, so nothing of a half-finished sign-in is kept.
"""

import base64
import hmac
import json
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from portal.entering import home_of
from portal.faults import Incomplete, NotFound
from portal.routes import EVERYONE, get, post
from portal.signing_in import TRIES, next_stage, show_sign_in
from portal.site import Site
from portal.stays import GUEST, set_cookie
from portal.visit import Visit
from records.access import Capacity
from states.addresses import plain_address
from states.errors import NotKnown

NAME = "weerklank-company"
BACK = "/sign-in/company/back"
_SCOPE = "openid email"
_TIMEOUT = 10.0  # seconds
_LEEWAY = 60  # seconds between two clocks


class NotConfirmed(Exception):
    """The organisation did not confirm who this is."""


def go_out(visit: Visit) -> Response:
    """A page that leads to the sign-in of the organisation; the name is remembered by the browser alone."""
    name = visit.query("name").casefold()
    guest = visit.request.cookies.get(visit.site.cookie(GUEST), "")
    if not guest or "@" not in name:
        return visit.go("/sign-in")
    place = _provider(visit.site)
    with _client(visit.site) as client:
        address, _ = client.create_authorization_url(
            place["authorization_endpoint"],
            state=_mark(guest, f"state {name}"),
            nonce=_mark(guest, f"nonce {name}"),
            code_verifier=_mark(guest, f"code {name}"),
        )
    response = visit.page("enter/company.html", address=address, host=urlsplit(address).hostname)
    set_cookie(visit.site, response, NAME, _packed(name))
    return response


def show_back(visit: Visit) -> Response:
    """One button, and nothing changes."""
    given = {name: visit.query_whole(name) for name in ("code", "state")}
    return visit.page("enter/company-back.html", at=BACK, given=given)


def come_back(visit: Visit) -> Response:
    """Ask the organisation who this is; in comes whoever holds the role under that address."""
    visit.slow_down(f"company from {visit.origin}", most=30, window=TRIES)
    name = _unpacked(visit.request.cookies.get(visit.site.cookie(NAME), ""))
    role, _, programme_id = name.partition("@")
    try:
        _require_held(visit, role, programme_id, _confirmed(visit, name))
    except (NotConfirmed, NotKnown):
        raise Incomplete(
            {
                "name": visit.t(
                    "Uw organisatie bevestigt niet dat deze rol van u is.",
                    "Your organisation does not confirm that this role is yours.",
                )
            }
        ) from None
    return next_stage(visit, Capacity("role", programme_id, role), "whole", home_of(visit, role))


def _confirmed(visit: Visit, name: str) -> str:
    """The address that the organisation vouches for. Raises NotConfirmed."""
    guest = visit.request.cookies.get(visit.site.cookie(GUEST), "")
    state = _mark(guest, f"state {name}")
    if not guest or not hmac.compare_digest(visit.form.one("state").encode(), state.encode()):
        raise NotConfirmed
    place = _provider(visit.site)
    try:
        with _client(visit.site) as client:
            token = client.fetch_token(
                place["token_endpoint"],
                grant_type="authorization_code",
                code=visit.form.one("code"),
                code_verifier=_mark(guest, f"code {name}"),
            )
    except Exception as error:
        raise NotConfirmed from error
    claims = _claims(str(token.get("id_token", "")))
    _require_ours(visit, claims, _mark(guest, f"nonce {name}"))
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
        return _discovered(issuer)
    except Exception as error:
        raise NotFound from error


@lru_cache(maxsize=8)
def _discovered(issuer: str) -> Mapping[str, str]:
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


def _packed(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def _unpacked(cookie: str) -> str:
    try:
        return base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4)).decode()
    except ValueError:
        return ""


PAGES = (
    get("/sign-in/company", go_out, EVERYONE),
    get(BACK, show_back, EVERYONE),
    post(BACK, come_back, EVERYONE, again=show_sign_in),
)
