"""Personal links and sessions: tokens that let somebody in; only digests of secrets are kept."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    Select,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from records.engine.database import reading, writing
from records.engine.statements import CompiledStatement
from records.schema.access import LINKS, SESSIONS

Kind = Literal["participant", "helper", "role"]
_BYTES = 32
_REMEMBERED = timedelta(days=7)
"""How long a session that is over is kept: for a form that was left open meanwhile."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """As whom somebody comes in: *who* is a stakeholder or a helper of *dialogue_id*, or a role of *programme_id*."""

    kind: Kind
    programme_id: str
    who: str
    dialogue_id: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who came in: as whom, how far, and the *secret* that signs what their browser sends back."""

    hash: str
    capacity: Capacity
    stage: str
    holder: str
    secret: str
    made_at: datetime
    expires_at: datetime
    browser: str | None = None
    proved_at: datetime | None = None
    """When the password, a code or a passkey was last given; None: nothing of the kind."""
    unsealed_at: datetime | None = None
    """When the browser was last heard of since its PIN was right; None: it is asked."""


def digest(token: str) -> str:
    """The SHA-256 of a secret, which is all that the records keep of it."""
    return sha256(token.encode()).hexdigest()


def new_token() -> str:
    """A secret of 256 random bits, fit for an address."""
    return secrets.token_urlsafe(_BYTES)


_GIVEN = ["hash", "kind", "programme_id", "dialogue_id", "who", "made_at", "expires_at"]
_INSERT_LINKS = CompiledStatement(insert(LINKS).inline(), _GIVEN)
_DELETE_EXPIRED = CompiledStatement(
    delete(LINKS).where(
        LINKS.c.dialogue_id.is_not_distinct_from(bindparam("dialogue_id")),
        LINKS.c.who == bindparam("who"),
        LINKS.c.kind == bindparam("kind"),
        LINKS.c.programme_id == bindparam("programme_id"),
        LINKS.c.expires_at <= bindparam("made_at"),
    ),
    ["dialogue_id", "who", "kind", "programme_id", "made_at"],
)


def mint_link(engine: Engine, capacity: Capacity, now: datetime, lasts: timedelta) -> str:
    """A new link for *capacity* that works for *lasts* from *now* (aware UTC) on; returns its secret, once."""
    return mint_links(engine, [capacity], now, lasts)[0]


def mint_links(
    engine: Engine, capacities: Sequence[Capacity], now: datetime, lasts: timedelta
) -> list[str]:
    """New links, one for each of *capacities* in their order, in one transaction; see `mint_link`."""
    tokens = [new_token() for _ in capacities]
    pairs = zip(tokens, capacities, strict=True)
    rows = [_row(token, capacity, now, now + lasts) for token, capacity in pairs]
    with writing(engine, now) as connection:
        _DELETE_EXPIRED.run(connection, rows)
        _INSERT_LINKS.run(connection, rows)
    return tokens


def drop_links(engine: Engine, tokens: Sequence[str]) -> None:
    """Forget links that were given to nobody."""
    with writing(engine) as connection:
        connection.execute(delete(LINKS).where(LINKS.c.hash.in_([digest(t) for t in tokens])))


def link_capacity(engine: Engine, token: str, kind: Kind, now: datetime) -> Capacity | None:
    """As whom the link *token* lets in at *now*; None when it is foreign, expired, used or revoked."""
    with reading(engine) as connection:
        row = _alive(connection, LINKS, token, now)
    capacity = _capacity(row) if row is not None else None
    return capacity if capacity is not None and capacity.kind == kind else None


def use_up_link(engine: Engine, token: str, now: datetime) -> bool:
    """End a link that works once; False when it was ended before."""
    ended = update(LINKS).where(LINKS.c.hash == digest(token), LINKS.c.ended_at.is_(None))
    with writing(engine, now) as connection:
        return connection.execute(ended.values(ended_at=now)).rowcount == 1


def used_link(engine: Engine, token: str, now: datetime) -> tuple[Capacity, datetime] | None:
    """For whom the link *token* was and when it ended, None while it works, or never did before *now*."""
    ended = select(LINKS).where(LINKS.c.hash == digest(token), LINKS.c.ended_at <= now)
    with reading(engine) as connection:
        row = connection.execute(ended).one_or_none()
    return None if row is None else (_capacity(row), row.ended_at)


def revoke(engine: Engine, capacity: Capacity, now: datetime) -> int:
    """End all links and sessions of *capacity*; returns how many."""
    with writing(engine, now) as connection:
        return revoke_in(connection, capacity, now)


def revoke_in(connection: Connection, capacity: Capacity, now: datetime) -> int:
    """End all links and sessions of *capacity*, in the transaction of *connection*; returns how many."""
    return sum(_end_all(connection, table, capacity, now) for table in (LINKS, SESSIONS))


def _end_all(connection: Connection, table: Table, capacity: Capacity, now: datetime) -> int:
    theirs = update(table).where(*_of(table, capacity))
    if (
        table is SESSIONS
    ):  # whoever had a way in knows what signs its forms: the next session gets another
        connection.execute(theirs.values(secret=new_token()))
    ended = theirs.where(table.c.ended_at.is_(None))
    return connection.execute(ended.values(ended_at=now)).rowcount


