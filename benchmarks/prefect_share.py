"""Prefect's share: one flow run for a sweep of any size, against the same work without Prefect."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter, sleep
from typing import Any, NamedTuple
from unittest.mock import patch

from benchmarks.field import NOW, sow
from benchmarks.figures import Figure, Skipped, median
from config.policies import policy_of
from flows.machine.password import login
from flows.machine.server import ServerAddress
from records.engine.database import connect
from records.ledger import Ledger
from services.house import House, open_house

ROUNDS = 3
GOAL = 0.5  # second
_PATIENCE = 120.0  # seconds that a server may take to come up
_CHUNK = 1_000  # as the flow takes them
_QUIET = 1.5  # seconds to write the events of the last run; in life a quarter of an hour lies between two


@contextmanager
def prefect() -> Iterator[None]:
    """Point the Prefect of this process at a server that lives as long as the `with`; raises Skipped when none can."""
    from flows.machine.server import answers  # noqa: PLC0415
    from flows.once.temporary_server import brief_server  # noqa: PLC0415 - whoever measures it, pays for it

    with tempfile.TemporaryDirectory() as folder, brief_server(Path(folder)) as brief:
        deadline = perf_counter() + _PATIENCE
        while not answers(brief.place.api):
            if brief.child.ended or perf_counter() > deadline:
                raise Skipped(f"no Prefect server came up: {brief.child.last_words()}")
            sleep(0.2)
        with pointed_at(brief.place):
            yield
            _drain()


@contextmanager
def pointed_at(place: ServerAddress) -> Iterator[None]:
    """Let the Prefect of this process ask the server at *place*."""
    from prefect import settings  # noqa: PLC0415

    found = {
        settings.PREFECT_API_URL: place.api,
        settings.PREFECT_API_AUTH_STRING: login(place.home),
        settings.PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: True,
        settings.PREFECT_LOGGING_LEVEL: "WARNING",
    }
    with settings.temporary_settings(found):
        yield


def _drain() -> None:
    """Let Prefect say what it still has to say, or it waits for a server that is gone."""
    from prefect.events.worker import EventsWorker  # noqa: PLC0415
    from prefect.logging.handlers import APILogWorker  # noqa: PLC0415

    EventsWorker.drain_all()
    APILogWorker.drain_all()


def without() -> float:
    """Seconds of the work by itself."""
    begun = perf_counter()
    with open_house() as house:
        house.open_due_editions(NOW)
        house.sweep(NOW, chunk=_CHUNK)
    return perf_counter() - begun


def within() -> tuple[float, float]:
    """Seconds of the same as a flow run, which has no task, and how many of them the work itself took."""
    from flows.rounds import enforce_deadlines  # noqa: PLC0415

    begun = perf_counter()
    with _watch_house() as working:
        running: Any = enforce_deadlines(return_state=True)
        state = asyncio.run(running)
    taken = perf_counter() - begun
    assert state.is_completed(), state.message
    return taken, sum(working)


@contextmanager
def _watch_house() -> Iterator[list[float]]:
    """How long the house works inside a flow run."""
    spent: list[float] = []
    watched = {"sweep": House.sweep, "open_due_editions": House.open_due_editions}
    with ExitStack() as stack:
        for name, work in watched.items():
            stack.enter_context(patch.object(House, name, _with_timer(work, spent)))
        yield spent


def _with_timer(work: Any, spent: list[float]) -> Any:  # noqa: ANN401 - any method
    def call(*given: Any, **named: Any) -> Any:  # noqa: ANN401
        begun = perf_counter()
        try:
            return work(*given, **named)
        finally:
            spent.append(perf_counter() - begun)

    return call


async def tasks() -> int:
    """How many task runs the server knows."""
    from prefect.client.orchestration import get_client  # noqa: PLC0415

    async with get_client() as client:
        return len(await client.read_task_runs(limit=1))


class Round(NamedTuple):
    """Seconds of the work by itself; of a flow run, and of the work in it."""

    alone: float
    whole: float
    working: float


def one_round(folder: Path, field: Path) -> Round:
    """Sweep two copies of *field*, without and with Prefect."""
    with _copy_of(folder, field):
        alone = without()
    sleep(_QUIET)
    with _copy_of(folder, field):
        return Round(alone, *within())


@contextmanager
def _copy_of(folder: Path, field: Path) -> Iterator[None]:
    copy = folder / "swept.sqlite"
    for tail in ("", "-wal", "-shm"):
        Path(f"{copy}{tail}").unlink(missing_ok=True)
    shutil.copyfile(field, copy)
    with _environment({"WEERKLANK_DATABASE_URL": f"sqlite:///{copy}", "WEERKLANK_CHANNEL": "none"}):
        yield


@contextmanager
def _environment(words: dict[str, str]) -> Iterator[None]:
    """Run with these *words* in the environment, from which a flow takes its house."""
    before = dict(os.environ)
    os.environ.update(words)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def sown(folder: Path, due: int) -> Path:
    """A field of which *due* duties are due, and no edition."""
    field = folder / f"field-{due}.sqlite"
    sow(f"sqlite:///{field}", due, 2 * due)
    engine = connect(f"sqlite:///{field}")
    Ledger(engine, policy_of).open_due_editions(NOW)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return field


def run(n: int = 20_000, *, rounds: int = ROUNDS) -> list[Figure]:
    """Sweep a twentieth of *n* and *n* due duties, by themselves and as a flow run, by turns."""
    found: list[Figure] = []
    with prefect(), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one_round(folder, sown(folder, 100))  # what a process loads once belongs to its start
        for due in (max(1, n // 20), n):
            field = sown(folder, due)
            found += _figures(due, [one_round(folder, field) for _ in range(rounds)])
        made = asyncio.run(tasks())
    what = "task runs that Prefect made of all that"
    return [*found, Figure("prefect_share", what, "", made, goal="0", reached=made == 0)]


def _figures(due: int, taken: list[Round]) -> list[Figure]:
    """The share is told within one run: the difference of two would be mostly what else this machine did."""
    share = median([one.whole - one.working for one in taken])
    inside, alone = (median([getattr(one, name) for one in taken]) for name in ("whole", "alone"))
    what = f"Prefect's share in a sweep of {due:,} due"
    return [
        Figure("prefect_share", what, "s", share, None, f"< {GOAL} s", share < GOAL),
        Figure("prefect_share", f"{what}: the flow run, beside no Prefect", "s", inside, alone),
    ]
