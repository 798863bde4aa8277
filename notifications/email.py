"""E-mail: a message as it goes over the wire, with the headers that keep it in its thread and out of loops."""

from email import policy
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from functools import lru_cache
from hashlib import sha256
from typing import Any

from notifications.messages import Message
from notifications.views import Contact


@lru_cache(maxsize=4096)
def _stored(rules: policy.EmailPolicy, name: str, value: str) -> tuple[str, Any]:
    return policy.EmailPolicy.header_store_parse(rules, name, value)


@lru_cache(maxsize=4096)
def _folded(rules: policy.EmailPolicy, name: str, value: str) -> bytes:
    return policy.EmailPolicy.fold_binary(rules, name, value)


class _Remembering(policy.EmailPolicy):
    """The mails of a batch share most headers: each is parsed and folded once, half the cost of a mail."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:  # noqa: ANN401 - as in the library
        if type(value) is str:
            return _stored(self, name, value)
        return super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        return _folded(self, name, value)


class _Registry(HeaderRegistry):
    """The standard one builds a class for each header that it meets; this one does so once."""

    def __init__(self) -> None:
        super().__init__()
        self._built: dict[str, type[BaseHeader]] = {}

    def __getitem__(self, name: str) -> type[BaseHeader]:
        known = self._built.get(name)
        if known is None:
            known = self._built.setdefault(name, super().__getitem__(name))
        return known


POLICY = _Remembering(linesep="\r\n", cte_type="8bit", header_factory=_Registry())
"""Lines end as SMTP wants them; a server that cannot take eight bits gets the same text encoded."""
_SEVEN_BITS = POLICY.clone(cte_type="7bit")
_LINE_LIMIT = 998  # bytes, RFC 5322
_NEUTRAL = "Weerklank"
_UNSAFE = str.maketrans("", "", '@:,;<>"\\')


def to_email(
    message: Message, *, sender: str, message_id: str, sender_name: str | None = None
) -> EmailMessage:
    """
    *message* as an e-mail from the address *sender*.

    *message_id* names this notice in all attempts, without the angle brackets: `notice-12@weerklank.example`.
    *sender_name* is shown beside the address, except under seal, where the sender is neutral. Raises ValueError when a
    header would hold a line break, and when the message has no address or one that mail cannot carry.
    """
    if message.address is None:
        text = f"{message.template}: {message.to} has no e-mail address"
        raise ValueError(text)
    mail = EmailMessage(policy=POLICY)
    mail["From"] = _address(sender, _NEUTRAL if message.discreet else sender_name or _NEUTRAL)
    mail["To"] = _address(message.address, message.name)
    _reply_to(mail, message.reply_to)
    mail["Subject"] = message.subject
    mail["Date"] = message.at
    _thread(mail, message, message_id, sender)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    _fill(mail, message, sha256(message_id.encode()).hexdigest()[:32])
    mail["Content-Language"] = message.language  # set before, it would move into the first part
    return mail


@lru_cache(maxsize=4096)
def _address(address: str, name: str) -> str:
    """Some programs drop a display name with marks of punctuation in it."""
    return str(Address(name.translate(_UNSAFE)[:70].strip(), addr_spec=on_the_wire(address)))


def on_the_wire(address: str) -> str:
    """*address* with its domain in the letters that every server knows; ValueError when that is not enough."""
    if address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        text = "an address with letters before the @ that mail cannot carry"
        raise ValueError(text)
    return f"{local}@{domain.encode('idna').decode()}"


def to_bytes(mail: EmailMessage, *, eight_bits: bool = True) -> bytes:
    """*mail* as it is sent; without *eight_bits* its texts are encoded for a server that takes seven."""
    return mail.as_bytes(policy=POLICY if eight_bits else _SEVEN_BITS)


def _reply_to(mail: EmailMessage, contact: Contact | None) -> None:
    if contact and contact.email:
        mail["Reply-To"] = _address(contact.email, contact.name)


def _thread(mail: EmailMessage, message: Message, message_id: str, sender: str) -> None:
    """All messages of a dialogue to one person answer the same message, which is never sent itself."""
    root = f"<{message.thread}@{sender.rpartition('@')[2]}>"
    mail["Message-ID"] = f"<{message_id}>"
    mail["In-Reply-To"] = root
    mail["References"] = root


def _fill(mail: EmailMessage, message: Message, boundary: str) -> None:
    """The same mail has the same bytes in all attempts, so its parts are not divided by a random line."""
    mail.set_content(message.text, cte=_encoding(message.text))
    mail.make_alternative(boundary=f"={boundary}=")
    mail.add_alternative(message.html, subtype="html", cte=_encoding(message.html))
    if message.calendar:
        entry = message.calendar
        mail.add_alternative(
            entry.data.decode(), subtype="calendar", params={"method": entry.method}, cte="8bit"
        )


def _encoding(text: str) -> str:
    """Readable as it is where the lines allow it."""
    longest = max(map(len, text.encode().split(b"\n")), default=0)
    return "8bit" if longest < _LINE_LIMIT else "quoted-printable"
