"""Delivery queue: claims waiting notices under a lease, and marks what became of them (retry, release, withdraw)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, and_, bindparam, func, or_, select, update

from records.delivery.letters import Sorter
from records.delivery.settle import without_addresses
from records.dialogues.repository import Policies
from records.engine.column_types import can_be_key
from records.engine.database import reading, writing
from records.engine.statements import CompiledStatement
from records.outbox.enqueue import (
    BY_HAND,
    FAILED,
    NOTICE_FIELDS,
    PENDING,
    SENT,
    SKIPPED,
    WITHDRAWN,
    message_id,
    ready,
)
from records.schema.core import DIALOGUES, LETTERS, NAMED_ONLY, NOTICES, PENDING_ONLY, UNSENT_ONLY
from records.schema.operator_view import MAIL_MAY_BE_TOLD
from states.model.facts import Notice
from states.model.vocabulary import Template
from states.steps.delivery.letters import DAILY, KINDS, Kind, urgency

_TAKE = CompiledStatement(
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
_PUT_OFF = CompiledStatement(
    update(NOTICES)
    .where(NOTICES.c.id == bindparam("of_notice"))
    .values(next_try_at=bindparam("moment")),
    ["of_notice", "moment"],
)
_TELL_NO_TASK = {Template.DIGEST, Template.WEEKLY_CHECKPOINT}
_TASKS = {name for name, kind in KINDS.items() if kind is Kind.TASKS} - _TELL_NO_TASK
_ONE_AT_A_TIME = 7_306_041_893
"""The lock under which letters are put together on PostgreSQL: two at once could each take half of one."""


@dataclass(frozen=True, slots=True)
class Posted:
    """
    A letter in the outbox: its most urgent notice, with the others in it *beside*; *attempts* counts this try too.

    Most letters hold one notice alone.
    """

    id: int
    dialogue_id: str
    notice: Notice
    at: datetime
    attempts: int
    message_id: str
    """The left part of its Message-ID, the same at every try; that of the letter."""
    sent_at: datetime | None = None
    """When a channel accepted it."""
    beside: tuple["Posted", ...] = ()

    @property
    def rows(self) -> tuple["Posted", ...]:
        """All its notices, the most urgent first, each by itself."""
        return (self, *self.beside) if self.beside else (self,)

    @property
    def ids(self) -> list[int]:
        """The keys of all its notices."""
        return [row.id for row in self.rows]


def together(rows: Sequence[Posted]) -> Posted:
    """The letter of *rows*, at least one, in the order in which it says them."""
    if len(rows) == 1 and not rows[0].beside:
        return rows[0]
    first, *others = (replace(row, beside=()) for row in rows)
    return replace(first, beside=tuple(others)) if others else first


def claim(
    engine: Engine,
    policies: Policies,
    now: datetime,
    *,
    limit: int,
    lease: timedelta,
    worker: str,
    newest: int | None = None,
) -> list[Posted]:
    """
    Take up to *limit* pending letters for *worker*, oldest first; for *lease* nobody else gets them.

    A letter is taken whole: all that waits for its reader, of its kind, on this day. What comes for it later goes by
    itself when it is an alert, and tomorrow when it is a task. *policies* say when the morning is of a programme.
    With *newest* (its number) no letter of which nothing was written by then, so that what a round brings about waits
    for the next one. What is neither sent nor given back by the end of the lease can be claimed again. *now* is aware
    UTC. Raises Busy, DatabaseUnavailable. Source: rules 41.
    """
    while waits(engine, now, newest):
        with writing(engine, now) as connection:
            sorter = Sorter(connection, policies, now, newest)
            taken = _claim(sorter, limit, now + lease, worker)
        if taken:
            return taken
    return []


def waits(engine: Engine, now: datetime, newest: int | None = None) -> bool:
    """Whether anything can be claimed at *now* (aware UTC). Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        return connection.execute(_waiting(now, 1, NOTICES.c.id, newest)).first() is not None


def how_many_wait(engine: Engine, now: datetime, most: int) -> int:
    """How many notices could be claimed at *now* (aware UTC), counted up to *most*. Raises DatabaseUnavailable."""
    counted = ready(now, NOTICES.c.id).limit(most).subquery()
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(counted)) or 0


