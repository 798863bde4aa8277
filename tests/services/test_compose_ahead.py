"""Letters written ahead: several in one go, and none that would be written again."""

import shutil
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from notifications.channels.channels import Memory
from notifications.channels.channels import Post as Sent
from services.composition.briefs import LetterBrief, write_letter
from services.delivery import compose_ahead
from services.delivery.outbound import Mailroom
from services.delivery.round import deliver
from services.house import House
from tests.services.conftest import NOW, Post, act, furnished, seat

PEOPLE = 24


@dataclass
class Noted(Memory):
    """Notes which letters were *written*, before each that is sent."""

    written: list[str] = field(default_factory=list)
    ahead: list[int] = field(default_factory=list)
    """How many were written by then and not yet sent, this one among them."""

    def send(self, post: Sent) -> None:
        """Note what lies ready."""
        self.ahead.append(len(self.written) - len(self.posts))
        super().send(post)


@pytest.fixture
def house(migrated_file: Path, tmp_path: Path) -> Iterator[House]:
    copy = shutil.copy(migrated_file, tmp_path / "weerklank.db")
    with furnished(f"sqlite:///{copy}", Post()) as made:
        made.deliver(NOW)
        yield made


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Noted:
    made = Noted()

    def noted(brief: LetterBrief, *given: object) -> Sent:
        made.written.append(brief.name)
        return write_letter(brief, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(compose_ahead, "write_letter", noted)
    return made


def invite(house: House, by_hand: AbstractSet[int] = frozenset()) -> None:
    for number in range(PEOPLE):
        email = None if number in by_hand else f"p{number}@people.example"
        act(house, "map-stakeholder", **seat(f"p{number}", email))
    act(house, "invite-all")


def send_all(house: House, box: Noted) -> None:
    room = Mailroom(mail=lambda: box, sender="dialoog@klein.example")
    deliver(house.engine, house.ledger, room, NOW)


def test_letters_are_written_several_in_one_go(house: House, box: Noted) -> None:
    invite(house)

    send_all(house, box)

    assert box.ahead == [1, *range(16, 0, -1), *range(PEOPLE - 17, 0, -1)]
    assert len(set(box.written)) == len(box.written) == PEOPLE


def test_none_is_written_past_one_that_changes_its_dialogue(house: House, box: Noted) -> None:
    """Who has no address is a task for a person, and that is a new version of the dialogue."""
    invite(house, by_hand={4, 9, 10})

    send_all(house, box)

    assert len(box.posts) >= PEOPLE - 3
    assert len(set(box.written)) == len(box.written)
