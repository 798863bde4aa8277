"""
Soak test of all processes: `weerklank up` with a fast clock, `python -m benchmarks.soak_up --minutes 20`.

Its pages, its Prefect server, its flow runner and itself run as processes of their own, as on a real machine. Here
people take their steps in the same records, every few days of the fast clock each round of Prefect is asked for once
and waited for, mail goes to a sink, and the pages are fetched all the time. For each process a line is fitted through
the memory and the open files that it held once it was warm; it ends with 1 when what that line grows is not small.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import linear_regression, median

import psutil
from prefect.client.orchestration import get_client
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_CLIENT_CSRF_SUPPORT_ENABLED,
    temporary_settings,
)

from benchmarks.soak import HOST, SLACK, SLACK_FILES, SLACK_SHARE, Sample, World, furnish
from config.clock import set_clock
from flows.machine.password import login
from flows.machine.processes import free_port
from records.journal import journal
from services.house import House

WARM = 0.4
"""The share of the time in which caches may fill and libraries may load."""
DAYS = 7  # of the fast clock between two rounds
COMES_UP = 180.0  # seconds
PAGES = ("/healthz", "/metrics", "/", "/demo")
ROUNDS = ("enforce-deadlines/every-quarter", "deliver-notices/every-five-minutes")


@dataclass
class Up:
    """A running `weerklank up`, what is asked of it, and what its processes held."""

    process: psutil.Process
    api: str
    pages: str
    clock: Path
    fetched: int = 0
    failed: int = 0
    last_failure: str = "none"
    rounds: int = 0
    ended: threading.Event = field(default_factory=threading.Event)
    samples: dict[str, list[tuple[float, Sample]]] = field(default_factory=dict)

    def fetch(self) -> None:
        """Fetch one page after the other until told to end."""
        while not self.ended.wait(0.05):
            for page in PAGES:
                self.get(page)

    def get(self, page: str) -> None:
        """Fetch one *page*, and count whether it came."""
        try:
            urllib.request.urlopen(self.pages + page, timeout=30).close()  # noqa: S310 - our own pages
            self.fetched += 1
        except OSError as error:
            self.failed += 1
            self.last_failure = f"{page}: {error}"

    async def act(self, now: datetime) -> None:
        """Set the clock to *now*, ask Prefect for one run of each round, and wait for their ends."""
        set_clock(self.clock, now)
        async with get_client() as client:
            for name in ROUNDS:
                deployment = await client.read_deployment_by_name(name)
                run = await client.create_flow_run_from_deployment(deployment.id)
                while run.state is None or not run.state.is_final():
                    await asyncio.sleep(0.5)
                    run = await client.read_flow_run(run.id)
                self.failed += not run.state.is_completed()
        self.get(
            "/readyz"
        )  # only now: while the clock has leapt and nothing swept, it is rightly unwell
        self.rounds += 1

    def look(self, passed: float) -> None:
        """Note what each process holds *passed* seconds after the beginning."""
        for one in (self.process, *self.process.children()):
            held = Sample(one.memory_info().rss, one.num_fds())
            self.samples.setdefault(_name(one), []).append((passed, held))


def _name(process: psutil.Process) -> str:
    words = process.cmdline()
    known = {
        "flows.machine.server": "Prefect",
        "flows.runner": "Flow runner",
        "portal.server": "Pages",
    }
    return next((known[word] for word in words if word in known), "up")


@contextmanager
def running(folder: Path, house: House) -> Iterator[Up]:
    """`weerklank up` on the records of *house*, with everything else in *folder*."""
    prefect, pages = (free_port(HOST, 0) for _ in range(2))
    told = house.settings
    environment = {
        **os.environ,
        "WEERKLANK_DATABASE_URL": told.database_url,
        "WEERKLANK_CHANNEL": "maildir",
        "WEERKLANK_SENDER": told.sender,
        "WEERKLANK_MAILDIR": str(folder / "mail"),
        "WEERKLANK_CLOCK_FILE": str(folder / "clock"),
        "WEERKLANK_PREFECT_HOME": str(folder / "prefect"),
        "WEERKLANK_PREFECT_PORT": str(prefect),
        "WEERKLANK_PORTAL_PORT": str(pages),
    }
    with (folder / "up.log").open("w") as words:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "up"], env=environment, stdout=words, stderr=words
        )
    try:
        _come_up(process, folder / "up.log")
        api, address = f"http://{HOST}:{prefect}/api", f"http://{HOST}:{pages}"
        yield Up(psutil.Process(process.pid), api, address, folder / "clock")
    finally:
        process.terminate()
        process.wait(60)


def _come_up(process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + COMES_UP
    while "Everything runs" not in (said := log.read_text(encoding="utf-8")):
        if process.poll() is not None or time.monotonic() > until:
            raise SystemExit(f"It did not come up:\n{said}")
        time.sleep(0.2)


def soak(seconds: float, companies: int) -> tuple[Up, World, int, int]:
    """Let days pass for so many *seconds*; what ran, who lived, how many mails came and journals broke."""
    with tempfile.TemporaryDirectory(prefix="weerklank-soak-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with furnish(folder) as (house, _):
            world = World(house, companies)
            (folder / "clock").write_text(world.people().isoformat(), encoding="ascii")
            with running(folder, house) as up, _asking(up):
                _live(up, world, seconds)
            mails = sum(1 for _ in (folder / "mail").glob("*/new/*"))
            return up, world, mails, len(journal.verify(house.engine))


@contextmanager
def _asking(up: Up) -> Iterator[None]:
    known = {
        PREFECT_API_URL: up.api,
        PREFECT_API_AUTH_STRING: login(up.clock.parent / "prefect"),
        PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: True,
    }
    with temporary_settings(known):
        yield


def _live(up: Up, world: World, seconds: float) -> None:
    reader = threading.Thread(target=up.fetch)
    reader.start()
    began = time.monotonic()
    try:
        while (passed := time.monotonic() - began) < seconds:
            moments = [world.people() for _ in range(DAYS)]
            asyncio.run(up.act(moments[-1]))
            with suppress(psutil.NoSuchProcess):
                up.look(passed)
    finally:
        up.ended.set()
        reader.join()


def growth_of(samples: list[tuple[float, Sample]], seconds: float) -> tuple[int, float, float]:
    """What is typical (bytes), and how many bytes and files a fitted line gains in the time that is measured."""
    warm = [one for one in samples if one[0] >= WARM * seconds]
    times, span = [at for at, _ in warm], (1 - WARM) * seconds
    memory = [float(one.memory) for _, one in warm]
    files = [float(one.files) for _, one in warm]
    gains = [linear_regression(times, held).slope * span for held in (memory, files)]
    return round(median(memory)), gains[0], gains[1]


def report(up: Up, world: World, mails: int, broken: int, seconds: float) -> tuple[str, bool]:
    """The figures as a table, and whether it held out."""
    done = (
        f"{world.days / 365:.1f} years in {up.rounds} rounds of Prefect: {world.steps:,} steps, "
        f"{mails:,} mails, {up.fetched:,} pages, {broken} broken journals, "
        f"{up.failed} failures (last: {up.last_failure})"
    )
    lines = [done]
    flat = True
    for name, samples in up.samples.items():
        typical, memory, files = growth_of(samples, seconds)
        room = max(SLACK, SLACK_SHARE * typical)
        flat = flat and memory <= room and files <= SLACK_FILES
        gain = f"{memory / 1e6:+7.1f} MB {files:+5.1f} files in {(1 - WARM) * seconds / 60:.1f} minutes"
        seen = " ".join(
            f"{one.memory / 1e6:.0f}" for _, one in samples[:: max(1, len(samples) // 10)]
        )
        lines.append(f"{name:<12} {typical / 1e6:7.1f} MB, fitted {gain} (MB held: {seen})")
    return "\n".join([*lines, "flat" if flat else "NOT FLAT"]), flat


def main() -> int:
    """Soak for as long as asked, and say whether it held out."""
    wish = argparse.ArgumentParser(
        prog="benchmarks.soak_up", description="How all of it holds out."
    )
    wish.add_argument("--minutes", type=float, default=20.0)
    wish.add_argument("--companies", type=int, default=2, help="founded each year (default: 2)")
    given = wish.parse_args()
    found = soak(given.minutes * 60, given.companies)
    said, flat = report(*found, given.minutes * 60)
    print(said)
    return 0 if flat and not found[0].failed and not found[3] else 1


if __name__ == "__main__":
    sys.exit(main())
