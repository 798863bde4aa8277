"""Calendar entries (iCalendar): one attendee each, so that no guest list leaks."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from icalendar import Calendar, Event, vCalAddress, vText
from icalendar.parser import Contentline

from notifications.language.words import fill, word
from states.model.dialogue import Dialogue, Phase
from states.model.facts import Notice
from states.model.people import ROLES, Invitation, Person, Role, Stakeholder
from states.model.vocabulary import Template
from states.privacy.seals import is_veiled
from states.steps.people.contact import OLD_WAY

SESSION_LENGTH = timedelta(hours=3)
_REQUESTS = frozenset(
    {
        Template.CONTACT_CHANGED,
        Template.DATES_CHANGED,
        Template.INVITATION,
        Template.INVITATION_ACCEPTED,
        Template.SESSION_MOVED,
        Template.WELCOME,
    }
)
_CANCELS = frozenset(
    {
        Template.DIALOGUE_CANCELLED,
        Template.ERASURE_DONE,
        Template.INVITATION_DECLINED,
        Template.RESULT,
        OLD_WAY,
    }
)
"""The result carries one only when the dialogue was cancelled before its session."""
_ORGANISER = re.compile(rb"\r\nORGANIZER((?:\r\n[ \t]|[^\r\n])*)")
_LINE = 74  # bytes; with the space before it one more, RFC 5545
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 @._-]*[A-Za-z0-9])?")
"""Names and addresses that the library writes as they are."""
_ESCAPES = re.compile(r"[\\^]")


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A calendar entry as *data* (RFC 5545) with its *method*, REQUEST or CANCEL."""

    method: str
    data: bytes


def entry_for(
    notice: Notice, dialogue: Dialogue, reader: Person, now: datetime, language: str
) -> CalendarEntry | None:
    """The entry that goes with *notice*; None when it needs none, or its reader has no address or declined."""
    guest = dialogue.stakeholders.get(notice.to)
    if not reader.email or notice.template not in _REQUESTS | _CANCELS:
        return None
    if notice.template == Template.RESULT and dialogue.phase is not Phase.CANCELLED:
        return None
    if notice.to not in ROLES and not (guest and _has_one(guest, notice)):
        return None
    if notice.template in {*_CANCELS, Template.CONTACT_CHANGED} and dialogue.session_at <= now:
        return None
    if notice.template == OLD_WAY:
        return CalendarEntry("CANCEL", _taken_back(dialogue, notice.to, reader, now, language))
    method = "CANCEL" if notice.template in _CANCELS else "REQUEST"
    return CalendarEntry(
        method,
        session_entry(dialogue, notice.to, reader, now=now, language=language, method=method),
    )


def _has_one(guest: Stakeholder, notice: Notice) -> bool:
    """
    Whether the session is, or should come, in the calendar of *guest*; for a *notice* of declining that it was.

    At risk it is there only when they asked for it (rules 49).
    """
    if guest.at_risk is not False and not guest.calendar_wanted:
        return False
    declined = guest.invitation is Invitation.DECLINED
    return guest.invited and declined == (notice.template == Template.INVITATION_DECLINED)


def _taken_back(
    dialogue: Dialogue, stakeholder: str, reader: Person, now: datetime, language: str
) -> bytes:
    """What takes the session out of a calendar that somebody else may read by now: no name, company or words."""
    sequence, title = dialogue.calendar_sequence - 1, word("voice", "discreet", language)
    neutral = _neutral(dialogue, "CANCEL", sequence, title, now)
    return _for_guest(neutral, dialogue, stakeholder, reader)


def _neutral(
    dialogue: Dialogue, method: str, sequence: int, title: str, now: datetime
) -> "_Session":
    """The session for a calendar that others may see: when it is, and neither whose nor about what."""
    at = dialogue.session_at
    return _Session(method, sequence, at, title, purpose=None, manager=None, written=now)


def with_organiser(entry: CalendarEntry, organiser: str, sender: str) -> CalendarEntry:
    """
    *entry* with the address *organiser*, which is read, as the one to whom calendars answer; *sender* sends it for it.

    The name of the manager stays beside it. Source: RFC 5546, 3.2.3, and RFC 5545, 3.2.18 (SENT-BY).
    """
    sent_by = "" if sender == organiser else f';SENT-BY="mailto:{sender}"'

    def line(found: re.Match[bytes] | None) -> bytes:
        told = found[1].replace(b"\r\n ", b"").decode() if found else ""
        name = told.rpartition(":mailto:")[0]
        return b"\r\n" + fold(f"ORGANIZER{name}{sent_by}:mailto:{organiser}")

    data, there = _ORGANISER.subn(line, entry.data, count=1)
    if not there:
        data = entry.data.replace(b"\r\nATTENDEE", line(None) + b"\r\nATTENDEE", 1)
    return CalendarEntry(entry.method, data)


def uid_of(dialogue: Dialogue, stakeholder: str) -> str:
    """The UID that stays the same for one person and one dialogue, and tells neither."""
    name = f"{dialogue.id}\n{stakeholder}\nsession"
    return f"{sha256(name.encode()).hexdigest()[:32]}@weerklank"


