"""
PINs (argon2id): what stands before the confidential part of a participant's pages, and how often somebody tried.

Everybody may have one, whether they speak under seal or not, and who has none is asked with the same work: neither the
answer nor its time tells who speaks under seal. The module knows no seal.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, Update, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from records.access.links import Capacity
from records.engine.database import reading, writing
from records.schema.access import SEALED_PINS, SESSIONS
from records.seals.slow_hashes import fits, hash_slowly
from states.values.pins import plain_pin

MOST_TRIES = 10
CLOSED = timedelta(days=1)
"""How long nobody is let in after so many wrong tries; so long after the last one they are forgotten, too."""
CODE_LASTS = timedelta(days=7)
IDLE = timedelta(minutes=15)
"""How long a browser may be quiet before the confidential part is closed in it."""
_CODE_DIGITS = 8
_FIRST = {
    "sqlite": sqlite.insert(SEALED_PINS).inline().on_conflict_do_nothing(),
    "postgresql": postgresql.insert(SEALED_PINS).inline().on_conflict_do_nothing(),
}


@dataclass(frozen=True, slots=True)
class PinTry:
    """What came of a try: whether it was *right*, and until when there are no more; None: now."""

    right: bool
    closed_until: datetime | None = None


def check_pin(engine: Engine, seat: Capacity, pin: str, now: datetime) -> PinTry:
    """
    Whether *pin* is that of *seat* at *now* (aware UTC).

    The try is counted before it is looked at, so that many at once are no more than one after another. The tenth wrong
    one closes for a day. A code with which a PIN is renewed is none. Source: rules 35.
    """
    return _try(engine, seat, pin, now, code=False)


def set_pin(
    engine: Engine, seat: Capacity, pin: str, now: datetime, *, proof: str | None = None
) -> PinTry:
    """
    Keep *pin*, which `states.values.pins` finds no fault with, as that of *seat*.

    Where there is one, or a code waits for one, *proof* must be it, and counts as a try. Not right: nothing was kept.
    What was open by the PIN of before is closed in every browser.
    """
    made = PinTry(right=True) if proof is None else _try(engine, seat, proof, now, code=True)
    if not made.right:
        return made
    kept = {"hash": hash_slowly(plain_pin(pin)), "code_until": None}
    with writing(engine, now) as connection:
        known = _row(connection, seat)
        if proof is None and known.hash is not None:
            return PinTry(right=False)
        connection.execute(_of(seat, update(SEALED_PINS)).values(kept))
        _close_all(connection, seat)
    return made


def renew_pin(engine: Engine, seat: Capacity, now: datetime) -> str:
    """
    A code of eight digits with which *seat* chooses another PIN within a week; the PIN of before is void at once.

    It is kept as a hash alone, and is told to whoever renews, once. Tries begin anew.
    """
    code = f"{secrets.randbelow(10**_CODE_DIGITS):0{_CODE_DIGITS}}"
    kept = {"hash": hash_slowly(code), "code_until": now + CODE_LASTS}
    kept |= {"tries": 0, "tried_at": None, "closed_until": None}
    with writing(engine, now) as connection:
        _row(connection, seat)
        connection.execute(_of(seat, update(SEALED_PINS)).values(kept))
        _close_all(connection, seat)
    return code


def has_pin(engine: Engine, seat: Capacity) -> bool:
    """Whether *seat* has a PIN, or had one until somebody renewed it."""
    theirs = select(SEALED_PINS.c.hash).where(*_is(seat), SEALED_PINS.c.hash.is_not(None))
    with reading(engine) as connection:
        return connection.scalar(theirs) is not None


def closed_pins(engine: Engine, programme_id: str, now: datetime) -> dict[str, datetime]:
    """The seats of *programme_id* for which no try is taken at *now*, each with the moment from which one is."""
    columns = (SEALED_PINS.c.who, SEALED_PINS.c.closed_until)
    closed = (SEALED_PINS.c.programme_id == programme_id, SEALED_PINS.c.closed_until > now)
    with reading(engine) as connection:
        return {row[0]: row[1] for row in connection.execute(select(*columns).where(*closed))}


def forget_pin_in(connection: Connection, programme_id: str, who: str) -> None:
    """Forget the PIN of somebody who is erased."""
    theirs = (SEALED_PINS.c.programme_id == programme_id, SEALED_PINS.c.who == who)
    connection.execute(delete(SEALED_PINS).where(*theirs))


def open_seal(engine: Engine, session: str, now: datetime) -> None:
    """Open the confidential part for the browser of *session* (its hash), which gave the right PIN at *now*."""
    with writing(engine, now) as connection:
        opened = update(SESSIONS).where(SESSIONS.c.hash == session)
        connection.execute(opened.values(unsealed_at=now))


def keep_seal_open(engine: Engine, session: str, now: datetime) -> None:
    """Note that the browser of *session* was heard of at *now*; what was closed meanwhile stays closed."""
    with writing(engine, now, lasting=False) as connection:
        opened = update(SESSIONS).where(
            SESSIONS.c.hash == session, SESSIONS.c.unsealed_at > now - IDLE
        )
        connection.execute(opened.values(unsealed_at=now))


def close_seal(engine: Engine, session: str, now: datetime) -> None:
    """Close the confidential part for the browser of *session*."""
    with writing(engine, now) as connection:
        opened = update(SESSIONS).where(SESSIONS.c.hash == session)
        connection.execute(opened.values(unsealed_at=None))


def _try(engine: Engine, seat: Capacity, proof: str, now: datetime, *, code: bool) -> PinTry:
    kept, made = _count(engine, seat, now)
    if kept is None:
        return made
    is_code = kept.code_until is not None
    right = fits(kept.hash, plain_pin(proof))
    if not right or (is_code and not (code and now < kept.code_until)):
        return made
    begun_anew = {"tries": 0, "tried_at": None, "closed_until": None}
    with writing(engine, now) as connection:
        same = _of(seat, update(SEALED_PINS)).where(SEALED_PINS.c.hash == kept.hash)
        still = connection.execute(same.values(begun_anew)).rowcount == 1
    return PinTry(right=True) if still else made


def _count(engine: Engine, seat: Capacity, now: datetime) -> tuple[Row[Any] | None, PinTry]:
    """Count one try: what it is held against, None when none is taken; and what comes of it when it is wrong."""
    with writing(engine, now) as connection:
        known = _row(connection, seat)
        if known.closed_until is not None and known.closed_until > now:
            return None, PinTry(right=False, closed_until=known.closed_until)
        recent = known.tried_at is not None and now - known.tried_at < CLOSED
        tries = known.tries % MOST_TRIES + 1 if recent else 1
        closed = now + CLOSED if tries == MOST_TRIES else None
        counted = {"tries": tries, "tried_at": now, "closed_until": closed}
        connection.execute(_of(seat, update(SEALED_PINS)).values(counted))
    return known, PinTry(right=False, closed_until=closed)


def _row(connection: Connection, seat: Capacity) -> Row[Any]:
    """The row of *seat*, made when there is none; nobody else counts a try of theirs meanwhile."""
    first = {"programme_id": seat.programme_id, "who": seat.who, "tries": 0}
    connection.execute(_FIRST[connection.dialect.name], first)
    theirs = select(SEALED_PINS).where(*_is(seat)).with_for_update()
    return connection.execute(theirs).one()


def _close_all(connection: Connection, seat: Capacity) -> None:
    theirs = (SESSIONS.c.programme_id == seat.programme_id, SESSIONS.c.who == seat.who)
    opened = update(SESSIONS).where(*theirs, SESSIONS.c.kind == seat.kind)
    connection.execute(opened.values(unsealed_at=None))


def _of(seat: Capacity, changed: Update) -> Update:
    return changed.where(*_is(seat))


def _is(seat: Capacity) -> tuple[Any, Any]:
    return SEALED_PINS.c.programme_id == seat.programme_id, SEALED_PINS.c.who == seat.who
