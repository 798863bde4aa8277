"""
Passkeys: signing in with the phone, the computer or a key that one has, by a finger, a face or a PIN (WebAuthn).

The one script of these pages asks the browser; what it answers comes back in an ordinary form. Browsers without it, or
without scripts, use the password and the code. An address of numbers cannot have passkeys: browsers refuse it.
"""

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

import webauthn
from starlette.responses import Response
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.enter.front_door import home_of
from portal.enter.sign_in import TRIES, next_stage, show_sign_in
from portal.enter.sign_in_alerts import told
from portal.http.errors import Incomplete, NotFound
from portal.http.forms import TOKEN
from portal.web.request import Visit
from portal.web.routes import EVERYONE, STAFF, get, post
from portal.web.sessions import holder_of
from portal.web.site import origin_of, passkey_house
from records.access.links import Capacity
from records.access.passkeys import (
    Passkey,
    drop_passkey,
    keep_passkey,
    passkey,
    passkeys_of,
    use_passkey,
)
from states.language.errors import NotKnown

LASTS = timedelta(minutes=10)
"""How long somebody may take to find their key."""
_HERE = "/account/passkeys"
_IN = "/sign-in/passkey"
_MOST = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """What a page asks of the browser: *options* for its script, and the *challenge* that comes back."""

    options: str
    challenge: str


def offered_to(visit: Visit) -> list[Passkey]:
    """The passkeys of whoever looks."""
    stay, capacity = visit.known and visit.known.stay, visit.me.capacity
    holder = stay.holder if stay else ""
    engine = visit.site.house.engine
    return passkeys_of(engine, capacity.programme_id, capacity.who, holder)


def offer(visit: Visit, token: str, what: str) -> Offer | None:
    """What the page with *token* asks the browser in order to *register* or to sign *in*; None where it cannot."""
    house = passkey_house(visit.site)
    if house is None:
        return None
    issued = f"{int(visit.site.door_time().timestamp())}.{token_urlsafe(16)}"
    challenge = f"{issued}.{_mark(token, what, issued)}"
    asked = _signing(house, challenge) if what == "in" else _registering(visit, house, challenge)
    return Offer(webauthn.options_to_json(asked), challenge)


def _mark(token: str, what: str, issued: str) -> str:
    return hmac.new(token.encode(), f"passkey {what} {issued}".encode(), sha256).hexdigest()


def _bytes(challenge: str) -> bytes:
    return sha256(challenge.encode()).digest()


def _signing(house: str, challenge: str) -> Any:  # noqa: ANN401 - the library's own
    return webauthn.generate_authentication_options(
        rp_id=house,
        challenge=_bytes(challenge),
        user_verification=UserVerificationRequirement.REQUIRED,
    )


def _registering(visit: Visit, house: str, challenge: str) -> Any:  # noqa: ANN401 - the library's own
    name, holder = (
        f"{visit.me.name}@{visit.me.programme.id}",
        visit.known and visit.known.stay.holder,
    )
    person = visit.me.person
    return webauthn.generate_registration_options(
        rp_id=house,
        rp_name="Weerklank",
        user_name=name,
        user_id=sha256(f"{name}\n{holder}".encode()).digest(),
        user_display_name=f"{person.name}, {name}" if person else name,
        challenge=_bytes(challenge),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.id))
            for key in offered_to(visit)
        ],
    )


def _require_fresh(visit: Visit, what: str) -> bytes:
    """The challenge of the form, once, if this page made it a short while ago. Raises Incomplete."""
    challenge = visit.form.one("challenge")
    issued, _, mark = challenge.rpartition(".")
    ours = hmac.compare_digest(mark.encode(), _mark(visit.form.one(TOKEN), what, issued).encode())
    since = issued.partition(".")[0]
    now = visit.site.door_time()
    if not (ours and now - datetime.fromtimestamp(int(since), UTC) < LASTS):
        raise Incomplete({"passkey": visit.t(*_TOO_LATE)})
    visit.slow_down(f"challenge {challenge}", most=1, window=timedelta(days=1))
    return _bytes(challenge)


