"""`python -m benchmarks [NAME …] [--n N] [--full] [--write | --beside COMMIT]`: measure, each beside something."""

import argparse
import json
import signal
import sys
from importlib import import_module
from pathlib import Path
from time import perf_counter

from benchmarks.beside import beside
from benchmarks.figures import Figure, Skipped
from benchmarks.report import picture, table

NAMES = (
    "sweep", "sweep_postgresql", "people", "growth", "idle", "delivery", "steps", "prefect_share",
    "programmes", "year", "rehearsal", "pages", "pages_load",
)  # fmt: skip
FULL = {
    "sweep": 1_000_000,
    "sweep_postgresql": 1_000_000,
    "people": 100_000,
    "growth": 1_000_000,
    "idle": 10_000_000,
    "delivery": 2_000,
    "programmes": 10_000,
    "year": 10_000,
}
DOCS = Path(__file__).parents[1] / "docs"
BEGIN, END = "<!-- figures: written by python -m benchmarks --write -->", "<!-- end of figures -->"
PICTURE = "![Ours as a share of the raw limit; a line marks each goal](performance.svg)"


def measure(
    names: list[str], n: int | None, *, full: bool, commit: str | None = None
) -> list[Figure]:
    """
    Run the benchmarks of *names*, of size *n* or their own; says what cannot be measured on this machine.

    With a *commit* by turns with its code. Raises KeyError when there is no such commit.
    """
    figures: list[Figure] = []
    for name in names or NAMES:
        begun = perf_counter()
        try:
            size = FULL.get(name) if full and n is None else n
            found = beside(name, size, commit) if commit else run(name, size)
        except Skipped as why:
            print(f"{name}: skipped: {why}\n", flush=True)
            continue
        print(f"{table(found)}\n\n{name}: {perf_counter() - begun:.0f} s\n", flush=True)
        figures += found
    return figures


def run(name: str, n: int | None) -> list[Figure]:
    """Run one benchmark. Raises Skipped when this machine lacks what it needs."""
    from tests.postgres import NoServer  # noqa: PLC0415 - the command helps also without it

    try:
        return list(import_module(f"benchmarks.{name}").run(*([n] if n else [])))
    except NoServer as missing:
        raise Skipped(f"it needs {missing}") from missing


def write(figures: list[Figure]) -> None:
    """Put the table into docs/performance.md and the picture beside it; what was not measured now stays as it was."""
    page, kept = DOCS / "performance.md", DOCS / "performance.json"
    figures = merge(_read(kept), figures)
    told = f"{BEGIN}\n{table(figures)}\n\n{PICTURE}\n{END}"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    page.write_text(f"{before}{told}{rest.partition(END)[2]}", encoding="utf-8")
    (DOCS / "performance.svg").write_text(picture(figures), encoding="utf-8")
    kept.write_text(_as_json(figures), encoding="utf-8")


def merge(before: list[Figure], now: list[Figure]) -> list[Figure]:
    """The figures *before* with those of the benchmarks that were measured *now* in their place."""
    measured_now = {one.bench for one in now}
    both = [*(one for one in before if one.bench not in measured_now), *now]
    return sorted(both, key=lambda one: NAMES.index(one.bench))


def _read(kept: Path) -> list[Figure]:
    rows = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else []
    figures = [Figure(**{name: row[name] for name in row if name != "ratio"}) for row in rows]
    return [one for one in figures if one.bench in NAMES]


def _as_json(figures: list[Figure]) -> str:
    rows = [figure.as_json() for figure in figures]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Read what is asked, measure and say it."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks")
    asked.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    asked.add_argument("--n", type=int, help="how many; each benchmark has a small size of its own")
    asked.add_argument("--full", action="store_true", help="the sizes that are promised: hours")
    asked.add_argument("--json", action="store_true", help="the figures once more, for a machine")
    asked.add_argument("--write", action="store_true", help="into docs/performance.md and .svg")
    asked.add_argument("--beside", metavar="COMMIT", help="ours by turns with the code of COMMIT")
    given = asked.parse_args()
    if given.beside and given.write:
        asked.error("--write keeps figures beside raw limits; those beside a commit are only shown")
    if unknown := set(given.names) - set(NAMES):
        asked.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(NAMES)}")
    # Told to end, it ends its servers and removes its files like one that is done.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        figures = measure(given.names, given.n, full=given.full, commit=given.beside)
    except KeyError as unknown:
        asked.error(f"git knows no commit {unknown}")
    if given.json:
        print(_as_json(figures))
    if given.write:
        write(figures)


if __name__ == "__main__":
    main()
