"""Signals of a sweep: what the round has to tell besides its own work, read after it in plain figures."""

from dataclasses import dataclass
from datetime import datetime

from config.logs import logger
from records import queries
from records.dialogues.late_answers import LateAnswers, late_answers
from records.journal import untold_facts
from records.journal.untold_facts import UntoldFact
from services.doctor.health import NOTICE_LATE
from services.house import House, open_house

MOST_EVENTS = 400
"""Of one kind in one round: a server takes a thousand a second, and does nothing else then."""


@dataclass(frozen=True, slots=True)
class OutboxLate:
    """Mail that waits for longer than it may: how many messages, and since when the oldest."""

    pending: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Signals:
    """Everything that is told besides the sweep."""

    untold: tuple[UntoldFact, ...] = ()
    """What people did since, claimed for this round."""
    answers: tuple[LateAnswers, ...] = ()
    outbox: OutboxLate | None = None


def signals_of(house: House, now: datetime) -> Signals:
    """What is to be told of *house* at *now* (aware UTC); nothing when it cannot be read."""
    try:
        return Signals(
            tuple(untold_facts.claim(house.engine, now, MOST_EVENTS)),
            tuple(late_answers(house.engine, house.policies, now)[:MOST_EVENTS]),
            _outbox(house, now),
        )
    except Exception as error:  # noqa: BLE001 - the sweep is done and stays done
        logger("flows").warning("signals-not-read", error=error)
        return Signals()


def _outbox(house: House, now: datetime) -> OutboxLate | None:
    waits = queries.waiting(house.engine)
    late = waits.oldest is not None and now - waits.oldest > NOTICE_LATE
    return OutboxLate(waits.pending, waits.oldest) if late and waits.oldest else None


def forget(untold: tuple[UntoldFact, ...]) -> None:
    """*untold* was told; the records of the environment need not keep it for the next round."""
    with open_house(new=False) as house:
        untold_facts.forget(house.engine, [one.id for one in untold])
