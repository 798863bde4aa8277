"""Advisory locks as a semaphore: how many connections a mail server may have at once, from all who share it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from zlib import crc32

from sqlalchemy import text

from records.engine.errors import RecordsError
from records.engine.pinned_connection import Line

_TAKE = text("SELECT pg_try_advisory_lock(:server, :number)")
_LEAVE = text("SELECT pg_advisory_unlock(:server, :number)")
_SIGNED = 2**31


@contextmanager
def place(line: Line, server: str, most: int) -> Iterator[bool]:
    """
    Hold one of *most* places at *server* over *line*; False when all are taken.

    The database holds it for the session of *line*, so that it is free again when its holder ends, however it ends.
    Records in a file are on one machine, which itself says how many connections it opens: there is always a place.
    """
    if line.connection.dialect.name == "sqlite":
        yield True
        return
    taken = _take(line, crc32(server.encode()) - _SIGNED, most)
    try:
        yield taken is not None
    finally:
        if taken is not None and not line.connection.invalidated:
            with suppress(RecordsError):  # its session is over then, and the place free
                line.connection.execute(_LEAVE, taken)


def _take(line: Line, server: int, most: int) -> dict[str, int] | None:
    for number in range(most):
        wish = {"server": server, "number": number}
        if line.connection.scalar(_TAKE, wish):
            return wish
    return None
