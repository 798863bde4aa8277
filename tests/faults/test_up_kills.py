"""
`kill -9` of the whole of `weerklank up`, at random moments, and started again at once (catalogue 1, 18 and 22).

Its own process alone, whose children must then end by themselves; or all of them in one blow. A clock that is set by
hand never goes with a mail server, so mail goes into boxes here, and a reader takes each out as soon as it lies there.
"""

# ruff: noqa: S311 - chance that can be repeated is the point

import os
import random
import re
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from config.settings import load_settings
from flows.machine.processes import free_port
from notifications.channels.channels import Memory
from services.house import open_house
from tests.faults.checker import problems
from tests.faults.works import left_behind
from tests.flows.up_process import Up, running
from tests.operations.companies import DUE, found_companies, room
from tests.patience import PATIENCE, alive, wait_for

pytestmark = [pytest.mark.prefect, pytest.mark.timeout(3000)]
SEED = int(os.environ.get("TESTS_SEED", "2022"))
MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>]+)>", re.MULTILINE | re.IGNORECASE)
AMOUNTS = [pytest.param(3, id="few"), pytest.param(20, id="many", marks=pytest.mark.slow)]
LEASE = timedelta(seconds=31)
UNDER_WAY = "SELECT count(*) FROM flow_run WHERE state_type IN ('RUNNING', 'PENDING', 'CANCELLING')"
COMPANIES = 2


@dataclass
class Reader:
    """Takes each mail under *folder* out of its box as soon as it lies there, so that a second one is seen."""

    folder: Path
    received: list[bytes] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        """Read until told to end, and then what is left."""
        while not self.ended.wait(0.002):
            self.take()
        self.take()

    def take(self) -> None:
        """Take what lies there now."""
        for mail in self.folder.glob("*/new/*.eml"):
            self.received.append(mail.read_bytes())
            mail.unlink()

    def begin(self) -> None:
        """Read all along, until the end."""
        self.eyes = threading.Thread(target=self.read)
        self.eyes.start()

    def end(self) -> None:
        """All that was sent has been read."""
        self.ended.set()
        self.eyes.join(PATIENCE)


