"""Rehearsal benchmark: the case of 2022, a year on a simulated clock, by the command that people type."""

import subprocess
import sys
from pathlib import Path
from time import perf_counter

from benchmarks.figures import Figure, median
from cli.rehearsal.scenario import read_scenario
from cli.rehearsal.simulator import new_life

ROOT = Path(__file__).parents[1]
CASE = ROOT / "cli" / "data" / "kledingmerk-2022.yaml"


def command() -> float:
    """Seconds of `weerklank rehearse`, start of the process included."""
    begun = perf_counter()
    rehearse = [sys.executable, "-m", "cli.main", "rehearse", str(CASE), "--json"]
    subprocess.run(rehearse, cwd=ROOT, check=True, capture_output=True)
    return perf_counter() - begun


def inside() -> float:
    """Seconds of living it in a process that has done so before."""
    scenario = read_scenario(CASE)
    begun = perf_counter()
    with new_life(scenario) as life:
        life.live()
        assert life.view()["duties"]
    return perf_counter() - begun


def run(n: int = 3) -> list[Figure]:
    """Rehearse it *n* times each way."""
    inside()
    return [
        Figure("rehearsal", "the case rehearsed: `weerklank rehearse`", "s", median([command() for _ in range(n)])),
        Figure("rehearsal", "the case rehearsed: in a warm process", "s", median([inside() for _ in range(n)])),
    ]  # fmt: skip
