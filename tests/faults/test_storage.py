"""A disk that is full, a file that may not be written, a lock that somebody keeps, a copy (catalogue 6, 7, 9, 24)."""

# ruff: noqa: ANN401 - the driver's own connections

import multiprocessing
import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, make_url

from notifications.channels.channels import Memory
from records.engine.database import connect, reading
from records.engine.errors import Busy, DatabaseUnavailable
from tests.faults import worker
from tests.faults.checker import problems
from tests.faults.conftest import NOW
from tests.faults.works import STEPS, deliver_once, drain, left_behind, sweep_in_chunks

Copies = Callable[[], str]
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])


def expected(copies: Copies) -> dict[str, Any]:
    """What a sweep leaves behind when nothing fails."""
    engine = connect(copies())
    sweep_in_chunks(engine)
    found = left_behind(engine)
    engine.dispose()
    return found


def pages(url: str) -> int:
    """How many pages the file of *url* has."""
    with closing(sqlite3.connect(str(make_url(url).database))) as connection:
        found: int = connection.execute("PRAGMA page_count").fetchone()[0]
    return found


@SQLITE
@pytest.mark.parametrize("room", [0, 1, 2, 3, 5, 8, 13])
def test_a_full_disk_leaves_no_half_chunk_and_the_next_sweep_goes_on(
    copies: Copies, room: int
) -> None:
    wanted, url = expected(copies), copies()
    most = pages(url) + room
    engine = connect(url)
    event.listen(engine, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count={most}"))
    try:
        sweep_in_chunks(engine)
    except DatabaseUnavailable as full:
        assert "disk is full" in str(full)  # noqa: PT017 - with enough room it is none
    else:
        assert room
    engine.dispose()

    engine = connect(url)
    assert problems(engine) == []
    sweep_in_chunks(engine)
    assert left_behind(engine) == wanted
    assert problems(engine, NOW) == []
    engine.dispose()


def _in_little_room(url: str, size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    engine = connect(url)
    with suppress(DatabaseUnavailable):
        sweep_in_chunks(engine)
        raise SystemExit(7)
    raise SystemExit(3)


@SQLITE
@pytest.mark.parametrize("room", [0, 20_000, 60_000])
def test_a_file_that_may_not_grow_is_the_same(copies: Copies, room: int) -> None:
    """RLIMIT_FSIZE: the system itself refuses the write, in the middle of the log."""
    wanted, url = expected(copies), copies()
    process = multiprocessing.get_context("forkserver").Process(
        target=_in_little_room, args=(url, 4096 + room)
    )
    process.start()
    assert worker.ended(process) == 3

    engine = connect(url)
    assert problems(engine) == []
    sweep_in_chunks(engine)
    assert left_behind(engine) == wanted
    engine.dispose()


@SQLITE
def test_a_file_that_may_not_be_written_is_said_and_nothing_changes(world: str) -> None:
    engine = connect(world)
    event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA query_only=ON"))
    before = left_behind(engine)
    mail = Memory()
    for work in (sweep_in_chunks, STEPS[0].take, lambda engine: deliver_once(engine, mail)):
        with pytest.raises(DatabaseUnavailable, match="may not be written"):
            work(engine)
    assert mail.posts == []
    assert left_behind(engine) == before
    engine.dispose()


def holding(url: str) -> Any:
    """A connection of somebody else that holds every lock that our works need."""
    if url.startswith("sqlite"):
        connection: Any = sqlite3.connect(str(make_url(url).database), isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        return connection
    other = psycopg.connect(url.replace("postgresql+psycopg", "postgresql"))
    other.execute("LOCK TABLE dialogues, duties, notices, sweeps IN EXCLUSIVE MODE")
    return other


def test_a_lock_that_outlasts_our_patience_is_busy_and_never_an_end(
    copies: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("records.engine.database._WAIT_SECONDS", 0.05)
    wanted, url = expected(copies), copies()
    engine, mail, other = connect(url), Memory(), holding(url)
    before = left_behind(engine)
    for _ in range(3):
        for work in (sweep_in_chunks, STEPS[0].take, lambda engine: deliver_once(engine, mail)):
            with pytest.raises(Busy, match="try again"):
                work(engine)
    assert left_behind(engine) == before
    assert mail.posts == []
    other.rollback()
    other.close()

    sweep_in_chunks(engine)
    assert left_behind(engine) == wanted
    drain(engine, mail)
    assert mail.posts
    assert problems(engine, NOW) == []
    engine.dispose()


def test_a_lock_that_comes_after_the_mail_was_accepted_repeats_it_under_the_same_name(
    world: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accepted, and then no mark for longer than anybody waits: only the Message-ID can tell."""
    monkeypatch.setattr("records.engine.database._WAIT_SECONDS", 0.05)
    held: list[Any] = []

    class Locking(Memory):
        def transmit(self, post: Any) -> Any:
            yield from super().transmit(post)
            if not held:
                held.append(holding(world))

    engine, mail = connect(world), Locking()
    with pytest.raises(Busy):
        deliver_once(engine, mail)
    held[0].rollback()
    held[0].close()
    drain(engine, mail)
    names = [post.message_id for post in mail.posts]
    assert len(names) == len(set(names)) + 1
    assert problems(engine) == []
    engine.dispose()


def test_somebody_who_reads_for_long_holds_up_nobody(copies: Copies) -> None:
    wanted, url = expected(copies), copies()
    engine, reader = connect(url), connect(url)
    with reading(reader) as connection:
        connection.exec_driver_sql("SELECT count(*) FROM facts").scalar()
        for _ in range(20):
            sweep_in_chunks(engine)
    assert left_behind(engine) == wanted
    if url.startswith("sqlite"):
        wal = Path(f"{make_url(url).database}-wal")
        assert wal.stat().st_size < 8 * 1024 * 1024
    reader.dispose()
    engine.dispose()


@SQLITE
@pytest.mark.parametrize("chunks", [1, 3, 5])
def test_a_copy_taken_during_a_sweep_lives_on(copies: Copies, tmp_path: Path, chunks: int) -> None:
    wanted, url = expected(copies), copies()
    copy, engine, rests = tmp_path / "backup.sqlite", connect(url), iter(range(1, 1000))

    def backup(_: float) -> None:
        if next(rests) == chunks:
            source = sqlite3.connect(str(make_url(url).database))
            with closing(source), closing(sqlite3.connect(copy)) as target:
                source.backup(target)

    from config.policies import policy_of
    from records.sweep.sweep import sweep

    sweep(engine, policy_of, NOW, chunk=1, pause=backup)
    engine.dispose()

    restored = connect(f"sqlite:///{copy}")
    assert problems(restored) == []
    sweep_in_chunks(restored)
    assert left_behind(restored) == wanted
    assert problems(restored, NOW) == []
    restored.dispose()
