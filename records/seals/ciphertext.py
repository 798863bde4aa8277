"""
Age ciphertext (X25519): what is under seal, for whoever holds the moderator's key or the recovery share.

A text is encrypted with the dialogue and the name that it belongs to, so that two cannot be exchanged unseen, and is
filled up to one length, so that its size says nothing.
"""

import json
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import NamedTuple

import pyrage
from pyrage import x25519

from states.language.errors import BadInput, Refused

_SECRET = re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]+", re.IGNORECASE)
_BLOCK = 512  # bytes
_ID_LENGTH = 16  # hexadecimal digits


class Pair(NamedTuple):
    """The public halves for which seals are stored: the moderator's and that of the recovery share."""

    recipient: str
    recovery: str

    @property
    def id(self) -> str:
        """What seals call it by."""
        return sha256("\n".join(self).encode()).hexdigest()[:_ID_LENGTH]


def new_secret() -> str:
    """A new secret key, in the form that age reads; it is written down nowhere."""
    return str(x25519.Identity.generate())


def secrets_in(text: str) -> list[str]:
    """The secret keys in *text*, such as a whole key file, in their order; what is damaged is left out."""
    return [found for word in _SECRET.findall(text) if (found := _whole(word.upper()))]


def _whole(word: str) -> str | None:
    try:
        return str(x25519.Identity.from_str(word))
    except pyrage.IdentityError:
        return None


def secret_in(text: str) -> str:
    """The first secret key in *text*. Raises BadInput('seal-key-unreadable') when there is none that is whole."""
    found = secrets_in(text)
    if not found:
        raise BadInput("seal-key-unreadable")
    return found[0]


def public_half(secret: str) -> str:
    """The public half of a *secret* that `secret_in` found."""
    return str(x25519.Identity.from_str(secret).to_public())


def pair_of(recipient: str, recovery: str) -> Pair:
    """The pair of two public halves as they were typed. Raises BadInput('seal-recipient-unreadable')."""
    try:
        told = [str(x25519.Recipient.from_str(one.strip())) for one in (recipient, recovery)]
    except pyrage.RecipientError:
        raise BadInput("seal-recipient-unreadable") from None
    if told[0] == told[1]:
        raise BadInput("seal-share-is-key")
    return Pair(*told)


def pair_in(text: str) -> Pair:
    """The pair of the key file *text*, which holds both secrets. Raises BadInput."""
    found = secrets_in(text)
    if len(found) < len(Pair._fields):
        raise BadInput("seal-file-incomplete")
    return pair_of(public_half(found[0]), public_half(found[1]))


def encrypt(pair: Pair, dialogue_id: str, name: str, text: str) -> str:
    """*text* of *name* in *dialogue_id* as Base64, to be read with either secret of *pair*."""
    plain = json.dumps([dialogue_id, name, text]).encode()
    filled = plain.ljust(-(-len(plain) // _BLOCK) * _BLOCK)
    recipients = [x25519.Recipient.from_str(one) for one in pair]
    return b64encode(pyrage.encrypt(filled, recipients)).decode()


def decrypt(secret: str, dialogue_id: str, name: str, kept: str) -> str | None:
    """
    The text that *kept* holds for *name* in *dialogue_id*; None: it is for another key, or not what was stored.

    Raises Refused('seal-damaged') for what the key opens and is of another name or dialogue: somebody exchanged it.
    """
    try:
        identity = x25519.Identity.from_str(secret)
        plain = pyrage.decrypt(b64decode(kept), [identity])
    except (pyrage.DecryptError, ValueError):
        return None
    home, of, text = json.loads(plain)
    if (home, of) != (dialogue_id, name):
        raise Refused("seal-damaged", voice=name)
    return str(text)
