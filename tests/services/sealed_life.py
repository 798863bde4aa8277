"""A house in which somebody speaks under seal, and the keys of moderators and confidants."""

# ruff: noqa: ANN401 - a step takes whatever it takes

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from config.policies import policy_of
from config.settings import load_settings
from records.custody import move_seals, take_key
from records.seals.ciphertext import Pair, new_secret, public_half
from records.seals.keys import open_seals, unseal_with
from services.delivery.outbound import Mailroom
from services.house import House, open_house
from states.steps.decide import known_step
from tests.records.conftest import Memory, a_programme, utc
from tests.services.conftest import Post

SPEAKER, OTHER = "union-bd", "ngo-nl"
MORNING = utc(2022, 9, 6, 6)


class Keys:
    """A moderator's key and the confidant's share of it."""

    def __init__(self) -> None:
        self.secret, self.share = new_secret(), new_secret()
        self.pair = Pair(public_half(self.secret), public_half(self.share))


class Life:
    """A house in which somebody spoke under seal, with a mailbox and a clock."""

    def __init__(self, house: House, post: Post, url: str) -> None:
        self.house, self.post = house, post
        self.memory = Memory(url, house.engine, house.ledger)

    def take(self, keys: Keys) -> int:
        return take_key(
            self.house.engine, policy_of, "kleding", keys.pair, by="moderator", now=self.memory.now
        )

    def move(self, secret: str) -> tuple[int, int]:
        done = move_seals(self.house.engine, policy_of, "kleding", secret, self.memory.now)
        return done.moved, done.left

    def act(self, step: str, by: str, keys: Keys, **given: Any) -> None:
        self.house.ledger.act(
            self.memory.dialogue_id, known_step(step).name, given, by=by, now=self.memory.now,
            unseal=unseal_with(keys.secret),
        )  # fmt: skip

    def opened(self, keys: Keys) -> dict[str, str]:
        return open_seals(self.memory.reread(), keys.secret)

    def to(self, address: str) -> list[str]:
        return [
            p.message.template for p in self.post.posts if p.message.address == f"{address}.example"
        ]


@contextmanager
def begun(url: str, post: Post) -> Iterator[Life]:
    """A house with an edition just opened, in an empty database; nobody has a key yet."""
    mailroom = Mailroom(mail=lambda: post, sender="dialoog@kleding.example")
    with open_house(
        load_settings(database_url=url), mailroom=mailroom, durable=False, clock=None
    ) as house:
        made = Life(house, post, url)
        made.memory.open(a_programme())
        yield made


def answered_with(life: Life, keys: Keys) -> None:
    """Come to the answer to the sealed voice, in a house that has a key since before the session."""
    life.take(keys)
    life.memory.speak()
    answered_after(life, keys)


def answered_after(life: Life, keys: Keys) -> None:
    """The same, from the points on that were made."""
    life.act("record-management", "moderator", keys, role="sponsor", present=True)
    life.act("publish-summary", "moderator", keys, lines={"c1": "Pay.", "c2": "Pay."})
    life.act("check-line", OTHER, keys, contribution="c1", verdict="confirmed")
    life.act("check-line", SPEAKER, keys, contribution="c2", verdict="confirmed")
    life.memory.close_session()
    for point, month in (("c1", "March"), ("c2", "April")):
        reason = f"Prices are agreed until spring; we look again in {month}."
        given = {"contribution": point, "outcome": "not-now", "owner": "manager"}
        life.memory.act("decide", given | {"reason": reason})
    life.memory.act("sign-strategy", by="sponsor")
    life.memory.now = utc(2022, 9, 5, 9)
    life.memory.sweep()
    life.house.deliver(life.memory.now)
    life.memory.now = utc(2022, 9, 5, 10)
    life.memory.act("answer-participant", {"covers": ["c2"], "text": "We will pay."})
