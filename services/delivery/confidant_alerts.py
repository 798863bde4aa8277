"""
Confidant alerts: tells the confidant of a waiting report of retaliation, before anything else is sent.

It counts in no report of a round and writes no log: whoever reads those may be whom the report is about. What does not
arrive is tried again for ever, and the operator sees the number of it (`services/doctor/health.py`).
"""

from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine

from notifications.channels.backoff import next_try
from notifications.channels.channels import Channel, Failure, Post
from notifications.letters.compose import Unwritable, compose
from records.access.retaliation_reports import ReportLetter, claim_letter, letter_later, letter_sent
from records.ledger import Ledger
from services.delivery.outbound import Mailroom
from states.model.facts import Notice
from states.model.people import Role

_TOMORROW = timedelta(days=1)


def tell_confidants(engine: Engine, ledger: Ledger, mailroom: Mailroom, now: datetime) -> None:
    """
    Send the mails to confidants that wait at *now* (aware UTC); twice at once sends nothing twice.

    A letter holds nothing of the report. Raises Busy or DatabaseUnavailable (records.engine.errors).
    """
    if mailroom.mail is None:
        return
    lease = timedelta(seconds=mailroom.lease_seconds)
    letter = claim_letter(engine, now, lease)
    if letter is None:
        return
    with closing(mailroom.mail()) as channel:
        while letter is not None:
            if _went_out(channel, ledger, mailroom, letter, now):
                letter_sent(engine, letter, now)
            else:
                again = next_try(letter.attempts, now)
                letter_later(engine, letter, again or now + _TOMORROW)
            letter = claim_letter(engine, now, lease)


def _went_out(
    channel: Channel, ledger: Ledger, mailroom: Mailroom, letter: ReportLetter, now: datetime
) -> bool:
    try:
        channel.send(_post(ledger, mailroom, letter, now))
    except (Failure, OSError, Unwritable):
        return False
    return True


def _post(ledger: Ledger, mailroom: Mailroom, letter: ReportLetter, now: datetime) -> Post:
    """The mail of *letter*; an answer to it goes nowhere but to the mailroom's own address. Raises Unwritable."""
    dialogue = ledger.read(letter.dialogue_id)
    role = Role.CONFIDANT.value
    notice = Notice(to=role, role=role, template=letter.template)
    message = compose(notice, dialogue, now=now, base_url=mailroom.base_url)
    if message.address is None:
        raise Unwritable(f"{letter.template}: no address is known")
    sender = mailroom.sender
    name = f"{letter.message_id}@{sender.rpartition('@')[2]}"
    return Post(replace(message, reply_to=None), sender, name, mailroom.sender_name)
