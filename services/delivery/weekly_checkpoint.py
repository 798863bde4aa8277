"""
Checkpoint letters: auditor and board get the newest whole, to keep, as often as the profile of the programme says.

Each week or month in which a journal of theirs moved, or when an edition has ended. Whatever the rhythm, every letter
carries the newest one. Source: rules 50.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from records.journal import journal
from records.journal import transparency_log as anchors
from records.ledger import Ledger
from states.model.dialogue import Dialogue
from states.model.facts import Notice
from states.model.people import AUDITOR, Role
from states.model.sizes.profiles import GovernedRule
from states.model.vocabulary import Template

_KEEPERS = (Role.BOARD.value, AUDITOR)
_WEEK, _MONTH = timedelta(days=7), timedelta(days=31)


def send_weekly_checkpoint(ledger: Ledger, programme_id: str, now: datetime) -> int:
    """
    Put a letter to auditor and board of *programme_id* in the outbox where one is due at *now* (aware UTC); how many.

    Asked once a week. Asking again in the same week or month of the programme's zone, or about the same edition, writes
    none, nor does a week or month in which nothing happened, and none goes to who has no address, or before the first
    checkpoint.
    """
    dialogues = [ledger.read(name) for name in ledger.dialogue_ids(programme_id)]
    if not dialogues or anchors.latest(ledger.engine) is None:
        return 0
    first = dialogues[0]  # the same all week, also when an edition opens in it
    occasion = _OCCASIONS[first.policy.rule(GovernedRule.CHECKPOINTS)](ledger, dialogues, now)
    if occasion is None:
        return 0
    return sum(_write(ledger, first, to, occasion, now) for to in _KEEPERS)


def _this_week(ledger: Ledger, dialogues: Sequence[Dialogue], now: datetime) -> str | None:
    return f"{_day(dialogues, now):%G-W%V}" if _has_moved(ledger, dialogues, now - _WEEK) else None


def _this_month(ledger: Ledger, dialogues: Sequence[Dialogue], now: datetime) -> str | None:
    return f"{_day(dialogues, now):%Y-%m}" if _has_moved(ledger, dialogues, now - _MONTH) else None


def _last_end(_ledger: Ledger, dialogues: Sequence[Dialogue], _now: datetime) -> str | None:
    """The edition that ended last; of one before it nothing new could be kept."""
    ended = [one for one in dialogues if not one.open]
    return max(ended, key=lambda one: one.phase_since).id if ended else None


_OCCASIONS: dict[str, Callable[[Ledger, Sequence[Dialogue], datetime], str | None]] = {
    "weekly": _this_week,
    "monthly": _this_month,
    "at-close": _last_end,
}


def _day(dialogues: Sequence[Dialogue], now: datetime) -> datetime:
    return now.astimezone(dialogues[0].zone)


def _has_moved(ledger: Ledger, dialogues: Sequence[Dialogue], since: datetime) -> bool:
    return any(journal.has_changed(ledger.engine, one.id, since) for one in dialogues)


def _write(ledger: Ledger, dialogue: Dialogue, to: str, occasion: str, now: datetime) -> bool:
    reader = dialogue.holder(to)
    if reader is None or not reader.email or to in dialogue.stakeholders:
        return False
    notice = Notice(to=to, role=to, template=Template.WEEKLY_CHECKPOINT)
    return ledger.tell(dialogue.id, notice, f"{Template.WEEKLY_CHECKPOINT}:{occasion}", now)
