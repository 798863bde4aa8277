"""Weekly checkpoint: auditor and board get the newest whole, to keep, in weeks in which a journal of theirs moved."""

from datetime import datetime, timedelta

from records.journal import journal
from records.journal import transparency_log as anchors
from records.ledger import Ledger
from states.model.dialogue import Dialogue
from states.model.facts import Notice
from states.model.people import AUDITOR, Role
from states.model.vocabulary import Template

_WEEK = timedelta(days=7)
_KEEPERS = (Role.BOARD.value, AUDITOR)


def send_weekly_checkpoint(ledger: Ledger, programme_id: str, now: datetime) -> int:
    """
    Put a letter to auditor and board of *programme_id* for the week of *now* (aware UTC) in the outbox; how many.

    Asking again in the same week (ISO, in the programme's zone) writes none, nor does a week in which nothing happened,
    and none goes to who has no address, or before the first checkpoint.
    """
    names = ledger.dialogue_ids(programme_id)
    moved = any(journal.has_changed(ledger.engine, name, now - _WEEK) for name in names)
    if not moved or anchors.latest(ledger.engine) is None:
        return 0
    first = ledger.read(names[0])  # the same all week, also when an edition opens in it
    return sum(_write(ledger, first, to, now) for to in _KEEPERS)


def _write(ledger: Ledger, dialogue: Dialogue, to: str, now: datetime) -> bool:
    reader = dialogue.holder(to)
    if reader is None or not reader.email or to in dialogue.stakeholders:
        return False
    week = dialogue.calendar.day_of(now).strftime("%G-W%V")
    notice = Notice(to=to, role=to, template=Template.WEEKLY_CHECKPOINT)
    return ledger.tell(dialogue.id, notice, f"{Template.WEEKLY_CHECKPOINT}:{week}", now)
