"""Idle benchmark: a sweep with nothing due takes the same, however many duties are open."""

import tempfile
from contextlib import ExitStack
from datetime import timedelta
from time import perf_counter

from sqlalchemy import Engine

from benchmarks.field import NOW, sow
from benchmarks.figures import Figure, median
from benchmarks.sweep import no_pause
from config.policies import policy_of
from records.engine.database import connect
from records.sweep.sweep import sweep

FIRST = 10_000
GOAL = 1.0  # millisecond
FLAT = 1.3
"""So many times what it takes with the fewest open may it take at most."""
LOOKS = 300
_MOMENT = NOW - timedelta(minutes=1)


def look(engine: Engine) -> float:
    """Milliseconds of one sweep that finds nothing."""
    begun = perf_counter()
    sweep(engine, policy_of, _MOMENT, pause=no_pause)
    return (perf_counter() - begun) * 1000


def looks(sizes: list[int]) -> dict[int, float]:
    """The middle of many looks, by turns at each of *sizes*: a busy moment of the machine hits them all."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        engines = {}
        for opened in sizes:
            url = f"sqlite:///{folder}/idle-{opened}.sqlite"
            sow(url, 0, opened)
            engines[opened] = connect(url)
            stack.callback(engines[opened].dispose)
            look(engines[opened])
        taken = [{opened: look(engine) for opened, engine in engines.items()} for _ in range(LOOKS)]
        return {opened: median([one[opened] for one in taken]) for opened in sizes}


def run(n: int = 100_000) -> list[Figure]:
    """Look with 10,000 duties open, with ten times as many, and so on up to *n*."""
    sizes = [min(FIRST, n)]
    while sizes[-1] < n:
        sizes.append(min(sizes[-1] * 10, n))
    found = looks(sizes)
    least = found[sizes[0]]
    return [_figure(opened, found[opened], least) for opened in sizes]


def _figure(opened: int, found: float, least: float) -> Figure:
    what = f"sweep with nothing due, SQLite, {opened:,} open"
    flat = found <= FLAT * least
    return Figure("idle", what, "ms", found, None, "< 1 ms, flat", found < GOAL and flat)
