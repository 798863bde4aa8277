"""Machine locks (flock): whether `weerklank up`, or anything that it started, runs in a folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.settings import Settings
from services.backup.errors import NotRestored

UP_LOCK, LEASH = "up.lock", "children.lock"
"""Files in the folder of Prefect: locked by `weerklank up`, and by whatever it started."""


@contextmanager
def hold_machine(settings: Settings) -> Iterator[None]:
    """Keep `weerklank up` of *settings* out as long as the block lasts. Raises NotRestored when it runs."""
    home = settings.prefect.home.expanduser().absolute()
    with ExitStack() as held:
        for name in (UP_LOCK, LEASH):
            if (home / name).exists():
                _hold(home / name, held)
        yield


@contextmanager
def hold_place(target: Path) -> Iterator[None]:
    """Keep other restores out of the folder of *target* as long as the block lasts. Raises NotRestored during one."""
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotRestored(
                f"Another restore is at work in {target.parent}: wait until it is done."
            ) from None
        yield
    finally:
        os.close(folder)


def _hold(file: Path, held: ExitStack) -> None:
    lock = held.enter_context(file.open("a"))
    try:
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise NotRestored(
            f"'weerklank up' runs in {file.parent}: stop it first (Ctrl-C, or systemctl stop weerklank)."
        ) from None
