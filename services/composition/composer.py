"""Composer: the handle of a process that writes letters ahead of the connection which sends them."""

import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic

from config.logs import logger
from notifications.channels.channels import Post
from services.composition.briefs import Brief, Letterhead, Subject
from services.composition.composer_process import Order
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


@dataclass
class Composer:
    """
    A process that writes letters on one *letterhead*.

    Nothing depends on it: what it has not written when its turn comes, because it still starts, was slow, was stopped
    or killed, its connection writes itself. It gets no more before all that it was asked for is written, so neither
    ever waits for the other to read.
    """

    letterhead: Letterhead
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False, repr=False)
    _frames: Frames | None = field(default=None, init=False, repr=False)
    _ready: bool = field(default=False, init=False)
    _ahead: bool = field(default=True, init=False)
    _heard: float = field(default=0.0, init=False)
    _asked: deque[str] = field(default_factory=deque, init=False)
    """The names of the letters that it writes, in their order."""
    _known: dict[str, Dialogue] = field(default_factory=dict, init=False, repr=False)

    def start(self) -> None:
        """Start it; that takes a second, in which nobody waits."""
        try:
            ours, theirs = socket.socketpair()
            with theirs:
                self._frames = Frames(ours)
                ours.settimeout(_TO_ORDER)
                self._process = _run(theirs.fileno())
            self._frames.send(self.letterhead)
        except OSError as error:
            self._lost(error)

    def order(
        self, briefs: Sequence[Brief], dialogues: Mapping[str, Dialogue], now: datetime
    ) -> bool:
        """
        Ask for the letters of *briefs* as their *dialogues* stand at *now* (aware UTC).

        False when it cannot take them: it is not ready, or still writes others.
        """
        try:
            if not briefs or not self._is_free():
                return False
            needed = {one.dialogue: dialogues[one.dialogue] for one in _subjects(briefs)}
            changed = {n: one for n, one in needed.items() if one is not self._known.get(n)}
            self._line.send(Order(briefs, changed, now))
        except Exception as error:  # noqa: BLE001 - whatever it is, the letters are written here
            self._lost(error)
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
                self._lost(error)
                return None
            self._ahead = found is not None
            if found is None or found[0] == name:
                return found and found[1]
        return None

    def close(self) -> None:
        """End it, whatever it does."""
        if self._frames is not None:
            self._frames.line.close()
        if self._process is not None:
            # It has nothing to bring to an end, and one that stands still hears nothing softer.
            self._process.kill()
            self._process.wait()
        self._frames = self._process = None
        self._asked.clear()

    @property
    def _line(self) -> Frames:
        if self._frames is None:
            raise EOFError
        return self._frames

    def _is_free(self) -> bool:
        """Whether it is there, and all that it was asked for is written and read."""
        if self._frames is None:
            return False
        if not self._ready:
            if not self._line.has_come(0):
                return False
            self._ready = bool(self._line.take())
        while self._asked and self._next(0):
            continue
        return not self._asked

    def _next(self, patience: float) -> tuple[str, Post | None] | None:
        """The next letter and its name; None when it does not come in time. Raises TimeoutError when it is stuck."""
        if not self._line.has_come(patience):
            if monotonic() - self._heard > _TOO_LONG:
                raise TimeoutError
            return None
        name, post = self._line.take()
        self._asked.popleft()
        self._heard = monotonic()
        return name, post

    def _lost(self, error: Exception) -> None:
        logger("delivery").warning("composer lost: its connection writes its letters", error=error)
        self.close()


def _subjects(briefs: Sequence[Brief]) -> Iterator[Subject]:
    return (one for brief in briefs for one in brief.subjects)


def _run(line: int) -> "subprocess.Popen[bytes]":
    """The process, with its end of the *line*, of the same code as this one; it says nothing but over that."""
    path = os.pathsep.join(filter(None, (str(_HOME), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", _MODULE, str(line)], pass_fds=[line],
        env={**os.environ, "PYTHONPATH": path}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
