"""Participants' requests: to be named otherwise, or a new link; and the seats that one address has."""

from datetime import datetime
from secrets import token_hex
from typing import Any, Literal, NamedTuple

from sqlalchemy import Column, Engine, Table, and_, delete, func, insert, select

from records.engine.database import reading, writing
from records.outbox.enqueue import put, rows_of
from records.schema.access import WISHES
from records.schema.collections import HELPERS, STAKEHOLDERS
from records.schema.core import DIALOGUES
from records.seals.ciphertext import decrypt, encrypt
from records.seals.keys import key_of_dialogue
from states.model.dialogue import OPEN_PHASES, Phase
from states.model.facts import Notice
from states.model.people import PARTICIPANT
from states.model.vocabulary import Template
from states.values.addresses import same_address

WishKind = Literal["attribution"]
_ANSWERABLE = [*OPEN_PHASES, Phase.CLOSED, Phase.CLOSED_WITH_DEBTS]


class Wish(NamedTuple):
    """What a participant asked for themselves."""

    dialogue_id: str
    who: str
    kind: str
    value: str
    made_at: datetime


def ask(
    engine: Engine, dialogue_id: str, who: str, *, kind: WishKind, value: str, now: datetime
) -> None:
    """Write down what *who* asks for themselves; asking again replaces what was asked before."""
    is_it = (WISHES.c.dialogue_id == dialogue_id, WISHES.c.who == who, WISHES.c.kind == kind)
    row = {"dialogue_id": dialogue_id, "who": who, "kind": kind, "value": value, "made_at": now}
    with writing(engine, now) as connection:
        if key := key_of_dialogue(connection, dialogue_id):
            row["value"] = encrypt(key.pair, dialogue_id, who, value)
        connection.execute(delete(WISHES).where(*is_it))
        connection.execute(insert(WISHES), row)


def wishes_of(engine: Engine, dialogue_id: str, who: str | None = None) -> list[Wish]:
    """What was asked in *dialogue_id*, by *who* alone when that is given. The wish to be sealed is no manager's."""
    chosen = select(*_columns(WISHES, Wish._fields)).where(WISHES.c.dialogue_id == dialogue_id)
    if who is not None:
        chosen = chosen.where(WISHES.c.who == who)
    with reading(engine) as connection:
        return [Wish(*row) for row in connection.execute(chosen.order_by(WISHES.c.made_at))]


def opened_wish(wish: Wish, secret: str | None) -> Wish:
    """*wish* as *secret*, the moderator's key if it is at hand, opens it; as it is when it was never closed."""
    value = decrypt(secret, wish.dialogue_id, wish.who, wish.value) if secret else None
    return wish if value is None else wish._replace(value=value)


def seats_alike(engine: Engine, dialogue_id: str, who: str) -> list[str]:
    """
    The dialogues of the same programme in which *who* has the seat of the same name and address, this one first.

    An address proves that it is the same person: a seat can have passed to somebody else since.
    """
    here, there = STAKEHOLDERS.alias(), STAKEHOLDERS.alias()
    home, other = DIALOGUES.alias(), DIALOGUES.alias()
    same = (there.c.id == here.c.id, func.lower(there.c.email) == func.lower(here.c.email))
    chosen = select(other.c.id).join(home, home.c.programme_id == other.c.programme_id)
    chosen = chosen.join(here, here.c.dialogue_id == home.c.id)
    chosen = chosen.join(there, and_(there.c.dialogue_id == other.c.id, *same))
    chosen = chosen.where(home.c.id == dialogue_id, here.c.id == who, other.c.id != dialogue_id)
    with reading(engine) as connection:
        return [dialogue_id, *connection.scalars(chosen.order_by(other.c.id))]


def helpers_of_address(engine: Engine, address: str) -> list[tuple[str, str]]:
    """The (dialogue, helper) pairs that are reached at *address*, whatever its case, and still help."""
    chosen = select(HELPERS.c.dialogue_id, HELPERS.c.id, HELPERS.c.email)
    chosen = chosen.where(HELPERS.c.email.is_not(None), HELPERS.c.ended_at.is_(None))
    with reading(engine) as connection:
        rows = connection.execute(chosen)
        return [(r[0], r[1]) for r in rows if same_address(r[2], address)]


def seats_of_address(engine: Engine, address: str) -> list[tuple[str, str]]:
    """The (dialogue, stakeholder) pairs that are reached at *address*, whatever its case, and were invited."""
    chosen = select(STAKEHOLDERS.c.dialogue_id, STAKEHOLDERS.c.id, STAKEHOLDERS.c.email)
    chosen = chosen.join(DIALOGUES, DIALOGUES.c.id == STAKEHOLDERS.c.dialogue_id)
    chosen = chosen.where(STAKEHOLDERS.c.email.is_not(None), STAKEHOLDERS.c.invited_at.is_not(None))
    chosen = chosen.where(DIALOGUES.c.phase.in_(_ANSWERABLE))
    with reading(engine) as connection:
        rows = connection.execute(chosen)
        return [(r[0], r[1]) for r in rows if same_address(r[2], address)]


def post_link(
    engine: Engine, dialogue_id: str, who: str, now: datetime, role: str = PARTICIPANT
) -> None:
    """
    Put a message with a new personal link in the outbox; the link is made when the message is written.

    *role* is the capacity in which *who* comes in: `participant` or `helper`.
    """
    notice = Notice(to=who, role=role, template=Template.NEW_LINK)
    rows = rows_of(dialogue_id, [notice], f"asked:{token_hex(8)}", now)
    with writing(engine, now) as connection:
        put(connection, rows)


def _columns(table: Table, names: tuple[str, ...]) -> list[Column[Any]]:
    return [table.c[name] for name in names]
