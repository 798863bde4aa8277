"""What runs in a process of its own, to be killed: sweep, delivery or steps, over real SMTP."""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from records.engine.database import connect
from tests.faults.fault_injection import Faults
from tests.faults.works import STEPS, deliver_once, sweep_in_chunks

ROOMS = [
    "records.sweep.sweep",
    "services.delivery.round",
    "notifications.channels.smtp",
    "records.ledger",
    "psycopg",
]
PATIENCE = 60.0
"""Seconds after which a process that should have ended makes the test fail."""


def sweeper(url: str, now: datetime, chunk: int, at: int, ready: Connection) -> None:
    """Sweep once; dies by its own hand at point *at*."""
    with _doomed(url, at, ready) as faults:
        sweep_in_chunks(faults.engine, now, chunk)


def deliverer(url: str, port: int, now: datetime, at: int, ready: Connection) -> None:
    """Send all that waits to the sink at *port*; dies by its own hand at point *at*."""
    from notifications.channels.smtp import Smtp

    with _doomed(url, at, ready) as faults:
        while deliver_once(faults.engine, Smtp("127.0.0.1", port, "none"), now).handled:
            continue


def stepper(url: str, now: datetime, at: int, ready: Connection) -> None:
    """Take the steps of several people; dies by its own hand at point *at*."""
    with _doomed(url, at, ready) as faults:
        for step in STEPS[1:4]:
            step.take(faults.engine, now)


@contextmanager
def _doomed(url: str, at: int, ready: Connection) -> Iterator[Faults]:
    engine = connect(url)
    ready.send(os.getpid())
    yield Faults(engine, partial(os.kill, os.getpid(), signal.SIGKILL), at)
    engine.dispose()


Target = Callable[..., None]


def started(target: Target, *given: object) -> BaseProcess:
    """A process that has begun *target* with what is *given*."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(ROOMS)
    hears, says = context.Pipe(duplex=False)
    process = context.Process(target=target, args=(*given, says), daemon=True)
    process.start()
    says.close()
    assert hears.poll(PATIENCE), "the process never began"
    hears.recv()
    hears.close()
    return process


def ended(process: BaseProcess) -> int:
    """Wait for the end of *process*; its exit code, -9 when it was killed."""
    process.join(PATIENCE)
    code = process.exitcode
    assert code is not None, "the process never ended"
    process.close()
    return code


def killed_somewhere(chance: random.Random, most: int, longest: float) -> tuple[int, float]:
    """Where a process dies: by its own hand at a point up to *most*, or from outside within *longest* seconds."""
    if chance.random() < 0.7:
        return chance.randint(1, most), PATIENCE
    return 0, chance.random() * longest


def stopper(url: str, now: datetime, at: int, ready: Connection) -> None:
    """Sweep once, and stand still at point *at* until somebody lets it go on."""
    engine = connect(url)
    ready.send(os.getpid())
    Faults(engine, partial(os.kill, os.getpid(), signal.SIGSTOP), at)
    sweep_in_chunks(engine, now)
    engine.dispose()


def stopped(pid: int) -> None:
    """Wait until the process *pid* stands still."""
    status = Path(f"/proc/{pid}/stat")
    give_up = time.monotonic() + PATIENCE
    while status.read_text(encoding="ascii").rpartition(")")[2].split()[0] != "T":
        assert time.monotonic() < give_up, "the process never came to its point"
