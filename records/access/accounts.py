"""Accounts: password hashes and one-time-code secrets of the holders of roles, and counters of attempts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from records.access.links import digest
from records.engine.database import reading, writing
from records.schema.access import ACCOUNTS, COUNTERS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEPT = timedelta(days=2)
_FIRST = {
    "sqlite": sqlite.insert(COUNTERS).inline().on_conflict_do_nothing(),
    "postgresql": postgresql.insert(COUNTERS).inline().on_conflict_do_nothing(),
}
"""Two may try at the same moment for the first time."""


@dataclass(frozen=True, slots=True)
class Account:
    """How a role signs in: its hashed *password* and the shared secret of its codes."""

    programme_id: str
    role: str
    holder: str
    password: str
    code_secret: str
    code_step: int


def account_of(engine: Engine, programme_id: str, role: str) -> Account | None:
    """The account of *role*, None when none was set up."""
    columns = [ACCOUNTS.c[name] for name in Account.__dataclass_fields__]
    chosen = select(*columns).where(*_is(programme_id, role))
    with reading(engine) as connection:
        row = connection.execute(chosen).one_or_none()
    return None if row is None else Account(*row)


def keep_account(engine: Engine, account: Account, now: datetime) -> None:
    """Set up *account*, in the place of an earlier one."""
    values = {name: getattr(account, name) for name in Account.__dataclass_fields__}
    with writing(engine, now) as connection:
        connection.execute(delete(ACCOUNTS).where(*_is(account.programme_id, account.role)))
        connection.execute(insert(ACCOUNTS), {**values, "made_at": now})


def keep_code_secret(engine: Engine, account: Account, secret: str) -> None:
    """Keep *secret* as the shared secret of the codes of *account*, unless that was set up anew meanwhile."""
    same = (*_is(account.programme_id, account.role), ACCOUNTS.c.code_secret == account.code_secret)
    with writing(engine) as connection:
        connection.execute(update(ACCOUNTS).where(*same).values(code_secret=secret))


def keep_password(engine: Engine, account: Account, password: str) -> None:
    """Keep *password* (hashed) as that of *account*."""
    theirs = (*_is(account.programme_id, account.role), ACCOUNTS.c.holder == account.holder)
    with writing(engine) as connection:
        connection.execute(update(ACCOUNTS).where(*theirs).values(password=password))


def every_account(engine: Engine) -> list[Account]:
    """All accounts there are."""
    columns = [ACCOUNTS.c[name] for name in Account.__dataclass_fields__]
    with reading(engine) as connection:
        return [Account(**row._mapping) for row in connection.execute(select(*columns))]  # noqa: SLF001 - documented


def use_code_step(engine: Engine, programme_id: str, role: str, step: int) -> bool:
    """Note that the code of time *step* was used; False when it, or a later one, was used before."""
    later = update(ACCOUNTS).where(*_is(programme_id, role), ACCOUNTS.c.code_step < step)
    with writing(engine) as connection:
        return connection.execute(later.values(code_step=step)).rowcount == 1


def _is(programme_id: str, role: str) -> tuple[Any, Any]:
    return ACCOUNTS.c.programme_id == programme_id, ACCOUNTS.c.role == role


def count_try(
    engine: Engine, name: str, now: datetime, *, most: int, window: timedelta
) -> timedelta | None:
    """
    Count one try of *name* (kept as a digest); None when it may go on.

    Otherwise how long to wait: until the *window* in which *most* were allowed is over.
    """
    since = now - (now - _EPOCH) % window
    key = digest(f"{name}\n{window}")
    with writing(engine, now) as connection:
        counted = _count(connection, key, since)
        if counted == 1:
            connection.execute(delete(COUNTERS).where(COUNTERS.c.since < now - _KEPT))
    return since + window - now if counted > most else None


def _count(connection: Connection, key: str, since: datetime) -> int:
    is_it = (COUNTERS.c.name == key, COUNTERS.c.since == since)
    first = _FIRST[connection.dialect.name]
    connection.execute(first, {"name": key, "since": since, "count": 0})
    connection.execute(update(COUNTERS).where(*is_it).values(count=COUNTERS.c.count + 1))
    return int(connection.scalar(select(COUNTERS.c.count).where(*is_it)) or 0)
