"""
Weekly digest: an overview for a manager, in weeks in which there is something that no other letter told.

Where the profile says so, at most once a month, and only when something is owed.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from records.delivery import queue
from records.dialogues.programmes import in_zone
from records.engine.database import reading
from records.engine.errors import RecordsError
from records.journal import journal
from records.ledger import Ledger
from services.delivery.weekly_checkpoint import send_weekly_checkpoint
from states.model.dialogue import Dialogue
from states.model.facts import Notice
from states.model.people import PARTICIPANT, Role
from states.model.sizes.profiles import GovernedRule
from states.model.vocabulary import Template
from states.privacy.embargo.known_to_others import as_letters_know

TEMPLATE = Template.DIGEST
BATCH = 100
"""Programmes between two looks whether to go on."""
_WEEK = timedelta(days=7)
_log = logging.getLogger(__name__)


class DigestReport(NamedTuple):
    """How many overviews were written, and for how many programmes none could be."""

    written: int
    failed: int


def send_digests(
    ledger: Ledger, zone_name: str, now: datetime, beat: Callable[[int], None]
) -> DigestReport:
    """
    Put the overviews of all programmes of the zone *zone_name* in the outbox, in batches, as `send_digest` does each.

    *beat* is told of each batch, and may raise to end it there: asking again in the same week goes on with the others.
    """
    told: list[int | None] = []
    after = ""
    while some := _next(ledger, zone_name, after):
        told += [_write_or_go_on(ledger, one, now) for one in some]
        after = some[-1]
        beat(len(some))
    return DigestReport(sum(filter(None, told)), told.count(None))


def _next(ledger: Ledger, zone_name: str, after: str) -> list[str]:
    with reading(ledger.engine) as connection:
        return in_zone(connection, zone_name, after, BATCH)


def _write_or_go_on(ledger: Ledger, programme_id: str, now: datetime) -> int | None:
    """A programme whose overview cannot be written is tried again by the next run, and holds up no other one."""
    try:
        return send_digest(ledger, programme_id, now)
    except RecordsError:
        raise
    except Exception:  # noqa: BLE001 - one programme must not stop the others
        _log.exception("the weekly overview of %s could not be written", programme_id)
        return None


def send_digest(ledger: Ledger, programme_id: str, now: datetime) -> int:
    """
    Put the overview of *programme_id* for the week of *now* (aware UTC) in the outbox; the number of overviews written.

    A week is the ISO week in the programme's zone; asking again in the same week writes nothing. Nor does a week in
    which nothing changed and nothing is owed, or in which a letter of tasks went (rules 45), nor while the programme is
    paused. Where the rule `overview` is `when-owed`, it is written when something is owed, once a month at most.
    With them go the checkpoints that auditor and board keep, paused or not.
    Raises NotKnown('unknown-programme').
    """
    kept = send_weekly_checkpoint(ledger, programme_id, now)
    if ledger.programme(programme_id).paused is not None:
        return kept
    found = (ledger.read(name) for name in ledger.dialogue_ids(programme_id))
    dialogues = [as_letters_know(one, Role.MANAGER) for one in found]
    worth = (each for each in dialogues if _asks_something(ledger, each, now))
    return kept + sum(_write(ledger, each, now) for each in worth)


def _asks_something(ledger: Ledger, dialogue: Dialogue, now: datetime) -> bool:
    """Whether this week is worth a letter: something changed or is owed, and no letter of tasks told it already."""
    week = now - _WEEK
    if dialogue.role(Role.MANAGER) is None or queue.tasks_went(
        ledger.engine, dialogue.id, Role.MANAGER, week, now
    ):
        return False
    if _owed_now(dialogue, now):
        return True
    return not _is_monthly(dialogue) and journal.has_changed(ledger.engine, dialogue.id, week)


def _is_monthly(dialogue: Dialogue) -> bool:
    return dialogue.policy.rule(GovernedRule.OVERVIEW) == "when-owed"


def _owed_now(dialogue: Dialogue, now: datetime) -> bool:
    """Whether a role owes something that is late, or due before the next overview."""
    return any(
        duty.owed and duty.owner != PARTICIPANT and duty.due <= now + _WEEK
        for duty in dialogue.duties.values()
    )


def _write(ledger: Ledger, dialogue: Dialogue, now: datetime) -> bool:
    span = dialogue.calendar.day_of(now).strftime("%Y-%m" if _is_monthly(dialogue) else "%G-W%V")
    notice = Notice(to=Role.MANAGER, role=Role.MANAGER, template=TEMPLATE)
    return ledger.tell(dialogue.id, notice, f"{TEMPLATE}:{span}", now)
