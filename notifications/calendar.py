"""Calendar entries of the session: one attendee each, so that no guest list leaks."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from icalendar import Calendar, Event, vCalAddress, vText

from notifications.words import fill
from states.dialogue import Dialogue
from states.facts import Notice
from states.people import Invitation, Person, Role

SESSION_LENGTH = timedelta(hours=3)
_REQUESTS = frozenset({"invitation", "invitation-accepted", "session-moved"})
_CANCELS = frozenset({"dialogue-cancelled"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A calendar entry as *data* (RFC 5545) with its *method*, REQUEST or CANCEL."""

    method: str
    data: bytes


def entry_for(
    notice: Notice, dialogue: Dialogue, reader: Person, now: datetime, language: str
) -> Entry | None:
    """The entry that goes with *notice*; None when it needs none, or its reader has no address or declined."""
    guest = dialogue.stakeholders.get(notice.to)
    if guest is None or not reader.email or notice.template not in _REQUESTS | _CANCELS:
        return None
    if guest.invitation is Invitation.DECLINED:
        return None
    if notice.template in _CANCELS and dialogue.session_at <= now:
        return None
    method = "CANCEL" if notice.template in _CANCELS else "REQUEST"
    return Entry(
        method,
        session_entry(dialogue, notice.to, reader, now=now, language=language, method=method),
    )


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

    A cancelled session counts one SEQUENCE further than the last time that it was moved.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Weerklank//stakeholder dialogue//")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(
        _event(dialogue, stakeholder, reader, now, language, cancelled=method == "CANCEL")
    )
    return bytes(calendar.to_ical())


def _event(
    dialogue: Dialogue,
    stakeholder: str,
    reader: Person,
    now: datetime,
    language: str,
    *,
    cancelled: bool,
) -> Event:
    event, start = Event(), dialogue.session_at.astimezone(UTC)
    title = fill(
        "session", "title", language, edition=dialogue.edition, company=dialogue.programme.company
    )
    event.add("uid", uid_of(dialogue, stakeholder))
    event.add("sequence", dialogue.calendar_sequence + cancelled)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", start)
    event.add("dtend", start + SESSION_LENGTH)
    event.add("summary", title)
    if dialogue.information.purpose:
        event.add("description", dialogue.information.purpose)
    _add_people(event, dialogue, stakeholder, reader)
    return event


def _add_people(event: Event, dialogue: Dialogue, stakeholder: str, reader: Person) -> None:
    manager = dialogue.role(Role.MANAGER)
    if manager and manager.email:
        event["organizer"] = _person(manager)
    guest = _person(reader)
    guest.params["role"] = vText("REQ-PARTICIPANT")
    accepted = dialogue.stakeholders[stakeholder].accepted
    guest.params["partstat"] = vText("ACCEPTED" if accepted else "NEEDS-ACTION")
    guest.params["rsvp"] = vText("FALSE" if accepted else "TRUE")
    event.add("attendee", guest, encode=False)


def _person(person: Person) -> vCalAddress:
    address = vCalAddress(f"mailto:{person.email}")
    address.params["cn"] = vText(person.name)
    return address
