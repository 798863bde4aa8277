"""Contention benchmark: how long people wait who take a step every ten milliseconds while a sweep runs."""

import multiprocessing
import tempfile
from datetime import timedelta
from itertools import cycle
from multiprocessing.synchronize import Event
from time import perf_counter, sleep
from typing import Any

from benchmarks.field import NOW, PER_DIALOGUE, name_of, sow
from benchmarks.figures import Figure
from config.policies import policy_of
from records.engine.database import connect
from records.ledger import Ledger
from records.sweep.sweep import sweep
from states.model.vocabulary import Step
from tests.postgres import NoServer, Server, server

FIRST, LAST = 20.0, 200.0  # milliseconds
_EVERY = 0.01  # seconds
_BEFORE = 2.0  # seconds in which nothing sweeps
_PEOPLE = 50
"""So many dialogues are worked on by turns, spread over all of them."""

Wait = tuple[float, float]
"""When a step began, and how many milliseconds it took."""


def person(url: str, dialogues: int, ready: Event, stop: Event, waits: Any) -> None:  # noqa: ANN401 - a queue
    """Take steps by turns in some of so many *dialogues*, until *stop*."""
    ledger = Ledger(connect(url), policy_of)
    places = [name_of(dialogues * turn // _PEOPLE) for turn in range(_PEOPLE)]
    taken: list[Wait] = []
    given, now = {"text": "Listen sooner."}, NOW + timedelta(seconds=1)
    for place in cycle(places):
        begun = perf_counter()
        ledger.act(place, Step.NOTE_LESSON, given, by="manager", now=now)
        taken.append((begun, (perf_counter() - begun) * 1000))
        if len(taken) == _PEOPLE and not ready.is_set():  # each was loaded once
            taken.clear()
            ready.set()
        if stop.is_set():
            break
        sleep(max(0.0, begun + _EVERY - perf_counter()))
    waits.put(taken)


def measure_waits(url: str, n: int) -> tuple[list[float], list[float]]:
    """Waits in milliseconds, in order of length: before and during a sweep of *n* duties in the database of *url*."""
    context = multiprocessing.get_context("spawn")
    ready, stop, waits = context.Event(), context.Event(), context.Queue()
    sow(url, n, n)
    given = (url, max(1, n // PER_DIALOGUE), ready, stop, waits)
    other = context.Process(target=person, args=given)
    other.start()
    assert ready.wait(60)
    sleep(_BEFORE)
    engine = connect(url)
    begun = perf_counter()
    sweep(engine, policy_of, NOW)
    stop.set()
    taken: list[Wait] = waits.get(timeout=60)
    other.join()
    engine.dispose()
    before = sorted(wait for at, wait in taken if at < begun)
    return before, sorted(wait for at, wait in taken if at >= begun)


def run(n: int = 20_000) -> list[Figure]:
    """Watch people during a sweep of *n* duties with its pauses, on each database that this machine has."""
    with tempfile.TemporaryDirectory() as folder:
        figures = _figures("SQLite", n, *measure_waits(f"sqlite:///{folder}/people.sqlite", n))
    try:
        with server() as running:
            _use(running, n)
            return figures + _figures("PostgreSQL", n, *measure_waits(running.create("people"), n))
    except NoServer as missing:
        print(f"people on PostgreSQL: not measured, there is no {missing}")
        return figures


def _use(running: Server, n: int) -> None:
    """Let the server make the files of its log, as one in use has done: whoever commits waits while it makes one."""
    url = running.create("before")
    sow(url, n, n)
    engine = connect(url)
    sweep(engine, policy_of, NOW)
    engine.dispose()
    running.drop("before")


def _figures(kind: str, n: int, before: list[float], during: list[float]) -> list[Figure]:
    what = f"a person's step while {n:,} duties are swept, {kind}"
    usual, alone = _of_all(during, 0.5), _of_all(before, 0.5)
    p99, most = _of_all(during, 0.99), during[-1]
    return [
        Figure("people", f"{what}, median", "ms", usual, alone),
        Figure("people", f"{what}, p99", "ms", p99, _of_all(before, 0.99), "< 20 ms", p99 < FIRST),
        Figure("people", f"{what}, longest", "ms", most, before[-1], "< 200 ms", most < LAST),
    ]


def _of_all(waits: list[float], share: float) -> float:
    return waits[int(len(waits) * share)]
