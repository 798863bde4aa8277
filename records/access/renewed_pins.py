"""Renewed PINs: who may end the PIN of a participant who forgot it, for a code to read out to them."""

from datetime import datetime

from sqlalchemy import Engine

from records.access.links import Capacity
from records.access.requests import post_link
from records.access.sealed_pins import renew_pin
from states.language.errors import NotKnown, NotYours
from states.model.dialogue import Dialogue
from states.model.people import Role, Stakeholder
from states.privacy.independence import is_debtor

RENEWERS = (Role.MODERATOR, Role.CONFIDANT)
"""Not a helper: sponsor or board name them, and whoever has the code comes in as the speaker (decision 45)."""


def may_renew(dialogue: Dialogue, by: str) -> bool:
    """Whether *by* may renew PINs in *dialogue*: moderator or confidant, under no hat of somebody who owes."""
    return by in RENEWERS and not is_debtor(dialogue, by)


def has_way_in(seat: Stakeholder) -> bool:
    """Whether *seat* has pages of their own, and so may have a PIN; also who never spoke confidentially."""
    return seat.invited and seat.erased_at is None


def renew_for(
    engine: Engine, dialogue: Dialogue, who: str, *, by: str, now: datetime, told_at: datetime
) -> str:
    """
    End the PIN of the seat *who* at *now*, and return the code, told this once, with which they choose another.

    They are told at *told_at*, in the time of the dialogue, by the letter with a new link that everybody gets who asks
    for one: it is no mark of a PIN. Raises NotYours('pin-not-yours'), NotKnown('unknown-stakeholder').
    """
    if not may_renew(dialogue, by):
        raise NotYours("pin-not-yours", by=by)
    seat = dialogue.stakeholders.get(who)
    if seat is None or not has_way_in(seat):
        raise NotKnown("unknown-stakeholder", stakeholder=who)
    capacity = Capacity("participant", dialogue.programme.id, seat.id, dialogue.id)
    code = renew_pin(engine, capacity, now)
    reader = dialogue.reader(seat.id)
    if reader and reader.email:
        post_link(engine, dialogue.id, seat.id, told_at)
    return code
