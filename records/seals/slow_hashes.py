"""
Password hashing (argon2id): how a PIN and a code are kept, and a comparison that takes as long where there is none.

Whoever measures how long an answer takes would else learn who has one.
"""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher()


def hash_slowly(secret: str) -> str:
    """*secret* as it is kept."""
    return HASHER.hash(secret)


def fits(kept: str | None, secret: str) -> bool:
    """Whether *kept* is the hash of *secret*; None takes the same work, and never is."""
    try:
        HASHER.verify(kept or nobodys(), secret)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@cache
def nobodys() -> str:
    """The hash of what nobody was told."""
    return hash_slowly(secrets.token_hex())
