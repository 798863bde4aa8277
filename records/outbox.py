"""The outbox seen by the voice: claim what waits, and say what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, or_, select, update

from records.bulk import Bulk
from records.columns import can_be_key
from records.database import reading, writing
from records.deliveries import without_addresses
from records.outgoing import BY_HAND, NOTICE_FIELDS, PENDING, WITHDRAWN
from records.tables import NAMED_ONLY, NOTICES, PENDING_ONLY
from states.facts import Notice

_HASH_LENGTH = 32  # hexadecimal digits, 128 bits
_TAKE = Bulk(
    update(NOTICES)
    .where(NOTICES.c.id == bindparam("of_notice"))
    .values(
        claimed_by=bindparam("worker"),
        claimed_until=bindparam("until"),
        message_id=bindparam("name"),
        attempts=NOTICES.c.attempts + 1,
    ),
    ["of_notice", "worker", "until", "name"],
)


@dataclass(frozen=True, slots=True)
class Posted:
    """A notice in the outbox; *attempts* counts this try too."""

    id: int
    dialogue_id: str
    notice: Notice
    at: datetime
    attempts: int
    message_id: str
    """The left part of its Message-ID, the same at every try."""
    sent_at: datetime | None = None
    """When a channel accepted it."""


def claim(
    engine: Engine,
    now: datetime,
    *,
    limit: int,
    lease: timedelta,
    worker: str,
    newest: int | None = None,
) -> list[Posted]:
    """
    Take up to *limit* pending notices for *worker*, oldest first; for *lease* nobody else gets them.

    With *newest* (its number) none that was written after that one, so that what a round brings about waits for the
    next one.

    What is neither sent nor given back by the end of the lease can be claimed again. *now* is aware UTC.
    Raises Busy, DatabaseUnavailable.
    """
    if not waits(engine, now, newest):
        return []
    with writing(engine) as connection:
        return _claim(connection, _waiting(now, limit, NOTICES, newest), now + lease, worker)


def waits(engine: Engine, now: datetime, newest: int | None = None) -> bool:
    """Whether anything can be claimed at *now* (aware UTC). Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        return connection.execute(_waiting(now, 1, NOTICES.c.id, newest)).first() is not None


def newest(engine: Engine) -> int:
    """The number of the notice that was written last, 0 when there is none."""
    with reading(engine) as connection:
        return connection.scalar(select(func.max(NOTICES.c.id))) or 0


def hurry(engine: Engine, now: datetime, longest: timedelta) -> None:
    """
    Let what was tried and put off for more than the *longest* pause go at *now* (aware UTC).

    Its moment was set by a clock that ran ahead; it would wait until the present is there too.
    """
    far = (PENDING_ONLY, NOTICES.c.attempts > 0, NOTICES.c.next_try_at > now + longest)
    with reading(engine) as connection:
        found = connection.execute(select(NOTICES.c.id).where(*far).limit(1)).first()
    if found is not None:
        with writing(engine) as connection:
            connection.execute(update(NOTICES).where(*far).values(next_try_at=now))


def _waiting(now: datetime, limit: int, what: Any, newest: int | None) -> Any:  # noqa: ANN401 - a statement repeats its columns
    free = or_(NOTICES.c.claimed_until.is_(None), NOTICES.c.claimed_until <= now)
    chosen = select(what).where(PENDING_ONLY)
    chosen = chosen.where(NOTICES.c.next_try_at <= now, free)
    if newest is not None:
        chosen = chosen.where(NOTICES.c.id <= newest)
    return chosen.order_by(NOTICES.c.next_try_at, NOTICES.c.id).limit(limit)


def _claim(connection: Connection, chosen: Any, until: datetime, worker: str) -> list[Posted]:  # noqa: ANN401
    rows = connection.execute(chosen.with_for_update(skip_locked=True))
    taken = [posted(row, tries=1) for row in rows]
    # Its name is written before it leaves, so that whatever comes back finds it.
    given = {"worker": worker, "until": until}
    _TAKE.run(connection, [{**given, "of_notice": one.id, "name": one.message_id} for one in taken])
    return taken


def posted(row: Any, tries: int = 0) -> Posted:  # noqa: ANN401 - a row of the table
    """The notice of a database *row*, with so many *tries* more than it knows of."""
    values = {name: getattr(row, name) for name in NOTICE_FIELDS}
    name = message_id(row.dialogue_id, row.cause, row.to)
    tried = row.attempts + tries
    return Posted(row.id, row.dialogue_id, Notice(**values), row.at, tried, name, row.sent_at)


def message_id(dialogue_id: str, cause: str, to: str) -> str:
    """
    The left part of the Message-ID of a notice: a digest of what makes it the only one.

    So it stays the same in every try, in a restored copy and in another database, and tells nobody whom it is about.
    """
    digest = sha256(f"{dialogue_id}\n{cause}\n{to}".encode()).hexdigest()
    return f"notice-{digest[:_HASH_LENGTH]}"


def find(engine: Engine, notice_id: int) -> Posted | None:
    """The notice *notice_id*, whatever became of it; None when there is none."""
    with reading(engine) as connection:
        row = connection.execute(select(NOTICES).where(NOTICES.c.id == notice_id)).one_or_none()
    return None if row is None else posted(row)


def find_message(engine: Engine, name: str) -> Posted | None:
    """The notice that was claimed to leave with *name* as the left part of its Message-ID, None when none was."""
    chosen = select(NOTICES).where(NAMED_ONLY, NOTICES.c.message_id == name)
    with reading(engine) as connection:
        row = connection.execute(chosen).one_or_none() if can_be_key(name) else None
    return None if row is None else posted(row)


def retry_later(engine: Engine, notice_id: int, reason: str, next_try_at: datetime) -> bool:
    """Give the claimed notice back after a passing failure, to be tried again from *next_try_at* on."""
    why = without_addresses(reason)
    return _change(engine, [notice_id], error=why, next_try_at=next_try_at)


def release(engine: Engine, notice_ids: Sequence[int]) -> bool:
    """Give claimed notices back untried, so that another worker can take them at once."""
    return _change(engine, notice_ids, attempts=NOTICES.c.attempts - 1)


def withdraw(engine: Engine, notice_id: int, reason: str) -> bool:
    """Take back a notice that should not go out any more."""
    return _change(engine, [notice_id], status=WITHDRAWN, error=without_addresses(reason))


def by_hand(engine: Engine, notice_id: int) -> bool:
    """Let the notice wait until somebody records that they delivered it by phone or letter."""
    return _change(engine, [notice_id], status=BY_HAND, error=None)


def _change(engine: Engine, notice_ids: Sequence[int], **values: Any) -> bool:  # noqa: ANN401 - columns
    chosen = update(NOTICES).where(NOTICES.c.id.in_(notice_ids), NOTICES.c.status == PENDING)
    freed = chosen.values(claimed_by=None, claimed_until=None, **values)
    with writing(engine) as connection:
        return connection.execute(freed).rowcount == len(notice_ids)
