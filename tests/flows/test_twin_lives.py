"""A life lived several times, in which only the way of words to a voice under seal differs: operators see the same."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.policies import policy_of
from config.settings import Settings
from flows import rounds
from flows.board import board_of
from flows.prefect.artifacts import card_words
from flows.prefect.status_page.overview_page import page_of
from flows.prefect.status_page.round_words import delivery_title, sweep_tags, sweep_title
from flows.signals import forget, signals_of
from notifications.channels import channels
from notifications.channels.channels import PassingFailure, PermanentFailure, Post
from records.aging_report import failures
from records.engine.database import connect
from records.ledger import Ledger
from records.metrics import gauges
from services.delivery.outbound import Mailroom
from services.house import House, open_house
from tests.records.conftest import SESSION, Memory, utc

pytestmark = pytest.mark.slow

SEALED = "sealed-1"
EVENING = SESSION + timedelta(hours=6)
MORNINGS = [
    EVENING + timedelta(hours=2), utc(2022, 6, 24, 7), utc(2022, 7, 1, 7), utc(2022, 7, 8, 7),
    utc(2022, 9, 8, 7), utc(2022, 9, 9, 7), utc(2022, 9, 16, 7), utc(2022, 10, 10, 7),
]  # fmt: skip
"""Reminders, the due day of the answers, and all that follows when they are late."""
Way = Callable[[House, datetime], None]


class Mail(channels.Memory):
    """Takes everything, but from the morning on what is for the voice under seal only as *fate* says."""

    fate: Exception | None = None

    def send(self, post: Post) -> None:
        """Take *post*, or fail as that says."""
        if self.fate and post.message.to == SEALED:
            raise self.fate
        super().send(post)


def answer(memory: Memory) -> None:
    """Write the answer to the voice under seal; the other voice waits for long."""
    memory.act("answer-participant", {"covers": ["c2"], "text": "We will pay."})


def respond(memory: Memory) -> None:
    """Let that answer be objected to, and write what is said to that."""
    answer(memory)
    memory.deliver()
    memory.act("dispute-answer", {"contribution": "c2", "reason": "That is none."}, by="union-bd")
    memory.act("settle-dispute", {"contribution": "c2", "text": "We will pay more."})


@pytest.fixture(scope="module", params=[answer, respond])
def eve(
    request: pytest.FixtureRequest, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The records when words to the voice under seal wait."""
    file = shutil.copy(migrated_file, tmp_path_factory.mktemp("eve") / "eve.sqlite")
    engine = connect(url := f"sqlite:///{file}", durable=False)
    memory = Memory(url, engine, Ledger(engine, policy_of))
    memory.open()
    memory.sign()
    memory.now = EVENING
    memory.sweep()
    memory.deliver()
    request.param(memory)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return Path(file)


def arrives(house: House, now: datetime) -> None:
    """Nothing hinders it."""


def comes_back(house: House, now: datetime) -> None:
    """It is accepted, and a week later a report says that it did not arrive."""
    if now == MORNINGS[2]:
        house.ledger.undeliverable(_first(house), "email", "bounced-5.1.1", now)


def goes_by_hand(house: House, now: datetime) -> None:
    """Somebody must call."""
    house.ledger.by_hand(_first(house), now)


def _first(house: House) -> int:
    from records.queries import notices_of

    words = {"answer", "dispute-settled"}
    rows = notices_of(house.engine, ["kleding-2022"])
    return max(one.id for one in rows if one.to == SEALED and one.template in words)


PASSES = PassingFailure("deferred-451", of="recipient")
REFUSED = PermanentFailure("mailbox-unavailable")
WAYS: dict[str, tuple[Way, Exception | None]] = {
    "arrives": (arrives, None),
    "comes back": (comes_back, None),
    "goes by hand": (goes_by_hand, None),
    "is put off": (arrives, PASSES),
    "is refused": (arrives, REFUSED),
}


def live(file: Path, folder: Path, way: str) -> Iterator[tuple[datetime, Any]]:
    """All that an operator sees, morning by morning, when the words go this *way*."""
    copy = shutil.copy(file, folder / f"{way.replace(' ', '-')}.sqlite")
    settings = Settings(database_url=f"sqlite:///{copy}")
    mail = Mail()
    happens, mail.fate = WAYS[way]
    mailroom = Mailroom(mail=lambda: mail, sender="dialoog@kleding.example")
    with (
        pytest.MonkeyPatch.context() as patch,
        open_house(settings, mailroom=mailroom, durable=False, clock=None) as house,
    ):
        patch.setenv("WEERKLANK_DATABASE_URL", settings.database_url)
        for now in MORNINGS:
            happens(house, now)
            yield now, (*swept(house, now), *delivered(house, now))


def swept(house: House, now: datetime) -> Iterator[Any]:
    """What a sweep shows: its name, tags, cards, events and page."""
    report = house.sweep(now, pause_seconds=0)
    counts = rounds._sweep_totals(0, report)
    board, signals = board_of(house, report, now), signals_of(house, now)
    assert board.overview is not None
    forget(signals.untold)
    yield from (sweep_title(counts, board), sweep_tags(counts, board), dict(counts))
    yield [(card_words(one, now.date()), asdict(one)) for one in board.cards]
    yield from (board.overdue, board.raised, board.programmes, page_of(board.overview, None))
    yield [(one.fact, one.subject, one.detail.get("template")) for one in signals.untold]
    yield from (signals.answers, signals.outbox)


def delivered(house: House, now: datetime) -> Iterator[Any]:
    """What a delivery shows: its name, and what is measured after it."""
    before = failures(house.engine)
    told = house.deliver(now).public_part()
    failed = failures(house.engine) - before
    yield from (delivery_title(told, failed, closed=False), rounds._counts(told))
    yield gauges(house.engine, now)


@pytest.fixture(scope="module")
def usual(eve: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[datetime, Any]:
    """What an operator sees when they arrive."""
    return dict(live(eve, tmp_path_factory.mktemp("usual"), "arrives"))


@pytest.mark.parametrize("way", list(WAYS)[1:])
def test_nobody_who_watches_sees_how_far_words_under_seal_came(
    eve: Path, usual: dict[datetime, Any], tmp_path: Path, way: str
) -> None:
    assert len(usual) == len(MORNINGS)
    for now, seen in live(eve, tmp_path, way):
        assert seen == usual[now]
