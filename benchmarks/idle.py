"""A sweep with nothing due: the same, however many duties are open."""

import tempfile
from datetime import timedelta
from time import perf_counter

from benchmarks.field import NOW, sow
from benchmarks.figures import Figure, median
from benchmarks.sweep import no_pause
from config.policies import policy_of
from records.database import connect
from records.sweep import sweep

GOAL = 1.0  # millisecond


def one(opened: int, looks: int = 200) -> float:
    """Milliseconds of a sweep that finds nothing among *opened* duties."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/idle.sqlite"
        sow(url, 0, opened)
        engine = connect(url)
        moment = NOW - timedelta(minutes=1)
        sweep(engine, policy_of, moment, pause=no_pause)
        taken = []
        for _ in range(looks):
            begun = perf_counter()
            sweep(engine, policy_of, moment, pause=no_pause)
            taken.append((perf_counter() - begun) * 1000)
        engine.dispose()
    return median(taken)


def run(n: int = 100_000) -> list[Figure]:
    """Look with a tenth of *n* and with *n* duties open."""
    figures = []
    for opened in (n // 10, n):
        found = one(opened)
        what = f"sweep with nothing due, SQLite, {opened:,} open"
        figures.append(Figure("idle", what, "ms", found, None, "< 1 ms", found < GOAL))
    return figures
