"""
Arrival of neutral news: what waits for a pseudonym that no one here can open has arrived when all heard of news.

Who speaks is among them; until each letter of that morning was accepted it goes on waiting, and the moderator sees it.
When one of these letters comes back later, it waits again.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, and_, or_, select

from records.dialogues.repository import DialogueReader, Policies
from records.engine.database import reading
from records.outbox.enqueue import BY_HAND, FAILED, NOTICE_FIELDS, SENT
from records.schema.core import NOTICES, TROUBLED_ONLY
from records.schema.seal_keys import SEAL_KEYS
from states.model.dialogue import Dialogue
from states.model.facts import Notice
from states.model.people import PARTICIPANT
from states.privacy.seals import PSEUDONYM
from states.steps.delivery.neutral_news import (
    all_read_mail,
    covers_news_of,
    has_reached_all,
    news_cause,
)
from states.steps.delivery.news_came_back import Behind, has_reacted

CHANNEL = "news"
"""The channel of what stands on the page, and of which all heard that there may be news."""
_ANY_KEY = select(SEAL_KEYS.c.number).limit(1)
_WAITING = select(NOTICES.c.id, NOTICES.c.dialogue_id, NOTICES.c.to, NOTICES.c.next_try_at).where(
    TROUBLED_ONLY,
    NOTICES.c.status == BY_HAND,
    NOTICES.c.role == PARTICIPANT,
    NOTICES.c.to.startswith(PSEUDONYM, autoescape=True),
)


def arrived_by_news(engine: Engine, policies: Policies, now: datetime) -> list[int]:
    """The notices for closed pseudonyms of which all who might be meant have heard by *now* (aware UTC)."""
    with reading(engine) as connection:
        if connection.scalar(_ANY_KEY) is None:
            return []
        chosen = _WAITING.where(NOTICES.c.next_try_at <= now).order_by(NOTICES.c.id)
        rows = connection.execute(chosen).all()
        return list(_find_arrived(connection, DialogueReader(policies), rows))


def _find_arrived(
    connection: Connection, reader: DialogueReader, rows: Iterable[Any]
) -> Iterator[int]:
    known: dict[str, Dialogue] = {}
    for row in rows:
        if row.dialogue_id not in known:
            known[row.dialogue_id] = reader.read(connection, row.dialogue_id).dialogue
        dialogue = known[row.dialogue_id]
        if dialogue.is_locked(row.to) and _all_heard(connection, dialogue, row.next_try_at):
            yield row.id


def _all_heard(connection: Connection, dialogue: Dialogue, at: datetime) -> bool:
    told = select(NOTICES.c.to).where(
        NOTICES.c.dialogue_id == dialogue.id,
        NOTICES.c.cause == news_cause(dialogue.calendar.day_of(at)),
        NOTICES.c.status == SENT,
    )
    return has_reached_all(dialogue, set(connection.scalars(told)))


_BEHIND = select(
    NOTICES.c.id, NOTICES.c.next_try_at, NOTICES.c.sent_at, *(NOTICES.c[n] for n in NOTICE_FIELDS)
).where(NOTICES.c.role == PARTICIPANT, NOTICES.c.to.startswith(PSEUDONYM, autoescape=True))
WAITS_AGAIN = {"status": BY_HAND, "channel": None, "sent_at": None}
"""What becomes of a message behind a neutral letter that came back."""


def behind_letters(
    connection: Connection, dialogue: Dialogue, returned: Iterable[Notice]
) -> dict[int, Behind]:
    """
    By its number, what waited in *dialogue* behind those of the *returned* notices that are neutral letters.

    Also what still does, unless the moderator was told already; not what its reader reacted to since.
    """
    theirs = [one for one in returned if not dialogue.is_erased(one.to)]
    days = {day for one in theirs if (day := covers_news_of(one))}
    if not days:
        return {}
    is_told = not all_read_mail(dialogue) or _came_back_before(connection, dialogue, days)
    by_news = and_(NOTICES.c.status == SENT, NOTICES.c.channel == CHANNEL)
    chosen = _BEHIND.where(
        NOTICES.c.dialogue_id == dialogue.id, or_(by_news, NOTICES.c.status == BY_HAND)
    )
    rows = connection.execute(chosen.order_by(NOTICES.c.id)).mappings().all()
    found = {row["id"]: _behind(row) for row in rows if _day(dialogue, row) in days}
    return {
        number: one
        for number, one in found.items()
        if dialogue.is_locked(one.notice.to)
        and not has_reacted(dialogue, one)
        and not (is_told and one.arrived_at is None)
    }


def _came_back_before(connection: Connection, dialogue: Dialogue, days: Iterable[str]) -> bool:
    chosen = select(NOTICES.c.id).where(
        NOTICES.c.dialogue_id == dialogue.id,
        NOTICES.c.cause.in_([news_cause(day) for day in days]),
        NOTICES.c.status == FAILED,
    )
    return connection.scalar(chosen.limit(1)) is not None


def _behind(row: Mapping[Any, Any]) -> Behind:
    return Behind(Notice(**{name: row[name] for name in NOTICE_FIELDS}), row["sent_at"])


def _day(dialogue: Dialogue, row: Mapping[Any, Any]) -> str:
    return dialogue.calendar.day_of(row["next_try_at"]).isoformat()
