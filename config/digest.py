"""The weekly overview for a manager: one notice for each dialogue that still asks something of somebody."""

from datetime import datetime

from records.ledger import Ledger
from states.dialogue import Dialogue
from states.facts import Notice
from states.people import Role

TEMPLATE = "digest"


def send_digest(ledger: Ledger, programme_id: str, now: datetime) -> int:
    """
    Put the overview of *programme_id* for the week of *now* (aware UTC) in the outbox; the number of overviews written.

    A week is the ISO week in the programme's zone; asking again in the same week writes nothing.
    Raises NotKnown('unknown-programme').
    """
    ledger.programme(programme_id)
    dialogues = [ledger.read(name) for name in ledger.dialogue_ids(programme_id)]
    return sum(_written(ledger, each, now) for each in dialogues if _asks_something(each))


def _asks_something(dialogue: Dialogue) -> bool:
    owed = any(duty.owed for duty in dialogue.duties.values())
    return (dialogue.open or owed) and dialogue.role(Role.MANAGER) is not None


def _written(ledger: Ledger, dialogue: Dialogue, now: datetime) -> bool:
    week = dialogue.calendar.day_of(now).strftime("%G-W%V")
    notice = Notice(to=Role.MANAGER, role=Role.MANAGER, template=TEMPLATE)
    return ledger.tell(dialogue.id, notice, f"{TEMPLATE}:{week}", now)
