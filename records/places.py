"""Places at a mail server: how many connections it may have at once, from everybody who shares the records."""

from collections.abc import Iterator
from contextlib import contextmanager
from zlib import crc32

from sqlalchemy import Connection, text

from records.database import over

_TAKE = text("SELECT pg_try_advisory_lock(:server, :number)")
_LEAVE = text("SELECT pg_advisory_unlock(:server, :number)")
_SIGNED = 2**31


@contextmanager
def place(line: Connection, server: str, most: int) -> Iterator[bool]:
    """
    Hold one of *most* places at *server* over *line* (`records.database.keeping`); False when all are taken.

    The database holds it for the session of *line*, so that it is free again when its holder ends, however it ends.
    Records in a file are on one machine, which itself says how many connections it opens: there is always a place.
    """
    if line.dialect.name == "sqlite":
        yield True
        return
    taken = _take(line, crc32(server.encode()) - _SIGNED, most)
    try:
        yield taken is not None
    finally:
        if taken is not None:  # where the line is lost the session is over, and the place free
            over(line, lambda line: line.execute(_LEAVE, taken))


def _take(line: Connection, server: int, most: int) -> dict[str, int] | None:
    for number in range(most):
        wish = {"server": server, "number": number}
        if line.scalar(_TAKE, wish):
            return wish
    return None
