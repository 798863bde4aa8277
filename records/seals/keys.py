"""Seal keys: which pair of keys a programme has, and seals locked for the newest and opened with a secret."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, insert, select

from records.engine.database import reading
from records.schema.core import DIALOGUES
from records.schema.seal_keys import SEAL_KEYS
from records.seals.ciphertext import Pair, decrypt, encrypt
from states.language.errors import Refused
from states.model.contributions import Seal
from states.model.dialogue import Dialogue
from states.privacy.closed_seals import key_is_missing, locked_seals
from states.privacy.reader_view import opened_with

Unseal = Callable[[Dialogue], Dialogue]
"""Opens the seals of a dialogue, in a copy, as far as a key that is at hand opens them."""


def as_stored(dialogue: Dialogue) -> Dialogue:
    """*dialogue* with its seals as they are stored."""
    return dialogue


class SealKey(NamedTuple):
    """A pair of keys in use: its public halves, since when, and by whom it was taken into use."""

    id: str
    recipient: str
    recovery: str
    made_at: datetime
    made_by: str

    @property
    def pair(self) -> Pair:
        """Its public halves."""
        return Pair(self.recipient, self.recovery)


_COLUMNS = [SEAL_KEYS.c[name] for name in SealKey._fields]


def keys_of(connection: Connection, programme_id: str) -> list[SealKey]:
    """The pairs of *programme_id*, the newest first: for that one new seals are stored."""
    chosen = select(*_COLUMNS).where(SEAL_KEYS.c.programme_id == programme_id)
    rows = connection.execute(chosen.order_by(SEAL_KEYS.c.number.desc()))
    return [SealKey(*row) for row in rows]


def key_of(connection: Connection, programme_id: str) -> SealKey | None:
    """The pair for which new seals of *programme_id* are stored; None: it has none."""
    return next(iter(keys_of(connection, programme_id)), None)


def is_known(connection: Connection, pair: Pair) -> bool:
    """Whether *pair* is, or was, in use in any programme."""
    chosen = select(SEAL_KEYS.c.number).where(SEAL_KEYS.c.id == pair.id)
    return connection.scalar(chosen) is not None


def has_key(engine: Engine, programme_id: str) -> bool:
    """Whether who speaks under seal in *programme_id* is stored for a moderator's own key."""
    with reading(engine) as connection:
        return key_of(connection, programme_id) is not None


def key_of_dialogue(connection: Connection, dialogue_id: str) -> SealKey | None:
    """The pair for which new seals of *dialogue_id* are stored; None: its programme has none."""
    chosen = select(DIALOGUES.c.programme_id).where(DIALOGUES.c.id == dialogue_id)
    return key_of(connection, connection.scalar(chosen) or "")


def put_key(connection: Connection, programme_id: str, pair: Pair, by: str, now: datetime) -> None:
    """Let *pair* be the one for which seals of *programme_id* are stored from *now* on."""
    row = {"programme_id": programme_id, "id": pair.id, "made_at": now, "made_by": by}
    connection.execute(insert(SEAL_KEYS), row | pair._asdict())


def lock_of(connection: Connection, dialogue: Dialogue) -> Callable[[Seal], Seal]:
    """
    What makes of a new seal of *dialogue*, as a step leaves it, the one to be stored: ciphertext where there is a key.

    It raises Refused('seals-closed') while the key that is in use is not at hand: whether that person speaks as another
    pseudonym already could not be known, and one speaker would be two.
    """

    def lock(seal: Seal) -> Seal:
        key = key_of(connection, dialogue.programme.id)
        if key is None:
            return seal
        if key_is_missing(dialogue, key.id):
            raise Refused("seals-closed")
        return lock_seal(key.pair, dialogue.id, seal, seal.stakeholder)

    return lock


def lock_seal(pair: Pair, dialogue_id: str, seal: Seal, stakeholder: str) -> Seal:
    """*seal* of *stakeholder* as it is stored for *pair*."""
    text = encrypt(pair, dialogue_id, seal.id, stakeholder)
    return seal.model_copy(update={"stakeholder": "", "sealed_for": text, "key": pair.id})


def unseal_with(secret: str) -> Unseal:
    """What opens the seals of a dialogue, in a copy, as far as *secret* opens them."""
    return lambda dialogue: opened_with(dialogue, open_seals(dialogue, secret))


def open_seals(dialogue: Dialogue, secret: str) -> dict[str, str]:
    """The seat behind each pseudonym of *dialogue* that *secret* opens. Raises Refused('seal-damaged')."""
    found = {
        seal.id: decrypt(secret, dialogue.id, seal.id, seal.sealed_for or "")
        for seal in locked_seals(dialogue)
    }
    seats = dialogue.stakeholders
    return {voice: seat for voice, seat in found.items() if seat is not None and seat in seats}
