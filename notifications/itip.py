"""What calendars answer: *Yes*, *No* or *Maybe* to the session's entry, as iTIP says it (RFC 5546, METHOD:REPLY)."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from typing import Any, Literal

from icalendar import Calendar

Answer = Literal["yes", "no", "maybe"]
_ANSWERS: dict[str, Answer] = {
    "ACCEPTED": "yes",
    "DECLINED": "no",
    "TENTATIVE": "maybe",
    "DELEGATED": "maybe",
}
_KINDS = frozenset({"text/calendar", "application/ics", "text/x-vcalendar"})
_BEGIN = b"BEGIN:VCALENDAR"
_MOST = 1_000  # characters of a remark that goes with it


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: to the entry *uid*, by whoever is at one of *addresses*, with what they *said* beside it."""

    uid: str
    addresses: tuple[str, ...]
    answer: Answer
    said: str | None = None


def read_replies(raw: bytes) -> list[Reply]:
    """The answers of a calendar in the mail *raw*; none when it holds none. It never raises."""
    mail = message_from_bytes(raw)
    senders = [address for _, address in getaddresses([str(mail.get("From", ""))])]
    found: dict[str, Reply] = {}
    for data in _calendars(mail):
        try:
            for reply in _replies(data, senders):
                found.setdefault(reply.uid, reply)  # each program writes it down twice
        except Exception:  # noqa: BLE001, S112 - anybody may send anything to this address
            continue
    return list(found.values())


def _calendars(mail: Message) -> Iterator[bytes]:
    for part in mail.walk():
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes) or not data.lstrip().startswith(_BEGIN):
            continue
        named = (part.get_filename() or "").lower().endswith(".ics")
        if part.get_content_type() in _KINDS or named or part.get_content_maintype() == "text":
            yield data


def _replies(data: bytes, senders: list[str]) -> Iterator[Reply]:
    calendar = Calendar.from_ical(data)
    if str(calendar.get("METHOD", "")).upper() != "REPLY":
        return
    for event in calendar.walk("VEVENT"):
        for guest in _listed(event.get("ATTENDEE")):
            answer = _ANSWERS.get(str(guest.params.get("PARTSTAT", "")).upper())
            if answer is None:
                continue
            address = str(guest).strip()
            address = address[7:] if address.lower().startswith("mailto:") else address
            said = " ".join(str(one) for one in _listed(event.get("COMMENT"))).strip()
            yield Reply(
                str(event.get("UID", "")), (address, *senders), answer, said[:_MOST] or None
            )


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - what the library found
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
