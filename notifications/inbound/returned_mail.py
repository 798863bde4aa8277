"""
Returned mail (VERP): about which of our mails a report is, and whether that one has failed.

Whose mail it was never hangs on a dialect: each letter leaves from an envelope sender of its own (VERP) and bears our
mark, and one of them is found anywhere in what comes back. That it failed is read from the fields of RFC 3464, from the
words of servers that write none, and by `flufl.bounce` as a second reader. What says neither is for a person.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Literal, cast

from flufl.bounce import all_failures

from notifications.channels.email import MARK
from notifications.inbound.bounces import read_bounces

Kind = Literal["failed", "passing", "unread", "none"]
_NAME = re.compile(rb"\b((?:notice|letter)-[0-9a-f]{32})\b", re.IGNORECASE)
_ENVELOPE = re.compile(rb"[+=-]((?:notice|letter)-[0-9a-f]{32})@", re.IGNORECASE)
_OURS = re.compile(
    rb"^" + MARK.encode() + rb":\s*((?:notice|letter)-[0-9a-f]{32})", re.IGNORECASE | re.MULTILINE
)
_STATUS = re.compile(r"(?<![\d.])([245]\.[0-7]\.\d{1,3})(?!\.?\d)")
_ADDRESS = re.compile(r"[^\s<>\"'(),;:\[\]]+@[^\s<>\"'(),;:\[\]]+\.[^\s<>\"'(),;:\[\]]+")
_FIELDS = re.compile(r"^(?:Final|Original)-Recipient:", re.IGNORECASE | re.MULTILINE)
_MACHINES = re.compile(
    r"mailer[-_.]?daemon|post_?master|mail[-_ .]?deliver|mailadm|mdaemon|daemon@|bounce|no-?reply|mmdf|smtp",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"undeliver|non[- ]?deliver|not (?:be )?(?:delivered|sent|deliver)|could ?n[o']t be deliver|unable to deliver|"
    r"deliver\w* (?:has )?(?:failed|failure|error|problem|unsuccessful)|fail\w* (?:to|of|in)? ?deliver|"
    r"failure notice|returned (?:mail|message|to sender)|mail (?:failure|error|system error)|user unknown|unknown user|"
    r"no such (?:user|recipient|mailbox)|mailbox (?:is )?(?:full|unavailable|exceed)|did not reach|"
    r"(?:host|domain)[^\n]{0,30}not found|delivery errors|unknown (?:address|recipient|host)|address error|"
    r"does not exist|envelope expired|no such (?:domain|host)|could not be reached|"
    r"rejected|permanent(?:ly)? (?:error|fail)|fatal error|message status - undelivered|quota",
    re.IGNORECASE,
)
_WAITS = re.compile(
    r"will (?:be retried|continue|keep|try again|retry)|still (?:being )?(?:try|retr|queued)|"
    r"(?:delivery|message) (?:status notification \(delay|is delayed|delayed|has been delayed)|"
    r"not yet been delivered|do(?:es)? not need to (?:do anything|resend|re-send)|warning\W+could not send",
    re.IGNORECASE,
)
_EXPIRED = "4.4.7"
"""Some servers write *delayed* beside it: its time is over all the same."""
_HEAD = re.compile(
    r"^\s*(?:Message-ID|Received|Return-Path|Subject|From|Sent(?: date)?|MAIL FROM|RCPT TO):",
    re.IGNORECASE | re.MULTILINE,
)


_COPIES = frozenset({"message/rfc822", "text/rfc822-headers", "text/rfc822"})


@dataclass(frozen=True, slots=True)
class Returned:
    """
    What came back: *names* of our mails that it bears, best first, and what became of them.

    `failed`: the server has given up · `passing`: it tries again · `unread`: a machine says something that nobody
    understood · `none`: no report of a failure.
    """

    kind: Kind
    names: tuple[str, ...] = ()
    sure: bool = False
    """Whether it came back to the envelope sender of that mail, or bears our mark: then it is about its reader."""
    recipients: tuple[str, ...] = ()
    status: str = ""

    @property
    def code(self) -> str:
        """The reason as a short code; what the server said may hold addresses."""
        return f"bounced-{self.status}" if self.status else "bounced"


def read_returned(raw: bytes) -> Returned:
    """What the mail *raw* says about mails of ours. It never raises: anybody may send anything to this address."""
    report = message_from_bytes(raw)
    texts = list(_texts(report))
    names, sure = _names(raw, texts)
    try:
        kind, recipients, status = _judge(report, raw, texts)
    except Exception:  # noqa: BLE001 - a broken mail is for a person
        kind, recipients, status = "unread" if names else "none", (), ""
    return Returned(kind, names, sure, tuple(recipients), status)


def _names(raw: bytes, texts: Iterable[str]) -> tuple[tuple[str, ...], bool]:
    """The names of our mails in what came back; those of the envelope and of our own mark are certain."""
    everything = raw + b"\n" + "\n".join(texts).encode("utf-8", "replace")
    sure = [*_ENVELOPE.findall(everything), *_OURS.findall(everything)]
    found = sure or _NAME.findall(everything)
    return tuple(dict.fromkeys(name.decode().lower() for name in found)), bool(sure)


def _texts(report: Message) -> Iterator[str]:
    """Each part that people or machines can read, decoded."""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status":
            yield _as_written(part)
        elif not part.is_multipart():
            yield _decode(part)


def _as_written(part: Message) -> str:
    if part.is_multipart():
        return "\n\n".join(str(group) for group in cast("list[Message]", part.get_payload()))
    return _decode(part)


def _decode(part: Message) -> str:
    data = part.get_payload(decode=True)
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else str(part.get_payload())


Judged = tuple[Kind, Iterable[str], str]


def _judge(report: Message, raw: bytes, texts: list[str]) -> Judged:
    kinds = {part.get_content_type() for part in report.walk()}
    if kinds & {"message/feedback-report", "message/disposition-notification"}:
        return "none", (), ""
    text = "\n".join(texts)
    for reader in (_by_service, _by_fields, _by_words, _by_the_library, _by_sense):
        found = reader(report, raw, text)
        if found is not None:
            return found
    odd = _from_a_machine(report) and _FAILED.search(f"{report.get('Subject', '')}\n{text}")
    return ("unread" if odd else "none"), (), ""


def _by_service(_report: Message, _raw: bytes, text: str) -> Judged | None:
    """Amazon tells in JSON."""
    start = text.find('{"')
    if start < 0 or "notificationType" not in text:
        return None
    told, _ = json.JSONDecoder(strict=False).raw_decode(text[start:])
    bounce = told.get("bounce")
    if told.get("notificationType") != "Bounce" or not bounce:
        return "none", (), ""
    hit = bounce.get("bouncedRecipients", [])
    status = next((str(one["status"]) for one in hit if one.get("status")), "")
    return "failed", [str(one.get("emailAddress")) for one in hit], status


def _by_fields(_report: Message, _raw: bytes, text: str) -> Judged | None:
    """The fields of RFC 3464, wherever they stand: some servers write them into a part of another kind."""
    if not _FIELDS.search(text):
        return None
    told = [_group(group) for group in re.split(r"\r?\n[ \t]*\r?\n", text) if _FIELDS.search(group)]
    whom = [recipient for _, recipient, _ in told]
    for wanted in ("failed", "passing"):
        for action, _, status in told:
            if action == wanted:
                return cast("Kind", wanted), whom, status
    return ("none", whom, "") if any(action == "none" for action, _, _ in told) else None


def _group(text: str) -> tuple[str, str, str]:
    fields = {
        name.lower(): " ".join(value.split())
        for name, value in re.findall(
            r"^([A-Za-z-]+):[ \t]*((?:.*(?:\r?\n[ \t]+.*)*))", text, re.MULTILINE
        )
    }
    status = _STATUS.search(fields.get("status", "")) or _STATUS.search(
        fields.get("diagnostic-code", "")
    )
    code = status[1] if status else ""
    whom = fields.get("original-recipient") or fields.get("final-recipient", "")
    return (
        _action(fields.get("action", "").lower(), code),
        whom.rpartition(";")[2].strip(" <>"),
        code,
    )


def _action(said: str, status: str) -> str:
    if said.startswith(("fail", "expired")):
        return "none" if status.startswith("2") else "failed"
    if said.startswith("delay"):
        return "failed" if status == _EXPIRED else "passing"
    if said:
        return "none"
    return {"5": "failed", "4": "passing", "2": "none"}.get(status[:1], "")


def _by_words(_report: Message, raw: bytes, _text: str) -> Judged | None:
    found = read_bounces(raw)
    if not found:
        return None
    kind: Kind = "failed" if any(one.permanent for one in found) else "passing"
    return kind, [one.recipient for one in found], found[0].status


def _by_the_library(report: Message, _raw: bytes, text: str) -> Judged | None:
    if any(part.get_content_type() == "message/delivery-status" for part in report.walk()):
        return None  # its fields are not as they must be: then its words alone prove nothing
    temporary, permanent = all_failures(report)
    if permanent:
        return "failed", _plain(permanent), _status_in(text)
    if temporary and not _gave_up(text):
        return "passing", _plain(temporary), _status_in(text)
    return ("failed", _plain(temporary), _status_in(text)) if temporary else None


def _plain(found: Iterable[bytes | str]) -> list[str]:
    return [one.decode("utf-8", "replace") if isinstance(one, bytes) else one for one in found]


def _by_sense(report: Message, _raw: bytes, text: str) -> Judged | None:
    """A machine says in words that it failed, and sends back what it was about."""
    said = f"{report.get('Subject', '')}\n{text}"
    if not _from_a_machine(report) or not _returns(report, text):
        return None
    if _WAITS.search(said):
        return "passing", (), ""
    if not (_FAILED.search(said) or _STATUS.search(text)):
        return None
    return "failed", _ADDRESS.findall(text)[:20], _status_in(text)


def _from_a_machine(report: Message) -> bool:
    senders = " ".join(str(report.get(name, "")) for name in ("From", "Sender", "Reply-To"))
    back = str(report.get("Return-Path", "")).strip()
    failed = report.get("X-Failed-Recipients") is not None
    return back == "<>" or failed or _MACHINES.search(senders) is not None


def _returns(report: Message, text: str) -> bool:
    """Whether a mail, or its headers, lies in what came back."""
    parts = list(report.walk())
    whole = any(part.get_content_type() in _COPIES or part.get("Message-ID") for part in parts[1:])
    return whole or len(_HEAD.findall(text)) > 1


def _gave_up(text: str) -> bool:
    return _WAITS.search(text) is None


def _status_in(text: str) -> str:
    """The first status code of the report; three numbers of an address on the Internet are none."""
    found = _STATUS.search(text)
    return found[1] if found else ""
