"""PostgreSQL that is restarted, or cuts a connection, in the middle of a sweep (catalogue 5)."""

import random
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from notifications.channels import Memory
from records.database import connect
from records.errors import RecordsError
from tests import postgres
from tests.conftest import migrate
from tests.faults.checker import problems
from tests.faults.conftest import NOW, Copies, a_world
from tests.faults.failing import Faults
from tests.faults.works import drained, left_behind, sweeping

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.parametrize("database_kind", ["postgresql"]),
]

_TELL_SEQUENCES: LiteralString = (
    "SELECT setval(format('%I', sequencename)::regclass, last_value) FROM pg_sequences "
    "WHERE last_value IS NOT NULL"
)


@dataclass
class Shaky:
    """A server of our own that can be cut off as if the power went."""

    programs: Path
    home: Path
    port: int
    process: "subprocess.Popen[bytes]"
    password: str

    def crash(self) -> None:
        """End at once, without a goodbye (`pg_ctl -m immediate`), and begin again."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(postgres.STOP_SECONDS)
        self.process = postgres.launch(self.programs, self.home, self.port)
        assert postgres.answers(self.process, self.home, self.port)

    def copy(self, database: str) -> str:
        """A copy of the world. What a copied sequence already logged is not in the log of the copy: say it again."""
        url = postgres.Server(self.port, self.password).create(database, "world")
        with psycopg.connect(self.plain(database), autocommit=True) as connection:
            connection.execute(_TELL_SEQUENCES)
        return url

    def plain(self, database: str) -> str:
        """The address of *database* as the driver reads it."""
        return self.url(database).replace("postgresql+psycopg", "postgresql")

    def url(self, database: str) -> str:
        """The address of *database*."""
        return postgres.Server(self.port, self.password).url(database)


@pytest.fixture(scope="module")
def shaky() -> Iterator[Shaky]:
    """Run a server that nobody else uses."""
    try:
        programs = postgres.find_programs()
    except postgres.NoServer as error:
        pytest.skip(str(error))
    home = Path(tempfile.mkdtemp(prefix="weerklank-pg-"))
    postgres.initialise(programs, home, "shaky")
    process, port = postgres.start(programs, home)
    server = Shaky(programs, home, port, process, "shaky")
    try:
        postgres.Server(port, "shaky").create("world")
        migrate(server.url("world"))
        a_world(server.url("world"))
        yield server
    finally:
        postgres.stop(server.process)
        shutil.rmtree(home, ignore_errors=True)


def test_a_server_that_is_restarted_in_mid_sweep_loses_nothing(
    shaky: Shaky, world: str, database_kind: str
) -> None:
    calm = connect(world)
    sweeping(calm)
    expected = left_behind(calm)
    calm.dispose()
    chance, failures = random.Random(5), 0  # noqa: S311
    for number in range(4):
        engine = connect(shaky.copy(f"w{number}"))
        Faults(engine, shaky.crash, chance.randint(4, 15))
        with suppress(RecordsError):
            sweeping(engine)
            failures -= 1
        failures += 1
        assert problems(engine) == []  # the same engine: a new connection without a hand
        sweeping(engine)
        assert left_behind(engine) == expected
        assert problems(engine, NOW) == []
        drained(engine, mail := Memory())
        assert mail.posts
        engine.dispose()
    assert failures


def test_a_copied_sequence_repeats_itself_after_a_crash_unless_it_is_told(
    shaky: Shaky, database_kind: str
) -> None:
    """
    Of PostgreSQL itself: a sequence logs 32 numbers ahead, and a copy made of it has that promise but not its log.

    If this ever fails because nothing is repeated, `Shaky.copy` and docs/reliability.md may forget it.
    """
    given: dict[str, list[int]] = {}
    for name, told in (("plain", False), ("told", True)):
        postgres.Server(shaky.port, shaky.password).create(name, "world")
        with psycopg.connect(shaky.plain(name), autocommit=True) as connection:
            if told:
                connection.execute(_TELL_SEQUENCES)
            given[name] = [_next_notice(connection)]
    shaky.crash()
    for name, numbers in given.items():
        with psycopg.connect(shaky.plain(name), autocommit=True) as connection:
            numbers.append(_next_notice(connection))

    assert given["plain"][1] <= given["plain"][0]
    assert given["told"][1] > given["told"][0]


def _next_notice(connection: psycopg.Connection[tuple[int]]) -> int:
    row = connection.execute("SELECT nextval('notices_id_seq')").fetchone()
    assert row is not None
    return row[0]


def test_connections_that_are_cut_anywhere_lose_nothing(copies: Copies, database_kind: str) -> None:
    """pg_terminate_backend of every connection of ours, at every fourth point of a sweep."""
    calm = connect(copies())
    sweeping(calm)
    expected = left_behind(calm)
    calm.dispose()
    for at in range(1, 300, 4):
        url = copies()
        engine = connect(url)
        address = url.replace("postgresql+psycopg", "postgresql")

        def cut(address: str = address) -> None:
            with psycopg.connect(address, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

        faults = Faults(engine, cut, at)
        with suppress(RecordsError):
            sweeping(engine)
        reached, faults.at = faults.count, 0
        sweeping(engine)
        assert left_behind(engine) == expected, at
        assert problems(engine, NOW) == [], at
        engine.dispose()
        if reached < at:
            break
