"""Run history: what each sweep did, counted, and a row for each that did something; now and then for an idle one."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, and_, false, insert, select, update

from records.engine.database import reading, writing
from records.schema.core import SWEEPS
from states.model.people import PARTICIPANT
from states.model.vocabulary import FactName
from states.timing.lapse import Passing

_IDLE_EVERY = timedelta(minutes=10)
_NOTHING = {"duties": 0, "notices": 0, "lapses": 0, "no_answers": 0, "skipped": 0, "failed": 0}
_LAST = select(SWEEPS.c.began_at).where(SWEEPS.c.ended_at.is_not(None))
_LAST = _LAST.order_by(SWEEPS.c.began_at.desc()).limit(1)


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
    untold: "Tally | None" = None
    """Of all this, what says how far words to a voice under seal came: whoever watches the machine is not told."""

    def count(self, passing: Passing) -> None:
        """Count what became of one duty."""
        self.duties += 1
        self.notices += len(passing.notices)
        for notice in passing.notices:
            late = (notice.rung or "").startswith(LATE)
            self.escalations += late and notice.role != PARTICIPANT
            self.honest += late and notice.role == PARTICIPANT
        for fact in passing.facts:
            self.lapses += fact.fact == FactName.DUTY_LAPSED
            self.no_answers += fact.fact == FactName.NO_ANSWER_RECORDED
            self.skipped += fact.fact == FactName.RUNG_SKIPPED

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
        if other.untold:
            self._withhold(other.untold)

    def add_untold(self, other: "Tally") -> None:
        """Count what *other* counted too, as what is not told."""
        self.add(other)
        self._withhold(other)

    def _withhold(self, other: "Tally") -> None:
        self.untold = self.untold or Tally()
        self.untold.add(other)

    def public_part(self) -> "Tally":
        """What of it whoever watches the machine is told."""
        hidden = self.untold or Tally()
        return Tally(*(getattr(self, name) - getattr(hidden, name) for name in _COUNTED))


_COUNTED = [one.name for one in fields(Tally) if one.name != "untold"]


def finished_by(now: datetime) -> ColumnElement[bool]:
    """
    Which sweeps ended, and began no later than *now* (aware UTC).

    One whose time is after that ran by a clock that was ahead: it says nothing of the present.
    """
    return and_(SWEEPS.c.ended_at.is_not(None), SWEEPS.c.began_at <= now)


def require_writable(engine: Engine) -> None:
    """Raise the RecordsError that a sweep would meet when it writes; nothing is written."""
    with writing(engine) as connection:
        connection.execute(update(SWEEPS).where(false()).values(_NOTHING))


def record_start(engine: Engine, now: datetime) -> int:
    """Record that a sweep began; its number."""
    with writing(engine, now) as connection:
        made = connection.execute(insert(SWEEPS).values(began_at=now, ended_at=None, **_NOTHING))
        assert made.inserted_primary_key is not None  # noqa: S101 - a promise to the type checker
        return int(made.inserted_primary_key[0])


def record_end(engine: Engine, number: int, now: datetime, report: Tally) -> None:
    """Record that the sweep with *number* finished, and what it did."""
    counts = {name: getattr(report, name) for name in _NOTHING}
    with writing(engine, now) as connection:
        chosen = update(SWEEPS).where(SWEEPS.c.id == number)
        connection.execute(chosen.values(ended_at=now, **counts))


def record_idle(engine: Engine, now: datetime) -> None:
    """Record that a sweep found nothing to do, unless one finished within the last ten minutes."""
    with reading(engine) as connection:
        last = connection.scalar(_LAST)
    if last is not None and now - _IDLE_EVERY < last <= now:
        return
    with writing(engine, now) as connection:
        connection.execute(insert(SWEEPS).values(began_at=now, ended_at=now, **_NOTHING))
