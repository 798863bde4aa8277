"""
Custody of seals: a moderator's key is taken into use, changed and recovered, and no seal is lost on the way.

What was readable before is encrypted, and what would still join a seat and its pseudonym is levelled or taken out.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, delete, func, insert, select, text, update

from records.dialogues.programmes import get
from records.dialogues.repository import DialogueReader, Policies, Snapshot, save
from records.engine.database import alone, reading, writing
from records.engine.errors import RecordsError
from records.schema.access import LINKS, WISHES
from records.schema.collections import SEALS
from records.schema.core import DIALOGUES
from records.seals.ciphertext import Pair, decrypt, encrypt, public_half
from records.seals.keys import SealKey, is_known, keys_of, lock_seal, open_seals, put_key
from states.language.errors import Refused
from states.model.dialogue import Dialogue
from states.privacy.closed_seals import locked_seals, unprotected_seals
from states.privacy.reader_view import with_seals
from states.privacy.seals import is_pseudonym


class Custody(NamedTuple):
    """How the seals of a programme are kept: its keys, the newest first, and how many seals are stored for each."""

    keys: list[SealKey]
    stored: Counter[str | None]
    """By the id of the key; None: readable for whoever reads the database."""

    @property
    def key(self) -> SealKey | None:
        """The one for which new seals are stored."""
        return next(iter(self.keys), None)

    @property
    def earlier(self) -> bool:
        """Whether there was a key before the newest, whatever is stored for it."""
        return len(self.keys) > 1

    @property
    def former(self) -> int:
        """How many seals only an earlier key, or its recovery share, opens."""
        mine = self.key.id if self.key else None
        return sum(number for key, number in self.stored.items() if key not in {None, mine})


class MovedSeals(NamedTuple):
    """How many seals are now stored for the newest key, and how many the secret that was given did not open."""

    moved: int
    left: int


def custody_of(engine: Engine, programme_id: str) -> Custody:
    """How the seals of *programme_id* are kept. Raises NotKnown('unknown-programme')."""
    with reading(engine) as connection:
        get(connection, programme_id)
        counted = select(SEALS.c.key, func.count()).join(
            DIALOGUES, DIALOGUES.c.id == SEALS.c.dialogue_id
        )
        mine = counted.where(DIALOGUES.c.programme_id == programme_id).group_by(SEALS.c.key)
        stored = Counter({row.key: row[1] for row in connection.execute(mine)})
        return Custody(keys_of(connection, programme_id), stored)


def is_in_use(engine: Engine, pair: Pair) -> bool:
    """Whether *pair* was taken into use, by whatever programme."""
    with reading(engine) as connection:
        return is_known(connection, pair)


def take_key(
    engine: Engine, policies: Policies, programme_id: str, pair: Pair, *, by: str, now: datetime
) -> int:
    """
    Store the seals of *programme_id* for *pair* from *now* (aware UTC) on; returns how many readable ones it took in.

    What an earlier key closed stays closed for that one, until `move_seals` is given its secret or its recovery share.
    Copies of the database from before keep what they held. Raises Refused('seal-key-known'), NotKnown.
    """
    reader = DialogueReader(policies)
    with writing(engine, now) as connection:
        get(connection, programme_id)
        if any(key.id == pair.id for key in keys_of(connection, programme_id)):
            raise Refused("seal-key-known")
        put_key(connection, programme_id, pair, by, now)
        names = _dialogues(connection, programme_id)
        taken = sum(_protect(connection, reader, name, pair, now) for name in names)
    forget_freed_pages(engine)
    return taken


def move_seals(
    engine: Engine, policies: Policies, programme_id: str, secret: str, now: datetime
) -> MovedSeals:
    """
    Store for the newest key of *programme_id* what *secret*, an earlier key or a recovery share, opens.

    All or nothing, in one transaction. Raises Refused('no-seal-key', 'seal-key-other') when it is none of the
    programme's, whether or not there is anything to open: a refusal must not tell that somebody spoke.
    """
    reader, moved, left = DialogueReader(policies), 0, 0
    with writing(engine, now) as connection:
        get(connection, programme_id)
        keys = keys_of(connection, programme_id)
        if not keys:
            raise Refused("no-seal-key")
        if not is_of(keys, secret):
            raise Refused("seal-key-other")
        key = keys[0]
        for name in _dialogues(connection, programme_id):
            done, kept = _move(connection, reader, name, key.pair, secret)
            moved, left = moved + done, left + kept
    forget_freed_pages(engine)
    return MovedSeals(moved, left)


def is_of(keys: Iterable[SealKey], secret: str) -> bool:
    """Whether *secret* is the moderator's key or the recovery share of one of *keys*."""
    mine = public_half(secret)
    return any(mine in key.pair for key in keys)


