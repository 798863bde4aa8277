"""
E-mail addresses: one normal form, what mail can carry, and when two are the same (IDNA, RFC 6531).

Domains are those of IDNA2008 (RFC 5891), so `straße.example` is not `strasse.example`. Before the @ only ASCII can be
delivered everywhere (RFC 6531 is not), so an address with other letters there is refused where it is given.
"""

import unicodedata
from functools import lru_cache

import idna

from states.language.validation_messages import wrong


def one_form(address: str) -> str:
    """*address* as it is kept. Raises a validation error for one that mail cannot carry."""
    local, _, domain = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    if not local.isascii():
        letters = "".join(sorted({sign for sign in local if not sign.isascii()}))
        raise wrong("address-letters", letters=letters)
    if not _mailable(domain):
        raise wrong("address-domain", domain=domain)
    return f"{local}@{domain}"


def _mailable(domain: str) -> bool:
    try:
        _encode(domain)
    except (idna.IDNAError, ValueError):
        return False
    return True


@lru_cache(maxsize=4096)
def _encode(domain: str) -> str:
    return domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode()


@lru_cache(maxsize=4096)
def on_the_wire(address: str) -> str:
    """*address* in the letters that every server knows; ValueError when mail cannot carry it."""
    if address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        text = "an address with letters before the @ that mail cannot carry"
        raise ValueError(text)
    try:
        return f"{local}@{_encode(domain)}"
    except idna.IDNAError:
        text = "a domain that no mail can find"
        raise ValueError(text) from None


@lru_cache(maxsize=4096)
def plain_address(address: str) -> str:
    """The form of *address* in which two are compared: NFC, without case, the domain as IDNA2008 writes it."""
    local, _, domain = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    try:
        return f"{local.casefold()}@{_encode(domain)}"
    except (idna.IDNAError, ValueError):
        return f"{local.casefold()}@{domain.casefold()}"


def same_address(one: str | None, other: str | None) -> bool:
    """Whether both are the same e-mail address; nothing is nobody's address."""
    return bool(one and other) and plain_address(str(one)) == plain_address(str(other))
