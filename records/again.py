"""What did not arrive goes out again once its reader is reached in another way."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from records.outgoing import FAILED, PENDING
from records.tables import NOTICES, TROUBLED_ONLY
from states.delivery import goes_again
from states.dialogue import Dialogue
from states.facts import Notice

_FIELDS = tuple(Notice.model_fields)
_SELECT = select(NOTICES.c.id, *(NOTICES.c[name] for name in _FIELDS)).where(
    TROUBLED_ONLY, NOTICES.c.status == FAILED
)

_UNTRIED = {"status": PENDING, "channel": None, "error": None, "attempts": 0}


def send_again(connection: Connection, before: Dialogue, after: Dialogue, now: datetime) -> None:
    """
    Let what failed wait to be sent from *now* on, to each whose address the step from *before* to *after* changed.

    What was said in an earlier phase is over, and stays failed.
    """
    for name in _reached_elsewhere(before, after):
        chosen = _SELECT.where(
            NOTICES.c.dialogue_id == after.id,
            NOTICES.c.to.in_(after.voices_of(name)),
            NOTICES.c.at >= after.phase_since,
        )
        rows = connection.execute(chosen).mappings()
        again = [row["id"] for row in rows if goes_again(_notice(row))]
        fresh = {**_UNTRIED, "next_try_at": now}
        connection.execute(update(NOTICES).where(NOTICES.c.id.in_(again)).values(fresh))


def _reached_elsewhere(before: Dialogue, after: Dialogue) -> Iterator[str]:
    for name, seat in after.stakeholders.items():
        was = before.stakeholders.get(name)
        if was is None or was is seat or after.erased(name):
            continue
        if was.email != seat.email:
            yield name


def _notice(row: RowMapping) -> Notice:
    return Notice(**{name: row[name] for name in _FIELDS})
