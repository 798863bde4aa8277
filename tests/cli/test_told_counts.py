"""What `sweep` and `deliver` count is the same whichever way words to a voice under seal go."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import copy
from sqlite3 import connect as sqlite
from typing import Any

import pytest

from config.policies import policy_of
from records.engine.database import connect
from records.ledger import Ledger
from tests.cli.conftest import Desk
from tests.records.conftest import Memory, utc

pytestmark = pytest.mark.slow

DAYS = ("2022-09-02T10:00+02:00", "2022-09-12T10:00+02:00", "2022-10-10T10:00+02:00")
"""The answer was just written; others are late; and have been for long."""
Way = Callable[[Memory], None]


@contextmanager
def remembered(file: Path) -> Iterator[Memory]:
    """A year in *file*, which is whole on the disk afterwards."""
    engine = connect(url := f"sqlite:///{file}", durable=False)
    yield Memory(url, engine, Ledger(engine, policy_of), utc(2022, 9, 2, 8), "kleding-2022")
    engine.dispose()
    with closing(sqlite(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.fixture(scope="module")
def eve(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records when an answer to a voice under seal was written, and somebody else waits."""
    file = Path(copy(migrated_file, tmp_path_factory.mktemp("eve") / "eve.sqlite"))
    with remembered(file) as memory:
        memory.now = utc(2021, 12, 10, 8)
        memory.open()
        memory.sign()
        memory.deliver()
        memory.now = utc(2022, 9, 2, 8)
        memory.sweep()
        memory.deliver()
        memory.act("answer-participant", {"covers": ["c2"], "text": "We will pay."})
    return file


def words(memory: Memory) -> int:
    """The number of the answer to the voice under seal."""
    [notice] = memory.notices(template="answer", to="sealed-1")
    return notice.id


def goes_by_mail(_memory: Memory) -> None:
    """Nothing hinders it."""


def goes_by_hand(memory: Memory) -> None:
    """Somebody must call."""
    memory.ledger.by_hand(words(memory), memory.now)


def fails(memory: Memory) -> None:
    """No such mailbox."""
    memory.ledger.undeliverable(words(memory), "email", "550 5.1.1", memory.now)


def counted(desk: Desk, eve: Path, way: Way) -> list[Any]:
    """What the two commands say, as documents and in words, and how they end."""
    told: list[Any] = []
    for as_json in (True, False):
        file = desk.folder / "weerklank.db"
        copy(eve, file)
        with remembered(file) as memory:
            way(memory)
        for day in DAYS:
            for command in ("sweep", "deliver"):
                ran = desk(command, "--now", day, *(["--json"] if as_json else []))
                told.append((command, day, ran.exit_code, ran.stdout, ran.stderr))
    return told


@pytest.mark.parametrize("way", [goes_by_hand, fails])
def test_nobody_counts_how_far_words_under_seal_came(desk: Desk, eve: Path, way: Way) -> None:
    usual = counted(desk, eve, goes_by_mail)
    assert counted(desk, eve, way) == usual
    assert any('"lapses": 1' in said for _, _, _, said, _ in usual), "the others are counted"
