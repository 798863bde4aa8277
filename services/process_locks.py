"""
Interprocess locks (POSIX byte ranges): what one of the threads of all processes that serve the pages does at a time.

Each number is one byte of a file that the processes inherit. The system frees it when its holder ends, however it ends.
It is asked for again and again rather than waited for: the system would take two threads of two processes that each
hold one and wait for another for a deadlock, because it does not know that they are two.
"""

import fcntl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

FORMS = range(64)
"""For forms that are sent twice."""
READERS = range(64, 66)
"""For files that are read at the same time."""
CLOCK = 66
"""For the clock of a demonstration."""
_LOOK_AGAIN = 0.005  # seconds


class ProcessLocks:
    """The locks by number; a process that shares no file has them to itself."""

    def __init__(self) -> None:
        self._threads = [Lock() for _ in range(CLOCK + 1)]
        self._file: int | None = None

    def share(self, file: int | None) -> None:
        """Hold them against every process that shares the descriptor *file*, which stays open as long as this one."""
        self._file = file

    @contextmanager
    def hold(self, number: int) -> Iterator[None]:
        """Hold *number*, once whoever holds it has let go."""
        with self._threads[number]:
            while not self._take(number):
                time.sleep(_LOOK_AGAIN)
            try:
                yield
            finally:
                self._let_go(number)

    @contextmanager
    def hold_any(self, numbers: Sequence[int]) -> Iterator[None]:
        """Hold any of *numbers*, once one is free."""
        while (found := next(filter(self._try, numbers), None)) is None:
            time.sleep(_LOOK_AGAIN)
        try:
            yield
        finally:
            self._let_go(found)
            self._threads[found].release()

    def _try(self, number: int) -> bool:
        if not self._threads[number].acquire(blocking=False):
            return False
        if self._take(number):
            return True
        self._threads[number].release()
        return False

    def _take(self, number: int) -> bool:
        if self._file is None:
            return True
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def _let_go(self, number: int) -> None:
        if self._file is not None:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, number)


LOCKS = ProcessLocks()
"""Those of this process."""
