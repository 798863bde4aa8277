"""Delivery report: what a delivery round did, told in one line."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Self

ALL_TAKEN = (
    "The mail server has all the connections that it may have (WEERKLANK_SMTP_CONNECTIONS). "
    "What waits goes out over them."
)
_STOPPED = "stopped"


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
    """How many of each went of which whoever watches the machine is told nothing; *stopped*: at such a one it ended."""

    def public_part(self) -> Self:
        """What of it whoever watches the machine is told (rules 39)."""
        hidden = self.untold.items()
        left = {name: getattr(self, name) - number for name, number in hidden if name != _STOPPED}
        stopped = None if self.untold[_STOPPED] else self.stopped
        return replace(self, **left, stopped=stopped, untold=Counter())

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
    stopped = [report for report in reports if report.stopped]
    first = min(stopped, key=lambda report: report.untold[_STOPPED], default=DeliveryReport())
    untold = sum((report.untold for report in reports), Counter[str]())
    untold[_STOPPED] = first.untold[_STOPPED]
    return DeliveryReport(**total, stopped=first.stopped, untold=untold)


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

    def stop(self, name: str, waiting: Iterable[str]) -> None:
        """
        The mail server failed at the letter *name*, and others are *waiting*.

        What a mail server does is told; that one under seal, and no other, was tried is not.
        """
        self.add("later", name)
        self.untold[_STOPPED] += {name, *waiting} <= set(self.hidden)

    def report(self, stopped: str | None) -> DeliveryReport:
        """All of it; *stopped*: why the round ended early."""
        return DeliveryReport(**self.ended, stopped=stopped, untold=self.untold)
