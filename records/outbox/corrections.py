"""
Hand-delivery marks and resending: what a step says of earlier messages, before it brings about new ones.

What was heard by phone or letter is marked as sent by hand. What did not arrive goes out again, once it is recorded
where its reader is reached.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from records.outbox.enqueue import BY_HAND, FAILED, NOTICE_FIELDS, PENDING, SENT
from records.schema.core import NOTICES, TROUBLED_ONLY, UNSENT_ONLY
from states.model.dialogue import Dialogue
from states.model.facts import Fact, Notice
from states.model.vocabulary import FactName
from states.privacy.seals import PSEUDONYM
from states.steps.delivery.receipts import BINDING, goes_again
from states.steps.people.contact_ways import ANSWERS

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
_CARRIED = and_(
    NOTICES.c.to.startswith(PSEUDONYM),
    or_(*(NOTICES.c.template == name for name in sorted(ANSWERS))),
)
"""Words under seal stay written when they come back, and are carried until they arrive."""
_MARK_HEARD = _BY_TEMPLATE.where(
    NOTICES.c.status == FAILED,
    or_(_CARRIED, and_(*(NOTICES.c.template != name for name in sorted(BINDING)))),
)
"""What failed was heard by another way; an answer that came back is written anew instead."""
_MARK_ALL = _TOLD.where(NOTICES.c.status == BY_HAND)
_FAILED = select(NOTICES.c.id, *(NOTICES.c[name] for name in NOTICE_FIELDS)).where(
    TROUBLED_ONLY, NOTICES.c.status == FAILED
)
_UNTRIED = {"status": PENDING, "channel": None, "error": None, "attempts": 0}


def correct(
    connection: Connection,
    before: Dialogue,
    dialogue: Dialogue,
    facts: Iterable[Fact],
    now: datetime,
) -> None:
    """
    Bring the outbox of *dialogue*, which stood as *before*, in line with *facts* decided at *now* (aware UTC).

    What was said in an earlier phase is over, and is not sent again, but for words under seal.
    """
    told = [fact for fact in facts if fact.fact == FactName.DELIVERY_RECORDED]
    if told:
        _mark_told(connection, dialogue.id, told, now)
    for fact in facts:
        if fact.fact == FactName.CONTACT_CHANGED and "email" in fact.detail["fields"]:
            for name in _whose_way(before, dialogue, fact.subject):
                _send_again(connection, dialogue, name, now)


def _whose_way(before: Dialogue, after: Dialogue, subject: str) -> list[str]:
    """Whose address was changed; once there are seals the fact does not say of whom the moderator changed it."""
    if subject in after.stakeholders:
        return [subject]
    forgiven = before.failed_ways.keys() - after.failed_ways.keys()
    was = before.stakeholders
    return [
        name
        for name, seat in after.stakeholders.items()
        if (name in was and seat.email != was[name].email)
        or not forgiven.isdisjoint(after.voices_of(name))
    ]


def _mark_told(connection: Connection, dialogue_id: str, told: list[Fact], now: datetime) -> None:
    rows = [
        {
            "of_dialogue": dialogue_id,
            "told": fact.subject,
            "of_template": fact.detail["template"],
            "moment": now,
        }
        for fact in told
    ]
    connection.execute(_MARK_TOLD, rows)
    connection.execute(_MARK_HEARD, rows)
    every = [fact for fact in told if fact.detail.get("all")]
    for fact in every[:1]:
        whole = {"of_dialogue": dialogue_id, "told": fact.subject, "moment": now}
        connection.execute(_MARK_ALL, whole)


def _send_again(connection: Connection, dialogue: Dialogue, name: str, now: datetime) -> None:
    chosen = _FAILED.where(
        NOTICES.c.dialogue_id == dialogue.id,
        NOTICES.c.to.in_(dialogue.voices_of(name)),
        or_(NOTICES.c.at >= dialogue.phase_since, _CARRIED),
    )
    rows = connection.execute(chosen).all()
    again = [number for number, *values in rows if goes_again(_notice(values))]
    fresh = {**_UNTRIED, "next_try_at": now}
    connection.execute(update(NOTICES).where(NOTICES.c.id.in_(again)).values(fresh))


def _notice(values: Sequence[Any]) -> Notice:
    return Notice(**dict(zip(NOTICE_FIELDS, values, strict=True)))
