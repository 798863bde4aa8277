"""The mark *sent* over several connections: one wait for the disk for all who wait, and an error for one only."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, bindparam, event, select, update

from records.engine.database import connect, reading
from records.engine.statements import CompiledStatement, Row
from records.outbox.sent_batch import Marks
from records.schema.core import NOTICES
from tests.patience import PATIENCE
from tests.records.conftest import Memory

BESIDE = 3


class Gathered(threading.Condition):
    """Counts who came to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.came = threading.Semaphore(0)

    def wait_for(self, predicate: Callable[[], Any], timeout: float | None = None) -> Any:  # noqa: ANN401 - as in the library
        self.came.release()
        return super().wait_for(predicate, timeout)


class Slow(CompiledStatement):
    """Lets the first mark wait until the others have come; then it may fail."""

    def __init__(self, arrived: Gathered, *, fails: bool) -> None:
        changed = update(NOTICES).where(NOTICES.c.id == bindparam("of_notice"))
        super().__init__(changed.values(channel="marked"), ["of_notice"])
        self.arrived, self.first, self.fails = arrived, True, fails

    def run(self, connection: Connection, rows: Iterable[Row]) -> int:
        if self.first:
            self.first = False
            for _ in range(1 + BESIDE):
                assert self.arrived.came.acquire(timeout=PATIENCE)
            if self.fails:
                raise ZeroDivisionError
        return super().run(connection, rows)


def put_at_once(engine: Engine, numbers: list[int], *, fails: bool = False) -> list[bool | None]:
    """What becomes of the marks of *numbers*; None for one that breaks."""
    arrived = Gathered()
    marks = Marks(engine, Slow(arrived, fails=fails), _change=arrived)

    def put(number: int) -> bool | None:
        try:
            return marks.put({"of_notice": number})
        except ZeroDivisionError:
            return None

    with ThreadPoolExecutor(len(numbers)) as pool:
        return list(pool.map(put, numbers))


@pytest.fixture
def numbers(opened: Memory) -> list[int]:
    """Give the notices of a dialogue, and one number that is no notice's."""
    opened.gather()
    opened.deliver()
    opened.act("invite-all")
    with reading(opened.engine) as connection:
        found = list(connection.scalars(select(NOTICES.c.id).order_by(NOTICES.c.id).limit(BESIDE)))
    return [*found, max(found) + 1_000]


def marked(engine: Engine) -> set[int]:
    chosen = select(NOTICES.c.id).where(NOTICES.c.channel == "marked")
    with reading(engine) as connection:
        return set(connection.scalars(chosen))


def test_those_who_come_meanwhile_are_written_together(opened: Memory, numbers: list[int]) -> None:
    engine = connect(opened.url)
    commits: list[Connection] = []
    event.listen(engine, "commit", commits.append)

    assert put_at_once(engine, numbers) == [True] * BESIDE + [False]

    assert set(numbers[:BESIDE]) <= marked(engine)
    assert len(commits) == 2  # the first, and all the others
    engine.dispose()


def test_an_error_is_for_one_and_the_others_are_written(opened: Memory, numbers: list[int]) -> None:
    found = put_at_once(opened.engine, numbers, fails=True)

    assert found.count(None) == 1
    kept = {n for n, done in zip(numbers, found, strict=True) if done}
    assert len(kept) >= BESIDE - 1
    assert kept <= marked(opened.engine)
