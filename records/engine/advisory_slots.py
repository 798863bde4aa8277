"""Advisory locks as a semaphore: how many connections a mail server may have at once, from all who share it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from zlib import crc32

from sqlalchemy import text

from records.engine.errors import RecordsError
from records.engine.pinned_connection import PinnedConnection

_TAKE = text("SELECT pg_try_advisory_lock(:server, :number)")
_LEAVE = text("SELECT pg_advisory_unlock(:server, :number)")
_SIGNED = 2**31


@contextmanager
def place(pinned: PinnedConnection, server: str, most: int) -> Iterator[bool]:
    """
    Hold one of *most* places at *server* over *pinned*; False when all are taken.

    The database holds it for the session of *pinned*, so that it is free again when its holder ends, however it ends.
    Records in a file are on one machine, which itself says how many connections it opens: there is always a place.
    """
    if pinned.connection.dialect.name == "sqlite":
        yield True
        return
    taken = _take(pinned, crc32(server.encode()) - _SIGNED, most)
    try:
        yield taken is not None
    finally:
        if taken is not None and not pinned.connection.invalidated:
            with suppress(RecordsError):  # its session is over then, and the place free
                pinned.connection.execute(_LEAVE, taken)


def _take(pinned: PinnedConnection, server: int, most: int) -> dict[str, int] | None:
    for number in range(most):
        wish = {"server": server, "number": number}
        if pinned.connection.scalar(_TAKE, wish):
            return wish
    return None
