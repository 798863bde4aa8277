"""Weekly digest: an overview for a manager, in weeks in which there is something that no other letter told."""

from datetime import datetime, timedelta

from records.delivery import queue
from records.journal import journal
from records.ledger import Ledger
from states.model.dialogue import Dialogue
from states.model.facts import Notice
from states.model.people import PARTICIPANT, Role
from states.model.vocabulary import Template

TEMPLATE = Template.DIGEST
_WEEK = timedelta(days=7)


def send_digest(ledger: Ledger, programme_id: str, now: datetime) -> int:
    """
    Put the overview of *programme_id* for the week of *now* (aware UTC) in the outbox; the number of overviews written.

    A week is the ISO week in the programme's zone; asking again in the same week writes nothing. Nor does a week in
    which nothing changed and nothing is owed, or in which a letter of tasks went (rules 45).
    Raises NotKnown('unknown-programme').
    """
    ledger.programme(programme_id)
    dialogues = [ledger.read(name) for name in ledger.dialogue_ids(programme_id)]
    worth = (each for each in dialogues if _asks_something(ledger, each, now))
    return sum(_write(ledger, each, now) for each in worth)


def _asks_something(ledger: Ledger, dialogue: Dialogue, now: datetime) -> bool:
    """Whether this week is worth a letter: something changed or is owed, and no letter of tasks told it already."""
    week = now - _WEEK
    if dialogue.role(Role.MANAGER) is None or queue.tasks_went(
        ledger.engine, dialogue.id, Role.MANAGER, week, now
    ):
        return False
    return _owed_now(dialogue, now) or journal.has_changed(ledger.engine, dialogue.id, week)


def _owed_now(dialogue: Dialogue, now: datetime) -> bool:
    """Whether a role owes something that is late, or due before the next overview."""
    return any(
        duty.owed and duty.owner != PARTICIPANT and duty.due <= now + _WEEK
        for duty in dialogue.duties.values()
    )


def _write(ledger: Ledger, dialogue: Dialogue, now: datetime) -> bool:
    week = dialogue.calendar.day_of(now).strftime("%G-W%V")
    notice = Notice(to=Role.MANAGER, role=Role.MANAGER, template=TEMPLATE)
    return ledger.tell(dialogue.id, notice, f"{TEMPLATE}:{week}", now)
