"""Dry run: what a command would do, found out by doing it to a copy in memory, where nobody hears of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Engine

from config.settings import Settings
from notifications.channels.channels import Channel, Post
from records.foresight import NewFact, facts_since, mark, notices_since, sign_ins_since
from records.queries import NoticeRow
from records.scratch_copy import leave_out_untold, programmes_due, programmes_writing, scratch_copy
from services.checkpoints import newest_anchor
from services.delivery.report import DeliveryReport
from services.delivery.round import deliver
from services.house import House, open_house
from states.privacy.readers import A_MANAGER, Reader

Outcome = TypeVar("Outcome")
Which = Callable[[Engine], list[str]]
"""Names the programmes that a command touches."""


@dataclass(frozen=True)
class Foreseen:
    """What would be written: *notices* that are new or left the outbox, *facts*, and whose *sign_ins* would end."""

    notices: list[NoticeRow]
    facts: list[NewFact]
    sign_ins: list[str]


def foresee(
    settings: Settings, which: Which, act: Callable[[House], Outcome], *, new: bool = True
) -> tuple[Outcome, Foreseen]:
    """
    What *act* answers when it is done to a copy of the programmes *which* it touches, and what it would have written.

    What a manager may not know of voices under seal is left out. Nothing is written, locked, drawn or sent anywhere;
    where there is no database file yet none is made, and not *new*: that is refused. *act* may look ahead of the clock.
    Raises what *act* raises, and what `open_house` does.
    """
    file = settings.sqlite_file
    if file is None or file.exists() or not new:
        with open_house(settings, new=False) as house:
            return foresee_in(house, which, act, A_MANAGER)
    with scratch_copy(None, []) as copy:
        return _find_out(House(settings, copy, is_copy=True), act)


def foresee_in(
    house: House, which: Which, act: Callable[[House], Outcome], reader: Reader | None = None
) -> tuple[Outcome, Foreseen]:
    """The same of a *house* that is open already, without what *reader* may not know; None: all of it."""
    with scratch_copy(house.engine, which(house.engine)) as copy:
        if reader:
            leave_out_untold(copy, reader)
        return _find_out(replace(house, engine=copy, is_copy=True), act)


def _find_out(copy: House, act: Callable[[House], Outcome]) -> tuple[Outcome, Foreseen]:
    before = mark(copy.engine)
    outcome = act(copy)
    engine = copy.engine
    written = notices_since(engine, before), facts_since(engine, before)
    return outcome, Foreseen(*written, sign_ins_since(engine, before))


def where_time_acts(now: datetime) -> Which:
    """The programmes in which time may do something by *now* (aware UTC)."""
    return lambda engine: programmes_due(engine, now)


where_mail_waits: Which = programmes_writing
"""The programmes of which something waits to be sent."""


AT_ONCE: Mapping[str, Any] = {"pause": lambda _seconds: None}
"""The pace of a sweep that makes no pauses for people: nobody waits for a copy."""


class Nowhere(Channel):
    """Takes every post that mail can carry, and sends it to nobody."""

    name = "email"

    def send(self, post: Post) -> None:
        """Write *post* as a mail server would get it."""
        assert post.wire is not None  # noqa: S101 - it is written here, or refused as mail that cannot be

    def close(self) -> None:
        """There is nothing to end."""


def deliver_nowhere(house: House, now: datetime) -> DeliveryReport:
    """Let what waits at *now* (aware UTC) leave as the settings of *house* say, but to nobody, nor to any chat."""
    mailroom = house.find_mailroom()
    mail = None if mailroom.mail is None else Nowhere
    anchor = newest_anchor(house.engine)
    nowhere = replace(mailroom, mail=mail, chat=None, composers=0, anchor=anchor)
    return deliver(house.engine, house.ledger, nowhere, now)
