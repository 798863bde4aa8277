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
def hold_machine(settings: Settings, place: Path | None = None) -> Iterator[None]:
    """
    Keep `weerklank up` of *settings*, and other restores into its folder or *place*, out as long as the block lasts.

    Raises NotRestored when one of them runs.
    """
    home = settings.prefect.home.expanduser().absolute()
    with ExitStack() as held:
        for folder in {one.resolve() for one in (home, place) if one and one.is_dir()}:
            held.enter_context(hold_folder(folder))  # first: another restore holds the files too
        for name in (UP_LOCK, LEASH):
            if (home / name).exists():
                _hold(home / name, held)
        yield


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Keep other restores out of *folder* as long as the block lasts. Raises NotRestored during one."""
    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotRestored(
                f"Another restore is at work in {folder}: wait until it is done."
            ) from None
        yield
    finally:
        os.close(held)


def _hold(file: Path, held: ExitStack) -> None:
    lock = held.enter_context(file.open("a"))
    try:
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise NotRestored(
            f"'weerklank up' runs in {file.parent}: stop it first (Ctrl-C, or systemctl stop weerklank)."
        ) from None
