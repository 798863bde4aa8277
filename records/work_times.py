"""
Work times (histogram): how long sweeps and deliveries took, counted over all machines and every restart.

Whoever asks for figures asks the pages, and the work is done by other processes, on other machines too: so it is
counted in the records, one small row for each interval.
"""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate

from sqlalchemy import Engine, select, text

from records.engine.clock_guard import has_clock
from records.engine.database import reading, writing
from records.schema.watch import WORK_TIMES

SWEEP, DELIVERY, LETTER = "sweep", "delivery", "letter"
_ROUND = (0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600)
INTERVALS: dict[str, tuple[float, ...]] = {
    SWEEP: _ROUND,
    DELIVERY: _ROUND,
    LETTER: (0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5),
}
"""The most seconds of each interval, by kind of work; what took longer is counted behind the last."""
MORE = "+Inf"

_COUNT = text(
    "INSERT INTO work_times (kind, upto, number, milliseconds) VALUES (:kind, :upto, :number, :milliseconds)"
    " ON CONFLICT (kind, upto) DO UPDATE SET number = work_times.number + excluded.number,"
    " milliseconds = work_times.milliseconds + excluded.milliseconds"
)


@dataclass(frozen=True, slots=True)
class WorkTimes:
    """A histogram of one *kind*: how many took at most so many seconds, each with what took less; and all together."""

    kind: str
    upto: list[tuple[str, int]]
    seconds: float


def record_work(engine: Engine, times: dict[str, tuple[int, float]]) -> None:
    """
    Count for each kind of work how often it was done, and how many seconds all of it took.

    What lives by a time of its own, a rehearsal or a demonstration, counts nothing.
    """
    rows = [_row(kind, number, seconds) for kind, (number, seconds) in times.items() if number]
    if rows and has_clock(engine):
        with writing(engine, lasting=False) as connection:
            connection.execute(_COUNT, rows)


def _row(kind: str, number: int, seconds: float) -> dict[str, object]:
    edges = INTERVALS[kind]
    place = bisect_left(edges, seconds / number)
    upto = str(edges[place]) if place < len(edges) else MORE
    return {"kind": kind, "upto": upto, "number": number, "milliseconds": round(seconds * 1000)}


def work_times(engine: Engine) -> list[WorkTimes]:
    """What was counted, for every kind of work. Raises RecordsError."""
    with reading(engine) as connection:
        rows = connection.execute(select(WORK_TIMES)).all()
    return [
        _histogram(kind, {row.upto: row for row in rows if row.kind == kind}) for kind in INTERVALS
    ]


def _histogram(kind: str, found: dict[str, object]) -> WorkTimes:
    names = [*map(str, INTERVALS[kind]), MORE]
    numbers = accumulate(getattr(found.get(name), "number", 0) for name in names)
    spent = sum(getattr(row, "milliseconds", 0) for row in found.values())
    return WorkTimes(kind, list(zip(names, numbers, strict=True)), spent / 1000)
