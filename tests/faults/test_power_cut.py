"""
A power cut on SQLite: writes that were on their way to the disk are dropped, torn, or there out of order.

`synchronous=FULL` waits at each commit until the log is on the disk. So a cut can hit the last transaction only, of
which nobody was told yet; here it hits every frame of the log, as if none but those before it had reached the disk.
"""

# ruff: noqa: S311 - chance that can be repeated is the point

import random
import shutil
import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import PoolProxiedConnection, make_url

from config.policies import policy_of
from records.engine.database import connect
from records.sweep.sweep import sweep
from tests.faults.checker import problems
from tests.faults.conftest import NOW, Copies
from tests.faults.works import left_behind, no_pause, sweep_in_chunks

HEADER, FRAME_HEADER = 32, 24
TABLES = ("dialogues", "duties", "facts", "notices", "sweeps")


@pytest.fixture
def database_kind() -> str:
    """PostgreSQL has its own test: it is ended without a goodbye."""
    return "sqlite"


def state(file: Path) -> int:
    """Everything that the records in *file* hold, as one number."""
    with closing(sqlite3.connect(file)) as connection:
        rows = [connection.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES]  # noqa: S608
    return hash(str(rows))


@dataclass
class Log:
    """A database that was swept in steps of one duty, as it lay on the disk just before its log was folded in."""

    file: Path
    began: int
    commits: dict[int, int] = field(default_factory=dict)
    """For each length of the log after which a commit was promised: what the records held then."""

    @property
    def wal(self) -> bytes:
        """The log, as it was at the end."""
        return Path(f"{self.file}-wal").read_bytes()

    @property
    def frame(self) -> int:
        """The length of one frame."""
        size: int = struct.unpack(">I", self.wal[8:12])[0]
        return size + FRAME_HEADER

    def held(self, length: int) -> int:
        """What the records must hold when the log ends after *length* bytes."""
        kept = [end for end in self.commits if end <= length]
        return self.commits[max(kept)] if kept else self.began

    def cut(self, folder: Path, wal: bytes) -> Path:
        """The database with *wal* for a log, where nobody had it open."""
        copy = folder / "cut.sqlite"
        for end in ("-wal", "-shm"):
            Path(f"{copy}{end}").unlink(missing_ok=True)
        shutil.copy(self.file, copy)
        Path(f"{copy}-wal").write_bytes(wal)
        return copy


@pytest.fixture
def log(copies: Copies, tmp_path: Path) -> Log:
    url = copies()
    file, engine = Path(str(make_url(url).database)), connect(url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    made = Log(file, state(file))

    commit = engine.dialect.do_commit

    def committed(raw: PoolProxiedConnection) -> None:
        commit(raw)
        made.commits[Path(f"{file}-wal").stat().st_size] = state(file)

    engine.dialect.do_commit = committed  # type: ignore[assignment,method-assign]
    sweep(engine, policy_of, NOW, chunk=1, pause=no_pause)
    folder = tmp_path / "disk"
    folder.mkdir()
    for end in ("", "-wal"):
        shutil.copy(f"{file}{end}", folder / f"{file.name}{end}")
    engine.dispose()
    made.file = folder / file.name
    return made


def truncated(log: Log) -> Iterator[tuple[int, bytes]]:
    """The log at every frame: whole up to it, in the middle of it, and a byte short of its end."""
    for start in range(HEADER, len(log.wal), log.frame):
        for length in (
            start,
            start + FRAME_HEADER // 2,
            start + log.frame // 2,
            start + log.frame - 1,
        ):
            yield length, log.wal[:length]


def torn(log: Log) -> Iterator[tuple[int, bytes]]:
    """The same where the disk had made room already, and holds nothing or rubbish there."""
    chance = random.Random(2022)
    for start in range(HEADER, len(log.wal), log.frame):
        middle, left = start + log.frame // 2, len(log.wal) - start - log.frame // 2
        yield start, log.wal[:middle] + bytes(left)
        yield start, log.wal[:middle] + chance.randbytes(left)


def out_of_order(log: Log) -> Iterator[tuple[int, bytes]]:
    """Every later frame arrived, this one did not."""
    for start in range(HEADER, len(log.wal), log.frame):
        yield start, log.wal[:start] + bytes(log.frame) + log.wal[start + log.frame :]


@pytest.mark.parametrize("broken", [truncated, torn, out_of_order])
def test_a_cut_at_any_frame_keeps_every_commit_before_it_and_nothing_half(
    log: Log, tmp_path: Path, broken: Callable[[Log], Iterator[tuple[int, bytes]]]
) -> None:
    cuts = 0
    for length, wal in broken(log):
        assert state(log.cut(tmp_path, wal)) == log.held(length), length
        cuts += 1
    assert len(set(log.commits.values())) > 8
    print(f"{cuts} cuts of {len(log.commits)} commits, 0 lost, 0 half")  # noqa: T201


def test_after_a_cut_at_any_commit_the_next_sweep_finishes_the_work(
    log: Log, copies: Copies, tmp_path: Path
) -> None:
    engine = connect(copies())
    sweep_in_chunks(engine)
    wanted = left_behind(engine)
    engine.dispose()
    for length in log.commits:
        engine = connect(f"sqlite:///{log.cut(tmp_path, log.wal[: length - 1])}")
        assert problems(engine) == [], length
        sweep_in_chunks(engine)
        assert left_behind(engine) == wanted, length
        assert problems(engine, NOW) == [], length
        engine.dispose()


def test_a_cut_while_the_log_is_folded_in_loses_nothing(log: Log, tmp_path: Path) -> None:
    """Any of the pages may have reached the file: the log still has them all."""
    chance, whole = random.Random(2022), max(log.commits)
    before, folded = log.file.read_bytes(), log.cut(tmp_path, log.wal)
    with closing(sqlite3.connect(folded)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    after, size = folded.read_bytes(), log.frame - FRAME_HEADER
    for _ in range(200):
        copy = log.cut(tmp_path, log.wal)
        pages = [
            chance.choice((before, after))[start : start + size] or bytes(size)
            for start in range(0, len(after), size)
        ]
        copy.write_bytes(b"".join(pages))
        assert state(copy) == log.held(whole)
