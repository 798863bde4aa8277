"""
Soak test: years of a fast clock in one process, `python -m benchmarks.soak --minutes 20`.

What `weerklank up` does all day, without Prefect: sweep, deliver to a real mail server on this machine, and people
who take their steps. Each year new companies live the case of 2022, while those of the year before finish theirs.
Memory and open files must be flat once the first years are over; it ends with 1 when they are not. Caches with a
bound take many years to fill, so they are emptied each year: what then still grows would grow for ever.
"""

import argparse
import gc
import heapq
import re
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import _lru_cache_wrapper
from importlib.resources import files
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import psutil
from aiosmtpd.controller import Controller

from cli.rehearsal.scenario import Act, parse_scenario
from cli.rehearsal.simulator import Life
from config.settings import load_settings
from notifications.channels.channels import Memory
from records.journal import journal
from services.delivery.outbound import Mailroom
from services.house import House, open_house
from states.language.errors import Refused
from states.steps.decide import known_step

HOST = "127.0.0.1"
DAY, YEAR = timedelta(days=1), timedelta(weeks=52)  # whole weeks: Mondays stay Mondays
WARMING_UP = 0.25
"""The share of the time in which caches may fill."""
SAMPLE_EVERY = 0.5  # seconds
SLACK, SLACK_SHARE, SLACK_FILES = 8_000_000, 0.08, 3
_DATE = re.compile(r"\b20\d\d-\d\d-\d\d(?!\d)")


class Sample(NamedTuple):
    """What this process holds at a moment."""

    memory: int
    """Bytes that are resident."""
    files: int


class Figures(NamedTuple):
    """What a soak found: what the process held at its start (once warm), middle and end, and what was done."""

    start: Sample
    middle: Sample
    end: Sample
    days: int
    steps: int
    refused: int
    notices: int
    mails: int
    broken: int

    @property
    def flat(self) -> bool:
        """Whether the end holds no more than the start, but for a little."""
        room = self.start.memory + max(SLACK, SLACK_SHARE * self.start.memory)
        return self.end.memory <= room and self.end.files <= self.start.files + SLACK_FILES


class Sink:
    """A mail server's inside that counts and forgets."""

    mails: int = 0

    async def handle_DATA(self, *_: Any) -> str:  # noqa: ANN401, N802 - named by the library
        """Take a message."""
        self.mails += 1
        return "250 OK"


@dataclass
class World:
    """Companies, the days that pass, and what people still have to do."""

    house: House
    companies: int
    today: datetime | None = None
    days: int = 0
    steps: int = 0
    refused: int = 0
    notices: int = 0
    _year: int = 0
    _new_year: datetime | None = None
    _to_do: list[tuple[datetime, int, str, Act]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)

    def pass_day(self) -> None:
        """Let one day pass: companies are founded, people act, time acts, mail leaves."""
        today = self.people()
        self.notices += self.house.sweep(today, pause_seconds=0).notices
        while self.house.deliver(today).handled:
            pass

    def people(self) -> datetime:
        """Found companies and take the steps of one day; the moment at which time may act on it."""
        if self._new_year is None or (self.today is not None and self.today >= self._new_year):
            self._found_companies()
        assert self.today is not None
        while self._to_do and self._to_do[0][0] <= self.today:
            _, _, dialogue_id, act = heapq.heappop(self._to_do)
            self._step(dialogue_id, act)
        today = self.today
        self.today += DAY
        self.days += 1
        return today

    def _step(self, dialogue_id: str, act: Act) -> None:
        self.steps += 1
        try:
            self.house.ledger.act(
                dialogue_id, known_step(act.do).name, act.given, by=act.by, now=act.at
            )
        except Refused:
            self.refused += 1

    def _found_companies(self) -> None:
        empty_caches()
        for number in range(self.companies):
            told = parse_scenario(_case(self._year, f"soak-{self._year}-{number}"))
            life = Life(told, self.house, Memory())
            life.begin()
            for act in told.in_order():
                heapq.heappush(self._to_do, (act.at, next(self._order), life.dialogue_id, act))
            self.today = self.today or told.start
            self._new_year = told.start + YEAR
        self._year += 1


