"""
WebAuthn challenges: what a page asks of the browser for a passkey, and whether the answer is to what it asked.

Kept nowhere: the challenge carries the token of its page and its time under a signature, and works once.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

import webauthn
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.http.errors import Incomplete
from portal.http.forms import TOKEN
from portal.web.request import Visit
from portal.web.site import passkey_house
from records.access.passkeys import Passkey, passkeys_of
from states.language.catalogue import N_

LASTS = timedelta(minutes=10)
"""How long somebody may take to find their key."""
_TOO_LATE = N_("This took too long. Please try again.")


@dataclass(frozen=True, slots=True)
class Offer:
    """What a page asks of the browser: *options* for its script, and the *challenge* that comes back."""

    options: str
    challenge: str


def offered_to(visit: Visit) -> list[Passkey]:
    """The passkeys of whoever looks."""
    session, capacity = visit.known and visit.known.session, visit.me.capacity
    holder = session.holder if session else ""
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
        visit.known and visit.known.session.holder,
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


def require_challenge(visit: Visit, what: str) -> bytes:
    """The challenge of the form, once, if this page made it a short while ago. Raises Incomplete."""
    challenge = visit.form.one("challenge")
    issued, _, mark = challenge.rpartition(".")
    ours = hmac.compare_digest(mark.encode(), _mark(visit.form.one(TOKEN), what, issued).encode())
    since = issued.partition(".")[0]
    now = visit.site.door_time()
    if not (ours and now - datetime.fromtimestamp(int(since), UTC) < LASTS):
        raise Incomplete({"passkey": visit._(_TOO_LATE)})
    visit.slow_down(f"challenge {challenge}", most=1, window=timedelta(days=1))
    return _bytes(challenge)
