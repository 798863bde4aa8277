"""
Load benchmark of the pages: real processes, real connections, by one process and by two in turns, also beside a sweep.

Browsers of participants, the manager and the auditor ask for their pages one after the other. What asks is a process
as well, and takes a tenth of one core.
"""

import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import Response

from benchmarks.field import NOW as SWEPT
from benchmarks.field import sow
from benchmarks.figures import Figure, median
from benchmarks.pages import CASE, NOW, PAGES
from cli.rehearsal.scenario import read_scenario
from cli.rehearsal.simulator import new_life
from config.clock import utc_now
from config.settings import Settings
from flows.machine.processes import free_port, is_open
from portal.web.sessions import holder_of, let_in
from portal.web.site import Site
from records.access.links import Capacity
from records.engine.database import connect, writing
from records.schema.core import DUTIES
from services.house import open_house
from tests.postgres import NoServer, server

ROOT = Path(__file__).parents[1]
ROUNDS = 3
SECONDS = 3.0
WARM = 6.0
FEW, MANY = 2, 32
PROCESSES = (1, 2)
GAIN = 1.6
SLOWEST = 60  # milliseconds
COMES_UP = 60.0  # seconds
Measured = dict[str, float]


@dataclass(frozen=True)
class Case:
    """So many *connections* to so many *processes*, with a sweep beside them or without."""

    processes: int
    connections: int
    sweeping: bool = False


CASES = [
    Case(processes, connections, sweeping)
    for connections, sweeping in ((FEW, False), (MANY, False), (MANY, True))
    for processes in PROCESSES
]


def furnish(url: str, due: int) -> None:
    """Live the case of 2022 in the database of *url* until NOW, beside *due* duties that wait for a sweep."""
    with new_life(read_scenario(CASE), database=url) as life:
        life.live(NOW)
    engine = connect(url, durable=False)
    with writing(engine) as connection:  # the field counts from one
        connection.execute(DUTIES.update().values(id=DUTIES.c.id + 1_000_000_000))
    engine.dispose()
    sow(url, due, due * 2)


def requests(settings: Settings) -> list[str]:
    """A request for each page, by a browser in which its reader is in."""
    with open_house(settings) as house:
        site = Site(house, settings, utc_now, ())
        return [_request(path, _cookie(site, who)) for who in PAGES for path in PAGES[who]]


def _cookie(site: Site, who: str) -> str:
    programme = site.house.ledger.programme("kledingmerk").programme
    if who in {*programme.roles, "auditor"}:
        capacity, held = Capacity("role", programme.id, who), holder_of(programme, who)
    else:
        capacity, held = Capacity("participant", programme.id, who, "kledingmerk-2022"), ""
    answer = let_in(site, Response(), capacity, utc_now(), holder=held)
    return answer.headers["set-cookie"].partition(";")[0]


def _request(path: str, cookie: str) -> str:
    return (
        f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept-language: nl\r\ncookie: {cookie}\r\n\r\n"
    )


@contextmanager
def serving(url: str, processes: int) -> Iterator[int]:
    """Serve the records of *url* by so many *processes*; the port."""
    port = free_port("127.0.0.1", 0)
    told = {"WEERKLANK_DATABASE_URL": url, "WEERKLANK_PORTAL_PROCESSES": str(processes)}
    command = [sys.executable, "-m", "portal.server", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | told)
    try:
        until = time.monotonic() + COMES_UP
        while not is_open("127.0.0.1", port):
            assert process.poll() is None, "the pages ended"
            assert time.monotonic() < until, "the pages did not come up"
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def ask(port: int, pages: list[str], connections: int, seconds: float) -> Measured:
    """Let so many browsers ask for *pages*, each beginning with another one."""
    command = [sys.executable, "-m", "benchmarks.browsers", str(port), str(seconds)]
    told = json.dumps([pages] * connections)
    done = subprocess.run(
        command, cwd=ROOT, input=told, stdout=subprocess.PIPE, text=True, check=True
    )
    found: Measured = json.loads(done.stdout)
    return found