_TOO_LATE = (
    "Dit duurde te lang. Probeer het nog eens.",
    "This took too long. Please try again.",
)
_UNKNOWN = (
    "Met deze passkey kunt u hier niet inloggen. Gebruik een andere, of uw wachtwoord en een code.",
    "You cannot sign in here with this passkey. Use another one, or your password and a code.",
)
_NOT_TAKEN = (
    "Deze passkey is niet toegevoegd. Probeer het nog eens, of neem een andere.",
    "This passkey was not added. Please try again, or take another one.",
)


def sign_in(visit: Visit) -> Response:
    """Let in whoever has the passkey: it stands for the password and the code together."""
    visit.slow_down(f"passkey from {visit.origin}", most=30, window=TRIES)
    challenge = _require_fresh(visit, "in")
    key = _of(visit)
    used = _used(visit, key, challenge)
    engine, now = visit.site.house.engine, visit.site.door_time()
    if not use_passkey(engine, key, used, now):
        raise Incomplete({"passkey": visit.t(*_UNKNOWN)})
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
        raise Incomplete({"passkey": visit.t(*_UNKNOWN)})
    return key


def _used(visit: Visit, key: Passkey, challenge: bytes) -> int:
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
        raise Incomplete({"passkey": visit.t(*_UNKNOWN)}) from None


def add(visit: Visit) -> Response:
    """Keep the public half of a new passkey."""
    challenge, engine = _require_fresh(visit, "register"), visit.site.house.engine
    if len(offered_to(visit)) >= _MOST:
        raise Incomplete(
            {"passkey": visit.t("U heeft er al heel veel.", "You have very many already.")}
        )
    try:
        made = webauthn.verify_registration_response(
            credential=visit.form.one("passkey"),
            expected_challenge=challenge,
            expected_rp_id=passkey_house(visit.site) or "",
            expected_origin=origin_of(visit.site.address),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Incomplete({"passkey": visit.t(*_NOT_TAKEN)}) from None
    capacity, now = visit.me.capacity, visit.site.door_time()
    key = Passkey(
        bytes_to_base64url(made.credential_id), capacity.programme_id, capacity.who,
        visit.known.stay.holder if visit.known else "",
        visit.form.one("name")[:100] or visit.browser or "passkey",
        bytes_to_base64url(made.credential_public_key), made.sign_count, now, None,
    )  # fmt: skip
    if not keep_passkey(engine, key):
        raise Incomplete({"passkey": visit.t(*_NOT_TAKEN)})
    told(visit, capacity.programme_id, capacity.who, "passkey-added")
    return visit.go("/account", said="passkey-added")


def remove(visit: Visit) -> Response:
    """Forget a passkey."""
    capacity = visit.me.capacity
    theirs = (capacity.programme_id, capacity.who, visit.known.stay.holder if visit.known else "")
    if not drop_passkey(visit.site.house.engine, visit.form.one("key"), *theirs):
        raise NotFound
    told(visit, capacity.programme_id, capacity.who, "passkey-removed")
    return visit.go("/account", said="passkey-removed")


def _shown(visit: Visit) -> Response:
    from portal.enter.account import show  # noqa: PLC0415 - that page shows these

    return show(visit)


def _led(visit: Visit) -> Response:
    return visit.go("/sign-in" if visit.path == _IN else "/account")


KEYS = (
    get(_HERE, _led, *STAFF),
    post(_HERE, add, *STAFF, again=_shown, fresh=True),
    post(f"{_HERE}/remove", remove, *STAFF, again=_shown, fresh=True),
)
PAGES = (
    get(_IN, _led, EVERYONE),
    post(_IN, sign_in, EVERYONE, again=show_sign_in),
)
