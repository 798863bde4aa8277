"""
Scheduler of page work: pages are made a few at a time, in the order in which they were asked for.

Python lets one thread work at a time. Many that make pages at once take the turn from each other and from the loop
that reads and writes the connections: of 32 readers the unluckiest waited three times as long as most. A page that
waits for something, such as a database that does not answer, holds the others up for `_PATIENCE` and no longer.
"""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from starlette.concurrency import run_in_threadpool

_PATIENCE = 1.0
"""Seconds after which a page is made beside the one before it."""
P = ParamSpec("P")
T = TypeVar("T")


class PageTurns:
    """The turns of one process, *at_once* of them; it has one loop, tests have several."""

    def __init__(self, at_once: int = 1) -> None:
        self._at_once = at_once
        self._of: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]
        self._of = WeakKeyDictionary()

    async def take(self, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """Do *work* in a thread when it is its turn, and return what it does."""
        turn = self._of.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(self._at_once))
        try:
            async with asyncio.timeout(_PATIENCE):
                await turn.acquire()
        except TimeoutError:
            return await run_in_threadpool(work, *given, **named)
        try:
            return await run_in_threadpool(work, *given, **named)
        finally:
            turn.release()