def sweep_all(url: str) -> float:
    """Sweep what is due, as the flows do; seconds."""
    begun = time.perf_counter()
    with open_house(Settings(database_url=url), clock=None) as house:
        assert house.sweep(SWEPT).duties
    return time.perf_counter() - begun


def measure(url: str, again: list[str]) -> dict[Case, Measured]:
    """Each case on the database of *url* by turns, the middle of some rounds; *again*: the same field, unswept."""
    pages = requests(Settings(database_url=url))
    rounds: dict[Case, list[Measured]] = {case: [] for case in CASES}
    with ExitStack() as stack:
        ports = {number: stack.enter_context(serving(url, number)) for number in PROCESSES}
        for port in ports.values():
            ask(port, pages, MANY, WARM)  # they load what they load once
        for _ in range(ROUNDS):
            for case in (case for case in CASES if not case.sweeping):
                rounds[case].append(ask(ports[case.processes], pages, case.connections, SECONDS))
    for case in (case for case in CASES if case.sweeping):
        rounds[case].append(_beside_a_sweep(again.pop(), case))
    return {case: _middle(found) for case, found in rounds.items()}


def _beside_a_sweep(url: str, case: Case) -> Measured:
    pages = requests(Settings(database_url=url))
    with serving(url, case.processes) as port:
        ask(port, pages, MANY, WARM)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            pool.apply(utc_now)  # it is there before it is asked
            swept = pool.apply_async(sweep_all, [url])
            found = ask(port, pages, case.connections, SECONDS)
            found["alone"] = float(swept.ready())
            swept.get()
        return found


def _middle(found: list[Measured]) -> Measured:
    return {name: median([one[name] for one in found]) for name in found[0]}


def figures(database: str, found: dict[Case, Measured]) -> list[Figure]:
    """The lines of the table for one *database*."""
    return [
        figure
        for case in CASES
        for figure in _lines(
            database, case, found[case], found[Case(1, case.connections, case.sweeping)]
        )
    ]


def _lines(database: str, case: Case, found: Measured, one: Measured) -> list[Figure]:
    beside = ""
    if case.sweeping:
        beside = ", a sweep at work" if not found["alone"] else ", a sweep at work for a part"
    what = f"pages, {database}, {case.connections} connections, {case.processes} process{beside}"
    what = what.replace("2 process", "2 processes") if case.processes > 1 else what
    many = case.processes > 1 and case.connections == MANY
    gain, slowest = found["rate"] >= GAIN * one["rate"], found["p99"] < SLOWEST
    return [
        Figure(
            "pages_load", what, "pages/s", found["rate"],
            one["rate"] if case.processes > 1 else None,
            f"≥ {GAIN} × one" if many else "", gain if many else None,
        ),
        Figure("pages_load", f"{what}, p50", "ms", found["p50"]),
        Figure(
            "pages_load", f"{what}, p99", "ms", found["p99"], None,
            f"< {SLOWEST} ms" if many else "", slowest if many else None,
        ),
    ]  # fmt: skip


def run(n: int = 40_000) -> list[Figure]:
    """Ask for pages on SQLite and on PostgreSQL, beside a sweep of *n* duties."""
    told = on_sqlite(n)
    try:
        return told + on_postgresql(n)
    except NoServer as missing:
        print(f"pages_load on PostgreSQL: skipped: it needs {missing}")
        return told


def on_sqlite(n: int) -> list[Figure]:
    """The lines for files."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.sqlite" for number in range(1 + len(PROCESSES))]
        furnish(f"sqlite:///{files[0]}", n)
        for file in files[1:]:
            shutil.copy(files[0], file)
        first, *again = (f"sqlite:///{file}" for file in files)
        return figures("SQLite", measure(first, again))


def on_postgresql(n: int) -> list[Figure]:
    """The lines for a server. Raises NoServer."""
    with server() as running:
        furnish(running.create("field"), n)
        names = [f"n{number}" for number in range(1 + len(PROCESSES))]
        first, *again = (running.create(name, template="field") for name in names)
        return figures("PostgreSQL", measure(first, again))
