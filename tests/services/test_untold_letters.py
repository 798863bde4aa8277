"""A mail server that fails is told, unless nothing but a letter under seal was tried."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

from config.policies import policy_of
from config.settings import Settings
from notifications.channels.channels import Memory as Mailbox
from notifications.channels.channels import PassingFailure, Post
from records.engine.database import connect
from records.ledger import Ledger
from services.delivery.outbound import Mailroom
from services.delivery.report import DeliveryReport, sum_reports
from services.house import House, open_house
from tests.records.conftest import Memory


class Box(Mailbox):
    """A mailbox in memory that may be down."""

    down = False

    def send(self, post: Post) -> None:
        """Take *post*."""
        if self.down:
            raise PassingFailure("connection-lost", of="server")
        super().send(post)


@pytest.fixture
def memory(tmp_path: Path, migrated_file: Path) -> Iterator[Memory]:
    """A year whose every letter so far has been sent."""
    url = f"sqlite:///{copy(migrated_file, tmp_path / 'year.sqlite')}"
    engine = connect(url, durable=False)
    found = Memory(url, engine, Ledger(engine, policy_of))
    found.open()
    found.sign()
    found.deliver()
    yield found
    engine.dispose()


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def house(memory: Memory, box: Box) -> Iterator[House]:
    """The house of that year, whose rounds take one letter at a time."""
    mailroom = Mailroom(mail=lambda: box, sender="dialoog@kleding.example", batch=1)
    settings = Settings(database_url=memory.url)
    with open_house(settings, mailroom=mailroom, durable=False, clock=None) as found:
        yield found


def answer(memory: Memory, *points: str) -> None:
    """Write the answer to each of *points*, of which c2 was made under seal."""
    for point in points:
        memory.act("answer-participant", {"covers": [point], "text": "We will pay."})


def test_a_server_that_fails_is_told_unless_only_a_seal_was_tried(
    memory: Memory, house: House, box: Box
) -> None:
    box.down = True
    answer(memory, "c2")
    hidden = house.deliver(memory.now)
    assert hidden.stopped
    assert hidden.public_part() == DeliveryReport()
    answer(memory, "c1")
    told = house.deliver(memory.now)
    assert told.public_part().stopped
    assert told.public_part().later == 1


def test_of_several_connections_what_one_may_tell_is_told() -> None:
    hidden = DeliveryReport(later=1, stopped="down", untold=Counter(later=1, stopped=1))
    told = DeliveryReport(sent=2, later=1, stopped="down", untold=Counter(sent=1))
    whole = sum_reports([hidden, told])
    assert (whole.sent, whole.later, whole.stopped) == (2, 2, "down")
    assert whole.public_part() == DeliveryReport(sent=1, later=1, stopped="down")
    assert sum_reports([hidden, hidden]).public_part() == DeliveryReport()
