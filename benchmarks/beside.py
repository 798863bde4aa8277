"""Comparison of two commits: a benchmark of an older one and ours by turns, in one run on one machine."""

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from shutil import copytree

from benchmarks.figures import Figure, Skipped, median

ROOT = Path(__file__).parents[1]
TURNS = 3
"""How often each of the two is measured; of each figure the middle one counts."""
_FASTER_IS_LESS = frozenset({"ms", "s", "min", "µs", "MB"})


def beside(name: str, n: int | None, commit: str, turns: int = TURNS) -> list[Figure]:
    """
    Measure the benchmark *name* here and at *commit* by turns: ours beside theirs, for each figure that both have.

    Theirs runs with the libraries of this installation. Where it has no such benchmark, ours is laid over its code.
    Raises Skipped when a side cannot be measured, KeyError when there is no such commit.
    """
    with _checked_out(commit) as old:
        _lay_over(old, name)
        rounds = [_turn(old, name, n, first_ours=bool(turn % 2)) for turn in range(turns)]
    return compare(name, commit, [ours for ours, _ in rounds], [theirs for _, theirs in rounds])


def compare(
    name: str, commit: str, ours: list[dict[str, Figure]], theirs: list[dict[str, Figure]]
) -> list[Figure]:
    """The middle one of each figure of *ours* beside that of *theirs*; what only one of them measures is left out."""
    return [
        Figure(
            name,
            f"{what}, beside {commit}{_better(one.unit)}",
            one.unit,
            median([turn[what].ours for turn in ours]),
            median([turn[what].ours for turn in theirs]),
        )
        for what, one in ours[0].items()
        if all(what in turn for turn in (*ours, *theirs))
    ]


def _better(unit: str) -> str:
    return " (less is better)" if unit in _FASTER_IS_LESS else ""


@contextmanager
def _checked_out(commit: str) -> Iterator[Path]:
    """The files of *commit* in a folder of their own, as long as they are measured."""
    asked = ["git", "-C", str(ROOT), "archive", "--format=tar", commit]
    packed = subprocess.run(asked, capture_output=True, check=False)
    if packed.returncode:
        raise KeyError(commit)
    with tempfile.TemporaryDirectory(prefix="beside-") as folder:
        with tarfile.open(fileobj=BytesIO(packed.stdout)) as files:
            files.extractall(folder, filter="data")
        yield Path(folder)


def _lay_over(old: Path, name: str) -> None:
    if not (old / "benchmarks" / f"{name}.py").exists():
        copytree(ROOT / "benchmarks", old / "benchmarks", dirs_exist_ok=True)


def _turn(
    old: Path, name: str, n: int | None, *, first_ours: bool
) -> tuple[dict[str, Figure], dict[str, Figure]]:
    """Each once; who begins changes from turn to turn, for whoever comes second may find a warmer machine."""
    order = (ROOT, old) if first_ours else (old, ROOT)
    found = {where: _measure(where, name, n) for where in order}
    return found[ROOT], found[old]


def _measure(where: Path, name: str, n: int | None) -> dict[str, Figure]:
    """The figures of the code in *where*, by what they tell."""
    size = ["--n", str(n)] if n else []
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", name, "--json", *size],
        cwd=where, env={**os.environ, "PYTHONPATH": str(where)}, stdout=subprocess.PIPE, check=False,
    )  # fmt: skip
    said = done.stdout.decode()
    if done.returncode or not (figures := read_figures(said)):
        message = f"it cannot be measured in {where}: {said.strip()[-300:]}"
        raise Skipped(message)
    return {one.what: one for one in figures}


def read_figures(said: str) -> list[Figure]:
    """The figures at the end of what a benchmark *said* with `--json`."""
    _, _, told = f"\n{said}".rpartition("\n[")
    rows = json.loads(f"[{told}") if told else []
    return [Figure(**{name: row[name] for name in row if name != "ratio"}) for row in rows]
