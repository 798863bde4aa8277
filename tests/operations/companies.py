"""Companies whose promised answers came due last night: something to sweep, to send and to keep safe."""

from collections import Counter
from datetime import UTC, datetime

from cli.rehearsal.simulator import Life
from notifications.channels.channels import Channel, Memory
from records.queries import notices_of
from services.delivery.outbound import Mailroom
from services.house import House
from states.steps.decide import known_step
from tests.journeys.lives import PROGRAMME, played, scenario, small

DUE = datetime(2022, 9, 9, 6, tzinfo=UTC)
"""The morning after the day on which everybody was to have an answer."""


def room(channel: Channel) -> Mailroom:
    """A mailroom that sends everything through *channel*."""
    return Mailroom(mail=lambda: channel, sender="dialoog@klein.example", batch=5)


def found_companies(house: House, number: int) -> list[str]:
    """Let *number* companies live until their strategy is signed, without any sweep; the ids of their dialogues."""
    return [_found(house, f"merk-{index}") for index in range(number)]


def _found(house: House, name: str) -> str:
    told = scenario(small(played("strategy"), programme={**PROGRAMME, "id": name}))
    life = Life(told, house, Memory())
    life.begin()
    for one in told.in_order():
        house.ledger.act(
            life.dialogue_id, known_step(one.do).name, one.given, by=one.by, now=one.at
        )
    return life.dialogue_id


def outcome(house: House) -> Counter[tuple[str, str, str, str]]:
    """What was written to whom because of what, and where it stands."""
    rows = notices_of(house.engine, house.ledger.dialogue_ids())
    return Counter((row.dialogue_id, row.cause, row.to, row.status) for row in rows)
