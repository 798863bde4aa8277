"""Sweep benchmark: it against raw writing of the same rows, in chunks as large, by what the driver does fastest."""

# ruff: noqa: S608 - no text of anybody's is in these statements

import multiprocessing
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.field import CALENDAR, NOW, sow
from benchmarks.figures import Figure, share
from config.policies import policy_of
from records.engine.column_types import to_stored
from records.engine.database import connect
from records.sweep.sweep import sweep

ROUNDS = 3
CHUNK = 1000
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "cache_size=-16384",
    "foreign_keys=ON",
    "wal_autocheckpoint=4000",
)
"""The raw limit is given the same settings as ours."""
_FACTS = "SELECT * FROM facts WHERE at = ? ORDER BY dialogue_id, seq"
_NOTICES = (
    'SELECT dialogue_id, cause, "to", role, template, duty, kind, rung, version, detail, at, status,'
    " attempts, next_try_at FROM notices ORDER BY id"
)
_DUTIES = "SELECT status, lapsed_at, lapsed_version, rung, next_at, id FROM duties WHERE id IN ({})"
_HEADS = (
    "SELECT head_seq, head_hash, revision, id FROM dialogues WHERE revision > 1 ORDER BY edition"
)
_PUT_HEAD = "UPDATE dialogues SET head_seq=?, head_hash=?, revision=? WHERE id=?"
_PUT_FACT = f"INSERT INTO facts VALUES ({', '.join('?' * 9)})"
_PUT_NOTICE = (
    'INSERT INTO notices (dialogue_id, cause, "to", role, template, duty, kind, rung, version, detail, at,'
    f" status, attempts, next_try_at) VALUES ({', '.join('?' * 14)})"
)
_PUT_DUTY = (
    "UPDATE duties SET status=?, lapsed_at=?, lapsed_version=?, rung=?, next_at=? WHERE id=?"
)


def no_pause(_: float) -> None:
    """Go on at once: the pauses are no work."""


def warm_up(url: str) -> None:
    """Load what a process loads once: the calendar, and the plans of the statements."""
    CALENDAR.is_working(NOW.date())
    engine = connect(url)
    sweep(engine, policy_of, NOW - timedelta(days=900), pause=no_pause)
    engine.dispose()


def ours(url: str) -> tuple[float, int, float]:
    """Sweep the database of *url*: seconds, duties, and the largest memory of the process in MB."""
    engine = connect(url)
    warm_up(url)
    engine.connect().close()
    begun = perf_counter()
    report = sweep(engine, policy_of, NOW, pause=no_pause)
    seconds = perf_counter() - begun
    engine.dispose()
    return seconds, report.duties, most_memory()


def most_memory() -> float:
    """The most memory this process ever had, in MB; `ru_maxrss` would count what its parent had as well."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def alone(work: Any, *given: Any) -> Any:  # noqa: ANN401 - any work with any answer
    """Do *work* in a process of its own, whose memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, given)


def raw(swept: Path, target: Path) -> float:
    """Write what the sweep wrote in *swept* to *target*, its copy from before; seconds."""
    before, after = sqlite3.connect(swept), sqlite3.connect(target, isolation_level=None)
    for pragma in _PRAGMAS:
        after.execute(f"PRAGMA {pragma}")
    spent = 0.0
    for duties, facts, notices, heads in _chunks(before, after):
        begun = perf_counter()
        after.execute("BEGIN IMMEDIATE")
        after.executemany(_PUT_DUTY, duties)
        after.executemany(_PUT_FACT, facts)
        after.executemany(_PUT_NOTICE, notices)
        after.executemany(_PUT_HEAD, heads)
        after.execute("COMMIT")
        spent += perf_counter() - begun
    before.close()
    after.close()
    return spent


def _chunks(
    before: sqlite3.Connection, after: sqlite3.Connection
) -> Iterator[tuple[list[Any], ...]]:
    stored = to_stored(NOW)
    due = after.execute("SELECT id FROM duties WHERE next_at <= ? ORDER BY next_at, id", (stored,))
    ids = [row[0] for row in due]
    facts = before.execute(_FACTS, (stored,))
    notices = before.execute(_NOTICES)
    heads = before.execute(_HEADS)
    chunks = -(-len(ids) // CHUNK)
    [posts] = before.execute("SELECT count(*) FROM notices").fetchone()
    [places] = before.execute("SELECT count(*) FROM dialogues WHERE revision > 1").fetchone()
    for start in range(0, len(ids), CHUNK):
        listed = ",".join(map(str, ids[start : start + CHUNK]))
        rows = before.execute(_DUTIES.format(listed)).fetchall()
        some_notices, some_heads = -(-posts // chunks), -(-places // chunks)
        yield rows, _next(facts, CHUNK), _next(notices, some_notices), _next(heads, some_heads)


def _next(rows: Iterator[Any], number: int) -> list[Any]:
    return list(islice(rows, number))


def run(n: int = 20_000, *, spread: int = 10, rounds: int = ROUNDS) -> list[Figure]:
    """Sweep *n* duties out of *spread* times as many on SQLite, beside the raw limit."""
    rates: list[tuple[float, float]] = []
    memory = 0.0
    with tempfile.TemporaryDirectory() as folder:
        field, swept, target = (
            Path(folder) / f"{name}.sqlite" for name in ("field", "ours", "raw")
        )
        sow(f"sqlite:///{field}", n, n * spread)
        for _ in range(rounds):
            for copy in (swept, target):
                for tail in ("", "-wal", "-shm"):
                    Path(f"{copy}{tail}").unlink(missing_ok=True)
                shutil.copyfile(field, copy)
            seconds, duties, rss = alone(ours, f"sqlite:///{swept}")
            assert duties == n, (duties, n)
            memory = max(memory, rss)
            rates.append((n / seconds, n / raw(swept, target)))
    what = f"sweep, SQLite: {n:,} due of {n * spread:,} open"
    ratio = sorted(rates, key=lambda pair: pair[0] / pair[1])[len(rates) // 2]
    return [
        share("sweep", what, "duties/s", ours=ratio[0], raw=ratio[1], least=0.5),
        Figure("sweep", f"{what}, memory", "MB", memory, None, "≤ 300 MB", memory <= 300),
    ]