@dataclass
class Machine:
    """An installation in *folder*, whose clock stands where the test sets it."""

    folder: Path
    mail: Reader
    chance: random.Random
    now: datetime = DUE
    said: list[str] = field(default_factory=list)
    started: list[psutil.Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        ports = [str(free_port("127.0.0.1", 0)) for _ in range(2)]
        self.environment = {
            **os.environ,
            "WEERKLANK_DATABASE_URL": f"sqlite:///{self.file}",
            "WEERKLANK_CLOCK_FILE": str(self.folder / "clock"),
            "WEERKLANK_CHANNEL": "maildir",
            "WEERKLANK_MAILDIR": str(self.mail.folder),
            "WEERKLANK_SENDER": "dialoog@klein.example",
            "WEERKLANK_MAIL_BATCH": "5",
            "WEERKLANK_MAIL_LEASE": "30",
            "WEERKLANK_PREFECT_HOME": str(self.folder / "prefect"),
            "WEERKLANK_PREFECT_PORT": ports[0],
            "WEERKLANK_PORTAL_PORT": ports[1],
        }

    @property
    def file(self) -> Path:
        """The records."""
        return self.folder / "weerklank.sqlite"

    def asked(self, query: str, file: Path | None = None) -> Any:  # noqa: ANN401 - one value
        """What the records (or another *file*) answer."""
        with closing(sqlite3.connect(file or self.file, timeout=30)) as connection:
            return connection.execute(query).fetchone()[0]

    def pass_lease(self) -> None:
        """Let the claims of those who died end."""
        self.now += LEASE
        (self.folder / "clock").write_text(self.now.isoformat(), encoding="ascii")

    def kill(self) -> str:
        """Start it all and kill it somewhere; the kind of moment at which it died."""
        self.pass_lease()
        up = Up(self.environment)
        assert up.process.stdout is not None
        moment = self.chance.choice(("starting", "sweep", "mail"))
        self._wait(moment)
        family = up.family()
        self.started += family
        up.process.kill()
        for one in family if self.chance.random() < 0.5 else []:
            one.kill()
        assert up.end() == -signal.SIGKILL
        up.process.stdout.close()
        self.said += up.lines
        return moment

    def _wait(self, moment: str) -> None:
        facts, mails = self.asked("SELECT count(*) FROM facts"), len(self.mail.received)
        more = mails + self.chance.randint(1, 9)
        patience = self.chance.random() * 12 if moment == "starting" else 45
        come: dict[str, Callable[[], bool]] = {
            "starting": lambda: False,
            "sweep": lambda: bool(self.asked("SELECT count(*) FROM facts") > facts),
            "mail": lambda: len(self.mail.received) >= more,
        }
        until = time.monotonic() + patience
        while time.monotonic() < until and not come[moment]():
            time.sleep(0.005)

    def finish(self) -> None:
        """Run undisturbed until nothing waits, and end it as its user would."""
        self.pass_lease()
        with running(self.environment) as (up, family):
            self.started += family
            runs = (
                "SELECT count(*) FROM flow_run WHERE state_type = 'COMPLETED' AND start_time > '{}'"
            )
            since = self.asked("SELECT datetime('now', '-5 seconds')")
            rounds = runs.format(since)
            wait_for(lambda: self.asked(rounds, self.folder / "prefect" / "prefect.db") >= 2)
            up.process.send_signal(signal.SIGINT)
            assert up.end() == 0
            self.said += up.lines

    @property
    def waiting(self) -> int:
        """How many notices wait."""
        number: int = self.asked("SELECT count(*) FROM notices WHERE status = 'pending'")
        return number


@pytest.fixture
def machine(migrated_file: Path, tmp_path: Path) -> Iterator[Machine]:
    mail = Reader(tmp_path / "mail")
    made = Machine(tmp_path, mail, random.Random(SEED))
    made.file.write_bytes(migrated_file.read_bytes())
    mail.begin()
    yield made
    mail.end()
    for one in alive(made.started):
        one.kill()


def undisturbed(file: Path, copy: Path) -> dict[str, Any]:
    """What one sweep and one delivery leave behind in a *copy* of *file*."""
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    with open_house(
        load_settings(database_url=f"sqlite:///{copy}"), mailroom=room(Memory())
    ) as house:
        house.sweep(DUE)
        house.deliver(DUE)
        return comparable(left_behind(house.engine))


def comparable(left: dict[str, Any]) -> dict[str, Any]:
    """What is left behind, whenever it was written."""
    journal: Counter[tuple[str, ...]] = Counter()
    for (dialogue, _, fact, subject), number in left["journal"].items():
        journal[dialogue, fact, subject] += number
    return {**left, "journal": journal}


@pytest.mark.parametrize("kills", AMOUNTS)
def test_up_that_is_killed_again_and_again_loses_nothing_and_says_nothing_twice(
    machine: Machine, tmp_path: Path, kills: int
) -> None:
    settings = load_settings(database_url=f"sqlite:///{machine.file}")
    with open_house(settings) as house:
        found_companies(house, COMPANIES)
    wanted = undisturbed(machine.file, tmp_path / "calm.sqlite")

    moments = Counter(machine.kill() for _ in range(kills))
    machine.finish()
    while machine.waiting:
        machine.finish()

    with open_house(settings) as house:
        assert problems(house.engine, machine.now) == [], SEED
        assert comparable(left_behind(house.engine)) == wanted, SEED
    machine.mail.end()
    names = Counter(name for mail in machine.mail.received for name in MESSAGE_ID.findall(mail))
    sent = machine.asked("SELECT count(DISTINCT message_id) FROM notices WHERE status = 'sent'")
    twice = names.total() - len(names)
    assert len(names) == sent > 0
    assert twice <= kills
    assert machine.asked(UNDER_WAY, tmp_path / "prefect" / "prefect.db") == 0
    assert [line for line in machine.said if "is taken" in line] == []
    assert alive(machine.started) == []
    print(f"{kills} kills of up ({dict(moments)}): 0 lost, {twice} of {sent} letters repeated")  # noqa: T201
