"""Personal links in mail: each message to a participant carries one of its own, made as it is written."""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from records.access import Capacity, mint_link
from states.dialogue import Dialogue
from states.facts import Notice
from states.people import PARTICIPANT

LASTS = timedelta(days=180)
"""A capability with a narrow scope, one seat in one dialogue: it must outlive the wait for an answer."""


def address_for(
    engine: Engine, base_url: str | None, notice: Notice, dialogue: Dialogue, now: datetime
) -> str | None:
    """
    The address that the reader of *notice* is given: *base_url*, for a participant with a new link behind it.

    Somebody without e-mail hears it by phone or letter, where a secret would pass through other hands.
    """
    seat = dialogue.stakeholder_of(notice.to) if notice.role == PARTICIPANT else None
    if base_url is None or seat is None or not seat.email:
        return base_url
    capacity = Capacity("participant", dialogue.programme.id, seat.id, dialogue.id)
    return f"{base_url}/l/{mint_link(engine, capacity, now, LASTS)}"