def newest(engine: Engine) -> int:
    """The number of the notice that was written last, 0 when there is none."""
    with reading(engine) as connection:
        return connection.scalar(select(func.max(NOTICES.c.id))) or 0


def hurry(engine: Engine, now: datetime, longest: timedelta) -> None:
    """
    Let what was put off for more than the *longest* pause go at *now* (aware UTC).

    Its moment was set by a clock that ran ahead; it would wait until the present is there too. What goes by itself is
    put off by the law alone, before its first try: an erasure that can still be undone (rules 41).
    """
    morning = and_(NOTICES.c.template.in_(sorted(DAILY)), NOTICES.c.next_try_at > NOTICES.c.at)
    put_off = or_(NOTICES.c.attempts > 0, morning)
    far = (PENDING_ONLY, put_off, NOTICES.c.next_try_at > now + longest)
    with reading(engine) as connection:
        found = connection.execute(select(NOTICES.c.id).where(*far).limit(1)).first()
    if found is not None:
        with writing(engine, now) as connection:
            connection.execute(update(NOTICES).where(*far).values(next_try_at=now))


def _waiting(now: datetime, limit: int, what: Any, newest: int | None) -> Any:  # noqa: ANN401 - a statement repeats its columns
    chosen = ready(now, what)
    if newest is not None:
        chosen = chosen.where(NOTICES.c.id <= newest)
    return chosen.order_by(NOTICES.c.next_try_at, NOTICES.c.id).limit(limit)


def _claim(sorter: Sorter, limit: int, until: datetime, worker: str) -> list[Posted]:
    """Of what waits at this moment; empty also when all that was looked at had to be put off."""
    connection = sorter.connection
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
    chosen = _waiting(sorter.now, limit, NOTICES, sorter.newest)
    rows = connection.execute(chosen.with_for_update(skip_locked=True)).all()
    sorted_ = sorter.sort(rows, whole=len(rows) < limit)
    _PUT_OFF.run(connection, [{"of_notice": i, "moment": at} for i, at in sorted_.put_off])
    # Its name is written before it leaves, so that whatever comes back finds it.
    given = {"worker": worker, "until": until}
    taken = [_letter(name, found, tries=1) for name, found in sorted_.letters]
    pairs = ((number, one.message_id) for one in taken for number in one.ids)
    _TAKE.run(connection, [{**given, "of_notice": number, "name": name} for number, name in pairs])
    return taken


def _letter(name: str, rows: Sequence[Any], tries: int = 0) -> Posted:
    found = [posted_notice(row, tries, name) for row in rows]
    return together(sorted(found, key=lambda one: (urgency(one.notice), one.id)))


def posted_notice(row: Any, tries: int = 0, name: str | None = None) -> Posted:  # noqa: ANN401 - a row of the table
    """The notice of a database *row* in the letter *name*, with so many *tries* more than it knows of."""
    # As it was written: one that names no message of ours stops itself alone, when it is composed.
    values = {field: getattr(row, field) for field in NOTICE_FIELDS}
    name = name or row.message_id or message_id(row.dialogue_id, row.cause, row.to)
    tried = row.attempts + tries
    return Posted(
        row.id, row.dialogue_id, Notice.model_construct(**values), row.at, tried, name, row.sent_at
    )


def find(engine: Engine, notice_id: int) -> Posted | None:
    """The notice *notice_id*, whatever became of it; None when there is none."""
    with reading(engine) as connection:
        row = connection.execute(select(NOTICES).where(NOTICES.c.id == notice_id)).one_or_none()
    return None if row is None else posted_notice(row)


def untold_among(engine: Engine, letters: Sequence[Posted]) -> frozenset[str]:
    """
    The names of those of *letters* of which whoever watches the machine is told nothing (rules 39).

    Asked when they are claimed: two deliveries at once then each leave out their own. Raises DatabaseUnavailable.
    """
    numbers = [number for letter in letters for number in letter.ids]
    chosen = select(NOTICES.c.id).where(NOTICES.c.id.in_(numbers), MAIL_MAY_BE_TOLD)
    with reading(engine) as connection:
        told = set(connection.scalars(chosen))
    return frozenset(one.message_id for one in letters if told.isdisjoint(one.ids))


