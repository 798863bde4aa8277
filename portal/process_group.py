"""
Process group (pre-fork): one process listens, and gives each connection to the one of several that has fewest.

The system would do that too (`SO_REUSEPORT`), but by lot: of 32 connections one process often gets 20, of two both; and
not on every system. Here nothing is imported that makes pages: this process stays small, and so it stays.
"""

import fcntl
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NamedTuple, Self

from portal.http.figure_files import SHARED

READY, TAKEN, GONE = b"r", b"+", b"-"
"""What a worker says: that it takes connections, that it took one, and that one ended."""
MOST_ENDS, WITHIN = 5, 60.0
"""So many may end by themselves within so many seconds; after that something is wrong that no other start mends."""
_PATIENCE = 12.0  # seconds that they may take to end; whoever started us waits a little longer
_BACKLOG = 2048
_ROOT = str(Path(__file__).resolve().parents[1])


class CannotServe(Exception):
    """The processes that make the pages do not stay; the message says what is so."""


class Inherited(NamedTuple):
    """What a worker gets: descriptors of its *line* and of the file of *locks*, and *of* how many it is one."""

    line: int
    locks: int
    of: int

    @classmethod
    def of_text(cls, text: str) -> Self:
        """What `str` wrote. Raises ValueError."""
        line, locks, of = map(int, text.split(","))
        return cls(line, locks, of)

    def __str__(self) -> str:
        return ",".join(map(str, self))


@dataclass(eq=False)
class Worker:
    """A process that makes pages, the *line* over which it gets connections, and how many it has."""

    process: subprocess.Popen[bytes]
    line: socket.socket
    ready: bool = False
    connections: int = 0
    handed: deque[socket.socket] = field(default_factory=deque)
    """Connections that were handed over and not taken yet: they outlive it."""


@dataclass
class ProcessGroup:
    """*wanted* workers behind the *doors*; each is started with *command* and what it inherits."""

    doors: list[socket.socket]
    wanted: int
    command: list[str]
    locks: int
    figures: str
    """The folder in which each counts how long its pages take."""
    ending: bool = False
    opened: bool = False
    """Whether a worker was ever ready."""
    workers: list[Worker] = field(default_factory=list)
    """In front the one that got none for longest."""
    ends: deque[float] = field(default_factory=deque)
    waiting: deque[socket.socket] = field(default_factory=deque)
    """Connections that nobody could take: nobody was ready, or every line was full."""
    watch: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def serve(self) -> None:
        """Serve until asked to end. Raises CannotServe."""
        self._start()
        while not self.ending:
            for key, _ in self.watch.select():
                if isinstance(key.data, Worker):
                    self._hear(key.data)
                elif key.data is None:
                    self._give(key.fileobj)  # type: ignore[arg-type] # a door is a socket
                else:
                    key.data.recv(64)

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        fds = [theirs.fileno(), self.locks]
        told = Inherited(fds[0], fds[1], self.wanted)
        command = [*self.command, "--inherited", str(told)]
        path = os.pathsep.join(filter(None, [_ROOT, os.environ.get("PYTHONPATH", "")]))
        environment = {**os.environ, "PYTHONPATH": path, SHARED: self.figures}
        process = subprocess.Popen(command, pass_fds=fds, env=environment)
        theirs.close()
        ours.settimeout(0)
        worker = Worker(process, ours)
        self.workers.append(worker)
        self.watch.register(ours, selectors.EVENT_READ, worker)

    def _hear(self, worker: Worker) -> None:
        try:
            said = worker.line.recv(4096)
        except OSError:
            said = b""
        if not said:
            self._replace(worker)
            return
        worker.connections -= said.count(GONE)
        for _ in range(said.count(TAKEN)):
            worker.handed.popleft().close()
        if READY in said:
            worker.ready = self.opened = True
            if len(self.workers) < self.wanted:  # the first made what all need
                self._start()
        self._open()

    def _open(self) -> None:
        """Hand on what waits, and then take connections again."""
        while self.waiting:
            if not self._place(self.waiting[0]):
                return
            self.waiting.popleft()
        for door in self.doors:
            if door not in self.watch.get_map():
                door.listen(_BACKLOG)
                self.watch.register(door, selectors.EVENT_READ)

    def _give(self, door: socket.socket) -> None:
        """Let in whoever stands at the *door*; while nobody can take them they wait there."""
        if self.waiting or not any(worker.ready for worker in self.workers):
            self.watch.unregister(door)
            return
        with suppress(OSError):  # gone again meanwhile, or all files are open: it stays at the door
            self.waiting.append(door.accept()[0])
            self._open()

    def _place(self, made: socket.socket) -> bool:
        """Hand *made* to the worker with the fewest, of these to the one that got none for longest; whether it was."""
        ready = [worker for worker in self.workers if worker.ready]
        fewest = sorted(ready, key=lambda one: one.connections)
        return any(self._hand_over(made, worker) for worker in fewest)

    def _hand_over(self, made: socket.socket, worker: Worker) -> bool:
        try:
            socket.send_fds(worker.line, [TAKEN], [made.fileno()])
        except OSError:  # its line is full or it just died: another takes this one
            return False
        worker.connections += 1
        worker.handed.append(made)
        self.workers.remove(worker)
        self.workers.append(worker)
        return True

    def _replace(self, worker: Worker) -> None:
        self.watch.unregister(worker.line)
        worker.line.close()
        self.workers.remove(worker)
        how = _wait(worker.process)
        if self.ending:
            return
        self._count_end(how)
        self.waiting.extendleft(reversed(worker.handed))
        self._start()
        self._open()

    def _count_end(self, how: int) -> None:
        if not self.opened:
            raise CannotServe(f"The pages did not start (status {how}): see what was said above.")
        now = time.monotonic()
        self.ends.append(now)
        while now - self.ends[0] > WITHIN:
            self.ends.popleft()
        if len(self.ends) > MOST_ENDS:
            raise CannotServe(
                f"A process of the pages ended by itself (status {how}), the last of {len(self.ends)} within "
                f"{WITHIN:.0f} seconds. Something is wrong that another start does not mend: see what each said above."
            )
        _say(f"A process of the pages ended by itself (status {how}); another takes its place.")

    def end(self) -> None:
        """Let no more in, and end every worker once what it is answering is answered."""
        for door in self.doors:
            door.close()
        for made in self.waiting:
            made.close()
        for worker in self.workers:
            worker.process.terminate()
        until = time.monotonic() + _PATIENCE
        for worker in self.workers:
            with suppress(subprocess.TimeoutExpired):
                worker.process.wait(max(0.1, until - time.monotonic()))
            worker.process.kill()
            worker.process.wait()
            worker.line.close()


