"""
A power cut on PostgreSQL: all its processes end at one moment, and its log ends where the last flush did.

The log is cut there by hand, because what was written and not flushed survives its writer, but no power cut. Nobody
flushes it behind people's backs here, so that much is lost: only what nobody was told.
"""

# ruff: noqa: S311 - chance that can be repeated is the point

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, text

from notifications.channels.channels import Memory, Post
from records.engine.database import connect
from records.engine.errors import RecordsError
from tests import postgres
from tests.conftest import missing
from tests.faults.checker import problems
from tests.faults.conftest import NOW
from tests.faults.fault_injection import Faults
from tests.faults.shaky import Shaky, shaken
from tests.faults.works import STEPS, StepTaken, drain, left_behind, sweep_in_chunks

SEED = int(os.environ.get("TESTS_SEED", "2022"))
AMOUNTS = [pytest.param(20, id="few"), pytest.param(200, id="many", marks=pytest.mark.slow)]
SLEEPY = {
    "autovacuum": "off",
    "bgwriter_lru_maxpages": "0",
    "checkpoint_timeout": "1h",
    "fsync": "off",  # how far it asked for a flush is known, and the log is cut there; no disk has to turn
    "wal_writer_delay": "10s",
    "wal_writer_flush_after": "1GB",
}
"""Little reaches the disk but what somebody waits for."""
HELD = (
    "SELECT dialogue_id, CAST(seq AS text), hash FROM facts "
    "UNION ALL SELECT dialogue_id, cause || ' to ' || \"to\", message_id FROM notices WHERE message_id <> '' "
    "UNION ALL SELECT dialogue_id, cause || ' to ' || \"to\", status FROM notices WHERE status = 'sent'"
)
NAME = "evening"

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(1800)]
HeldRows = frozenset[tuple[Any, ...]]


@pytest.fixture(scope="module")
def sleepy() -> Iterator[Shaky]:
    """Run a server that writes little by itself."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(shaken(**SLEEPY))
        except postgres.NoServer as error:
            missing(str(error))
        yield server


def held(engine: Engine) -> HeldRows:
    """Each fact, each mail that was claimed and each mark that it was sent."""
    with engine.connect() as connection:
        return frozenset(tuple(row) for row in connection.execute(text(HELD)))


@dataclass
class Box(Memory):
    """A mailbox that says when it got something."""

    told: Callable[[], None] = lambda: None

    def send(self, post: Post) -> None:
        """Keep *post*, and say so."""
        super().send(post)
        self.told()


@dataclass
class Evening:
    """What happens to one copy of the world, until the power is cut at the point *at* (0: never)."""

    server: Shaky
    url: str
    at: int = 0
    promised: HeldRows = frozenset()
    """What stood when somebody was told something: a step was taken, a mail left, a sweep ended."""
    lost: HeldRows = frozenset()
    """What had been committed, and was gone after the cut."""
    kept: HeldRows = frozenset()
    broken: HeldRows = frozenset()
    """What had been promised before the cut: what was there after it, and what was not."""
    points: int = 0
    over: bool = False

    def __post_init__(self) -> None:
        self.engine, self.witness = connect(self.url), connect(self.url)

    def sweep(self) -> None:
        """Let time act, one duty at a time."""
        with self._power():
            self._sweep()

    def live(self, people: list[int], box: Box) -> None:
        """Let time act, then send; a person takes a step after each commit that *people* names."""
        for step, commit in zip(STEPS[1:], people, strict=True):
            Faults(self.engine, partial(self._take, step), 2 * commit, only=("do_commit",))
        box.told = self._told
        with self._power():
            self._sweep()
            drain(self.engine, box, NOW)

    @contextmanager
    def _power(self) -> Iterator[None]:
        faults = Faults(self.engine, self._cut, self.at)
        with suppress(RecordsError):
            yield
        self.points, self.over, faults.at = faults.count, True, 0

    def _sweep(self) -> None:
        sweep_in_chunks(self.engine, chunk=1)
        self._told()

    def _take(self, step: StepTaken) -> None:
        if self.over:
            return  # a commit that failed has no point after it: the next may be before one, with its locks
        step.take(self.witness)
        self._told()

    def _told(self) -> None:
        self.promised |= held(self.witness)

    def _cut(self) -> None:
        self.over = True
        before = held(self.witness)
        self.server.cut()
        after = held(self.witness)
        self.lost = before - after
        self.kept, self.broken = self.promised & after, self.promised - after

    def end(self) -> None:
        """Let go of the database, and of its place on the disk."""
        self.engine.dispose()
        self.witness.dispose()
        self.server.drop(NAME)


Begin = Callable[..., Evening]


@pytest.fixture
def evening(sleepy: Shaky) -> Iterator[Begin]:
    """Begin evenings, each in a copy of the world of its own."""
    with ExitStack() as stack:

        def begun(at: int = 0) -> Evening:
            stack.close()
            made = Evening(sleepy, sleepy.copy(NAME), at)
            stack.callback(made.end)
            return made

        yield begun


@pytest.mark.parametrize("cuts", AMOUNTS)
def test_what_a_cut_undoes_of_a_sweep_is_done_once_by_the_next(evening: Begin, cuts: int) -> None:
    calm = evening()
    calm.sweep()
    expected = left_behind(calm.engine)
    chance, lost = random.Random(SEED), 0
    for _ in range(cuts):
        cut = evening(chance.randint(1, calm.points))
        cut.sweep()
        assert problems(cut.engine) == [], cut.at
        sweep_in_chunks(cut.engine)
        assert left_behind(cut.engine) == expected, cut.at
        assert problems(cut.engine, NOW) == [], cut.at
        lost += len(cut.lost)
    assert lost
    print(f"{cuts} cuts undid {lost} facts, the next sweep wrote each again")  # noqa: T201


@pytest.mark.parametrize("cuts", AMOUNTS)
def test_what_anybody_was_told_before_a_cut_is_there_after_it(evening: Begin, cuts: int) -> None:
    calm = evening()
    calm.live([1, 2, 3, 4], Box())
    chance, kept, twice = random.Random(SEED), 0, 0
    for _ in range(cuts):
        cut = evening(chance.randint(1, calm.points))
        cut.live(sorted(chance.sample(range(1, 12), 4)), before := Box())
        assert not cut.broken, cut.at
        sweep_in_chunks(cut.engine)
        drain(cut.engine, after := Box())
        assert problems(cut.engine, NOW) == [], cut.at
        names = Counter(post.message_id for post in (*before.posts, *after.posts))
        assert names.total() - len(names) <= 1, cut.at
        twice += names.total() - len(names)
        kept += len(cut.kept)
    assert kept
    print(f"{cuts} cuts, {kept} facts, claims and marks kept, {twice} mails repeated")  # noqa: T201
