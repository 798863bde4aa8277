"""Bounces (RFC 3464): what a mail server reports later about a mail that it had accepted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import cast

_REPORTS = ("failed", "delayed")
"""After *failed* the server has given up, also with a status of 4: it tried for days (RFC 3464, section 2.3.3)."""
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_QMAIL = b"Hi. This is the"
"""How each report of qmail begins, by its own rules (QSBMF); it only writes one when it has given up."""
_COPY = re.compile(rb"^-{3,} .*\r?\n(?:\r?\n)+", re.MULTILINE)
_WHOM = re.compile(rb"^<(\S+)>:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Bounce:
    """One failed delivery: of which mail, to whom, whether for good, and what the server said."""

    message_id: str | None
    recipient: str
    permanent: bool
    status: str
    diagnostic: str
    written_to: str = ""
    """To whom the mail was that came back, by its own header."""

    @property
    def code(self) -> str:
        """The reason as a short code; what the server said may hold addresses."""
        return f"bounced-{self.status}" if _STATUS.fullmatch(self.status) else "bounced"


def read_bounces(raw: bytes) -> list[Bounce]:
    """The failures that the mail *raw* reports; none when it is no delivery report or reports a success."""
    report = message_from_bytes(raw, policy=policy.default)
    if report.get_content_type() == "text/plain":
        return list(_in_words(report))
    if report.get_content_type() != "multipart/report":
        return []
    original = _original(report)
    found = [_bounce(fields, original) for fields in _recipients(report)]
    return [bounce for bounce in found if bounce]


def _recipients(report: EmailMessage) -> list[Message]:
    """The groups of fields of a report, one per recipient; the first group is about the mail as a whole."""
    groups: list[Message] = []
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            groups += cast("list[Message]", part.get_payload())
    return [group for group in groups if group["Final-Recipient"]]


def _bounce(fields: Message, original: Message) -> Bounce | None:
    action = _text(fields, "Action").lower()
    if action not in _REPORTS:
        return None
    status = _text(fields, "Status")
    return Bounce(
        message_id=_text(original, "Message-ID").strip("<>") or None,
        recipient=_after_kind(
            _text(fields, "Original-Recipient") or _text(fields, "Final-Recipient")
        ),
        permanent=action == "failed",
        status=status,
        diagnostic=_after_kind(_text(fields, "Diagnostic-Code")),
        written_to=_text(original, "To"),
    )


def _in_words(report: EmailMessage) -> Iterator[Bounce]:
    """The failures in a report of qmail, or of Exim before it wrote other ones: words, dashes, and the mail itself."""
    words, *copies = _COPY.split(report.get_payload(decode=True) or b"", maxsplit=1)  # type: ignore[arg-type]
    failed = _text(report, "X-Failed-Recipients").replace(",", " ").split()
    if words.startswith(_QMAIL):
        failed = [found.decode("ascii", "replace") for found in _WHOM.findall(words)]
    original = message_from_bytes(b"".join(copies))
    status = _STATUS.search(words.decode("ascii", "replace"))
    for recipient in failed:
        yield Bounce(
            message_id=_text(original, "Message-ID").strip("<>") or None,
            recipient=recipient,
            permanent=True,
            status=status[0] if status else "",
            diagnostic="",
            written_to=_text(original, "To"),
        )


def _text(fields: Message, name: str) -> str:
    return " ".join(str(fields.get(name, "")).split())


def _after_kind(value: str) -> str:
    """A field without the kind before it: `rfc822; a@b.example` is the address alone."""
    kind, separator, rest = value.partition(";")
    return rest.strip() if separator else kind.strip()


def _original(report: EmailMessage) -> Message:
    """The mail that came back, whole or its headers alone; an empty one when the report holds neither."""
    for part in report.walk():
        if part.get_content_type() == "text/rfc822-headers":
            return message_from_bytes(part.get_payload(decode=True) or b"")  # type: ignore[arg-type]
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            return cast("list[Message]", part.get_payload())[0]
    return Message()