def empty_caches() -> None:
    """Empty every cache that has a bound; one without is a leak, and stays."""
    for one in gc.get_objects():
        if isinstance(one, _lru_cache_wrapper) and one.cache_parameters()["maxsize"] is not None:
            one.cache_clear()


def _case(year: int, name: str) -> str:
    """The case, so many *years* later, as that of the company *name*."""
    text = files("cli").joinpath("data/kledingmerk-2022.yaml").read_text(encoding="utf-8")

    def later(found: re.Match[str]) -> str:
        return (date.fromisoformat(found[0]) + year * YEAR).isoformat()

    text = _DATE.sub(later, text).replace("  id: kledingmerk\n", f"  id: {name}\n")
    session = date(2022, 6, 16) + year * YEAR
    return text.replace("edition: 2022", f"edition: {session.year}")


@contextmanager
def furnish(folder: Path) -> Iterator[tuple[House, Sink]]:
    """A house in *folder* whose mail goes over SMTP to a sink of this process."""
    sink = Sink()
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    server = Controller(sink, hostname=HOST, port=port, ready_timeout=30)
    settings = load_settings(
        database_url=f"sqlite:///{folder / 'soak.db'}",
        channel="smtp",
        sender="dialoog@weerklank.example",
        smtp={"host": HOST, "port": port, "tls": "none"},
    )
    server.start()
    try:
        with open_house(settings, mailroom=Mailroom.of(settings), clock=None) as house:
            yield house, sink
    finally:
        server.stop()


def soak(seconds: float, companies: int = 4) -> Figures:
    """Let days pass for so many *seconds* and say what this process held meanwhile."""
    with tempfile.TemporaryDirectory(prefix="weerklank-soak-") as name:
        with furnish(Path(name)) as (house, sink):
            world = World(house, companies)
            samples = _live(world, seconds)
            broken = len(journal.verify(house.engine))
        held = _medians(samples)
        return Figures(
            *held, world.days, world.steps, world.refused, world.notices, sink.mails, broken
        )


def _live(world: World, seconds: float) -> list[tuple[float, Sample]]:
    process, began = psutil.Process(), time.monotonic()
    samples: list[tuple[float, Sample]] = []
    while (passed := time.monotonic() - began) < seconds:
        world.pass_day()
        if not samples or passed - samples[-1][0] >= SAMPLE_EVERY:
            samples.append((passed, Sample(process.memory_info().rss, process.num_fds())))
    return [one for one in samples if one[0] >= WARMING_UP * seconds]


def _medians(samples: Sequence[tuple[float, Sample]]) -> tuple[Sample, Sample, Sample]:
    """The medians of the first tenth, the middle one and the last one."""
    size = max(1, len(samples) // 10)
    half = (len(samples) - size) // 2
    return (
        _typical(samples[:size]),
        _typical(samples[half : half + size]),
        _typical(samples[-size:]),
    )


def _typical(samples: Sequence[tuple[float, Sample]]) -> Sample:
    held = [sample for _, sample in samples]
    memory = median(one.memory for one in held)
    return Sample(round(memory), round(median(one.files for one in held)))


def report(found: Figures) -> str:
    """The figures as a small table."""
    rows = [
        f"{when:<8} {one.memory / 1e6:8.1f} MB {one.files:6d} files"
        for when, one in (("start", found.start), ("middle", found.middle), ("end", found.end))
    ]
    done = (
        f"{found.days / 365:.1f} years: {found.steps:,} steps ({found.refused:,} refused), "
        f"{found.notices:,} notices by the clock, {found.mails:,} mails, {found.broken} broken journals"
    )
    return "\n".join([done, *rows, "flat" if found.flat else "NOT FLAT"])


def main() -> int:
    """Soak for as long as asked, and say whether it held out."""
    wish = argparse.ArgumentParser(prog="benchmarks.soak", description="How the house holds out.")
    wish.add_argument("--minutes", type=float, default=20.0)
    wish.add_argument("--companies", type=int, default=4, help="founded each year (default: 4)")
    given = wish.parse_args()
    found = soak(given.minutes * 60, given.companies)
    print(report(found))
    return 0 if found.flat and not found.broken else 1


if __name__ == "__main__":
    sys.exit(main())
