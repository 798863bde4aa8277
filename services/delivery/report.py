"""Delivery report: what a delivery round did, told in one line."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Self

ALL_TAKEN = (
    "The mail server has all the connections that it may have (WEERKLANK_SMTP_CONNECTIONS). "
    "What waits goes out over them."
)


@dataclass(frozen=True)
class DeliveryReport:
    """What one round did, in numbers of letters."""

    sent: int = 0
    by_hand: int = 0
    """Their reader has no e-mail address: somebody has a task now."""
    withdrawn: int = 0
    """No longer wanted when their turn came."""
    later: int = 0
    """A passing failure: they are tried again later."""
    failed: int = 0
    """Refused for good: a fact now, and the manager hears of it."""
    quarantined: int = 0
    """Could not be written: set aside, a programmer must look."""
    without_place: int = 0
    """Connections that were not made, because the mail server has as many as it may have."""
    stopped: str | None = None
    """Why the round stopped early, and what to do; None when it did not."""
    untold: Counter[str] = field(default_factory=Counter)
    """How many of each went of which whoever watches the machine is told nothing."""

    def public_part(self) -> Self:
        """What of it whoever watches the machine is told (rules 39)."""
        left = {name: getattr(self, name) - number for name, number in self.untold.items()}
        return replace(self, **left, untold=Counter())

    @property
    def handled(self) -> int:
        """How many messages were dealt with in any way."""
        return (
            self.sent + self.by_hand + self.withdrawn + self.later + self.failed + self.quarantined
        )

    def sentence(self) -> str:
        """The report in one line."""
        names = ("sent", "by hand", "withdrawn", "to be tried again", "failed", "set aside")
        counts = (
            self.sent,
            self.by_hand,
            self.withdrawn,
            self.later,
            self.failed,
            self.quarantined,
        )
        said = [f"{number} {name}" for number, name in zip(counts, names, strict=True) if number]
        if said:
            return f"{', '.join(said)}."
        if self.stopped:
            return "Nothing was sent."
        return ALL_TAKEN if self.without_place else "Nothing waited to be sent."


def sum_reports(reports: list[DeliveryReport]) -> DeliveryReport:
    """The *reports* of several connections as one."""
    total: Counter[str] = Counter()
    for report in reports:
        total.update(
            {name: value for name, value in vars(report).items() if isinstance(value, int)}
        )
    stopped = next((report.stopped for report in reports if report.stopped), None)
    untold = sum((report.untold for report in reports), Counter[str]())
    return DeliveryReport(**total, stopped=stopped, untold=untold)


@dataclass
class LetterCount:
    """How the letters of one connection ended, and those of them of which nothing is told, by their names."""

    ended: Counter[str] = field(default_factory=Counter)
    untold: Counter[str] = field(default_factory=Counter)
    hidden: Collection[str] = ()
    """The names of those of this batch."""

    def add(self, outcome: str, name: str) -> None:
        """The letter *name* ended so."""
        self.ended[outcome] += 1
        self.untold[outcome] += name in self.hidden

    def report(self, stopped: str | None) -> DeliveryReport:
        """All of it; *stopped*: why the round ended early."""
        return DeliveryReport(**self.ended, stopped=stopped, untold=self.untold)
