"""Letters of several notices to one reader, as tests ask for them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from notifications.letters.combined import Part, compose_together
from notifications.letters.compose import Message
from states.model.dialogue import Dialogue
from tests.notifications.builders import ALERTED, duty, notice, postponed
from tests.notifications.cases import LATER

PAGES = "https://dialoog.example"
MONDAY = datetime(2022, 9, 5, 6, tzinfo=UTC)


def late(home: Dialogue, to: str = "manager", template: str = "answer-late-alert") -> Message:
    """All late answers of *home*, told to the manager or the sponsor."""
    rung = {"manager": "+1wd", "sponsor": "+10wd"}[to]
    owed = [one for one in home.duties.values() if one.kind == "answer-participant"]
    parts = [Part(notice(template, to, one, rung=rung), home, PAGES) for one in owed]
    return compose_together(parts, now=ALERTED)


def late_sponsor(home: Dialogue) -> Message:
    """The same to the sponsor."""
    return late(home, "sponsor", "people-are-waiting")


def invitations(home: Dialogue) -> Message:
    """Six invitations to be made."""
    seats = [duty("invite-stakeholder", name) for name in home.stakeholders]
    held = replace(home, duties=home.duties | {one.name: one for one in seats})
    asked = [
        Part(notice("duty-due-soon", "manager", one, rung="-3wd"), held, PAGES) for one in seats
    ]
    return compose_together(asked, now=MONDAY)


def not_arrived(home: Dialogue) -> Message:
    """Six invitations to be made, in a dialogue of which many messages did not arrive."""
    return invitations(replace(home, failed_ways=dict.fromkeys(home.stakeholders, "mark")))


def participant(home: Dialogue) -> Message:
    """Two messages to a participant."""
    told = ("agenda-echoed", "summary-to-check")
    parts = [Part(notice(name, "ngo"), home, f"{PAGES}/l/{name}") for name in told]
    return compose_together(parts, now=ALERTED)


def mixed(home: Dialogue) -> Message:
    """An answer that is late, a task of today, many that are due later, and an overview."""
    made = {one.name: one for one in (duty("close-dialogue"), duty("publish-summary"))}
    many = {
        one.name: one
        for one in (
            duty("decide-contribution", name, due=LATER, first_due=LATER)
            for name in home.contributions
        )
    }
    held = replace(home, duties=home.duties | made | many)
    parts = [
        Part(
            notice(
                "answer-late-alert",
                "deputy",
                held.duties["answer-participant/investor"],
                rung="+1wd",
            ),
            held,
            PAGES,
        ),
        Part(notice("duty-late", "deputy", made["close-dialogue"], rung="+1wd"), held, PAGES),
        Part(notice("duty-due-today", "deputy", made["publish-summary"], rung="0"), held, None),
        *(Part(notice("duty-due-soon", "deputy", d, rung="-3wd"), held) for d in many.values()),
        Part(notice("digest", "deputy"), held, PAGES),
    ]
    return compose_together(parts, now=ALERTED)


def late_again(home: Dialogue) -> Message:
    """Two answers whose new dates have passed too, long ago: those above know."""
    owed = [one for one in home.duties.values() if one.kind == "answer-participant"][:2]
    moved = [postponed(one, ALERTED - timedelta(hours=8), late=True) for one in owed]
    held = replace(home, duties=home.duties | {one.name: one for one in moved})
    parts = [Part(notice("answer-now-or-postpone", "manager", d, rung="+5wd"), held) for d in moved]
    return compose_together(parts, now=LATER)


def today(home: Dialogue) -> Message:
    """More decisions of one day than a letter names."""
    first = home.contributions["c1"]
    names = [f"c{number}" for number in range(10, 24)]
    points = {name: first.model_copy(update={"id": name}) for name in names}
    asked = [duty("decide-contribution", name) for name in names]
    held = replace(home, contributions=points, duties={one.name: one for one in asked})
    parts = [Part(notice("duty-due-today", "manager", d, rung="0"), held, PAGES) for d in asked]
    return compose_together(parts, now=datetime(2022, 9, 8, 6, tzinfo=UTC))
