"""A person's step every ten milliseconds while a sweep runs: how long do they wait?"""

import multiprocessing
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.synchronize import Event
from time import perf_counter, sleep
from typing import Any

from benchmarks.field import NOW, sow
from benchmarks.figures import Figure
from config.policies import policy_of
from records.database import connect
from records.ledger import Ledger
from records.sweep import sweep
from tests.postgres import NoServer, server

FIRST, LAST = 20.0, 200.0  # milliseconds
_DIALOGUE = "p00000-0"
_EVERY = 0.01  # seconds


def person(url: str, ready: Event, stop: Event, waits: Any) -> None:  # noqa: ANN401 - a queue
    """Take steps until *stop*; each wait in milliseconds."""
    ledger = Ledger(connect(url), policy_of)
    taken: list[float] = []
    given = {"text": "Listen sooner."}
    while not stop.is_set():
        begun = perf_counter()
        ledger.act(_DIALOGUE, "note-lesson", given, by="manager", now=NOW + timedelta(seconds=1))
        taken.append((perf_counter() - begun) * 1000)
        ready.set()
        sleep(max(0.0, _EVERY - taken[-1] / 1000))
    waits.put(taken)


def waited(url: str, n: int) -> list[float]:
    """Sweep *n* due duties of the database of *url*, and watch a person: their waits in order of length."""
    context = multiprocessing.get_context("spawn")
    ready, stop, waits = context.Event(), context.Event(), context.Queue()
    sow(url, n, n)
    other = context.Process(target=person, args=(url, ready, stop, waits))
    other.start()
    assert ready.wait(60)
    engine = connect(url)
    sweep(engine, policy_of, NOW)
    stop.set()
    taken = sorted(waits.get(timeout=60)[1:])
    other.join()
    engine.dispose()
    return taken


@contextmanager
def databases() -> Iterator[Iterator[tuple[str, str]]]:
    """An empty database of each kind that this machine has, with its name."""
    with tempfile.TemporaryDirectory() as folder:
        yield _each(folder)


def _each(folder: str) -> Iterator[tuple[str, str]]:
    yield "SQLite", f"sqlite:///{folder}/people.sqlite"
    try:
        with server() as running:
            yield "PostgreSQL", running.create("people")
    except NoServer as missing:
        print(f"people: not measured on PostgreSQL: {missing}")


def run(n: int = 20_000) -> list[Figure]:
    """Watch a person during a sweep of *n* duties with its pauses, on each database."""
    with databases() as found:
        return [figure for kind, url in found for figure in _figures(kind, n, waited(url, n))]


def _figures(kind: str, n: int, taken: list[float]) -> list[Figure]:
    p99, longest = taken[int(len(taken) * 0.99)], taken[-1]
    what = f"a person's step while {n:,} duties are swept, {kind}"
    return [
        Figure("people", f"{what}, median", "ms", taken[len(taken) // 2]),
        Figure("people", f"{what}, p99", "ms", p99, None, "< 20 ms", p99 < FIRST),
        Figure("people", f"{what}, longest", "ms", longest, None, "< 200 ms", longest < LAST),
    ]
