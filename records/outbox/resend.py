"""Resending: what did not arrive goes out again once it is recorded where its reader is reached."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from records.outbox.enqueue import FAILED, NOTICE_FIELDS, PENDING
from records.schema.core import NOTICES, TROUBLED_ONLY
from states.model.dialogue import Dialogue
from states.model.facts import Fact, Notice
from states.model.vocabulary import FactName
from states.steps.delivery.receipts import goes_again

_SELECT = select(NOTICES.c.id, *(NOTICES.c[name] for name in NOTICE_FIELDS)).where(
    TROUBLED_ONLY, NOTICES.c.status == FAILED
)
_UNTRIED = {"status": PENDING, "channel": None, "error": None, "attempts": 0}


def send_again(
    connection: Connection, dialogue: Dialogue, facts: Iterable[Fact], now: datetime
) -> None:
    """
    Let what failed wait to be sent from *now* on, to each whose address *facts* say was recorded, also the same one.

    What was said in an earlier phase is over, and stays failed.
    """
    for fact in facts:
        if fact.fact == FactName.CONTACT_CHANGED and "email" in fact.detail["fields"]:
            _send_again(connection, dialogue, fact.subject, now)


def _send_again(connection: Connection, dialogue: Dialogue, name: str, now: datetime) -> None:
    chosen = _SELECT.where(
        NOTICES.c.dialogue_id == dialogue.id,
        NOTICES.c.to.in_(dialogue.voices_of(name)),
        NOTICES.c.at >= dialogue.phase_since,
    )
    rows = connection.execute(chosen).all()
    again = [number for number, *values in rows if goes_again(_notice(values))]
    fresh = {**_UNTRIED, "next_try_at": now}
    connection.execute(update(NOTICES).where(NOTICES.c.id.in_(again)).values(fresh))


def _notice(values: Sequence[Any]) -> Notice:
    return Notice(**dict(zip(NOTICE_FIELDS, values, strict=True)))
