"""Composers: processes that write letters ahead of the connections which send them."""

import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic

from config.logs import logger
from notifications.channels.channels import Post
from services.composition.briefs import LetterBrief, Letterhead, Order, Subject
from services.composition.frames import Frames
from states.model.dialogue import Dialogue

_MODULE = "services.composition.composer_process"
_HOME = Path(__file__).parents[2]
_A_MOMENT = 0.05
"""Seconds that a connection waits for a letter, once; then it writes until this process is ahead of it again."""
_TOO_LONG = 10.0
"""Seconds without a letter after which this process counts as stuck."""
_TO_ORDER = 10.0
"""Seconds that it may take to hear an order."""
LOST = "composer lost: its connection writes its letters"


@dataclass
class Composer:
    """
    Who writes letters for one connection, in a process at the other end of *frames*.

    Nothing depends on it: what it has not written when its turn comes, because it still starts, was slow, was stopped
    or killed, its connection writes itself. It gets no more before all that it was asked for is written, so neither
    ever waits for the other to read.
    """

    frames: Frames
    is_ready: bool = field(default=False, init=False)
    is_lost: bool = field(default=False, init=False)
    _ahead: bool = field(default=True, init=False)
    _heard: float = field(default=0.0, init=False)
    _asked: deque[str] = field(default_factory=deque, init=False)
    """The names of the letters that it writes, in their order."""
    _known: dict[str, Dialogue] = field(default_factory=dict, init=False, repr=False)

    def order(
        self, briefs: Sequence[LetterBrief], dialogues: Mapping[str, Dialogue], now: datetime
    ) -> bool:
        """
        Ask for the letters of *briefs* as their *dialogues* stand at *now* (aware UTC).

        False when it cannot take them: it is not ready, or still writes others.
        """
        try:
            if not briefs or not self.is_free():
                return False
            needed = {one.dialogue: dialogues[one.dialogue] for one in _subjects(briefs)}
            changed = {n: one for n, one in needed.items() if one is not self._known.get(n)}
            self.frames.send(Order(briefs, changed, now))
        except Exception as error:  # noqa: BLE001 - whatever it is, the letters are written here
            self._give_up(error)
            return False
        self._known, self._asked = needed, deque(brief.name for brief in briefs)
        self._ahead, self._heard = True, monotonic()
        return True

    def take(self, name: str) -> Post | None:
        """The letter called *name*, which it was asked for; None when it is not there in a moment."""
        while self._asked:
            try:
                found = self._next(_A_MOMENT if self._ahead else 0)
            except Exception as error:  # noqa: BLE001 - whatever it is, the letter is written here
                self._give_up(error)
                return None
            self._ahead = found is not None
            if found is None or found[0] == name:
                return found and found[1]
        return None

    def close(self) -> None:
        """Let it end."""
        self.frames.line.close()
        self._asked.clear()
        self.is_lost = True

    def is_free(self) -> bool:
        """Whether it is there, and all that it was asked for is written and read. Raises what is wrong with it."""
        if self.is_lost or (not self.is_ready and not self.frames.has_come(0)):
            return False
        self.is_ready = self.is_ready or bool(self.frames.take())
        while self._asked and self._next(0):
            continue
        return not self._asked

    def _next(self, patience: float) -> tuple[str, Post | None] | None:
        """The next letter and its name; None when it does not come in time. Raises TimeoutError when it is stuck."""
        if not self.frames.has_come(patience):
            if monotonic() - self._heard > _TOO_LONG:
                raise TimeoutError
            return None
        name, post = self.frames.take()
        self._asked.popleft()
        self._heard = monotonic()
        return name, post

    def _give_up(self, error: Exception) -> None:
        if self.is_lost:
            return
        logger("delivery").warning(LOST, error=error)
        self.close()


@contextmanager
def composers(letterhead: Letterhead, processes: int, connections: int) -> Iterator[list[Composer]]:
    """
    So many *processes* that write letters on *letterhead* for the *connections*, for each by its own handle.

    They take a second before they are ready, in which nobody waits. Without processes there are no handles.
    """
    pairs = [socket.socketpair() for _ in range(connections if processes else 0)]
    ours, theirs = [one for one, _ in pairs], [other for _, other in pairs]
    started = [_start(theirs[number::processes]) for number in range(processes)]
    made = [_greet(line, letterhead) for line in ours]
    try:
        yield made
    finally:
        for one in made:
            one.close()
        for process in filter(None, started):
            # It has nothing to bring to an end, and one that stands still hears nothing softer.
            process.kill()
            process.wait()


def _greet(line: socket.socket, letterhead: Letterhead) -> Composer:
    line.settimeout(_TO_ORDER)
    frames = Frames(line)
    with suppress(OSError):  # whoever asks for a letter finds out
        frames.send(letterhead)
    return Composer(frames)


def _start(lines: Sequence[socket.socket]) -> "subprocess.Popen[bytes] | None":
    """Start what serves on *lines*, which close here; if it cannot, whoever reads at their other ends is told."""
    try:
        return _run([line.fileno() for line in lines])
    except OSError:
        return None
    finally:
        for line in lines:
            line.close()


def _subjects(briefs: Sequence[LetterBrief]) -> Iterator[Subject]:
    return (one for brief in briefs for one in brief.subjects)


def _run(lines: Sequence[int]) -> "subprocess.Popen[bytes]":
    """A process, with its ends of the *lines*, of the same code as this one; it says nothing but over those."""
    path = os.pathsep.join(filter(None, (str(_HOME), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", _MODULE, *map(str, lines)], pass_fds=lines,
        env={**os.environ, "PYTHONPATH": path}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
