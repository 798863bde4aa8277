"""
Year benchmark: many programmes with twenty participants each, through the real ledger, sweep and mail.

From a thousand programmes on two processes share one database, as workers do: each has half of the programmes, one
sweeps and opens, both deliver. Of fewer no day has enough for two.
"""

import multiprocessing
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import linear_regression
from time import perf_counter, process_time
from typing import Any, NamedTuple

import psutil

from benchmarks.field import CALENDAR
from benchmarks.field import programme as in_amsterdam
from benchmarks.figures import Figure
from benchmarks.script import MANNERS, PEOPLE, Days, script
from config.settings import load_settings
from services.delivery.outbound import Mailroom
from services.dry_run import Nowhere
from services.house import House, open_house
from states.model.programme import Programme
from states.steps.decide import known_step

PROMISED = 10_000
FIRST = date(2021, 12, 6)  # a Monday
WEEKS = 52
PROCESSES, SHARED_FROM = 2, 1_000
GOAL = 45
"""Minutes that the promised year may take."""
COHORTS = 25
"""The working days of five weeks: on each of them as many programmes open."""
MIDNIGHT, MORNING, AT_WORK = time(0), time(8), time(10)
FLAT = 0.1
"""As much of its peak may memory grow in the second half of the year, when every cache is warm."""
DEARER = 1.3
"""So many times what it costs among a fifth as many may a programme cost at most."""


class LivedYear(NamedTuple):
    """What a year came to."""

    programmes: int
    seconds: float
    processor: float
    """Seconds of the processor: other work on this machine does not lengthen them."""
    counts: Counter[str]
    phases: Counter[str]
    database: float
    """MB, with its indexes."""
    memory: list[float]
    """MB that were resident in all processes, week by week."""

    @property
    def each(self) -> float:
        """Seconds of the processor for one programme."""
        return self.processor / self.programmes

    @property
    def growth(self) -> float:
        """MB that it grew in each week of the second half."""
        late = self.memory[WEEKS // 2 :]
        return float(linear_regression(range(len(late)), late).slope)


def _alone() -> None:
    """There is nobody to wait for."""


@dataclass
class Year:
    """
    The *programmes* with these numbers in one *house*, from the first opening on.

    `meet` waits for those who live the others, so that all are at the same hour; one of them *leads*.
    """

    house: House
    programmes: Sequence[int]
    meet: Callable[[], object] = _alone
    leads: bool = True
    counts: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)

    def live(self) -> None:
        """Live it all."""
        for number in self.programmes:
            self.house.ledger.apply_programme(_programme(number), _at(FIRST, MIDNIGHT))
        self.meet()
        process = psutil.Process()
        for day in range(WEEKS * 7):
            self._day(FIRST + timedelta(days=day))
            if day % 7 == 6:
                self.memory.append(process.memory_info().rss / 1e6)

    def _day(self, today: date) -> None:
        """Due days end, rungs fire, editions open, people act; mail leaves after each."""
        for moment in (_at(today, MIDNIGHT), _at(today, MORNING)):
            if self.leads:
                done = self.house.sweep(moment, pause_seconds=0)
                self.counts.update(swept=done.duties, lapses=done.lapses, silences=done.no_answers)
            self._deliver(moment)
        now = _at(today, AT_WORK)
        if self.leads:
            self.counts["opened"] += len(self.house.open_due_editions(now))
        self.meet()
        for number, (by, do, given) in self._acts(today):
            self.house.ledger.act(f"p{number:05}-2022", known_step(do).name, given, by=by, now=now)
            self.counts["steps"] += 1
        self._deliver(now)

    def _acts(self, today: date) -> Iterator[tuple[int, tuple[str, str, dict[str, Any]]]]:
        """What today brings, programme by programme; a step that is refused ends the benchmark."""
        for number in self.programmes:
            opening = _opening(number)
            acts = _script(opening, number % len(MANNERS)).get((today - opening).days, ())
            yield from ((number, act) for act in acts)

    def _deliver(self, now: datetime) -> None:
        self.meet()
        while handled := self.house.deliver(now).handled:
            self.counts["notices"] += handled
        self.meet()


def _at(day: date, clock: time) -> datetime:
    return CALENDAR.at(day, clock)


@cache
def _opening(number: int) -> date:
    week, weekday = divmod(number % COHORTS, 5)
    return FIRST + timedelta(weeks=week, days=weekday)


@cache
def _script(opening: date, turn: int) -> Days:
    return script(opening, MANNERS[turn])


def _programme(number: int) -> Programme:
    opening = _opening(number)
    schedule = f"0 9 {opening.day} {opening.month} *"
    return in_amsterdam(number).model_copy(update={"schedule": schedule})


class Share(NamedTuple):
    """What one process lived: seconds of its processor, what it counted, and MB week by week."""

    processor: float
    counts: Counter[str]
    memory: list[float]


