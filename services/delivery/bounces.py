"""Bounce handler: a mail that was accepted was not delivered after all, and its answer is owed again."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine

from notifications.inbound.returned_mail import Returned, read_returned
from records.delivery import queue
from records.delivery.queue import Posted
from records.journal import journal
from records.ledger import Ledger
from services.delivery import calendar_replies
from states.model.dialogue import Dialogue
from states.model.vocabulary import FactName
from states.values.addresses import on_the_wire

_CHANNEL = "email"
What = (
    Literal["recorded", "known", "passing", "unread", "foreign", "no-report"]
    | calendar_replies.Said
)


@dataclass(frozen=True, slots=True)
class BounceHeard:
    """
    What became of one report, about the *notice* that it names.

    `recorded`: it counts as not delivered now · `known`: it did so before · `passing`: the mail server tries again ·
    `unread`: it is about that notice, and a person must look what it says · `foreign`: it names no mail of ours, or
    another reader · `no-report`: a mail of another kind. What a calendar answers is the person's own step, about *who*.
    """

    what: What
    notice: Posted | None = None
    who: str = ""
    """Dialogue and seat, or why the step was refused, of what a calendar answered."""


def hear(engine: Engine, ledger: Ledger, raw: bytes, now: datetime) -> list[BounceHeard]:
    """
    Record what the mail *raw* says of deliveries that failed, at *now* (aware UTC); reading it twice records it once.

    Raises Busy or DatabaseUnavailable (records.engine.errors); then it can be read again. Source: rules 16 and 43.
    """
    if told := calendar_replies.answers(ledger, raw, now):
        return [BounceHeard(one.what, who=one.where) for one in told]
    returned = read_returned(raw)
    if returned.kind == "none":
        return [BounceHeard("no-report")]
    found = [queue.find_message(engine, name) for name in returned.names]
    ours = [
        posted
        for posted in found
        if posted is not None
        and (
            returned.sure or _about(engine, returned, raw, ledger.read(posted.dialogue_id), posted)
        )
    ]
    return [_record(ledger, returned, posted, now) for posted in ours] or [BounceHeard("foreign")]


def _record(ledger: Ledger, returned: Returned, posted: Posted, now: datetime) -> BounceHeard:
    if returned.kind == "passing":
        return BounceHeard("passing", posted)
    if returned.kind == "unread":
        ledger.report_unread(posted.id, now)
        return BounceHeard("unread", posted)
    new = ledger.undeliverable(posted.id, _CHANNEL, returned.code, now)
    return BounceHeard("recorded" if new else "known", posted)


def _about(
    engine: Engine, returned: Returned, raw: bytes, dialogue: Dialogue, posted: Posted
) -> bool:
    """
    Whether it was the reader of *posted* whom the mail did not reach, also when their address passed it on.

    Without our envelope or mark a Message-ID is all there is; a report that names somebody else is about them.
    """
    seat, reader = dialogue.stakeholder_of(posted.notice.to), dialogue.holder(posted.notice.to)
    if reader is None:
        return False
    if not returned.recipients or (reader.email and _is_named(reader.email, raw)):
        return True
    # A report can come days later; the address that it names is not kept, once there is another.
    return (
        seat is not None
        and posted.sent_at is not None
        and journal.has_happened(
            engine, posted.dialogue_id, FactName.CONTACT_CHANGED, seat.id, posted.sent_at
        )
    )


def _is_named(address: str, raw: bytes) -> bool:
    with suppress(ValueError):  # no mail can have gone there
        return on_the_wire(address).lower().encode() in raw.lower()
    return False
