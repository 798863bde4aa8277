"""
Alarm receiver (Prefect notification block): who hears the alarm, kept as the block `weerklank-alarm`.

Its address is a secret: whoever knows it can write to that channel. Only the kind and the host of it are shown.
"""

import re
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import BlockDocument

BLOCK = "weerklank-alarm"
_AT_ONCE = 200  # blocks that Prefect shows at once
_WEBHOOKS = ("http", "https", "json", "jsons", "form", "forms", "xml", "xmls")
_KINDS = {
    **dict.fromkeys(_WEBHOOKS, "webhook"),
    **dict.fromkeys(("mailto", "mailtos"), "e-mail"),
    **dict.fromkeys(("mmost", "mmosts"), "Mattermost"),
}
"""What stands behind the schemes of Apprise whose addresses name a host; of others the host may be the secret."""
_SERVICES = {
    "hooks.slack.com": "Slack",
    "hooks.slack-gov.com": "Slack",
    "discord.com": "Discord",
    "logic.azure.com": "Microsoft Teams",
    "webhook.office.com": "Microsoft Teams",
    "powerplatform.com": "Microsoft Teams",
}
_RANDOM = re.compile(r"(?=[^.]*\d)[^.]{12,}(?=\.[^.]+\.)")
"""A part of a host that somebody drew by lot: of some services it is all that there is of a secret."""


class Receiver(NamedTuple):
    """Whom an automation tells: the id of its *block*, its *kind* of address, and the *host*, None if secret."""

    block: UUID
    kind: str
    host: str | None

    def __str__(self) -> str:
        """For people: `Slack (hooks.slack.com)`."""
        return f"{self.kind} ({self.host})" if self.host else self.kind


async def who_hears(client: PrefectClient) -> str | None:
    """Who hears the alarm, for people and masked: `webhook (alarm.bedrijf.nl)`; None: nobody."""
    found = await receiver_of(client)
    return str(found) if found else None


async def receiver_of(client: PrefectClient) -> Receiver | None:
    """The receiver of the alarm at the server of *client*, None when there is none."""
    documents = await documents_of(client)
    return _receiver(documents[0]) if documents else None


async def documents_of(client: PrefectClient) -> list[BlockDocument]:
    """The blocks that bear our name, however many others there are; names are unique only within one type."""
    found: list[BlockDocument] = []
    seen = 0
    while page := await client.read_block_documents(limit=_AT_ONCE, offset=seen):
        found += [one for one in page if one.name == BLOCK]
        seen += len(page)
        if len(page) < _AT_ONCE:
            break
    return found


def _receiver(document: BlockDocument) -> Receiver:
    address = document.data.get("url")
    kind, host = mask(address) if isinstance(address, str) else ("", None)
    return Receiver(document.id, kind or _type_of(document), host)


def _type_of(document: BlockDocument) -> str:
    """The words of Prefect for a block that somebody made there, of a kind that we make none of."""
    return document.block_type.name if document.block_type else "block"


def mask(address: str) -> tuple[str, str | None]:
    """What kind of *address* an alarm goes to, and its host where that is no secret."""
    scheme, host = _parts(address)
    if scheme not in _KINDS or not host:
        return scheme and f"{scheme}://…", None
    service = (kind for end, kind in _SERVICES.items() if f".{host}".endswith(f".{end}"))
    return next(service, _KINDS[scheme]), _RANDOM.sub("…", host)


def _parts(address: str) -> tuple[str, str | None]:
    try:
        found = urlsplit(address)
    except ValueError:
        return "", None
    return found.scheme, found.hostname