def live_year(folder: str, programmes: int, processes: int = 1) -> LivedYear:
    """Live a year of so many *programmes* in *folder*, in so many *processes* that lived a small one before."""
    file = Path(folder) / "year.sqlite"
    _house(file).close()
    context = multiprocessing.get_context("spawn")
    meeting = context.Barrier(processes)
    shares = [range(first, programmes, processes) for first in range(processes)]
    with ProcessPoolExecutor(processes, context, _warm, (meeting, folder)) as pool:
        lived = [pool.submit(_live_timed, file, share) for share in shares]
        found = [one.result() for one in lived]
    return _sum_up(
        file, programmes, max(seconds for seconds, _ in found), [one for _, one in found]
    )


_MEETING: list[Barrier] = []
"""Where the processes of a year wait for each other; each gets it when it begins."""


def _warm(meeting: Barrier, folder: str) -> None:
    """Live the year of a single programme, so that all is loaded."""
    _MEETING.append(meeting)
    with tempfile.TemporaryDirectory(dir=folder) as own:
        year_of(Path(own) / "warm.sqlite", 1)


def _live_timed(file: Path, programmes: Sequence[int]) -> tuple[float, Share]:
    (meeting,) = _MEETING
    meeting.wait()
    begun = perf_counter()
    try:
        lived = _live(file, programmes, meeting.wait)
    except BaseException:
        meeting.abort()
        raise
    return perf_counter() - begun, lived


def _live(file: Path, programmes: Sequence[int], meet: Callable[[], object] = _alone) -> Share:
    with _house(file) as house:
        year = Year(house, programmes, meet, leads=0 in programmes)
        worked = process_time()
        year.live()
        return Share(process_time() - worked, year.counts, year.memory)


def _house(file: Path) -> House:
    settings = load_settings(database_url=f"sqlite:///{file}", channel="none")
    mailroom = Mailroom(mail=Nowhere, sender="dialoog@weerklank.example")
    # Time is simulated, so nothing waits for the disk: that is measured elsewhere.
    return open_house(settings, mailroom=mailroom, durable=False)


def year_of(file: Path, programmes: int) -> LivedYear:
    """Live a year of so many *programmes* in the new database *file*, in this process alone."""
    begun = perf_counter()
    lived = _live(file, range(programmes))
    return _sum_up(file, programmes, perf_counter() - begun, [lived])


def _sum_up(file: Path, programmes: int, seconds: float, shares: list[Share]) -> LivedYear:
    with _house(file) as house:
        phases = Counter(house.ledger.read(one).phase.value for one in house.ledger.dialogue_ids())
    counts = sum((one.counts for one in shares), Counter[str]())
    memory = [sum(week) for week in zip(*(one.memory for one in shares), strict=True)]
    processor, size = sum(one.processor for one in shares), file.stat().st_size / 1e6
    return LivedYear(programmes, seconds, processor, counts, phases, size, memory)


def run(n: int = 30) -> list[Figure]:
    """Live a year of *n* programmes, and before it one of a fifth as many: each programme should cost the same."""
    found = []
    for programmes in (max(1, n // 5), n):
        with tempfile.TemporaryDirectory() as folder:
            processes = PROCESSES if programmes >= SHARED_FROM else 1
            found.append(live_year(folder, programmes, processes))
    return figures(*found)


def figures(less: LivedYear, year: LivedYear) -> list[Figure]:
    """What *year* came to, beside *less*, a year of fewer programmes."""
    what = f"a year of {year.programmes:,} programmes × {PEOPLE} participants, SQLite"
    beside = f"beside {less.programmes:,}"
    peak, growth = max(year.memory), year.growth * WEEKS / 2
    counts = year.counts | Counter(closed=year.phases.total() - year.phases["feedback"])
    return [
        Figure("year", f"{what}: processor time of each, {beside}", "s", year.each, less.each,
               f"≤ {DEARER:g} × those", year.each <= DEARER * less.each),
        *_whole(what, year),
        *(Figure("year", f"{what}: {name}", name, counts[name])
          for name in ("steps", "notices", "lapses", "closed")),
        Figure("year", f"{what}: database", "MB", year.database),
        Figure("year", f"{what}: most memory, {beside}", "MB", peak, max(less.memory)),
        Figure("year", f"{what}: memory grown in the second half", "MB", growth, None,
               f"flat: ≤ {FLAT:.0%} of the most", growth <= FLAT * peak),
    ]  # fmt: skip


def _whole(what: str, year: LivedYear) -> list[Figure]:
    """What the whole takes: measured, or reckoned from fewer programmes and then said to be so."""
    times, done = PROMISED / year.programmes, year.programmes >= PROMISED
    if not done:
        what = f"a year of {PROMISED:,}, only reckoned from {year.programmes:,}"
    wall, processor = (
        spent / 60 * (1 if done else times) for spent in (year.seconds, year.processor)
    )
    goal, reached = (f"< {GOAL}", wall < GOAL) if done else (f"< {GOAL}: not measured", None)
    return [
        Figure("year", f"{what}: wall time", "min", wall, None, goal, reached),
        Figure("year", f"{what}: processor time", "min", processor),
    ]
