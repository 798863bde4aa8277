"""Databases of rehearsals: founded and marked as one, or thrown away after it."""

import tempfile
from contextlib import ExitStack
from functools import cache
from pathlib import Path


def make_tables(url: str) -> None:
    """Make the tables in the empty database *url* and mark it as a rehearsal's; raises Refused('database-in-use')."""
    from records.migrate import found_rehearsal

    found_rehearsal(url)


def throwaway(stack: ExitStack) -> str:
    """The address of a new database with all tables, which is gone when *stack* is closed."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="weerklank-")))
    file = folder / "rehearsal.db"
    file.write_bytes(_blank())
    return f"sqlite:///{file}"


@cache
def _blank() -> bytes:
    """The bytes of an empty database with all tables; making one takes half a second, copying it none."""
    with tempfile.TemporaryDirectory(prefix="weerklank-") as folder:
        file = Path(folder) / "blank.db"
        make_tables(f"sqlite:///{file}")
        return file.read_bytes()
