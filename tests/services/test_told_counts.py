"""Counts of a delivery: what of them is told where people watch the machine, also when two deliveries overlap."""

import shutil
from pathlib import Path

import pytest

from config.settings import Settings
from notifications.channels.channels import Memory as Mail
from notifications.channels.channels import PassingFailure, Post
from services.delivery.outbound import Mailroom
from services.delivery.report import DeliveryReport
from services.house import House, open_house
from tests.records.conftest import Memory

SENDER = "dialoog@kleding.example"


def answered(file: Path, house: House) -> Memory:
    """A dialogue in which two answers wait to be sent: first one under seal, then one that is not."""
    memory = Memory(f"sqlite:///{file}", house.engine, house.ledger)
    memory.open()
    memory.sign()
    memory.deliver()
    for point in ("c2", "c1"):
        memory.act("answer-participant", {"covers": [point], "text": "We will pay."})
    return memory


class Interrupted(Mail):
    """While the first letter is on its way, another delivery sends what is left."""

    house: House
    memory: Memory
    other: DeliveryReport | None = None

    def send(self, post: Post) -> None:
        """Keep it, after the other delivery."""
        if self.other is None:
            self.other = DeliveryReport()
            self.other = self.house.deliver(self.memory.now)
        super().send(post)


def test_of_two_deliveries_at_once_each_leaves_out_its_own(
    migrated_file: Path, tmp_path: Path
) -> None:
    file = Path(shutil.copy(migrated_file, tmp_path / "told.sqlite"))
    mail = Interrupted()
    room = Mailroom(mail=lambda: mail, sender=SENDER, batch=1)
    settings = Settings(database_url=f"sqlite:///{file}")
    with open_house(settings, mailroom=room, durable=False, clock=None) as house:
        memory = answered(file, house)
        mail.house, mail.memory = house, memory
        first = house.deliver(memory.now)

    assert mail.other is not None
    assert (first.sent, mail.other.sent) == (1, 1)
    assert (first.public_part().sent, mail.other.public_part().sent) == (0, 1)


def test_what_a_mail_server_put_off_is_not_told_either(migrated_file: Path, tmp_path: Path) -> None:
    file = Path(shutil.copy(migrated_file, tmp_path / "told.sqlite"))

    class Busy(Mail):
        def send(self, post: Post) -> None:
            raise PassingFailure("451", of="server")

    room = Mailroom(mail=Busy, sender=SENDER)
    settings = Settings(database_url=f"sqlite:///{file}")
    with open_house(settings, mailroom=room, durable=False, clock=None) as house:
        memory = answered(file, house)
        report = house.deliver(memory.now)

    assert (report.later, report.public_part().later) == (1, 0)


@pytest.mark.parametrize("untold", [0, 1])
def test_a_report_tells_what_is_left(untold: int) -> None:
    report = DeliveryReport(sent=2, stopped="No channel.")
    report.untold["sent"] += untold

    assert report.public_part() == DeliveryReport(sent=2 - untold, stopped="No channel.")
