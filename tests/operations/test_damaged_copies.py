"""A copy that is not what was copied is never put in place, and whoever is refused reads that nothing was changed."""

import multiprocessing
import os
import resource
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from config.settings import load_settings
from records import migrate
from records.engine.database import explain
from services.backup.copies import make_copy
from services.backup.errors import CopyUnfit
from services.backup.machine_lock import UP_LOCK, hold_folder, hold_machine
from services.backup.sqlite_file import copy_pages, open_source
from tests.faults import worker
from tests.operations.test_backup import backed_up, found, refused, restored, weerklank

pytestmark = pytest.mark.slow
NOW = datetime(2027, 1, 1, 3, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def whole(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the records of one company."""
    folder = tmp_path_factory.mktemp("whole")
    file = folder / "weerklank.db"
    file.write_bytes(migrated_file.read_bytes())
    found(f"sqlite:///{file}", 1)
    return backed_up(f"sqlite:///{file}", folder / "backup")


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """The same, to be damaged."""
    mine = tmp_path / "backup" / whole.name
    mine.parent.mkdir()
    mine.write_bytes(whole.read_bytes())
    sum_of(mine).write_bytes(sum_of(whole).read_bytes())
    return mine


@pytest.fixture
def place(tmp_path: Path) -> Iterator[str]:
    """Where a copy may be put; nothing is left there by a restore that was refused."""
    file = tmp_path / "place" / "weerklank.db"
    file.parent.mkdir()
    yield f"sqlite:///{file}"
    assert list(file.parent.iterdir()) == []


def sum_of(copy: Path) -> Path:
    """Where the checksum of *copy* lies."""
    return copy.with_name(f"{copy.name}.sha256")


def change(copy: Path, statement: str) -> None:
    """Change *copy* by one *statement*, past all protections."""
    with closing(sqlite3.connect(copy)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in names.fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        assert connection.execute(statement).rowcount
        connection.commit()


def assert_refused(url: str, copy: Path, sign: str) -> None:
    """*copy* is not put at *url*, because of what *sign* says, and nothing was changed is said last."""
    said = refused(url, copy)
    assert sign in said
    assert said.endswith("Nothing was changed.")
    assert "Copies that were made" not in said


def test_a_copy_has_a_checksum_that_other_tools_read(copy: Path, tmp_path: Path) -> None:
    subprocess.run(["sha256sum", "--check", sum_of(copy)], cwd=copy.parent, check=True)
    assert sum_of(copy).stat().st_size == 64 + 2 + len(copy.name) + 1
    assert restored(f"sqlite:///{tmp_path / 'w.db'}", copy)["checksum"] is True


def test_a_copy_without_one_is_put_back_and_that_is_said(copy: Path, tmp_path: Path) -> None:
    sum_of(copy).unlink()
    said = weerklank(f"sqlite:///{tmp_path / 'w.db'}", "restore", str(copy))
    assert said.exit_code == 0
    assert f"No {copy.name}.sha256 lies beside it" in said.stderr
    assert restored(f"sqlite:///{tmp_path / 'v.db'}", copy)["checksum"] is False


def test_an_address_that_was_changed_is_seen_by_the_checksum(copy: Path, place: str) -> None:
    change(copy, "UPDATE stakeholders SET email = 'other@example.com'")
    assert_refused(place, copy, "its checksum differs")
    sum_of(copy).write_text("soup\n", encoding="ascii")
    assert_refused(place, copy, "holds no checksum")


@pytest.mark.parametrize(
    ("statement", "sign"),
    [
        ("UPDATE contributions SET text = text || '!'", "witness: commitment"),
        ("UPDATE duties SET due = substr(due, 1, 3) || 9 || substr(due, 5)", "witness: "),
        ("UPDATE facts SET actor = 'nobody' WHERE seq = 2", "the journal is broken"),
        (
            "ALTER TABLE programmes RENAME COLUMN paused_by TO paused_my",
            "it lacks programmes.paused_by",
        ),
    ],
)
def test_without_a_checksum_the_journal_and_the_tables_are_held_against_what_they_should_be(
    copy: Path, place: str, statement: str, sign: str
) -> None:
    sum_of(copy).unlink()
    change(copy, statement)
    assert_refused(place, copy, sign)


def test_as_it_was_made_a_copy_of_a_house_that_differs_is_put_back(
    copy: Path, tmp_path: Path
) -> None:
    change(copy, "UPDATE contributions SET text = text || '!' WHERE id = 'c1'")
    digest = sha256(copy.read_bytes()).hexdigest()
    sum_of(copy).write_text(f"{digest}  {copy.name}\n", encoding="ascii")
    said = weerklank(f"sqlite:///{tmp_path / 'w.db'}", "restore", str(copy))
    assert said.exit_code == 0
    assert "1 place its rows differ from its journal" in said.stderr
    told = restored(f"sqlite:///{tmp_path / 'v.db'}", copy)
    assert (told["verified"], told["differences"]) == (False, 1)
    assert "weerklank journal verify" in str(told["next"])


@pytest.mark.parametrize("offset", [100, 4096, 8192])
def test_pages_that_were_overwritten_are_damage_of_the_copy(
    copy: Path, place: str, offset: int
) -> None:
    sum_of(copy).unlink()
    with copy.open("r+b") as file:
        file.seek(offset)
        file.write(b"X" * 16)
    assert_refused(place, copy, f"{copy} is damaged")


def test_only_a_file_is_read(place: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "place"):
        assert_refused(place, tmp_path / name, "is no file that")


@pytest.mark.parametrize("shared", ["place", "prefect"])
def test_of_two_restores_one_reads_that_another_is_at_work(
    copy: Path, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared: str
) -> None:
    """Also where `weerklank up` ran before: the other one holds its files then."""
    home = tmp_path / "prefect"
    home.mkdir()
    (home / UP_LOCK).touch()
    monkeypatch.setenv("WEERKLANK_PREFECT_HOME", str(home))
    other = load_settings() if shared == "prefect" else None
    with hold_machine(other) if other else hold_folder(tmp_path / "place"):
        assert_refused(place, copy, "Another restore is at work")


def test_the_folder_of_the_records_may_be_that_of_prefect(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEERKLANK_PREFECT_HOME", str(tmp_path))
    assert restored(f"sqlite:///{tmp_path / 'w.db'}", copy)["checksum"]


def test_a_folder_that_lets_nobody_write_is_named(
    copy: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deny(file: Path, **_: object) -> None:
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr(Path, "touch", deny)
    assert_refused(place, copy, "weerklank.db.restored: Permission denied.")


def test_two_copies_within_a_second_are_two(migrated_file: Path, tmp_path: Path) -> None:
    names = [make_copy(f"sqlite:///{migrated_file}", tmp_path, NOW).name for _ in range(2)]
    assert names == ["weerklank-20270101T033000Z.db", "weerklank-20270101T033001Z.db"]
    assert len(list(tmp_path.iterdir())) == 4


def test_a_copy_for_which_there_is_no_room_leaves_nothing(
    migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("services.backup.copies.write_checksum", fill)
    with pytest.raises(CopyUnfit, match=r"the disk of .* is full"):
        make_copy(f"sqlite:///{migrated_file}", tmp_path, NOW)
    assert list(tmp_path.iterdir()) == []


def _read_in_no_room(file: Path) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    with closing(sqlite3.connect(file)) as running:
        try:
            running.execute("SELECT 1 FROM sqlite_master")
        except sqlite3.OperationalError as error:
            assert "The disk is full." in str(explain(error))  # noqa: PT017 - in a process of its own
        else:
            raise SystemExit(4)
    with closing(open_source(file)) as running:
        (found,) = running.execute("SELECT count(*) FROM programmes").fetchone()
    raise SystemExit(7 if found == 0 else 5)


def test_records_on_a_full_disk_are_read_and_what_is_full_is_said(
    migrated_file: Path, tmp_path: Path
) -> None:
    """RLIMIT_FSIZE: the system refuses SQLite what its readers share."""
    file = tmp_path / "weerklank.db"
    file.write_bytes(migrated_file.read_bytes())
    process = multiprocessing.get_context("forkserver").Process(
        target=_read_in_no_room, args=(file,)
    )
    process.start()
    assert worker.ended(process) == 7


def test_what_waits_in_the_wal_of_a_killed_house_is_copied_alone_too(
    migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, target = tmp_path / "weerklank.db", tmp_path / "copy.db"
    with closing(sqlite3.connect(migrated_file)) as house:
        house.execute("CREATE TABLE late (number)")
        for end in ("", "-wal"):
            there = migrated_file.with_name(migrated_file.name + end)
            file.with_name(file.name + end).write_bytes(there.read_bytes())
        house.execute("DROP TABLE late")
    monkeypatch.setattr("services.backup.sqlite_file.SHM_FULL", sqlite3.SQLITE_CANTOPEN)
    file.with_name(f"{file.name}-shm").mkdir()  # cannot be opened
    copy_pages(file, target)
    with closing(sqlite3.connect(target)) as copied:
        assert copied.execute("SELECT count(*) FROM late").fetchone() == (0,)


def test_what_a_version_should_have_is_what_its_migrations_make() -> None:
    assert "paused_by" in migrate.columns_at(migrate.head())["programmes"]
    assert "paused_by" not in migrate.columns_at("0019")["programmes"]
