"""Child processes: starts them, and ends them with all that they started."""

import contextlib
import errno
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from services.parent_watchdog import tell_parent

PATIENCE = 15.0  # seconds that a process may take to end by itself
_LAST_LINES = 15
_DYING = 2.0  # seconds
_FOR_SERVERS = range(20_000, 32_000)
"""Ports below those that a system gives to whoever connects: none of them is taken before a server listens on it."""


@dataclass
class Child:
    """A running process, in a group of its own, with the file that it writes its words to."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self.process.poll() is not None

    def last_words(self) -> str:
        """The end of its log."""
        with contextlib.suppress(OSError):
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
            return "\n".join(lines[-_LAST_LINES:])
        return ""


def start(
    name: str,
    module: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    *,
    keep: Sequence[int] = (),
) -> Child:
    """
    Start `python -m` *module* with *environment* alone, quiet but for *log*; the last log is kept beside it.

    It keeps the file descriptors *keep* open until it ends.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):
        log.replace(log.with_suffix(".previous.log"))
    with _log_file(log) as words:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env={**tell_parent(environment), "PYTHONPATH": _path(environment)},
            pass_fds=keep,
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            start_new_session=True,
        )
    return Child(name, process, log)


@contextmanager
def _log_file(log: Path) -> Iterator[IO[bytes]]:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        yield file


def _path(environment: Mapping[str, str]) -> str:
    """The import path of a child: this house first, whatever folder it starts in."""
    house = str(Path(__file__).resolve().parents[2])
    return os.pathsep.join(filter(None, [house, environment.get("PYTHONPATH", "")]))


def stop(children: Sequence[Child], patience: float = PATIENCE) -> None:
    """End *children*, the last one first, with everything that they started."""
    deadline = time.monotonic() + patience
    for child in reversed(children):
        _signal(child, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.1, deadline - time.monotonic()))
        _signal(child, signal.SIGKILL)
        child.process.wait()
        _wait_for_group(child)


def _signal(child: Child, number: int) -> bool:
    """Send to the whole group, which is the child's own and outlives it; whether anything in it is left."""
    try:
        os.killpg(child.process.pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _wait_for_group(child: Child) -> None:
    """Wait until what the child had started is gone too; who is killed is not gone at once."""
    deadline = time.monotonic() + _DYING
    while _signal(child, 0) and time.monotonic() < deadline:
        time.sleep(0.01)


def is_open(host: str, port: int) -> bool:
    """Whether something listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def free_port(host: str, wished: int) -> int:
    """
    *wished* if it is free on *host*, else one that is; 0 wishes for any.

    Raises OSError when this process cannot listen there.
    """
    port = wished or secrets.choice(_FOR_SERVERS)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return free_port(host, 0)
    return port
