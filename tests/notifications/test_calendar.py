"""Calendar entries: one guest each, the same entry through every change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar.parser import Contentline

from notifications.calendar.entries import (
    CalendarEntry,
    attendee,
    by_the_library,
    fold,
    with_organiser,
)
from notifications.letters.compose import compose
from states.model.dialogue import Dialogue
from states.model.facts import Notice
from states.model.people import Invitation
from tests.notifications.builders import ALERTED, SESSION, dialogue, notice

EARLY = SESSION - timedelta(days=70)


def entry_of(asked: Notice, home: Dialogue, now: datetime = EARLY) -> CalendarEntry | None:
    return compose(asked, home, now=now).calendar


def event_of(entry: CalendarEntry | None) -> Any:  # noqa: ANN401 - its fields have types of their own
    assert entry is not None
    calendar = icalendar.Calendar.from_ical(entry.data)
    assert calendar["METHOD"] == entry.method
    [event] = calendar.walk("VEVENT")
    return event


def test_an_invitation_brings_an_entry_for_one_guest() -> None:
    event = event_of(entry_of(notice("invitation", "ngo"), dialogue()))
    assert event["ATTENDEE"] == "mailto:ngo@deelnemer.example"
    assert event["ORGANIZER"] == "mailto:manager@merk.example"
    assert event["DTSTART"].dt == datetime(2022, 6, 16, 11, tzinfo=UTC)
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(hours=3)
    assert event["SEQUENCE"] == 0
    assert str(event["SUMMARY"]) == "Dialoog 2022 – Nederlands kledingmerk"


def test_a_change_changes_the_same_entry() -> None:
    home = dialogue()
    first = event_of(entry_of(notice("invitation", "ngo"), home))
    later = replace(home, session_at=SESSION + timedelta(days=14), calendar_sequence=1)
    dates = {"was": SESSION.isoformat(), "to": later.session_at.isoformat(), "reason": "Staking."}
    moved = event_of(
        entry_of(
            notice("session-moved", "ngo", **dates, feedback_was=None, feedback_by=None), later
        )
    )
    assert moved["UID"] == first["UID"]
    assert moved["SEQUENCE"] == 1
    assert moved["DTSTART"].dt == later.session_at
    other = event_of(entry_of(notice("invitation", "worker"), home))
    assert other["UID"] != first["UID"]


def test_a_cancelled_session_is_taken_out() -> None:
    home, asked = dialogue(), notice("dialogue-cancelled", "ngo", reason="Fusie.")
    entry = entry_of(asked, home)
    assert entry is not None
    assert entry.method == "CANCEL"
    event = event_of(entry)
    assert event["STATUS"] == "CANCELLED"
    assert event["SEQUENCE"] == 1
    assert entry_of(asked, home, ALERTED) is None


def test_nobody_else_gets_an_entry() -> None:
    home = dialogue()
    declined = home.stakeholders["ngo"].model_copy(update={"invitation": Invitation.DECLINED})
    away = replace(home, stakeholders=home.stakeholders | {"ngo": declined})
    assert entry_of(notice("invitation", "ngo"), away) is None
    assert entry_of(notice("invitation", "no-mail"), home) is None
    assert entry_of(notice("agenda-echoed", "ngo"), home) is None
    assert entry_of(notice("digest", "manager"), home) is None


SENT = (
    "invitation", "invitation-accepted", "invitation-declined", "session-moved", "dialogue-cancelled",
    "contact-changed", "erasure-done",
)  # fmt: skip
"""The messages to participants that bring an entry."""


def _endangered(*, wishing: bool) -> Dialogue:
    home = dialogue("en")
    changes: dict[str, Any] = {"at_risk": True, "calendar_wanted": wishing}
    seat = home.stakeholders["ngo"].model_copy(update=changes)
    return replace(home, stakeholders=home.stakeholders | {"ngo": seat})


@pytest.mark.parametrize("template", SENT)
def test_at_risk_nobody_gets_an_entry_who_did_not_ask_for_it(template: str) -> None:
    asked = notice(template, "ngo", reason="Fusie.")
    declined = template == "invitation-declined"
    for wishing in (False, True):
        home = _endangered(wishing=wishing)
        if declined:
            away = home.stakeholders["ngo"].model_copy(update={"invitation": Invitation.DECLINED})
            home = replace(home, stakeholders=home.stakeholders | {"ngo": away})
        assert (entry_of(asked, home) is not None) == wishing


def test_an_entry_for_somebody_at_risk_says_when_and_nothing_else() -> None:
    entry = entry_of(notice("invitation", "ngo"), _endangered(wishing=True))
    assert entry is not None
    sent = with_organiser(entry, "terug@weerklank.example", "dialoog@weerklank.example")
    event = event_of(sent)
    assert str(event["SUMMARY"]) == "Appointment"
    assert "DESCRIPTION" not in event
    assert event["ORGANIZER"] == "mailto:terug@weerklank.example"
    assert event["DTSTART"].dt == SESSION
    for hidden in (b"kledingmerk", b"merk.example", b"Karin", b"stakeholder", b"dialogue"):
        assert hidden not in sent.data
    assert event["UID"] == event_of(entry_of(notice("invitation", "ngo"), dialogue()))["UID"]


def test_an_organiser_needs_an_address() -> None:
    home = dialogue()
    nobody = replace(home, programme=home.programme.model_copy(update={"roles": {}}))
    event = event_of(entry_of(notice("invitation", "ngo"), nobody))
    assert "ORGANIZER" not in event


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=300))
@example("x" * 74)
@example("x" * 75)
@example("x" * 149)
@example("x" * 73 + "\\n" + "y" * 80)
def test_lines_are_cut_as_the_library_cuts_them(text: str) -> None:
    assert fold(text) == Contentline(text).to_ical()  # type: ignore[no-untyped-call]


WORDS = st.text(st.sampled_from("aZ9 .-_@,;:'\"\\*^é"), max_size=40)


@given(WORDS, WORDS, st.booleans())
@example("An Jansen", "an.jansen@ngo-1.example", True)
@example("Jansen, An", "an@ngo.example", False)
@example("*", "*", False)
def test_a_guest_is_written_as_the_library_writes_them(
    name: str, email: str, accepted: bool
) -> None:
    expected = by_the_library(name, email, accepted=accepted)
    assert attendee(name, email, accepted=accepted) == expected


def test_a_way_that_was_replaced_is_told_nothing_but_that_the_entry_is_gone() -> None:
    """The new way has the entry from then on, also where both are one calendar."""
    home = dialogue()
    seat = home.stakeholders["ngo"]
    moved = replace(
        home,
        calendar_sequence=2,
        stakeholders=home.stakeholders
        | {
            "ngo": seat.model_copy(
                update={"email": "new@deelnemer.example", "left_ways": (str(seat.email),)}
            )
        },
    )
    gone = entry_of(notice("way-replaced", "ngo", way=0), moved)
    kept = entry_of(notice("contact-changed", "ngo", by="moderator"), moved)
    assert (gone and gone.method, kept and kept.method) == ("CANCEL", "REQUEST")
    old, new = event_of(gone), event_of(kept)
    assert old["UID"] == new["UID"]
    assert (old["SEQUENCE"], new["SEQUENCE"]) == (1, 2)
    assert old["ATTENDEE"] == f"mailto:{seat.email}"
    assert gone is not None
    for secret in (seat.name, home.programme.company, "new@deelnemer.example"):
        assert secret.encode() not in gone.data


def test_whoever_declined_or_is_erased_gets_one_that_takes_it_out() -> None:
    home = dialogue()
    declined = home.stakeholders["ngo"].model_copy(update={"invitation": Invitation.DECLINED})
    away = replace(home, stakeholders=home.stakeholders | {"ngo": declined})
    for asked, place in (
        (notice("invitation-declined", "ngo"), away),
        (notice("erasure-done", "ngo"), home),
    ):
        entry = entry_of(asked, place)
        assert entry is not None
        assert entry.method == "CANCEL"
    for template in ("dialogue-cancelled", "erasure-done", "way-replaced"):
        assert entry_of(notice(template, "ngo", reason="x"), away) is None


@pytest.mark.parametrize("sender", ["dialoog@merk.example", "bounces@merk.example"])
@pytest.mark.parametrize("manager", [True, False])
def test_calendars_answer_to_an_address_that_is_read(sender: str, *, manager: bool) -> None:
    home = dialogue()
    if not manager:
        roles = {k: v for k, v in home.programme.roles.items() if k != "manager"}
        home = replace(home, programme=home.programme.model_copy(update={"roles": roles}))
    entry = entry_of(notice("invitation", "ngo"), home)
    assert entry is not None
    event = event_of(with_organiser(entry, "bounces@merk.example", sender))
    assert event["ORGANIZER"] == "mailto:bounces@merk.example"
    params = event["ORGANIZER"].params
    assert params.get("SENT-BY") == (None if sender[0] == "b" else f"mailto:{sender}")
    assert params.get("CN") == ("Karin Smit" if manager else None)
