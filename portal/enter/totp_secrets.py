"""TOTP secrets: locked where they are kept, and what is said when their key is gone."""

from datetime import datetime
from hmac import compare_digest

import pyotp

from config.settings import Settings
from portal.http.errors import Incomplete
from portal.web.request import Visit
from records.access.accounts import Account, keep_code_secret
from services.secret_encryption import KeyLost, is_locked, lock, unlock
from states.language.catalogue import N_

_STEP = 30  # seconds


def kept_secret(settings: Settings, programme_id: str, role: str, secret: str) -> str:
    """*secret* as it is kept. Raises OSError when the key can be neither made nor read."""
    return lock(settings, secret, f"{role}@{programme_id}")


def secret_of(visit: Visit, account: Account) -> str:
    """
    The shared secret of *account*; one from before there was a key is locked now.

    Raises Incomplete beside the field of the code when the key is gone.
    """
    settings, about = visit.site.settings, f"{account.role}@{account.programme_id}"
    try:
        secret = unlock(settings, account.code_secret, about)
    except KeyLost:
        raise Incomplete({"code": visit._(_GONE), "proof_code": visit._(_GONE)}) from None
    if not is_locked(account.code_secret):
        kept = kept_secret(settings, account.programme_id, account.role, secret)
        keep_code_secret(visit.site.house.engine, account, kept)
    return secret


_GONE = N_(
    "Codes cannot be checked now: the file with the key is missing on the server. Ask the operator to put"
    " it back, or for a new link to set up your access anew."
)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step of *code*, the present one or a neighbour; None when it is wrong."""
    digits = code.replace(" ", "").encode()
    present, totp = int(now.timestamp()) // _STEP, pyotp.TOTP(secret)
    near = (present, present - 1, present + 1)
    fits = (step for step in near if compare_digest(totp.at(step * _STEP).encode(), digits))
    return next(fits, None)
