"""`python -m benchmarks [NAME …] [--n N] [--full] [--write]`: measure, beside the raw limits in the same run."""

import argparse
import json
from importlib import import_module
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.report import picture, table

NAMES = ("sweep", "sweep_postgresql", "people", "idle", "steps", "delivery", "pages")
FULL = {
    "sweep": 1_000_000,
    "sweep_postgresql": 1_000_000,
    "people": 100_000,
    "idle": 10_000_000,
    "delivery": 2_000,
}
DOCS = Path(__file__).parents[1] / "docs"
BEGIN, END = "<!-- figures: written by python -m benchmarks --write -->", "<!-- end of figures -->"


def measured(names: list[str], n: int | None, *, full: bool) -> list[Figure]:
    """Run the benchmarks of *names*, of size *n* or their own."""
    figures: list[Figure] = []
    for name in names or NAMES:
        size = FULL.get(name) if full and n is None else n
        found = import_module(f"benchmarks.{name}").run(*([size] if size else []))
        print(table(found), end="\n\n", flush=True)
        figures += found
    return figures


def write(figures: list[Figure]) -> None:
    """Put the table into docs/performance.md and the picture beside it."""
    page = DOCS / "performance.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{table(figures)}\n{END}{after}", encoding="utf-8")
    (DOCS / "performance.svg").write_text(picture(figures), encoding="utf-8")


def main() -> None:
    """Read what is asked, measure and say it."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks")
    asked.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    asked.add_argument("--n", type=int, help="how many; each benchmark has a small size of its own")
    asked.add_argument("--full", action="store_true", help="the sizes that are promised: an hour")
    asked.add_argument("--json", action="store_true", help="the figures once more, for a machine")
    asked.add_argument("--write", action="store_true", help="into docs/performance.md and .svg")
    given = asked.parse_args()
    if unknown := set(given.names) - set(NAMES):
        asked.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(NAMES)}")
    figures = measured(given.names, given.n, full=given.full)
    if given.json:
        print(json.dumps([figure.as_json() for figure in figures], indent=2))
    if given.write:
        write(figures)


if __name__ == "__main__":
    main()
