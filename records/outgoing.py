"""How notices enter the outbox: each with its cause, so that none can be there twice."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from records.bulk import Bulk
from records.columns import canonical
from records.tables import NOTICES, UNSENT_ONLY
from states.duties import Duty
from states.facts import Notice

PENDING, BY_HAND, SENT, FAILED, WITHDRAWN = "pending", "by-hand", "sent", "failed", "withdrawn"


def cause_of(notice: Notice, origin: str, count: int) -> str:
    """Why *notice* exists: its rung, or *origin* (`fact:12`); *count*: how many like it came from there before."""
    if notice.rung is not None:
        return f"duty:{notice.duty}:v{notice.version}:{notice.rung}"
    again = f"#{count + 1}" if count else ""
    return f"{origin}:{notice.template}{again}"


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
    return {
        "dialogue_id": dialogue_id, "cause": cause, "to": notice.to, "role": notice.role,
        "template": notice.template, "duty": notice.duty, "kind": notice.kind, "rung": notice.rung,
        "version": notice.version, "detail": canonical(notice.detail), "at": at, "status": PENDING, "attempts": 0,
        "next_try_at": at,
    }  # fmt: skip


_GIVEN = [
    "dialogue_id", "cause", "to", "role", "template", "duty", "kind", "rung", "version", "detail",
    "at", "status", "attempts", "next_try_at",
]  # fmt: skip
_KEY = ["dialogue_id", "cause", "to"]
_INSERT = Bulk(insert(NOTICES).inline(), _GIVEN)
_INSERT_ONCE = {
    "sqlite": sqlite.insert(NOTICES).inline().on_conflict_do_nothing(index_elements=_KEY),
    "postgresql": postgresql.insert(NOTICES).inline().on_conflict_do_nothing(index_elements=_KEY),
}
_INSERT_NEW = {name: Bulk(statement, _GIVEN) for name, statement in _INSERT_ONCE.items()}


def put(connection: Connection, rows: list[dict[str, Any]]) -> int:
    """Write *rows* into the outbox and return how many are new; a rung that is already there is not written again."""
    rungs = [row for row in rows if row["rung"] is not None]
    others = [row for row in rows if row["rung"] is None]
    return put_once(connection, rungs) + _INSERT.run(connection, others)


def put_once(connection: Connection, rows: list[dict[str, Any]]) -> int:
    """Write those of *rows* whose cause is not in the outbox yet and return how many there were."""
    return _INSERT_NEW[connection.dialect.name].run(connection, rows)


_WITHDRAW = (
    update(NOTICES)
    .where(
        NOTICES.c.dialogue_id == bindparam("of_dialogue"),
        NOTICES.c.duty == bindparam("of_duty"),
        NOTICES.c.rung.is_not(None),
        NOTICES.c.version < bindparam("below"),
        UNSENT_ONLY,
    )
    .values(status=WITHDRAWN, error=bindparam("because"), claimed_by=None, claimed_until=None)
)


def withdraw_outdated(connection: Connection, dialogue_id: str, duties: Iterable[Duty]) -> None:
    """Withdraw the unsent reminders of *duties* that are no longer owed, or whose moment was moved."""
    rows = [
        {
            "of_dialogue": dialogue_id,
            "of_duty": duty.name,
            "below": duty.version if duty.owed else duty.version + 1,
            "because": "its moment was moved" if duty.owed else "it is no longer owed",
        }
        for duty in duties
        if duty.version > 1 or not duty.owed
    ]
    if rows:
        connection.execute(_WITHDRAW, rows)
