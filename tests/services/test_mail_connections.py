"""Several connections at once: each has its share of what waits."""

from collections import Counter
from dataclasses import dataclass, field
from threading import Barrier, Event

import pytest

from notifications.channels.channels import Memory
from notifications.channels.channels import Post as Sent
from services.composition.briefs import LetterBrief, write_letter
from services.delivery import compose_ahead
from services.delivery.outbound import Mailroom
from services.delivery.round import deliver
from services.house import House
from states.model.vocabulary import DutyKind
from tests.patience import PATIENCE
from tests.services.conftest import ID, NOW, Post, act, furnished, seat


@dataclass
class Waiting(Memory):
    """A mailbox that takes nothing before *all* the others have something for theirs."""

    all: Barrier = field(default_factory=lambda: Barrier(1))

    def send(self, post: Sent) -> None:
        """Wait with the first; the later ones go at once."""
        if not self.posts:
            self.all.wait(PATIENCE)
        super().send(post)


def invited(house: House, people: int) -> None:
    house.deliver(NOW)
    for number in range(people):
        act(house, "map-stakeholder", **seat(f"p{number}", f"p{number}@people.example"))
    act(house, "invite-all")


def test_four_connections_all_get_work_from_a_hundred_messages(migrated_url: str) -> None:
    """Whoever claimed everything at once would wait here for others who never have anything to send."""
    together, boxes = Barrier(4), list[Waiting]()

    def connected() -> Waiting:
        boxes.append(Waiting(all=together))
        return boxes[-1]

    with furnished(migrated_url, Post()) as house:
        invited(house, 100)
        room = Mailroom(mail=connected, sender="dialoog@klein.example")

        report = deliver(house.engine, house.ledger, room, NOW, connections=4)

    assert (report.sent, report.quarantined) == (100, 0)
    assert [len(box.posts) for box in boxes] == [25, 25, 25, 25]
    assert len({post.message_id for box in boxes for post in box.posts}) == 100


def test_more_connections_than_a_pool_holds_do_not_wait_for_each_other(migrated_url: str) -> None:
    """Each keeps lines to the records for its whole round: taken from the pool, the sixteenth would find none."""
    with furnished(migrated_url, Post()) as house:
        invited(house, 40)
        room = Mailroom(mail=Memory, sender="dialoog@klein.example")
        report = deliver(house.engine, house.ledger, room, NOW, connections=20)
    assert report.sent == 40


@dataclass
class Slow(Waiting):
    """The connection that is not *quick* sends its third mail once the other one is closed."""

    quick: bool = True
    ended: Event = field(default_factory=Event)

    def send(self, post: Sent) -> None:
        if not self.quick and len(self.posts) == 2:
            assert self.ended.wait(PATIENCE)
        super().send(post)

    def close(self) -> None:
        self.ended.set()


def test_what_one_connection_ends_changes_nothing_under_the_others(
    migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the duties of its invitations met at once, those who still write of the same dialogue would write twice."""
    together, ended, boxes = Barrier(2), Event(), list[Slow]()
    written = Counter[str]()

    def connected() -> Slow:
        boxes.append(Slow(all=together, quick=not boxes, ended=ended))
        return boxes[-1]

    def counted(brief: LetterBrief, *given: object) -> Sent:
        written[brief.name] += 1
        return write_letter(brief, *given)  # type: ignore[arg-type]

    with furnished(migrated_url, Post()) as house:
        invited(house, 50)
        monkeypatch.setattr(compose_ahead, "write_letter", counted)
        room = Mailroom(mail=connected, sender="dialoog@klein.example")

        report = deliver(house.engine, house.ledger, room, NOW, connections=2)
        owed = [duty.whom for duty in house.ledger.read(ID).owed(DutyKind.INVITE_STAKEHOLDER)]

    assert [len(box.posts) for box in boxes] == [25, 25]
    assert (report.sent, set(written.values()), owed) == (50, {1}, ["worker"])