def session_entry(
    dialogue: Dialogue,
    stakeholder: str,
    reader: Person,
    *,
    now: datetime,
    language: str,
    method: str = "REQUEST",
) -> bytes:
    """
    The session as an iCalendar file for *reader* alone, with times in UTC.

    A cancelled session counts one SEQUENCE further than the last time that it was moved. For a *stakeholder* to whom
    mail tells nothing (rules 49), neither does the entry.
    """
    cancelled = method == "CANCEL"
    if is_veiled(dialogue, stakeholder):
        sequence, title = (
            dialogue.calendar_sequence + cancelled,
            word("session", "neutral", language),
        )
        session = _neutral(dialogue, method, sequence, title, now)
        return _for_guest(session, dialogue, stakeholder, reader)
    session = _Session(
        method=method,
        sequence=dialogue.calendar_sequence + cancelled,
        at=dialogue.session_at,
        title=fill(
            "session",
            "title",
            language,
            edition=dialogue.edition,
            company=dialogue.programme.company,
        ),
        purpose=dialogue.information.purpose,
        manager=dialogue.role(Role.MANAGER),
        written=now,
    )
    return _for_guest(session, dialogue, stakeholder, reader)


def _for_guest(session: "_Session", dialogue: Dialogue, stakeholder: str, reader: Person) -> bytes:
    uid = f"UID:{uid_of(dialogue, stakeholder)}".encode()
    accepted = stakeholder in ROLES or dialogue.stakeholders[stakeholder].accepted
    guest = fold(attendee(reader.name, str(reader.email), accepted=accepted))
    frame = _frame(session).replace(_UID, b"\r\n%b\r\n" % uid)
    return frame.replace(_GUEST, b"\r\n%b\r\n" % guest)


class _Session(NamedTuple):
    """All that an entry says to every guest alike."""

    method: str
    sequence: int
    at: datetime
    title: str
    purpose: str | None
    manager: Person | None
    written: datetime


_UID, _GUEST = b"\r\nUID:*\r\n", b"\r\nATTENDEE:*\r\n"
"""What stands in the frame for a guest: whole lines, which no text of a person can make."""


@lru_cache(maxsize=256)
def _frame(session: _Session) -> bytes:
    """The file for anybody: making it costs as much as writing the rest of an invitation."""
    calendar = Calendar()
    about = "stakeholder dialogue" if session.manager or session.purpose else "calendar"
    calendar.add("prodid", f"-//Weerklank//{about}//")
    calendar.add("version", "2.0")
    calendar.add("method", session.method)
    calendar.add_component(_event(session))
    return bytes(calendar.to_ical())


def _event(session: _Session) -> Event:
    event, start = Event(), session.at.astimezone(UTC)
    event.add("uid", "*")
    event.add("sequence", session.sequence)
    event.add("status", "CANCELLED" if session.method == "CANCEL" else "CONFIRMED")
    event.add("dtstamp", session.written.astimezone(UTC))
    event.add("dtstart", start)
    event.add("dtend", start + SESSION_LENGTH)
    event.add("summary", session.title)
    if session.purpose:
        event.add("description", session.purpose)
    if session.manager and session.manager.email:
        event["organizer"] = _person(session.manager.name, session.manager.email)
    event.add("attendee", "*", encode=False)
    return event


def attendee(name: str, email: str, *, accepted: bool) -> str:
    """The line of a guest, in a tenth of the library's time for those whose name and address are plain."""
    if not (_PLAIN.fullmatch(name) and _PLAIN.fullmatch(email)):
        return by_the_library(name, email, accepted=accepted)
    before, between, after = _around(quoted=" " in name, accepted=accepted)
    return f"{before}{name}{between}{email}{after}"


@lru_cache(maxsize=4)
def _around(*, quoted: bool, accepted: bool) -> tuple[str, str, str]:
    """What stands around the name and the address of a guest; the library quotes names that have a space."""
    line = by_the_library("* *" if quoted else "*", "*", accepted=accepted)
    before, *_, between, after = line.split("*")
    return before, between, after


def by_the_library(name: str, email: str, *, accepted: bool) -> str:
    """The line of a guest whose name and address may need to be quoted."""
    guest = _person(name, email)
    guest.params["role"] = vText("REQ-PARTICIPANT")
    guest.params["partstat"] = vText("ACCEPTED" if accepted else "NEEDS-ACTION")
    guest.params["rsvp"] = vText("FALSE" if accepted else "TRUE")
    return str(Contentline.from_parts("ATTENDEE", guest.params, guest))


def fold(line: str) -> bytes:
    """*line* cut as the library cuts it; that looks at every letter, which a plain line needs not."""
    if not line.isascii() or _ESCAPES.search(line):
        return bytes(Contentline(line).to_ical())  # type: ignore[no-untyped-call]
    cut = (line[start : start + _LINE] for start in range(0, len(line), _LINE))
    return "\r\n ".join(cut).encode()


def _person(name: str, email: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    address.params["cn"] = vText(name)
    return address
