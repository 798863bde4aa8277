"""
Account mails: sends what is told of somebody's own sign-in, at once and outside every letter of the day.

What does not arrive is tried for some days and then let go: the operator sees no more of it than in the log.
"""

from contextlib import closing
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Engine

from notifications.channels.backoff import next_try
from notifications.channels.channels import Channel, Failure, Post
from notifications.letters.account import AboutAccount, account_message
from notifications.letters.compose import Unwritable
from records.access.account_letters import AccountLetter, account_letter_again, claim_account_letter
from records.ledger import Ledger
from services.delivery.outbound import Mailroom


def tell_accounts(engine: Engine, ledger: Ledger, mailroom: Mailroom, now: datetime) -> None:
    """
    Send the mails about sign-ins that wait at *now* (aware UTC); twice at once sends nothing twice.

    Raises Busy or DatabaseUnavailable (records.engine.errors).
    """
    if mailroom.mail is None:
        return
    lease = timedelta(seconds=mailroom.lease_seconds)
    letter = claim_account_letter(engine, now, lease)
    if letter is None:
        return
    with closing(mailroom.mail()) as channel:
        while letter is not None:
            sent = _went_out(channel, ledger, mailroom, letter, now)
            again = None if sent else next_try(letter.attempts, now)
            account_letter_again(engine, letter.number, again)
            letter = claim_account_letter(engine, now, lease)


def _went_out(
    channel: Channel, ledger: Ledger, mailroom: Mailroom, letter: AccountLetter, now: datetime
) -> bool:
    try:
        channel.send(_post(ledger, mailroom, letter, now))
    except (Failure, OSError, Unwritable):
        return False
    return True


def _post(ledger: Ledger, mailroom: Mailroom, letter: AccountLetter, now: datetime) -> Post:
    about = AboutAccount(*(getattr(letter, name) for name in AboutAccount.__dataclass_fields__))
    programme = ledger.programme(letter.programme_id).programme
    message = account_message(about, programme, now=now, base_url=mailroom.base_url)
    mark = sha256(f"{letter.programme_id}\n{letter.number}".encode()).hexdigest()[:24]
    name = f"account-{mark}@{mailroom.sender.rpartition('@')[2].rstrip('>')}"
    return Post(message, mailroom.sender, name, mailroom.sender_name)
