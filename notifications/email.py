"""E-mail: a message as it goes over the wire, with the headers that keep it in its thread and out of loops."""

import re
from datetime import datetime
from email import policy
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from notifications.messages import Message
from notifications.views import Contact

_PARSED = 256
"""Headers that are kept as the library parsed them, enough for the mails of a batch: each takes up to 20 kB."""


@lru_cache(maxsize=_PARSED)
def _stored(rules: policy.EmailPolicy, name: str, value: str) -> tuple[str, Any]:
    return policy.EmailPolicy.header_store_parse(rules, name, value)


@lru_cache(maxsize=_PARSED)
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
_FOLDED_FROM = 78  # characters with the end of the line, RFC 5322
_PLAIN = re.compile(r"[A-Za-z0-9<](?: ?[A-Za-z0-9<>@_+;,:=/.\"-])*")
"""Values that the library writes as they are, when they fit on a line."""
_8BIT, _MIME = b"\r\nContent-Transfer-Encoding: 8bit", b"\r\nMIME-Version: 1.0\r\n"
_KIND = b'\r\nContent-Type: text/%b; charset="utf-8"'
_TEXT, _HTML = _KIND % b"plain" + _8BIT + b"\r\n", _KIND % b"html" + _8BIT + _MIME
_CALENDAR = _8BIT + _KIND % b"calendar" + b'; method="%b"' + _MIME
_WHOLE = (
    b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="%b"\r\n'
    b"Content-Language: %b\r\n"
)
"""The headers of each part and of the whole, in the order in which the library writes them."""
_UNSAFE = str.maketrans("", "", '@:,;<>"\\')
_LINES_TO_SOME = str.maketrans("\u2028\u2029", "  ")
"""Marks that are no break where a name is given, but end a line for the library, which refuses them in a header."""


def to_email(
    message: Message, *, sender: str, message_id: str, sender_name: str | None = None
) -> EmailMessage:
    """
    *message* as an e-mail from the address *sender*.

    *message_id* names this notice in all attempts, without the angle brackets: `notice-12@weerklank.example`.
    *sender_name* is shown beside the address, except under seal, where the sender is neutral. Raises ValueError when a
    header would hold a line break, and when the message has no address or one that mail cannot carry.
    """
    mail = EmailMessage(policy=POLICY)
    for name, value in _headers(message, sender, message_id, sender_name):
        mail[name] = value
    _fill(mail, message, _boundary(message_id))
    mail["Content-Language"] = message.language  # set before, it would move into the first part
    return mail


def to_wire(
    message: Message, *, sender: str, message_id: str, sender_name: str | None = None
) -> bytes:
    """
    What `to_email` makes, as it goes to a server that takes eight bits, in a tenth of the time.

    The library parses and refolds headers and bodies that need none of it; what does need it is left to the library.
    Raises ValueError as `to_email` does.
    """
    parts = _parts(message)
    if not all(_readable(text) for _, text in parts):
        mail = to_email(message, sender=sender, message_id=message_id, sender_name=sender_name)
        return to_bytes(mail)
    line = f"={_boundary(message_id)}="
    cut = b"\r\n--" + line.encode()
    bodies = cut.join(
        kind + b"\r\n" + b"\r\n".join(text.splitlines()) + b"\r\n" for kind, text in parts
    )
    headers = _headers(message, sender, message_id, sender_name)
    top = b"".join(_line(name, value) for name, value in headers)
    whole = _WHOLE % (line.encode(), message.language.encode())
    return b"".join((top, whole, cut, bodies, cut, b"--\r\n"))


def _parts(message: Message) -> list[tuple[bytes, bytes]]:
    """The parts of *message*, each with its own headers."""
    found = [(_TEXT, message.text.encode()), (_HTML, message.html.encode())]
    if message.calendar:
        method = message.calendar.method.encode()
        found.append((_CALENDAR % method, message.calendar.data))
    return found


def _line(name: str, value: str) -> bytes:
    plain = f"{name}: {value}\r\n"
    if len(plain) <= _FOLDED_FROM and _PLAIN.fullmatch(value):
        return plain.encode()
    return _by_the_library(name, value)


@lru_cache(maxsize=4096)
def _by_the_library(name: str, value: str) -> bytes:
    """The header as it is written, without what was parsed on the way: that is a hundred times as large."""
    _, parsed = policy.EmailPolicy.header_store_parse(POLICY, name, value)
    return policy.EmailPolicy.fold_binary(POLICY, name, parsed)


def _headers(
    message: Message, sender: str, message_id: str, sender_name: str | None
) -> list[tuple[str, str]]:
    """The headers of *message* in their order; those of its parts come after them."""
    if message.address is None:
        text = f"{message.template}: {message.to} has no e-mail address"
        raise ValueError(text)
    # All messages of a dialogue to one person answer the same message, which is never sent itself.
    root = f"<{message.thread}@{sender.rpartition('@')[2]}>"
    return [
        ("From", _address(sender, _NEUTRAL if message.discreet else sender_name or _NEUTRAL)),
        ("To", _address(message.address, message.name)),
        *_reply_to(message.reply_to),
        ("Subject", message.subject),
        ("Date", _date(message.at.isoformat())),
        ("Message-ID", f"<{message_id}>"),
        ("In-Reply-To", root),
        ("References", root),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
    ]


@lru_cache(maxsize=64)
def _date(at: str) -> str:
    """Kept by how it is written: the same moment in two zones would be one key."""
    return format_datetime(datetime.fromisoformat(at))


def _boundary(message_id: str) -> str:
    """The same mail has the same bytes in all attempts, so its parts are not divided by a random line."""
    return sha256(message_id.encode()).hexdigest()[:32]


@lru_cache(maxsize=4096)
def _address(address: str, name: str) -> str:
    """Some programs drop a display name with marks of punctuation in it."""
    shown = name.translate(_UNSAFE).translate(_LINES_TO_SOME)[:70].strip()
    return str(Address(shown, addr_spec=on_the_wire(address)))


def on_the_wire(address: str) -> str:
    """*address* with its domain in the letters that every server knows; ValueError when that is not enough."""
    if address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        text = "an address with letters before the @ that mail cannot carry"
        raise ValueError(text)
    wired = domain.encode("idna")
    if wired.decode("idna") != domain.lower():
        text = "a domain that the library takes for another one, like faß for fass"
        raise ValueError(text)
    return f"{local}@{wired.decode()}"


def to_bytes(mail: EmailMessage, *, eight_bits: bool = True) -> bytes:
    """*mail* as it is sent; without *eight_bits* its texts are encoded for a server that takes seven."""
    return mail.as_bytes(policy=POLICY if eight_bits else _SEVEN_BITS)


def _reply_to(contact: Contact | None) -> list[tuple[str, str]]:
    if contact is None or not contact.email:
        return []
    return [("Reply-To", _address(contact.email, contact.name))]


def _fill(mail: EmailMessage, message: Message, boundary: str) -> None:
    mail.set_content(message.text, cte=_encoding(message.text))
    mail.make_alternative(boundary=f"={boundary}=")
    mail.add_alternative(message.html, subtype="html", cte=_encoding(message.html))
    if message.calendar:
        entry = message.calendar
        mail.add_alternative(
            entry.data.decode(), subtype="calendar", params={"method": entry.method}, cte="8bit"
        )


def _encoding(text: str) -> str:
    return "8bit" if _readable(text.encode()) else "quoted-printable"


def _readable(text: bytes) -> bool:
    """Whether *text* can go as it is: no line is longer than mail allows."""
    return len(text) < _LINE_LIMIT or max(map(len, text.split(b"\n"))) < _LINE_LIMIT