def by_hand_for(engine: Engine, dialogue_id: str, to: str) -> list[Posted]:
    """The notices to *to* in *dialogue_id* that wait for a person's hand, oldest first."""
    waits = (UNSENT_ONLY, NOTICES.c.status == BY_HAND, NOTICES.c.sent_at.is_(None))
    chosen = select(NOTICES).where(NOTICES.c.dialogue_id == dialogue_id, NOTICES.c.to == to, *waits)
    with reading(engine) as connection:
        return [posted_notice(row) for row in connection.execute(chosen.order_by(NOTICES.c.id))]


def find_message(engine: Engine, name: str) -> Posted | None:
    """The letter that was claimed to leave with *name* as the left part of its Message-ID, None when none was."""
    chosen = select(NOTICES).where(NAMED_ONLY, NOTICES.c.message_id == name)
    with reading(engine) as connection:
        rows = connection.execute(chosen).all() if can_be_key(name) else []
    left = [row for row in rows if row.status in {SENT, FAILED}]
    return _letter(name, left or rows) if rows else None


def kinds_of_letters(engine: Engine, dialogue_ids: Iterable[str]) -> dict[str, str]:
    """The kind of each letter of the programmes of *dialogue_ids*, by its name."""
    home = select(DIALOGUES.c.programme_id).where(DIALOGUES.c.id.in_(list(dialogue_ids)))
    chosen = select(LETTERS.c.message_id, LETTERS.c.kind).where(LETTERS.c.programme_id.in_(home))
    with reading(engine) as connection:
        return {row.message_id: row.kind for row in connection.execute(chosen)}


def tasks_went(engine: Engine, dialogue_id: str, to: str, since: datetime, now: datetime) -> bool:
    """Whether a letter of tasks, other than an overview, went to *to* after *since*, up to and with *now*."""
    chosen = select(NOTICES.c.id).where(
        NOTICES.c.dialogue_id == dialogue_id,
        NOTICES.c.to == to,
        NOTICES.c.template.in_(sorted(_TASKS)),
        NOTICES.c.sent_at > since,
        NOTICES.c.sent_at <= now,
    )
    with reading(engine) as connection:
        return connection.execute(chosen.limit(1)).first() is not None


def retry_later(
    engine: Engine, notice_ids: int | Sequence[int], reason: str, next_try_at: datetime
) -> bool:
    """Give the claimed letter back after a passing failure, to be tried again from *next_try_at* on."""
    ids = [notice_ids] if isinstance(notice_ids, int) else notice_ids
    return _change(engine, ids, error=without_addresses(reason), next_try_at=next_try_at)


def release(engine: Engine, notice_ids: Sequence[int]) -> bool:
    """Give claimed notices back untried, so that another worker can take them at once."""
    return _change(engine, notice_ids, attempts=NOTICES.c.attempts - 1)


def withdraw(engine: Engine, notice_id: int, reason: str) -> bool:
    """Take back a notice that should not go out any more."""
    return _change(engine, [notice_id], status=WITHDRAWN, error=without_addresses(reason))


def skip(engine: Engine, notice_id: int, reason: str) -> bool:
    """Leave out a notice that comes too early to be of use, for ever; its duty has other ones."""
    return _change(engine, [notice_id], status=SKIPPED, error=without_addresses(reason))


def by_hand(engine: Engine, notice_id: int) -> bool:
    """Let the notice wait until somebody records that they delivered it by phone or letter."""
    return _change(engine, [notice_id], status=BY_HAND, error=None)


def _change(engine: Engine, notice_ids: Sequence[int], **values: Any) -> bool:  # noqa: ANN401 - columns
    chosen = update(NOTICES).where(NOTICES.c.id.in_(notice_ids), NOTICES.c.status == PENDING)
    freed = chosen.values(claimed_by=None, claimed_until=None, **values)
    with writing(engine) as connection:
        return connection.execute(freed).rowcount == len(notice_ids)
