"""Sweep counts: what a sweep did, in numbers."""

from dataclasses import dataclass

from states.model.people import PARTICIPANT
from states.timing.lapse import Passing

LATE = "+"
"""How the names of the rungs after the due moment begin."""


@dataclass(slots=True)
class Tally:
    """What was done, counted."""

    duties: int = 0
    notices: int = 0
    escalations: int = 0
    """How many of the notices tell a role of something that is late."""
    honest: int = 0
    """How many tell a participant that the answer is late."""
    lapses: int = 0
    no_answers: int = 0
    skipped: int = 0
    failed: int = 0

    def count(self, passing: Passing) -> None:
        """Count what became of one duty."""
        self.duties += 1
        self.notices += len(passing.notices)
        for notice in passing.notices:
            late = (notice.rung or "").startswith(LATE)
            self.escalations += late and notice.role != PARTICIPANT
            self.honest += late and notice.role == PARTICIPANT
        for fact in passing.facts:
            self.lapses += fact.fact == "duty-lapsed"
            self.no_answers += fact.fact == "no-answer-recorded"
            self.skipped += fact.fact == "rung-skipped"

    def add(self, other: "Tally") -> None:
        """Count what *other* counted too."""
        self.duties += other.duties
        self.notices += other.notices
        self.escalations += other.escalations
        self.honest += other.honest
        self.lapses += other.lapses
        self.no_answers += other.no_answers
        self.skipped += other.skipped
        self.failed += other.failed
