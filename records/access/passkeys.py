"""Passkeys (WebAuthn): the public halves of what people sign in with instead of a password and a code."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, delete, insert, select, update

from records.engine.database import reading, writing
from records.schema.access import PASSKEYS

_P = PASSKEYS.c


class Passkey(NamedTuple):
    """A passkey of whoever (*holder*) has *role* in a programme; *used*: how often it says that it was."""

    id: str
    programme_id: str
    role: str
    holder: str
    name: str
    public_key: str
    used: int
    made_at: datetime
    used_at: datetime | None


_COLUMNS = [_P[name] for name in Passkey._fields]


def passkey(engine: Engine, id_: str) -> Passkey | None:
    """The passkey *id_*, None when there is none."""
    with reading(engine) as connection:
        row = connection.execute(select(*_COLUMNS).where(_P.id == id_)).one_or_none()
    return None if row is None else Passkey(*row)


def passkeys_of(engine: Engine, programme_id: str, role: str, holder: str) -> list[Passkey]:
    """Those of *holder* as *role*, in the order in which they were made."""
    theirs = (_P.programme_id == programme_id, _P.role == role, _P.holder == holder)
    with reading(engine) as connection:
        rows = connection.execute(select(*_COLUMNS).where(*theirs).order_by(_P.made_at, _P.id))
        return [Passkey(*row) for row in rows]


def keep_passkey(engine: Engine, key: Passkey) -> bool:
    """Keep a new one; False when there is one with its id already."""
    if passkey(engine, key.id) is not None:
        return False
    with writing(engine) as connection:
        connection.execute(insert(PASSKEYS), key._asdict())
    return True


def use_passkey(engine: Engine, key: Passkey, used: int, now: datetime) -> bool:
    """Note that *key* let somebody in at *now*; False when it did so otherwise since it was read."""
    same = (_P.id == key.id, _P.used == key.used)
    with writing(engine, now) as connection:
        noted = update(PASSKEYS).where(*same).values(used=used, used_at=now)
        return connection.execute(noted).rowcount == 1


def drop_passkey(engine: Engine, id_: str, programme_id: str, role: str, holder: str) -> bool:
    """Forget the passkey *id_* of *holder*; False when they have none of that id."""
    theirs = (_P.id == id_, _P.programme_id == programme_id, _P.role == role, _P.holder == holder)
    with writing(engine) as connection:
        return connection.execute(delete(PASSKEYS).where(*theirs)).rowcount == 1
