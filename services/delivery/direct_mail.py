"""
Confidant alerts and account mails: what is sent outside the outbox, at once and before anything else.

It counts in no report of a round, and of a confidant's no log tells: whoever reads those may be whom a report of
retaliation is about.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import Engine

from notifications.channels.backoff import next_try
from notifications.channels.channels import Channel, Failure, Post
from notifications.letters.account import AboutAccount, account_message
from notifications.letters.compose import Unwritable, compose
from records.access.account_letters import AccountLetter, account_letter_again, claim_account_letter
from records.access.retaliation_reports import ReportLetter, claim_letter, letter_later, letter_sent
from records.ledger import Ledger
from services.delivery.outbound import Mailroom
from states.model.facts import Notice
from states.model.people import Role

_TOMORROW = timedelta(days=1)
_Letter = TypeVar("_Letter", ReportLetter, AccountLetter)


def send_direct_mail(engine: Engine, ledger: Ledger, mailroom: Mailroom, now: datetime) -> None:
    """
    Send the mails to confidants and about sign-ins that wait at *now* (aware UTC); twice at once sends nothing twice.

    Raises Busy or DatabaseUnavailable (records.engine.errors).
    """
    tell_confidants(engine, ledger, mailroom, now)
    tell_accounts(engine, ledger, mailroom, now)


def tell_confidants(engine: Engine, ledger: Ledger, mailroom: Mailroom, now: datetime) -> None:
    """
    Tell confidants that a report of retaliation waits; the letter holds nothing of it.

    What does not arrive is tried again for ever, and the operator sees the number of it (`services/doctor/health.py`).
    """
    lease = timedelta(seconds=mailroom.lease_seconds)

    def send(channel: Channel, letter: ReportLetter) -> None:
        if _went_out(channel, partial(_to_confidant, ledger, mailroom, letter, now)):
            letter_sent(engine, letter, now)
        else:
            again = next_try(letter.attempts, now)
            letter_later(engine, letter, again or now + _TOMORROW)

    _send_each(mailroom, partial(claim_letter, engine, now, lease), send)


def tell_accounts(engine: Engine, ledger: Ledger, mailroom: Mailroom, now: datetime) -> None:
    """
    Tell people what was done with their own sign-in.

    What does not arrive is tried for some days and then let go: the operator sees no more of it than in the log.
    """
    lease = timedelta(seconds=mailroom.lease_seconds)

    def send(channel: Channel, letter: AccountLetter) -> None:
        sent = _went_out(channel, partial(_to_account, ledger, mailroom, letter, now))
        again = None if sent else next_try(letter.attempts, now)
        account_letter_again(engine, letter.number, again)

    _send_each(mailroom, partial(claim_account_letter, engine, now, lease), send)


def _send_each(
    mailroom: Mailroom,
    claim: Callable[[], _Letter | None],
    send: Callable[[Channel, _Letter], None],
) -> None:
    """Send what can be claimed, one after another; no connection is made while nothing waits."""
    if mailroom.mail is None or (letter := claim()) is None:
        return
    with closing(mailroom.mail()) as channel:
        while letter is not None:
            send(channel, letter)
            letter = claim()


def _went_out(channel: Channel, write: Callable[[], Post]) -> bool:
    try:
        channel.send(write())
    except (Failure, OSError, Unwritable):
        return False
    return True


def _to_confidant(ledger: Ledger, mailroom: Mailroom, letter: ReportLetter, now: datetime) -> Post:
    """The mail of *letter*; an answer to it goes nowhere but to the mailroom's own address. Raises Unwritable."""
    dialogue = ledger.read(letter.dialogue_id)
    role = Role.CONFIDANT.value
    notice = Notice(to=role, role=role, template=letter.template)
    message = compose(notice, dialogue, now=now, base_url=mailroom.base_url, anchor=mailroom.anchor)
    if message.address is None:
        raise Unwritable(f"{letter.template}: no address is known")
    sender = mailroom.sender
    name = f"{letter.message_id}@{sender.rpartition('@')[2]}"
    return Post(replace(message, reply_to=None), sender, name, mailroom.sender_name)


def _to_account(ledger: Ledger, mailroom: Mailroom, letter: AccountLetter, now: datetime) -> Post:
    about = AboutAccount(*(getattr(letter, name) for name in AboutAccount.__dataclass_fields__))
    programme = ledger.programme(letter.programme_id).programme
    message = account_message(
        about, programme, now=now, base_url=mailroom.base_url, anchor=mailroom.anchor
    )
    mark = sha256(f"{letter.programme_id}\n{letter.number}".encode()).hexdigest()[:24]
    name = f"account-{mark}@{mailroom.sender.rpartition('@')[2].rstrip('>')}"
    return Post(message, mailroom.sender, name, mailroom.sender_name)