def _of(table: Table, capacity: Capacity) -> tuple[Any, ...]:
    return (
        table.c.kind == capacity.kind,
        table.c.programme_id == capacity.programme_id,
        table.c.dialogue_id.is_not_distinct_from(capacity.dialogue_id),
        table.c.who == capacity.who,
    )


def begin_session(
    engine: Engine,
    capacity: Capacity,
    now: datetime,
    lasts: timedelta,
    *,
    stage: str,
    holder: str,
    browser: str | None = None,
    proved: bool = True,
) -> str:
    """
    Let somebody in until *now* + *lasts*; returns the secret for their browser, a new one each time.

    What signs their forms is that of their other sessions: a form that was opened before is theirs still. Halfway in
    (another *stage* than `whole`) it is new as well.
    """
    token = new_token()
    row = _row(token, capacity, now, now + lasts)
    row |= {"stage": stage, "holder": holder, "browser": browser}
    row["proved_at"] = now if proved else None
    with writing(engine, now) as connection:
        old = SESSIONS.c.expires_at <= now - _REMEMBERED
        connection.execute(delete(SESSIONS).where(*_of(SESSIONS, capacity), old))
        known = _signing(connection, capacity, holder) if stage == "whole" else None
        connection.execute(insert(SESSIONS), row | {"secret": known or new_token()})
    return token


def _signing(connection: Connection, capacity: Capacity, holder: str) -> str | None:
    """What signs the forms of *capacity* while *holder* has it."""
    theirs = (*_of(SESSIONS, capacity), SESSIONS.c.holder == holder, SESSIONS.c.stage == "whole")
    newest = select(SESSIONS.c.secret).where(*theirs).order_by(SESSIONS.c.made_at.desc()).limit(1)
    found: str | None = connection.scalar(newest)
    return found


def find_session(engine: Engine, token: str, now: datetime) -> Session | None:
    """The session of the browser that sends *token*, None when it is over; changes nothing."""
    with reading(engine) as connection:
        row = _alive(connection, SESSIONS, token, now)
    return None if row is None else _session(row)


def _session(row: Row[Any]) -> Session:
    return Session(
        row.hash,
        _capacity(row),
        row.stage,
        row.holder,
        row.secret,
        row.made_at,
        row.expires_at,
        row.browser,
        row.proved_at,
        row.unsealed_at,
    )


def sessions_of(engine: Engine, capacity: Capacity, holder: str, now: datetime) -> list[Session]:
    """Where *holder* is in as *capacity* at *now*, the newest first."""
    theirs = (*_of(SESSIONS, capacity), SESSIONS.c.holder == holder, SESSIONS.c.stage == "whole")
    alive = (SESSIONS.c.ended_at.is_(None), SESSIONS.c.expires_at > now)
    with reading(engine) as connection:
        rows = connection.execute(
            select(SESSIONS)
            .where(*theirs, *alive)
            .order_by(SESSIONS.c.made_at.desc(), SESSIONS.c.hash)
        )
        return [_session(row) for row in rows]


def end_other_sessions(engine: Engine, session: Session, now: datetime) -> int:
    """End every other session, and every link, of whoever is in by *session*; returns how many sessions."""
    theirs = (
        *_of(SESSIONS, session.capacity),
        SESSIONS.c.hash != session.hash,
        SESSIONS.c.ended_at.is_(None),
    )
    with writing(engine, now) as connection:
        _end_all(connection, LINKS, session.capacity, now)
        ended = update(SESSIONS).where(*theirs).values(ended_at=now)
        return connection.execute(ended).rowcount


def prove_session(engine: Engine, hash_: str, now: datetime) -> None:
    """Note that whoever is in by the session *hash_* proved at *now* who they are."""
    with writing(engine, now) as connection:
        proved = update(SESSIONS).where(SESSIONS.c.hash == hash_)
        connection.execute(proved.values(proved_at=now))


def end_session(engine: Engine, hash_: str, now: datetime) -> None:
    """Let somebody out."""
    ended = update(SESSIONS).where(SESSIONS.c.hash == hash_, SESSIONS.c.ended_at.is_(None))
    with writing(engine, now) as connection:
        connection.execute(ended.values(ended_at=now))


def _row(token: str, capacity: Capacity, now: datetime, until: datetime) -> dict[str, Any]:
    return {
        "hash": digest(token), "kind": capacity.kind, "programme_id": capacity.programme_id,
        "dialogue_id": capacity.dialogue_id, "who": capacity.who, "made_at": now, "expires_at": until,
    }  # fmt: skip


def _select_alive(table: Table) -> Select[Any]:
    chosen = select(table).where(
        table.c.hash == bindparam("token_hash"), table.c.ended_at.is_(None)
    )
    return chosen.where(table.c.expires_at > bindparam("present", type_=table.c.expires_at.type))


# Every page asks for its session: what is asked is put together once.
_ALIVE = {table: _select_alive(table) for table in (LINKS, SESSIONS)}


def _alive(connection: Connection, table: Table, token: str, now: datetime) -> Row[Any] | None:
    asked = {"token_hash": digest(token), "present": now}
    return connection.execute(_ALIVE[table], asked).one_or_none()


def _capacity(row: Row[Any]) -> Capacity:
    return Capacity(row.kind, row.programme_id, row.who, row.dialogue_id)
