"""Benchmark figure: what was measured, the raw limit beside it in the same run, and what must be reached."""

import statistics
from dataclasses import asdict, dataclass


class Skipped(Exception):
    """Something that a benchmark needs is not on this machine; the message says what."""


@dataclass(frozen=True)
class Figure:
    """One line of the table: *ours* and *raw* in *unit*; *reached* None when nothing was promised."""

    bench: str
    what: str
    unit: str
    ours: float
    raw: float | None = None
    goal: str = ""
    reached: bool | None = None

    @property
    def ratio(self) -> float | None:
        """Ours as a share of the raw limit."""
        return self.ours / self.raw if self.raw else None

    def row(self) -> tuple[str, ...]:
        """The cells of the table."""
        verdict = {None: "", True: "yes", False: "**no**"}[self.reached]
        ratio = f"{self.ratio:.2f}" if self.ratio else ""
        raw = _short(self.raw) if self.raw else ""
        return (self.what, _short(self.ours), raw, self.unit, ratio, self.goal, verdict)

    def as_json(self) -> dict[str, object]:
        """The same for a machine."""
        return {**asdict(self), "ratio": self.ratio}


def share(bench: str, what: str, unit: str, *, ours: float, raw: float, least: float) -> Figure:
    """A rate that must reach *least* of the raw limit."""
    goal = f"≥ {least:g} × raw"
    return Figure(bench, what, unit, ours, raw, goal, ours >= least * raw)


def _short(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def median(values: list[float]) -> float:
    """The middle of *values*: a busy machine spoils some of them."""
    return statistics.median(values)
