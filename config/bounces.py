"""Bounces that come back later: a mail that was accepted was not delivered after all, and the answer is owed again."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine

from notifications.bounces import Bounce, read_bounces
from notifications.email import on_the_wire
from records import journal, outbox
from records.ledger import Ledger
from records.outbox import Posted
from states.dialogue import Dialogue

_CHANNEL = "email"
What = Literal["recorded", "known", "passing", "foreign", "no-report"]


@dataclass(frozen=True, slots=True)
class Heard:
    """
    What became of one report, about the *notice* that it names.

    `recorded`: it counts as not delivered now · `known`: it did so before · `passing`: the mail server tries again ·
    `foreign`: it names no mail of ours, or another reader · `no-report`: a mail of another kind.
    """

    what: What
    notice: Posted | None = None


def hear(engine: Engine, ledger: Ledger, raw: bytes, now: datetime) -> list[Heard]:
    """
    Record what the mail *raw* says of deliveries that failed, at *now* (aware UTC); reading it twice records it once.

    Raises Busy or DatabaseUnavailable (records.errors); then it can be read again. Source: DESIGN 3.5.
    """
    bounces = _read(raw)
    if not bounces:
        return [Heard("no-report")]
    return list(_recorded(engine, ledger, bounces, now))


def _read(raw: bytes) -> list[Bounce]:
    try:
        return read_bounces(raw)
    except Exception:  # noqa: BLE001 - anybody may send anything to this address
        return []


def _recorded(
    engine: Engine, ledger: Ledger, bounces: list[Bounce], now: datetime
) -> Iterator[Heard]:
    for bounce in bounces:
        name = (bounce.message_id or "").partition("@")[0]
        posted = outbox.find_message(engine, name)
        if posted is None or not _about(engine, bounce, ledger.read(posted.dialogue_id), posted):
            yield Heard("foreign")
        elif not bounce.permanent:
            yield Heard("passing", posted)
        else:
            new = ledger.undeliverable(posted.id, _CHANNEL, bounce.code, now)
            yield Heard("recorded" if new else "known", posted)


def _about(engine: Engine, bounce: Bounce, dialogue: Dialogue, posted: Posted) -> bool:
    """Whether it was the reader of *posted* whom the mail did not reach, also when their address passed it on."""
    seat, reader = dialogue.stakeholder_of(posted.notice.to), dialogue.holder(posted.notice.to)
    if reader is None:
        return False
    if reader.email and _named(reader.email, bounce):
        return True
    # A report can come days later; the address that it names is not kept, once there is another.
    return (
        seat is not None
        and posted.sent_at is not None
        and journal.happened(engine, posted.dialogue_id, "contact-changed", seat.id, posted.sent_at)
    )


def _named(address: str, bounce: Bounce) -> bool:
    with suppress(ValueError):  # no mail can have gone there
        return on_the_wire(address).lower() in f"{bounce.recipient} {bounce.written_to}".lower()
    return False
