"""A person's step every ten milliseconds while a sweep runs: how long do they wait?"""

import multiprocessing
import tempfile
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

FIRST, LAST = 20.0, 200.0  # milliseconds
_DIALOGUE = "p00000-0"


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
        sleep(max(0.0, 0.01 - taken[-1] / 1000))
    waits.put(taken)


def run(n: int = 20_000) -> list[Figure]:
    """Sweep *n* due duties with its pauses, and watch a person."""
    context = multiprocessing.get_context("spawn")
    ready, stop, waits = context.Event(), context.Event(), context.Queue()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/people.sqlite"
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
    p99, longest = taken[int(len(taken) * 0.99)], taken[-1]
    what = f"a person's step while {n:,} duties are swept, SQLite"
    return [
        Figure("people", f"{what}, median", "ms", taken[len(taken) // 2]),
        Figure("people", f"{what}, p99", "ms", p99, None, "< 20 ms", p99 < FIRST),
        Figure("people", f"{what}, longest", "ms", longest, None, "< 200 ms", longest < LAST),
    ]