def _dialogues(connection: Connection, programme_id: str) -> list[str]:
    chosen = select(DIALOGUES.c.id).where(DIALOGUES.c.programme_id == programme_id)
    return list(connection.scalars(chosen.order_by(DIALOGUES.c.id)))


def _protect(
    connection: Connection, reader: DialogueReader, name: str, pair: Pair, now: datetime
) -> int:
    held = reader.read(connection, name, lock=True)
    _close_wishes(connection, name, pair)
    open_ones = unprotected_seals(held.dialogue)
    if not open_ones:
        return 0
    closed = [lock_seal(pair, name, seal, seal.stakeholder) for seal in open_ones]
    after = with_seals(held.dialogue, closed)
    # A mark of an address is found again by whoever tries all addresses.
    ways = held.dialogue.failed_ways.items()
    after.failed_ways = {to: mark for to, mark in ways if not is_pseudonym(to)}
    _save(connection, held, after)
    _level_links(connection, held.dialogue, now)
    return len(open_ones)


def _move(
    connection: Connection, reader: DialogueReader, name: str, pair: Pair, secret: str
) -> tuple[int, int]:
    held = reader.read(connection, name, lock=True)
    _move_wishes(connection, name, pair, secret)
    closed = {seal.id: seal for seal in locked_seals(held.dialogue) if seal.key != pair.id}
    opened = {
        voice: seat for voice, seat in open_seals(held.dialogue, secret).items() if voice in closed
    }
    if opened:
        moved = [lock_seal(pair, name, closed[voice], seat) for voice, seat in opened.items()]
        _save(connection, held, with_seals(held.dialogue, moved))
    return len(opened), len(closed) - len(opened)


def _save(connection: Connection, held: Snapshot, after: Dialogue) -> None:
    """No fact: what is stored says the same as before, to fewer."""
    save(connection, held, after, held.head)


def _level_links(connection: Connection, dialogue: Dialogue, now: datetime) -> None:
    """
    Let the participants' links no longer tell when, and in which order, they were made: each went with one message.

    They go on working, as long as the one that works longest.
    """
    theirs = (LINKS.c.dialogue_id == dialogue.id, LINKS.c.kind == "participant")
    connection.execute(delete(LINKS).where(*theirs, LINKS.c.expires_at <= now))
    rows = connection.execute(select(LINKS).where(*theirs).order_by(LINKS.c.hash)).mappings().all()
    if not rows:
        return
    level = {"made_at": dialogue.opened_at, "expires_at": max(row["expires_at"] for row in rows)}
    connection.execute(delete(LINKS).where(*theirs))
    connection.execute(insert(LINKS), [{**row, **level} for row in rows])


def _close_wishes(connection: Connection, dialogue_id: str, pair: Pair) -> None:
    """Whoever wished to be named to nobody is told apart by the wish itself."""
    for row in connection.execute(select(WISHES).where(WISHES.c.dialogue_id == dialogue_id)).all():
        _keep_wish(connection, row, encrypt(pair, dialogue_id, row.who, row.value))


def _move_wishes(connection: Connection, dialogue_id: str, pair: Pair, secret: str) -> None:
    for row in connection.execute(select(WISHES).where(WISHES.c.dialogue_id == dialogue_id)).all():
        value = decrypt(secret, dialogue_id, row.who, row.value)
        if value is not None:
            _keep_wish(connection, row, encrypt(pair, dialogue_id, row.who, value))


def _keep_wish(connection: Connection, row: object, value: str) -> None:
    mine = [WISHES.c[name] == getattr(row, name) for name in ("dialogue_id", "who", "kind")]
    connection.execute(update(WISHES).where(*mine).values(value=value))


def forget_freed_pages(engine: Engine) -> None:
    """
    Let the file hold nothing any more of what was overwritten; where others are at work, as far as that goes.

    PostgreSQL keeps its log and what its backups took of it: docs/operations.md says what its owner does about that.
    """
    whole = ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"]
    if engine.dialect.name != "sqlite":
        whole = [f"VACUUM FULL {name}" for name in ("seals", "wishes", "links", "dialogues")]
    with engine.connect() as connection:
        alone(connection)
        for statement in whole:
            try:
                connection.execute(text(statement))
            except RecordsError:
                return
