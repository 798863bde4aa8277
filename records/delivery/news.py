"""
Arrival of neutral news: what waits for a pseudonym that no one here can open has arrived when all heard of news.

Who speaks is among them; until each letter of that morning was accepted it goes on waiting, and the moderator sees it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from records.dialogues.repository import DialogueReader, Policies
from records.engine.database import reading
from records.outbox.enqueue import BY_HAND, SENT
from records.schema.core import NOTICES, TROUBLED_ONLY
from records.schema.seal_keys import SEAL_KEYS
from states.model.dialogue import Dialogue
from states.model.people import PARTICIPANT
from states.privacy.seals import PSEUDONYM
from states.steps.delivery.neutral_news import has_reached_all, news_cause

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
