"""A copy taken while a sweep runs can be put in place, verifies, and carries on without saying anything twice."""

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import event

from config.settings import load_settings
from deploy.backup import CopyUnfit, copy, forget, plain
from notifications.channels.channels import Memory
from records.journal import journal
from services.house import House, open_house
from tests import postgres
from tests.conftest import lend
from tests.operations.companies import DUE, found_companies, outcome, room

COMMITS = 6  # of a sweep in steps of one duty, after which the copy is taken


@dataclass
class Records:
    """The records of a running house, and how its copy is put in place."""

    url: str
    restore: Callable[[Path], str]


@pytest.fixture
def records(
    database_kind: str,
    migrated_url: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Records]:
    if database_kind == "sqlite":
        yield Records(migrated_url, lambda file: f"sqlite:///{file}")
        return
    programs = postgres.find_programs()
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    for empty in lend(request.getfixturevalue("postgres_server"), "template0"):
        yield Records(migrated_url, partial(pg_restore, url=empty))


def pg_restore(file: Path, url: str) -> str:
    """Fill the empty database at *url*, as docs/operations.md says; its address."""
    address, secret = plain(url)
    command = ["pg_restore", "--no-owner", "--exit-on-error", f"--dbname={address}", str(file)]
    subprocess.run(command, env={"PATH": str(postgres.find_programs()), **secret}, check=True)
    return url


def house_at(url: str, box: Memory) -> House:
    """The house of *url*, whose mail ends in *box*."""
    return open_house(load_settings(database_url=url), mailroom=room(box))


def copied_during(house: House, folder: Path) -> Path:
    """Let *house* sweep to its end, in steps of one duty, and give the copy that was taken on the way."""
    taken: list[Path] = []
    commits = count(1)

    def look(_connection: object) -> None:
        if next(commits) == COMMITS:
            taken.append(copy(house.settings.database_url, folder, "weerklank-1"))

    event.listen(house.engine, "commit", look)
    house.sweep(DUE, chunk=1, pause_seconds=0)
    event.remove(house.engine, "commit", look)
    (made,) = taken
    return made


def ids(box: Memory) -> list[str]:
    """The Message-IDs of what arrived."""
    return [post.message_id for post in box.posts]


def test_a_copy_of_mid_sweep_carries_on(records: Records, tmp_path: Path) -> None:
    before, after = Memory(), Memory()
    with house_at(records.url, before) as house:
        found_companies(house, 3)
        house.deliver(DUE)
        early = ids(before)
        file = copied_during(house, tmp_path / "backup")
        house.deliver(DUE)
        wanted = outcome(house)

    with house_at(records.restore(file), after) as restored:
        assert journal.verify(restored.engine) == []
        half = sum(outcome(restored).values())
        assert len(early) < half < sum(wanted.values())

        restored.sweep(DUE)
        restored.deliver(DUE)

        assert outcome(restored) == wanted
        assert journal.verify(restored.engine) == []
        assert restored.sweep(DUE).duties == restored.deliver(DUE).handled == 0
    assert len(set(early) | set(ids(after))) == len(early) + len(ids(after))
    # What left after the copy leaves once more: the copy cannot know of it.
    assert set(early + ids(after)) == set(ids(before))


def test_a_copy_whose_journal_was_changed_is_refused(migrated_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "weerklank.db"
    file.write_bytes(migrated_file.read_bytes())
    with house_at(f"sqlite:///{file}", Memory()) as house:
        found_companies(house, 1)
    with closing(sqlite3.connect(file)) as broken:
        for (trigger,) in broken.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            broken.execute(f'DROP TRIGGER "{trigger}"')
        broken.execute("UPDATE facts SET actor = 'nobody' WHERE seq = 2")
        broken.commit()

    with pytest.raises(CopyUnfit, match="the journal of 1 dialogues is broken"):
        copy(f"sqlite:///{file}", tmp_path / "backup", "weerklank-1")
    assert list((tmp_path / "backup").iterdir()) == []


def test_records_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(CopyUnfit, match="unable to open"):
        copy(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "backup", "weerklank-1")


def test_the_newest_copies_stay(tmp_path: Path) -> None:
    for day in ("20260101", "20260102", "20260103"):
        (tmp_path / f"weerklank-{day}T033000Z.db").touch()
    (tmp_path / "something-else.db").touch()
    forget(tmp_path, 2)

    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "something-else.db",
        "weerklank-20260102T033000Z.db",
        "weerklank-20260103T033000Z.db",
    ]


def test_a_password_is_kept_out_of_the_process_list() -> None:
    address, secret = plain("postgresql+psycopg://weerklank:p%40ss@db.intern:5433/records")

    assert address == "postgresql://weerklank@db.intern:5433/records"
    assert secret == {"PGPASSWORD": "p@ss"}
