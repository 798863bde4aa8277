"""
Passkeys (WebAuthn): signing in with the phone, the computer or a key that one has.

The one script of these pages asks the browser; what it answers comes back in an ordinary form. Browsers without it, or
without scripts, use the password and the code. An address of numbers cannot have passkeys: browsers refuse it.
"""

import json

import webauthn
from starlette.responses import Response
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException

from portal.enter.front_door import home_of
from portal.enter.passkey_challenges import offered_to, require_challenge
from portal.enter.sign_in import TRIES, next_stage, show_sign_in
from portal.enter.sign_in_alerts import tell_holder
from portal.http.errors import Incomplete, NotFound
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import EVERYONE
from portal.web.sessions import holder_of
from portal.web.site import origin_of, passkey_house
from records.access.links import Capacity
from records.access.passkeys import (
    Passkey,
    drop_passkey,
    keep_passkey,
    passkey,
    use_passkey,
)
from states.language.catalogue import N_
from states.language.errors import NotKnown

_IN = "/sign-in/passkey"
_MOST = 20
_UNKNOWN = N_(
    "You cannot sign in here with this passkey. Use another one, or your password and a code."
)
_NOT_TAKEN = N_("This passkey was not added. Please try again, or take another one.")


def sign_in(visit: Visit) -> Response:
    """Let in whoever has the passkey: it stands for the password and the code together."""
    visit.slow_down(f"passkey from {visit.origin}", most=30, window=TRIES)
    challenge = require_challenge(visit, "in")
    key = _of(visit)
    used = _use_count(visit, key, challenge)
    engine, now = visit.site.house.engine, visit.site.door_time()
    if not use_passkey(engine, key, used, now):
        raise Incomplete({"passkey": visit._(_UNKNOWN)})
    capacity = Capacity("role", key.programme_id, key.role)
    return next_stage(visit, capacity, "whole", home_of(visit, key.role))


def _of(visit: Visit) -> Passkey:
    """The passkey that answered, while its owner still holds the role. Raises Incomplete."""
    try:
        answer = json.loads(visit.form.one("passkey"))
        key = passkey(visit.site.house.engine, str(answer["id"]))
        programme = key and visit.site.house.ledger.programme(key.programme_id).programme
    except (ValueError, KeyError, TypeError, NotKnown):
        key = programme = None
    if key is None or programme is None or holder_of(programme, key.role) != key.holder:
        raise Incomplete({"passkey": visit._(_UNKNOWN)})
    return key


def _use_count(visit: Visit, key: Passkey, challenge: bytes) -> int:
    """How often the passkey says that it was used, if it signed *challenge* here. Raises Incomplete."""
    try:
        return webauthn.verify_authentication_response(
            credential=visit.form.one("passkey"),
            expected_challenge=challenge,
            expected_rp_id=passkey_house(visit.site) or "",
            expected_origin=origin_of(visit.site.address),
            credential_public_key=base64url_to_bytes(key.public_key),
            credential_current_sign_count=key.used,
            require_user_verification=True,
        ).new_sign_count
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Incomplete({"passkey": visit._(_UNKNOWN)}) from None


def add(visit: Visit) -> Response:
    """Keep the public half of a new passkey."""
    challenge, engine = require_challenge(visit, "register"), visit.site.house.engine
    if len(offered_to(visit)) >= _MOST:
        raise Incomplete({"passkey": visit._("You have very many already.")})
    try:
        made = webauthn.verify_registration_response(
            credential=visit.form.one("passkey"),
            expected_challenge=challenge,
            expected_rp_id=passkey_house(visit.site) or "",
            expected_origin=origin_of(visit.site.address),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Incomplete({"passkey": visit._(_NOT_TAKEN)}) from None
    capacity, now = visit.me.capacity, visit.site.door_time()
    key = Passkey(
        bytes_to_base64url(made.credential_id), capacity.programme_id, capacity.who,
        visit.known.session.holder if visit.known else "",
        visit.form.one("name")[:100] or visit.browser or "passkey",
        bytes_to_base64url(made.credential_public_key), made.sign_count, now, None,
    )  # fmt: skip
    if not keep_passkey(engine, key):
        raise Incomplete({"passkey": visit._(_NOT_TAKEN)})
    tell_holder(visit, capacity.programme_id, capacity.who, "passkey-added")
    return visit.go("/account", said="passkey-added")


def remove(visit: Visit) -> Response:
    """Forget a passkey."""
    capacity = visit.me.capacity
    theirs = (
        capacity.programme_id,
        capacity.who,
        visit.known.session.holder if visit.known else "",
    )
    if not drop_passkey(visit.site.house.engine, visit.form.one("key"), *theirs):
        raise NotFound
    tell_holder(visit, capacity.programme_id, capacity.who, "passkey-removed")
    return visit.go("/account", said="passkey-removed")


def lead(visit: Visit) -> Response:
    """Lead whoever asks for a mere form to the page that it stands on."""
    return visit.go("/sign-in" if visit.path == _IN else "/account")


PAGES = (
    get(_IN, lead, EVERYONE),
    post(_IN, sign_in, EVERYONE, again=show_sign_in),
)
