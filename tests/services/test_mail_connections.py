"""Several connections at once: each has its share of what waits."""

from dataclasses import dataclass, field
from threading import Barrier

from notifications.channels.channels import Memory
from notifications.channels.channels import Post as Sent
from services.delivery.outbound import Mailroom
from services.delivery.round import deliver
from services.house import House
from tests.patience import PATIENCE
from tests.services.conftest import NOW, Post, act, furnished, seat


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
