"""
iTIP replies (RFC 5546): the *Yes*, *No* or *Maybe* with which calendars answer the session's entry.

Who proposes another time (METHOD:COUNTER) said neither yes nor no: somebody has to speak to them.
"""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
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
_ANOTHER_TIME = "COUNTER"
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
    for data, method in _calendars(mail):
        try:
            for reply in _replies(data, method, senders):
                found.setdefault(reply.uid, reply)  # each program writes it down twice
        except Exception:  # noqa: BLE001, S112 - anybody may send anything to this address
            continue
    return list(found.values())


def _calendars(mail: Message) -> Iterator[tuple[bytes, str]]:
    """Each calendar in *mail*, with the method that its part names: some programs write it there alone."""
    for part in mail.walk():
        data = _plain(part.get_payload(decode=True))
        if not data.startswith(_BEGIN):
            continue
        named = (part.get_filename() or "").lower().endswith(".ics")
        if part.get_content_type() in _KINDS or named or part.get_content_maintype() == "text":
            yield data, str(part.get_param("method", ""))


def _plain(data: object) -> bytes:
    """*data* in UTF-8 without a mark of order, as some programs set it before a calendar."""
    if not isinstance(data, bytes):
        return b""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode()
    return data.lstrip().removeprefix(BOM_UTF8).lstrip()


def _replies(data: bytes, method: str, senders: list[str]) -> Iterator[Reply]:
    calendar = Calendar.from_ical(data)
    method = str(calendar.get("METHOD", method)).strip().upper()
    if method not in {"REPLY", _ANOTHER_TIME}:
        return
    for event in calendar.walk("VEVENT"):
        for guest in _list_of(event.get("ATTENDEE")):
            answer = _ANSWERS.get(str(guest.params.get("PARTSTAT", "")).upper())
            if method == _ANOTHER_TIME:
                answer = "maybe"
            if answer is not None:
                yield _reply(event, guest, senders, answer)


def _reply(event: Any, guest: Any, senders: list[str], answer: Answer) -> Reply:  # noqa: ANN401 - the library's
    address = str(guest).strip()
    address = address[7:] if address.lower().startswith("mailto:") else address
    said = " ".join(str(one) for one in _list_of(event.get("COMMENT"))).strip()
    return Reply(str(event.get("UID", "")), (address, *senders), answer, said[:_MOST] or None)


def _list_of(value: Any) -> list[Any]:  # noqa: ANN401 - what the library found
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
