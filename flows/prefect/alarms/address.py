"""
Alarm address (Apprise): where an alarm goes, as a notification block of Prefect that the server can read.

A block of a type of our own would be known to our own server alone. Of Prefect's types only that for Slack takes any
address of Apprise; that is what everything but Teams is kept as.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from apprise import Apprise
from apprise.plugins.workflows import NotifyWorkflows
from prefect.blocks.notifications import (
    AppriseNotificationBlock,
    MicrosoftTeamsWebhook,
    SlackWebhook,
)
from pydantic import SecretStr

from config.validation_messages import Unfit

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_WEBHOOKS = {"https": "jsons", "http": "json"}
"""The schemes of Apprise that post JSON to any address of the web."""
_LIKE = (
    "write it like https://hooks.slack.com/services/…, https://alarm.bedrijf.nl/… or mailtos://…"
)
_NO_ADDRESS = f"that is no address: {_LIKE}"


class AddressUnfit(Unfit):
    """What was given is no address that an alarm can go to; it says why, and never repeats it."""


def block_of(address: str) -> AppriseNotificationBlock:
    """The block for *address*, of the web or of Apprise. Raises AddressUnfit."""
    scheme, host = _parts(address)
    if scheme == "http" and host not in _THIS_MACHINE:
        raise AddressUnfit(
            ["the address of the alarm would pass in the clear: write it with https"]
        )
    if _teams(address):
        return MicrosoftTeamsWebhook(url=SecretStr(address))
    known = _accept(address) or _accept(_as_webhook(address))
    if not known:
        raise AddressUnfit([f"nobody can be told at an address that begins with {scheme}: {_LIKE}"])
    return SlackWebhook(url=SecretStr(known))


def _parts(address: str) -> tuple[str, str | None]:
    """Scheme and host of *address*. Raises AddressUnfit for what is no address at all."""
    try:
        found = urlsplit(address)
        if found.scheme in _WEBHOOKS:  # elsewhere a secret may stand where these have a port
            found.port  # noqa: B018 - it is read to hear whether there can be one
        host = found.hostname
    except ValueError:
        raise AddressUnfit([_NO_ADDRESS]) from None
    if not host or not found.scheme or not address.isprintable() or " " in address:
        raise AddressUnfit([_NO_ADDRESS])
    return found.scheme, host


def _teams(address: str) -> bool:
    return bool(NotifyWorkflows.parse_native_url(address))  # type: ignore[no-untyped-call]


def _accept(address: str) -> str | None:
    with _hush():
        return address if address and Apprise.instantiate(address) else None


@contextmanager
def _hush() -> Iterator[None]:
    """Apprise logs what it does not understand, and that is a secret."""
    log = logging.getLogger("apprise")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


def _as_webhook(address: str) -> str:
    """*address* of the web as Apprise writes it; what was asked there is passed on, and takes no meaning of its own."""
    found = urlsplit(address)
    scheme = _WEBHOOKS.get(found.scheme.lower())
    asked = parse_qsl(found.query, keep_blank_values=True)
    query = "&".join(f"-{quote(key, safe='')}={quote(value, safe='')}" for key, value in asked)
    return urlunsplit((scheme, found.netloc, found.path, query, "")) if scheme else ""
