"""Hand-delivery marks: what was heard by phone or letter is marked in the outbox."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, update

from records.outbox.enqueue import BY_HAND, FAILED, SENT
from records.schema.core import NOTICES, UNSENT_ONLY
from states.model.facts import Fact
from states.model.vocabulary import FactName
from states.steps.delivery.receipts import BINDING

_TOLD = (
    update(NOTICES)
    .where(NOTICES.c.dialogue_id == bindparam("of_dialogue"), NOTICES.c.to == bindparam("told"))
    .values(
        status=SENT, channel=BY_HAND, sent_at=bindparam("moment"), error=None,
        claimed_by=None, claimed_until=None,
    )
)  # fmt: skip
_BY_TEMPLATE = _TOLD.where(NOTICES.c.template == bindparam("of_template"))
_MARK_TOLD = _BY_TEMPLATE.where(UNSENT_ONLY, NOTICES.c.sent_at.is_(None))
_MARK_HEARD = _BY_TEMPLATE.where(
    NOTICES.c.status == FAILED,
    and_(*(NOTICES.c.template != name for name in sorted(BINDING))),
)
"""What failed was heard by another way; an answer that came back is written anew instead."""
_MARK_ALL = _TOLD.where(NOTICES.c.status == BY_HAND)


def mark_told(
    connection: Connection, dialogue_id: str, facts: Iterable[Fact], now: datetime
) -> None:
    """Mark what *facts* say was told by phone or letter as sent by hand; before they bring about new notices."""
    told = [fact for fact in facts if fact.fact == FactName.DELIVERY_RECORDED]
    every = [fact for fact in told if fact.detail.get("all")]
    rows = [
        {
            "of_dialogue": dialogue_id,
            "told": fact.subject,
            "of_template": fact.detail["template"],
            "moment": now,
        }
        for fact in told
    ]
    if rows:
        connection.execute(_MARK_TOLD, rows)
        connection.execute(_MARK_HEARD, rows)
    for fact in every[:1]:
        whole = {"of_dialogue": dialogue_id, "told": fact.subject, "moment": now}
        connection.execute(_MARK_ALL, whole)
