"""Outbox, its entry: in the transaction of their cause, each notice only once, with its Message-ID."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, case, insert, null, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from records.engine.column_types import canonical
from records.engine.pg_copy import Copy
from records.engine.statements import CompiledStatement
from records.schema.core import NOTICES, PENDING_ONLY, UNSENT_ONLY
from states.model.duties import Duty
from states.model.facts import Notice
from states.model.vocabulary import Template
from states.steps.delivery.neutral_news import news_cause

PENDING, BY_HAND, SENT, FAILED, WITHDRAWN = "pending", "by-hand", "sent", "failed", "withdrawn"
SKIPPED = "skipped"
UNREAD = "unread-report"
"""The error of a message that was sent and about which something came back that a person must read."""
_DIGEST_LENGTH = 32  # hexadecimal digits, 128 bits
NOTICE_FIELDS = tuple(Notice.model_fields)


WAITS_SINCE = case((NOTICES.c.attempts > 0, NOTICES.c.at), else_=NOTICES.c.next_try_at)
"""Since when a notice could have gone; one that waits for a morning's letter could not before that."""


def ready(now: datetime, what: Any) -> Select[Any]:  # noqa: ANN401 - a table or columns
    """*what* of the notices that can be taken at *now*."""
    free = or_(NOTICES.c.claimed_until.is_(None), NOTICES.c.claimed_until <= now)
    return select(what).where(PENDING_ONLY, NOTICES.c.next_try_at <= now, free)


def cause_of(notice: Notice, origin: str, count: int) -> str:
    """Why *notice* exists: its rung, or *origin* (`fact:12`); *count*: how many like it came from there before."""
    if notice.template == Template.THERE_MAY_BE_NEWS:
        return news_cause(str(notice.detail["day"]))
    if notice.rung is not None:
        return f"duty:{notice.duty}:v{notice.version}:{notice.rung}"
    again = f"#{count + 1}" if count else ""
    return f"{origin}:{notice.template}{again}"


def message_id(dialogue_id: str, cause: str, to: str) -> str:
    """
    The left part of the Message-ID of a notice by itself: a digest of what makes it the only one.

    So it stays the same in every try, in a restored copy and in another database, and tells nobody whom it is about.
    """
    return f"notice-{digest(dialogue_id, cause, to)}"


def digest(*parts: str) -> str:
    """What stands for *parts* where nobody may read them."""
    return sha256("\n".join(parts).encode()).hexdigest()[:_DIGEST_LENGTH]


def rows_of(
    dialogue_id: str, notices: Iterable[Notice], origin: str, at: datetime
) -> list[dict[str, Any]]:
    """The outbox rows of *notices*, which follow from rungs or else from *origin* (`fact:12`)."""
    seen: dict[tuple[str, str], int] = {}
    rows = []
    for notice in notices:
        count = seen.get((notice.template, notice.to), 0)
        seen[notice.template, notice.to] = count + 1
        rows.append(_row(dialogue_id, notice, cause_of(notice, origin, count), at))
    return rows


def _row(dialogue_id: str, notice: Notice, cause: str, at: datetime) -> dict[str, Any]:
    read_back = notice.detail.get("read_back") is True
    return {
        "dialogue_id": dialogue_id, "cause": cause, "to": notice.to, "role": notice.role,
        "template": notice.template, "duty": notice.duty, "kind": notice.kind, "rung": notice.rung,
        "version": notice.version, "detail": canonical(notice.detail), "at": at,
        "status": BY_HAND if read_back else PENDING, "attempts": 0, "next_try_at": _not_before(notice, at),
    }  # fmt: skip


def _not_before(notice: Notice, at: datetime) -> datetime:
    """When it may leave: what can still be undone waits until it no longer can (rules 41)."""
    after = notice.detail.get("after")
    return max(at, datetime.fromisoformat(after)) if after else at


def mark_read_back(connection: Connection, rows: Iterable[dict[str, Any]]) -> None:
    """Mark those of *rows* that were read back in the same call as told by hand (rules 29)."""
    for row in rows:
        if row["status"] == BY_HAND:
            told = {"channel": BY_HAND, "sent_at": row["at"]}
            where = [NOTICES.c[name] == row[name] for name in _KEY]
            connection.execute(update(NOTICES).where(*where).values(told))


_GIVEN = [
    "dialogue_id", "cause", "to", "role", "template", "duty", "kind", "rung", "version", "detail",
    "at", "status", "attempts", "next_try_at",
]  # fmt: skip
_KEY = ["dialogue_id", "cause", "to"]
_INSERT = CompiledStatement(insert(NOTICES).inline(), _GIVEN)
_INSERT_ONCE = {
    "sqlite": sqlite.insert(NOTICES).inline().on_conflict_do_nothing(index_elements=_KEY),
    "postgresql": postgresql.insert(NOTICES).inline().on_conflict_do_nothing(index_elements=_KEY),
}
COPY = Copy(NOTICES, _GIVEN)
_INSERT_NEW = {
    name: CompiledStatement(statement, _GIVEN) for name, statement in _INSERT_ONCE.items()
}


def put(connection: Connection, rows: list[dict[str, Any]]) -> int:
    """Write *rows* into the outbox and return how many are new; a rung that is already there is not written again."""
    once = [row for row in rows if _is_once(row)]
    others = [row for row in rows if not _is_once(row)]
    return put_once(connection, once) + _INSERT.run(connection, others)


def _is_once(row: dict[str, Any]) -> bool:
    """Whether it may be there already: a rung, or the neutral letter of a morning."""
    return row["rung"] is not None or row["template"] == Template.THERE_MAY_BE_NEWS


def put_stored(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    """Write *rows* as they are stored; a rung that is already there is not written again."""
    _INSERT_NEW[connection.dialect.name].run_stored(connection, rows)


def put_once(connection: Connection, rows: list[dict[str, Any]]) -> int:
    """Write those of *rows* whose cause is not in the outbox yet and return how many there were."""
    return _INSERT_NEW[connection.dialect.name].run(connection, rows)


MOVED = "its moment was moved"


class Ended(NamedTuple):
    """Of which duty the unsent reminders of all versions *below* are withdrawn, and *why*."""

    dialogue_id: str
    duty: str
    below: int
    why: str = "it is no longer owed"


_WITHDRAW = CompiledStatement(
    update(NOTICES)
    .where(
        NOTICES.c.dialogue_id == bindparam("of_dialogue"),
        NOTICES.c.duty == bindparam("of_duty"),
        NOTICES.c.rung.is_not(None),
        NOTICES.c.version < bindparam("below"),
        UNSENT_ONLY,
    )
    .values(
        status=text(f"'{WITHDRAWN}'"),
        error=bindparam("because"),
        claimed_by=null(),
        claimed_until=null(),
    ),
    ["of_dialogue", "of_duty", "below", "because"],
)


def withdraw_ended(connection: Connection, ended: list[Ended]) -> None:
    """Withdraw the unsent reminders of duties that have *ended* or moved."""
    _WITHDRAW.run_stored(connection, ended)


def withdraw_outdated(connection: Connection, dialogue_id: str, duties: Iterable[Duty]) -> None:
    """Withdraw the unsent reminders of *duties* that are no longer owed, or whose moment was moved."""
    ended = [
        Ended(dialogue_id, duty.name, duty.version, MOVED)
        if duty.owed
        else Ended(dialogue_id, duty.name, duty.version + 1)
        for duty in duties
        if duty.version > 1 or not duty.owed
    ]
    withdraw_ended(connection, ended)
