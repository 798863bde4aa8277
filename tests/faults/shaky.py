"""A PostgreSQL of one's own that ends in the middle of anything and begins again."""

import os
import select
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psutil
import psycopg

from tests import postgres
from tests.conftest import migrate
from tests.faults.conftest import a_world

TELL_SEQUENCES: LiteralString = (
    "SELECT setval(format('%I', sequencename)::regclass, last_value) FROM pg_sequences "
    "WHERE last_value IS NOT NULL"
)
_FLUSHED: LiteralString = "SELECT * FROM pg_walfile_name_offset(pg_current_wal_flush_lsn())"
PASSWORD = "shaky"


@dataclass
class Shaky:
    """A server that nobody else uses."""

    programs: Path
    home: Path
    port: int
    process: "subprocess.Popen[bytes]"
    settings: dict[str, str]
    hands: Executor
    """A thread that lasts: a server ends with the one that started it, and a fault may strike in any."""

    def crash(self) -> None:
        """End at once, without a goodbye (`pg_ctl -m immediate`), and begin again."""
        self.process.send_signal(signal.SIGQUIT)
        self._begin_again()

    def cut(self) -> None:
        """End as by a power cut: all processes at one moment, the log where the last flush ended; and begin again."""
        log, flushed = self._flushed()
        server = psutil.Process(self.process.pid)
        server.suspend()
        children = server.children(recursive=True)
        for one in children:
            one.suspend()  # none writes while another is gone already
        _kill([*children, server])
        with log.open("r+b") as file:
            file.seek(flushed)
            file.write(bytes(log.stat().st_size - flushed))
        self._begin_again()

    def _flushed(self) -> tuple[Path, int]:
        """The file of the log that was flushed last, and how far."""
        with psycopg.connect(self.plain("postgres"), autocommit=True) as connection:
            row = connection.execute(_FLUSHED).fetchone()
        assert row is not None
        return self.home / "data" / "pg_wal" / row[0], row[1]

    def _begin_again(self) -> None:
        self.process.wait(postgres.STOP_SECONDS)
        place = self.programs, self.home, self.port, self.settings
        self.process = self.hands.submit(postgres.launch, *place).result()
        assert postgres.answers(self.process, self.home, self.port)

    def copy(self, database: str) -> str:
        """A copy of the world. What a copied sequence already logged is not in the log of the copy: say it again."""
        url = postgres.Server(self.port, PASSWORD).create(database, "world")
        with psycopg.connect(self.plain(database), autocommit=True) as connection:
            connection.execute(TELL_SEQUENCES)
        return url

    def drop(self, database: str) -> None:
        """Remove *database*."""
        postgres.Server(self.port, PASSWORD).drop(database)

    def plain(self, database: str) -> str:
        """The address of *database* as the driver reads it."""
        return self.url(database).replace("postgresql+psycopg", "postgresql")

    def url(self, database: str) -> str:
        """The address of *database*."""
        return postgres.Server(self.port, PASSWORD).url(database)


def _kill(processes: list[psutil.Process]) -> None:
    """End *processes*, and wait until they have let go of everything, whoever buries them."""
    ends = [os.pidfd_open(one.pid) for one in processes]
    for one in processes:
        one.kill()
    for end in ends:
        assert select.select([end], [], [], postgres.STOP_SECONDS)[0]
        os.close(end)


@contextmanager
def shaken(**settings: str) -> Iterator[Shaky]:
    """Run such a server with the world in it, and *settings* of its own. Raises postgres.NoServer."""
    programs = postgres.find_programs()
    home = Path(tempfile.mkdtemp(prefix="weerklank-pg-"))
    postgres.initialise(programs, home, PASSWORD)
    process, port = postgres.start(programs, home, settings)
    hands = ThreadPoolExecutor(1)
    server = Shaky(programs, home, port, process, settings, hands)
    try:
        postgres.Server(port, PASSWORD).create("world")
        migrate(server.url("world"))
        a_world(server.url("world"))
        yield server
    finally:
        postgres.stop(server.process)
        hands.shutdown()
        shutil.rmtree(home, ignore_errors=True)
