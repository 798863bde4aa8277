"""
Mail redaction: what a delivery did with letters of which whoever watches the machine is told nothing.

A delivery counts its letters, not whom they are for. So what may not be told is looked up before it, and after it what
became of that.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, func, not_, select

from records.engine.database import reading
from records.outbox.enqueue import BY_HAND, FAILED, PENDING, SENT, SKIPPED, WITHDRAWN
from records.schema.core import NOTICES, PENDING_ONLY
from records.schema.operator_view import MAIL_MAY_BE_TOLD

_AT_ONCE = 5_000
_ENDS = {
    SENT: "sent", BY_HAND: "by_hand", FAILED: "failed", PENDING: "later", WITHDRAWN: "withdrawn",
    SKIPPED: "withdrawn",
}  # fmt: skip
"""How a report calls the end of a letter, by the status of its notices; of several the first counts."""
_ORDER = {status: place for place, status in enumerate(_ENDS)}
_SET_ASIDE = "unwritten-"


class UntoldMail(NamedTuple):
    """What of the outbox is not told: how often each notice that waits was *tried*, and the *newest* of all."""

    tried: Mapping[int, int]
    newest: int


def untold_mail(engine: Engine) -> UntoldMail:
    """What waits now and is not told."""
    chosen = select(NOTICES.c.id, NOTICES.c.attempts).where(PENDING_ONLY, not_(MAIL_MAY_BE_TOLD))
    with reading(engine) as connection:
        newest = connection.scalar(select(func.max(NOTICES.c.id))) or 0
        return UntoldMail({row.id: row.attempts for row in connection.execute(chosen)}, newest)


def untold_endings(engine: Engine, before: UntoldMail) -> Counter[str]:
    """How the letters ended since *before* that are not told, as a report of deliveries calls it."""
    letters: dict[str, Any] = {}
    with reading(engine) as connection:
        for row in _dealt_with(connection, before):
            name = row.message_id or str(row.id)
            known = letters.get(name)
            if known is None or _ORDER[row.status] < _ORDER[known.status]:
                letters[name] = row
        for name in _told_too(connection, list(letters)):
            del letters[name]
    return Counter(map(_end, letters.values()))


def _dealt_with(connection: Connection, before: UntoldMail) -> Iterator[Any]:
    columns = ("id", "message_id", "status", "attempts", "error")
    chosen = select(*(NOTICES.c[name] for name in columns))
    came = chosen.where(NOTICES.c.id > before.newest, not_(MAIL_MAY_BE_TOLD))
    for some in (came, *(chosen.where(NOTICES.c.id.in_(ids)) for ids in _parts(before.tried))):
        for row in connection.execute(some):
            if row.status != PENDING or row.attempts > before.tried.get(row.id, 0):
                yield row


def _told_too(connection: Connection, names: list[str]) -> set[str]:
    """Those of the letters with these *names* that also hold something that is told."""
    found: set[str] = set()
    for some in _parts(names):
        chosen = select(NOTICES.c.message_id).where(NOTICES.c.message_id.in_(some))
        found |= set(connection.scalars(chosen.where(MAIL_MAY_BE_TOLD)))
    return found


def _parts(names: Any) -> Iterator[list[Any]]:  # noqa: ANN401 - numbers or names
    left = iter(names)
    while part := list(islice(left, _AT_ONCE)):
        yield part


def _end(row: Any) -> str:  # noqa: ANN401 - a row of notices
    aside = row.status == FAILED and (row.error or "").startswith(_SET_ASIDE)
    return "quarantined" if aside else _ENDS[row.status]