def _wait(process: subprocess.Popen[bytes]) -> int:
    """The status of who hung up; whoever lives on without its line makes no pages, and is ended."""
    with suppress(subprocess.TimeoutExpired):
        return process.wait(1)
    process.kill()
    return process.wait()


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


@contextmanager
def doors_at(host: str, port: int) -> Iterator[list[socket.socket]]:
    """A socket for each address of *host*, bound to *port* and not listening yet. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    with ExitStack() as undo:
        doors = []
        for family, _, _, _, address in dict.fromkeys(found):
            doors.append(door := undo.enter_context(socket.socket(family, socket.SOCK_STREAM)))
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                door.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            door.settimeout(0)
            door.bind(address)
        yield doors


@contextmanager
def _told_to_end(group: ProcessGroup) -> Iterator[None]:
    """Wake the *group* by a signal: its loop waits for sockets, and a signal is none."""
    hears, wakes = socket.socketpair()
    wakes.settimeout(0)
    group.watch.register(hears, selectors.EVENT_READ, hears)

    def end(_number: int, _frame: FrameType | None) -> None:
        group.ending = True

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    descriptor = signal.set_wakeup_fd(wakes.fileno())
    try:
        yield
    finally:
        signal.set_wakeup_fd(descriptor)
        for number, handler in before.items():
            signal.signal(number, handler)
        group.watch.unregister(hears)
        hears.close()
        wakes.close()


@contextmanager
def _kept_folder() -> Iterator[str]:
    """A folder that goes when this ends, and not before: `systemd-tmpfiles` leaves alone what is locked."""
    with tempfile.TemporaryDirectory(prefix="weerklank-pages-") as folder:
        held = os.open(folder, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_SH)
        try:
            yield folder
        finally:
            os.close(held)


def serve(host: str, port: int, wanted: int, command: list[str]) -> int:
    """
    Serve *host* and *port* by *wanted* processes until asked to end; 0 then, 1 when they do not stay.

    Each is started with *command* and `--inherited`. Raises OSError where nothing can listen.
    """
    with ExitStack() as undo:
        locks = undo.enter_context(tempfile.TemporaryFile())
        doors = undo.enter_context(doors_at(host, port))
        figures = undo.enter_context(_kept_folder())
        group = ProcessGroup(doors, wanted, command, locks.fileno(), figures)
        undo.callback(group.watch.close)
        undo.callback(group.end)
        undo.enter_context(_told_to_end(group))
        try:
            group.serve()
        except CannotServe as why:
            _say(str(why))
            return 1
    return 0
