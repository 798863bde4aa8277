"""Outbound channels: how mail leaves this installation, and where alerts to the manager are also posted."""

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parseaddr
from functools import cached_property
from typing import TYPE_CHECKING, Self

from config.settings import Settings, SettingsUnfit, SmtpSettings
from notifications.channels.channels import Channel
from notifications.channels.maildir import Maildir
from notifications.channels.smtp import Smtp
from notifications.language.anchor import Anchor
from services.composition.briefs import Letterhead

if TYPE_CHECKING:
    from notifications.channels.chat import Chat


@dataclass(frozen=True)
class Mailroom:
    """
    What a delivery round sends with.

    *mail* makes a channel for each connection, None when no mail may leave yet; *chat* hears the alerts to the manager.
    """

    mail: Callable[[], Channel] | None
    sender: str
    """The address that mail comes from."""
    sender_name: str | None = None
    returns: str | None = None
    """The address to which mail servers report, and calendars answer; None: the sender."""
    verp: bool = False
    """Whether each letter leaves from an envelope sender of its own, with its name after a plus."""
    chat: "Chat | None" = None
    base_url: str | None = None
    batch: int = 200
    """Messages that one connection claims at a time."""
    connections: int = 1
    """Over how many of them one delivery sends."""
    composers: int = 0
    """How many processes write the letters of a large delivery, at most; 0 and 1: none."""
    lease_seconds: float = 900
    """How long a claim lasts; a round ends before it does."""
    server: str = ""
    """Where mail is handed in: `host:port`, or the folder."""
    most: int = 100
    """How many connections it may have at once, of all who share the records."""
    anchor: Anchor | None = None
    """The newest checkpoint of the journals when the round began: each of its letters carries it."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The mailroom that *settings* describe. Raises SettingsUnfit when a chat address is not understood."""
        name, address = parseaddr(settings.sender)
        return cls(
            mail=_mail(settings),
            sender=address,
            sender_name=name or None,
            returns=settings.bounce_address or f"bounces@{address.rpartition('@')[2]}",
            verp=settings.verp,
            chat=_chat(settings),
            base_url=settings.base_url,
            batch=settings.mail_batch,
            connections=settings.mail_connections,
            composers=settings.mail_composers,
            lease_seconds=settings.mail_lease,
            server=_server(settings),
            most=settings.smtp.connections,
        )

    @cached_property
    def letterhead(self) -> Letterhead:
        """From whom its letters come."""
        return Letterhead(self.sender, self.sender_name, self.returns, self.verp, self.anchor)


def _mail(settings: Settings) -> Callable[[], Channel] | None:
    if settings.channel == "maildir":
        return lambda: Maildir(settings.maildir)
    if settings.channel == "smtp":
        return lambda: smtp_of(settings.smtp)
    return None


def _server(settings: Settings) -> str:
    if settings.channel == "smtp":
        return f"{settings.smtp.host or 'localhost'}:{settings.smtp.port}"
    return str(settings.maildir)


def smtp_of(smtp: SmtpSettings) -> Smtp:
    """The mail server that *smtp* names; nothing is connected yet."""
    password = smtp.password.get_secret_value() if smtp.password else None
    host = smtp.host or "localhost"
    return Smtp(host, smtp.port, smtp.tls, smtp.user, password, smtp.timeout)


def _chat(settings: Settings) -> "Chat | None":
    if not settings.chat_urls:
        return None
    from notifications.channels.chat import Chat  # noqa: PLC0415 - a quarter of a second, for those who chat

    try:
        return Chat([url.get_secret_value() for url in settings.chat_urls])
    except ValueError as error:
        raise SettingsUnfit([f"WEERKLANK_CHAT_URLS: {error}"]) from None
