"""Waiting for what other threads and processes do, on a machine that may have little time for them."""

import time
from collections.abc import Callable, Iterable

import psutil

PATIENCE = 180.0
"""Seconds after which something was waited for in vain; no test takes longer because it is much."""


def wait_for(seen: Callable[[], object]) -> None:
    """Look again and again until *seen*; time is real where processes are."""
    deadline = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those of *processes* that still do something; one that ended may keep its number until somebody asks how."""
    return [one for one in processes if _status(one) not in {psutil.STATUS_ZOMBIE, ""}]


def _status(process: psutil.Process) -> str:
    try:
        return str(process.status()) if process.is_running() else ""
    except psutil.NoSuchProcess:
        return ""
