"""E-mail (MIME): a message as it goes over the wire, with headers that keep it in its thread and out of loops."""

from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from notifications.channels import headers
from notifications.letters.compose import Message
from states.values.addresses import on_the_wire

MARK = "X-Weerklank-Letter"
"""The header with the name of the letter: some services give a mail another Message-ID on its way."""

CHECKPOINT = "X-Weerklank-Checkpoint"
"""The header with the newest checkpoint of the journals, in base64."""


class _AsWritten(policy.EmailPolicy):
    """The headers are written by us; the library only puts them in their place."""

    def fold_binary(self, name: str, value: Any) -> bytes:  # noqa: ANN401 - as in the library
        if type(value) is str and name in _OURS:
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


POLICY = _AsWritten(linesep="\r\n", cte_type="8bit")
"""Lines end as SMTP wants them; a server that cannot take eight bits gets the same text encoded."""
_SEVEN_BITS = POLICY.clone(cte_type="7bit")
_OURS = frozenset(
    {
        "Auto-Submitted", "Date", "From", "In-Reply-To", "Message-ID", "References", "Reply-To", "Subject", "To",
        "X-Auto-Response-Suppress", MARK, CHECKPOINT,
    }
)  # fmt: skip
_LINE_LIMIT = 998  # bytes, RFC 5322
_NEUTRAL = "Weerklank"
_8BIT, _MIME = b"\r\nContent-Transfer-Encoding: 8bit", b"\r\nMIME-Version: 1.0\r\n"
_KIND = b'\r\nContent-Type: text/%b; charset="utf-8"'
_TEXT, _HTML = _KIND % b"plain" + _8BIT + b"\r\n", _KIND % b"html" + _8BIT + _MIME
_CALENDAR = _8BIT + _KIND % b"calendar" + b'; method="%b"' + _MIME
_WHOLE = b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="%b"\r\n%b'
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
    for line in _headers(message, sender, message_id, sender_name):
        name, _, value = line.partition(": ")
        mail.set_raw(name, value.removesuffix("\r\n"))
    _fill(mail, message, _boundary(message_id))
    mail["Content-Language"] = message.language  # set before, it would move into the first part
    return mail


def to_wire(
    message: Message, *, sender: str, message_id: str, sender_name: str | None = None
) -> bytes:
    """
    What `to_email` makes, as it goes to a server that takes eight bits, in a tenth of the time.

    The library looks at bodies letter by letter; those that need it are left to the library.
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
    top = "".join(_headers(message, sender, message_id, sender_name)).encode("ascii")
    language = headers.plain("Content-Language", message.language)
    whole = _WHOLE % (line.encode(), language.encode())
    return b"".join((top, whole, cut, bodies, cut, b"--\r\n"))


def _parts(message: Message) -> list[tuple[bytes, bytes]]:
    """The parts of *message*, each with its own headers."""
    found = [(_TEXT, message.text.encode()), (_HTML, message.html.encode())]
    if message.calendar:
        method = message.calendar.method.encode()
        found.append((_CALENDAR % method, message.calendar.data))
    return found


def _headers(message: Message, sender: str, message_id: str, sender_name: str | None) -> list[str]:
    """The headers of *message* in their order, as written; those of its parts come after them."""
    if message.address is None:
        text = f"{message.template}: {message.to} has no e-mail address"
        raise ValueError(text)
    # All messages of a dialogue to one person answer the same message, which is never sent itself.
    root = f"<{message.thread}@{sender.rpartition('@')[2]}>"
    contact = message.reply_to
    return [
        _mailbox("From", _NEUTRAL if message.discreet else sender_name or _NEUTRAL, sender),
        _mailbox("To", message.name, message.address),
        *([_mailbox("Reply-To", contact.name, contact.email)] if contact and contact.email else []),
        headers.text("Subject", message.subject),
        headers.plain("Date", _date(message.at.isoformat())),
        headers.plain("Message-ID", f"<{message_id}>"),
        headers.plain(MARK, message_id.partition("@")[0]),
        headers.plain("In-Reply-To", root),
        headers.plain("References", root),
        *([headers.base64(CHECKPOINT, message.anchor.note)] if message.anchor else []),
        *_AUTOMATIC,
    ]


_AUTOMATIC = "Auto-Submitted: auto-generated\r\n", "X-Auto-Response-Suppress: OOF, AutoReply\r\n"


@lru_cache(maxsize=64)
def _date(at: str) -> str:
    """Kept by how it is written: the same moment in two zones would be one key."""
    return format_datetime(datetime.fromisoformat(at))


def _boundary(message_id: str) -> str:
    """The same mail has the same bytes in all attempts, so its parts are not divided by a random line."""
    return sha256(message_id.encode()).hexdigest()[:32]


def _mailbox(header: str, name: str, address: str) -> str:
    """Some programs drop a display name with marks of punctuation in it."""
    shown = name.translate(_UNSAFE).translate(_LINES_TO_SOME).strip()
    return headers.mailbox(header, shown, on_the_wire(address))


def to_bytes(mail: EmailMessage, *, eight_bits: bool = True) -> bytes:
    """*mail* as it is sent; without *eight_bits* its texts are encoded for a server that takes seven."""
    return mail.as_bytes(policy=POLICY if eight_bits else _SEVEN_BITS)


def stuff_dots(data: bytes) -> bytes:
    """*data*, whose lines end as they should, so that none of them ends the mail before its time (RFC 5321, 4.5.2)."""
    first = b"." if data.startswith(b".") else b""
    return first + data.replace(b"\n.", b"\n..") + b".\r\n"


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
