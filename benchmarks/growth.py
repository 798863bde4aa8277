"""Growth: what the sweep of one duty takes, when more and more of them are due at once."""

import shutil
import tempfile
from pathlib import Path

from benchmarks.field import sow
from benchmarks.figures import Figure, median
from benchmarks.sweep import alone, ours

LEAST = 5_000
"""With fewer due, what a sweep takes before its first duty would be most of it."""
WITHIN = 0.3
ROUNDS = 3


def each(due: int, spread: int, rounds: int) -> float:
    """Microseconds for each of *due* duties out of *spread* times as many: the middle of so many *rounds*."""
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        field, swept = Path(folder) / "field.sqlite", Path(folder) / "swept.sqlite"
        sow(f"sqlite:///{field}", due, due * spread)
        for _ in range(rounds):
            for tail in ("", "-wal", "-shm"):
                Path(f"{swept}{tail}").unlink(missing_ok=True)
            shutil.copyfile(field, swept)
            seconds, duties, _ = alone(ours, f"sqlite:///{swept}")
            assert duties == due, (duties, due)
            taken.append(seconds / due * 1e6)
    return median(taken)


def run(n: int = 50_000, *, spread: int = 10) -> list[Figure]:
    """Sweep a hundredth of *n*, a tenth, and *n* duties, each out of *spread* times as many on SQLite."""
    sizes = [size for size in (n // 100, n // 10, n) if size >= LEAST] or [n]
    found = {size: each(size, spread, ROUNDS if size < n else 1) for size in sizes}
    least = found[sizes[0]]
    return [
        Figure(
            "growth", f"one duty of {size:,} due, SQLite, beside one of {sizes[0]:,}", "µs",
            found[size], least, f"± {WITHIN:.0%}", abs(found[size] / least - 1) <= WITHIN,
        )
        for size in sizes[1:]
    ]  # fmt: skip
