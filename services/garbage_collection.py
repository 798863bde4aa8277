"""Garbage collection: Python's search for cycles, kept out of what is done thousands of times."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock


@dataclass
class _Collector:
    """The one switch of a process, and how many hold it down."""

    lock: Lock = field(default_factory=Lock)
    holders: int = 0
    was_on: bool = True

    def hold(self) -> None:
        with self.lock:
            if not self.holders:
                self.was_on = gc.isenabled()
                gc.disable()
            self.holders += 1

    def let_go(self) -> None:
        with self.lock:
            self.holders -= 1
            if not self.holders and self.was_on:
                gc.enable()


_COLLECTOR = _Collector()


@contextmanager
def collected_later() -> Iterator[None]:
    """
    Look for cycles only after this, once nobody else is inside.

    While a batch of letters is written it would take a tenth of the time and find next to nothing: what a letter
    leaves behind has no cycles.
    """
    _COLLECTOR.hold()
    try:
        yield
    finally:
        _COLLECTOR.let_go()


def keep_what_is_loaded() -> None:
    """Never look again through what is there now: modules and tables that stay as long as the process does."""
    gc.collect()
    gc.freeze()
