"""Parent watchdog: a process that `weerklank up` started ends when that one is gone, even if it was killed."""

import os
import signal
import threading
import time
from collections.abc import Mapping

_PARENT = "WEERKLANK__PARENT"
_LOOK_EVERY = 1.0  # seconds between two looks at the parent
_PATIENCE = 15.0  # seconds that it may take to end, as its parent would have given it


def tell_parent(environment: Mapping[str, str]) -> dict[str, str]:
    """*environment* for a child of this process."""
    return {**environment, _PARENT: str(os.getpid())}


def end_with_parent() -> None:
    """In a child: end once the process that started it is gone, by SIGTERM and then by force; else go on."""
    parent = os.environ.pop(_PARENT, None)
    if parent is not None:
        threading.Thread(target=_watch, args=[int(parent)], name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_PATIENCE)
    os.kill(os.getpid(), signal.SIGKILL)
