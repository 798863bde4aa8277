"""
Account mails: queued notices about somebody's own sign-in (a new browser, a changed password or passkey).

They lie beside the outbox: they are no part of a dialogue, and wait for no daily letter.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, delete, insert, select, update

from records.access.links import digest
from records.engine.database import reading, writing
from records.schema.access import ACCOUNT_LETTERS, KNOWN_BROWSERS
from states.model.people import Person

NEW_SIGN_IN, CHANGED = "new-sign-in", "sign-in-changed"
"""The two mails."""
_L = ACCOUNT_LETTERS.c


class AccountLetter(NamedTuple):
    """A mail to *name* at *address* about what was done (*said*) with their sign-in as *role* at *at*."""

    number: int
    programme_id: str
    role: str
    template: str
    name: str
    address: str
    language: str
    said: str
    browser: str | None
    at: datetime
    attempts: int


class Happened(NamedTuple):
    """What was done (*said*) with the sign-in of *person* as *role* at *at* (aware UTC), in what *browser*."""

    programme_id: str
    role: str
    person: Person | None
    template: str
    said: str
    at: datetime
    browser: str | None = None


def tell_account(engine: Engine, what: Happened) -> None:
    """Let them be told of *what*; nobody can tell whoever has no address."""
    with writing(engine) as connection:
        tell_account_in(connection, what)


def tell_account_in(connection: Connection, what: Happened) -> None:
    """The same in the transaction of *connection*."""
    person = what.person
    if person is None or person.email is None:
        return
    reader = {"name": person.name, "address": person.email, "language": person.language}
    row = {name: getattr(what, name) for name in Happened._fields if name != "person"}
    row |= {**reader, "attempts": 0, "next_try_at": what.at}
    connection.execute(insert(ACCOUNT_LETTERS), row)


def claim_account_letter(engine: Engine, now: datetime, lease: timedelta) -> AccountLetter | None:
    """The next mail that waits at *now*, nobody else's for the time of *lease*; None when none does."""
    due = select(_L.number).where(_L.next_try_at <= now).order_by(_L.next_try_at, _L.number)
    columns = [_L[name] for name in AccountLetter._fields]
    with writing(engine, now) as connection:
        number = connection.scalar(due.limit(1).with_for_update(skip_locked=True))
        if number is None:
            return None
        claimed = update(ACCOUNT_LETTERS).where(_L.number == number)
        connection.execute(claimed.values(attempts=_L.attempts + 1, next_try_at=now + lease))
        return AccountLetter(*connection.execute(select(*columns).where(_L.number == number)).one())


def account_letter_again(engine: Engine, number: int, at: datetime | None) -> None:
    """Try the mail *number* once more at *at*; None: it went, or never will."""
    with writing(engine) as connection:
        connection.execute(
            update(ACCOUNT_LETTERS).where(_L.number == number).values(next_try_at=at)
        )


class Came(NamedTuple):
    """*holder* signed in as *role* of a programme, in the browser that was given *token*."""

    token: str
    programme_id: str
    role: str
    holder: str


def knows_browser(engine: Engine, came: Came) -> bool:
    """Whether they came in that browser before."""
    with reading(engine) as connection:
        held = select(KNOWN_BROWSERS.c.holder).where(*_same(came))
        return connection.scalar(held) == came.holder


def remember_browser(engine: Engine, came: Came, now: datetime) -> None:
    """Note that they came, in the place of whoever had the role and came in that browser before."""
    row = {**came._asdict(), "hash": digest(came.token), "made_at": now}
    del row["token"]
    with writing(engine, now) as connection:
        connection.execute(delete(KNOWN_BROWSERS).where(*_same(came)))
        connection.execute(insert(KNOWN_BROWSERS), row)


def _same(came: Came) -> tuple[Any, ...]:
    known = KNOWN_BROWSERS.c
    where = (known.hash == digest(came.token), known.programme_id == came.programme_id)
    return (*where, known.role == came.role)
