"""The three works that a fault may hit - sweep, delivery, a step of a person - and what they leave behind."""

# ruff: noqa: ANN401 - what a step takes

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text

from config.policies import policy_of
from notifications.channels.channels import Channel
from records.ledger import Ledger
from records.sweep.sweep import sweep
from services.delivery.outbound import Mailroom
from services.delivery.round import deliver
from states.language.errors import Refused
from states.model.vocabulary import Step
from tests.faults.conftest import NOW

LEASE = 900.0
LATER = NOW + timedelta(hours=6)
"""When every lease has ended and every short pause is over."""


def no_pause(_: float) -> None:
    """Go on at once: tests never sleep."""


def sweep_in_chunks(engine: Engine, now: datetime = NOW, chunk: int = 5) -> Any:
    """Let time act in small chunks."""
    return sweep(engine, policy_of, now, chunk=chunk, pause=no_pause)


def mailroom(channel: Channel) -> Mailroom:
    """Send everything over *channel*, in small batches."""
    return Mailroom(lambda: channel, "dialoog@merk.example", batch=3, lease_seconds=LEASE)


def deliver_once(engine: Engine, channel: Channel, now: datetime = NOW) -> Any:
    """Send what waits."""
    return deliver(engine, Ledger(engine, policy_of), mailroom(channel), now)


def drain(engine: Engine, channel: Channel, now: datetime = LATER) -> None:
    """Send until nothing is left."""
    while deliver_once(engine, channel, now).handled:
        continue


@dataclass(frozen=True)
class StepTaken:
    """One step of a person, which changes something only once."""

    dialogue: str
    name: str
    by: str
    given: dict[str, Any]

    def take(self, engine: Engine, now: datetime = NOW, seen: int | None = None) -> bool:
        """Take the step on what was *seen* (its revision); False when it was taken before."""
        act = Ledger(engine, policy_of).act
        try:
            act(
                self.dialogue,
                Step(self.name),
                self.given,
                by=self.by,
                now=now,
                expected_revision=seen,
            )
        except Refused:
            return False
        return True


STEPS = (
    StepTaken("aa-2022", "cancel-dialogue", "manager", {"reason": "The company was sold."}),
    StepTaken("cc-2022", "answer-participant", "manager", {"covers": ["c1"], "text": "In spring."}),
    StepTaken(
        "bb-2022",
        "postpone",
        "manager",
        {"duty": "answer-participant/ngo-nl", "to": "2022-10-20", "reason": "Prices are late."},
    ),
    StepTaken("aa-2022", "accept-invitation", "ngo-nl", {}),
    StepTaken(
        "cc-2022",
        "hand-over",
        "manager",
        {"role": "manager", "person": {"name": "N", "email": "n@cc.example", "language": "nl"}},
    ),
)


def left_behind(engine: Engine) -> dict[str, Any]:
    """What must be the same however often a work was broken off: journals, duties and outbox."""
    with engine.connect() as connection:

        def rows(query: str) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in connection.execute(text(query))]

        return {
            "journal": Counter(rows("SELECT dialogue_id, at, fact, subject FROM facts")),
            "duties": sorted(
                rows("SELECT dialogue_id, name, status, version, rung, next_at FROM duties"),
                key=str,
            ),
            "outbox": Counter(
                rows('SELECT dialogue_id, duty, rung, version, "to", template, status FROM notices')
            ),
        }
