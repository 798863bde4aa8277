"""A copy taken while a sweep runs can be put in place, verifies, and carries on without saying anything twice."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import column, event, func, select, table, text, update
from typer.testing import CliRunner, Result

from cli.main import app
from config.clock import utc_now
from config.settings import load_settings
from flows.machine.site import MachineSite
from notifications.channels.channels import Memory
from records import migrate
from records.engine.database import connect, reading, writing
from records.engine.schema_revision import VERSION_TABLE
from records.journal import journal
from records.run_history import record_idle
from services.backup.copies import forget_old
from services.backup.postgres_programs import plain_address
from services.house import House, open_house
from tests import postgres
from tests.conftest import lend
from tests.json_contract import problems
from tests.operations.companies import DUE, found_companies, outcome, room

pytestmark = pytest.mark.slow

COMMITS = 6  # of a sweep in steps of one duty, after which the copy is taken


@dataclass
class Records:
    """The records of a running house, and an empty place for its copy."""

    url: str
    empty: str


@pytest.fixture
def records(
    database_kind: str,
    migrated_url: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Records]:
    monkeypatch.setenv("WEERKLANK_PREFECT_HOME", str(tmp_path / "prefect"))
    if database_kind == "sqlite":
        yield Records(migrated_url, f"sqlite:///{tmp_path / 'restored' / 'weerklank.db'}")
        return
    monkeypatch.setenv("PATH", str(postgres.find_programs()), prepend=":")
    for empty in lend(request.getfixturevalue("postgres_server"), "template0"):
        yield Records(migrated_url, empty)


def weerklank(url: str, *words: str) -> Result:
    """Run a command on the records at *url*."""
    said = CliRunner().invoke(app, list(words), env={"WEERKLANK_DATABASE_URL": url})
    assert "nobody foresaw" not in said.output
    if "--json" in words:
        assert problems(words, json.loads(said.stdout)) == []
    return said


def backed_up(url: str, folder: Path) -> Path:
    """Copy the records at *url* into *folder* by the command; the copy."""
    said = weerklank(url, "backup", str(folder), "--json")
    assert said.exit_code == 0, said.output
    return Path(json.loads(said.stdout)["copy"])


def restored(url: str, copy: Path, *words: str) -> dict[str, object]:
    """Put *copy* in place at *url* by the command; what it says."""
    said = weerklank(url, "restore", str(copy), "--json", *words)
    assert said.exit_code == 0, said.output
    done: dict[str, object] = json.loads(said.stdout)
    return done


def refused(url: str, copy: Path, *words: str) -> str:
    """Why *copy* is not put in place at *url*."""
    said = weerklank(url, "restore", str(copy), *words)
    assert said.exit_code == 1, said.output
    return " ".join(said.stderr.split())


def house_at(url: str, box: Memory) -> House:
    """The house of *url*, whose mail ends in *box*."""
    return open_house(load_settings(database_url=url), mailroom=room(box))


def found(url: str, number: int) -> None:
    """Let *number* companies live at *url*."""
    with house_at(url, Memory()) as house:
        found_companies(house, number)


def dialogues(url: str) -> int:
    """How many dialogues there are at *url*."""
    with house_at(url, Memory()) as house:
        assert journal.verify(house.engine) == []
        return len(house.ledger.dialogue_ids())


def copied_during(house: House, folder: Path) -> Path:
    """Let *house* sweep to its end, in steps of one duty, and give the copy that was taken on the way."""
    taken: list[Path] = []
    commits = count(1)

    def look(_connection: object) -> None:
        if next(commits) == COMMITS:
            taken.append(backed_up(house.settings.database_url, folder))

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
        copy = copied_during(house, tmp_path / "backup")
        house.deliver(DUE)
        wanted = outcome(house)

    done = restored(records.empty, copy)
    assert (done["dialogues"], done["verified"], done["kept"]) == (3, True, None)
    with house_at(records.empty, after) as house:
        assert journal.verify(house.engine) == []
        half = sum(outcome(house).values())
        assert len(early) < half < sum(wanted.values())

        house.sweep(DUE)
        house.deliver(DUE)

        assert outcome(house) == wanted
        assert journal.verify(house.engine) == []
        assert house.sweep(DUE).duties == house.deliver(DUE).handled == 0
    assert len(set(early) | set(ids(after))) == len(early) + len(ids(after))
    # What left after the copy leaves once more: the copy cannot know of it.
    assert set(early + ids(after)) == set(ids(before))


def kept_dialogues(url: str, kept: str) -> int:
    """How many dialogues there are in what was *kept* of the records at *url*."""
    if url.startswith("sqlite"):
        assert Path(kept).stat().st_mode & 0o077 == 0
        return dialogues(f"sqlite:///{kept}")
    engine = connect(url)
    with reading(engine) as connection:
        number = connection.scalar(
            select(func.count()).select_from(table("dialogues", schema=kept))
        )
    engine.dispose()
    return int(number or 0)


def test_what_is_there_is_kept_and_never_replaced_unasked(records: Records, tmp_path: Path) -> None:
    copy = backed_up(records.url, tmp_path / "backup")
    found(records.url, 1)

    assert "--replace" in refused(records.url, copy)
    assert dialogues(records.url) == 1

    kept = str(restored(records.url, copy, "--replace")["kept"])
    assert dialogues(records.url) == 0
    assert kept_dialogues(records.url, kept) == 1
    # A copy of what was put back holds nothing of what was kept, and can be put back in its turn.
    again = backed_up(records.url, tmp_path / "again")
    assert restored(records.empty, again)["dialogues"] == 0
    assert_private(records.url)


def assert_private(url: str) -> None:
    """Nobody else on the machine may read a file of records."""
    if url.startswith("sqlite"):
        assert Path(url.removeprefix("sqlite:///")).stat().st_mode & 0o077 == 0


def test_nothing_is_put_back_under_somebody_who_uses_it(records: Records, tmp_path: Path) -> None:
    copy = backed_up(records.url, tmp_path / "backup")
    with house_at(records.url, Memory()) as house, reading(house.engine) as somebody:
        somebody.execute(text("SELECT 1"))

        assert "open" in refused(records.url, copy, "--replace")
        assert "open" in refused(records.url, copy, "--replace", "--stopped")
    assert restored(records.url, copy, "--replace")["kept"]


def test_nothing_is_put_back_under_weerklank_up(records: Records, tmp_path: Path) -> None:
    copy = backed_up(records.url, tmp_path / "backup")
    site = MachineSite(load_settings(database_url=records.url))
    with site.alone(lambda _: None):
        assert "'weerklank up' runs" in refused(records.url, copy, "--replace")
    assert restored(records.url, copy, "--replace")["kept"]


def test_a_sweep_of_just_now_is_told_or_stands_in_the_way(
    records: Records, database_kind: str, tmp_path: Path
) -> None:
    copy = backed_up(records.url, tmp_path / "backup")
    engine = connect(records.url)
    record_idle(engine, utc_now())
    engine.dispose()

    if database_kind == "postgresql":
        # A worker of another machine holds no session between its rounds.
        assert "workers may do so again" in refused(records.url, copy, "--replace")
    assert restored(records.url, copy, "--replace", "--stopped")["swept"]


def tamper(url: str) -> None:
    """Change a fact behind the back of the house."""
    engine = connect(url)
    with writing(engine) as connection:
        if engine.dialect.name == "sqlite":
            found = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for name in connection.scalars(found).all():
                connection.execute(text(f'DROP TRIGGER "{name}"'))
        else:
            connection.execute(text("ALTER TABLE facts DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE facts SET actor = 'nobody' WHERE seq = 2"))
    engine.dispose()


def test_a_copy_whose_journal_was_changed_is_not_made(migrated_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "weerklank.db"
    file.write_bytes(migrated_file.read_bytes())
    url = f"sqlite:///{file}"
    found(url, 1)
    tamper(url)
    said = weerklank(url, "backup", str(tmp_path / "backup"))

    assert said.exit_code == 1
    assert "The journal of 1 dialogues is broken" in said.stderr
    assert list((tmp_path / "backup").iterdir()) == []


def test_nor_is_one_put_back(records: Records, tmp_path: Path) -> None:
    found(records.url, 1)
    tamper(records.url)
    if records.url.startswith("sqlite"):
        copy = tmp_path / "changed.db"
        copy.write_bytes(Path(records.url.removeprefix("sqlite:///")).read_bytes())
    else:
        copy = backed_up(records.url, tmp_path / "backup")  # of which only a restore knows

    assert "the journal is broken" in refused(records.empty, copy)
    assert "the journal is broken" in refused(records.url, copy, "--replace")
    with house_at(records.url, Memory()) as house:
        assert len(house.ledger.dialogue_ids()) == 1
        assert len(journal.verify(house.engine)) == 1
    if records.url.startswith("sqlite"):
        assert not Path(records.empty.removeprefix("sqlite:///")).exists()
    else:
        assert migrate.current(records.empty) is None


def mark_tables(url: str, revision: str) -> None:
    """Let the tables at *url* say that they are of *revision*."""
    engine = connect(url)
    with writing(engine) as connection:
        connection.execute(
            update(table(VERSION_TABLE, column("version_num"))).values(version_num=revision)
        )
    engine.dispose()


def test_the_tables_of_a_copy_may_be_older_but_not_newer(records: Records, tmp_path: Path) -> None:
    found(records.url, 1)
    mark_tables(records.url, "9999")
    newer = backed_up(records.url, tmp_path / "newer")
    assert "install the version" in refused(records.empty, newer)

    mark_tables(records.url, migrate.head())
    migrate.downgrade(records.url, "-1")
    older = backed_up(records.url, tmp_path / "older")
    done = restored(records.empty, older)

    assert done["outdated"]
    assert "weerklank db upgrade" in str(done["next"])
    assert weerklank(records.empty, "db", "upgrade").exit_code == 0
    assert dialogues(records.empty) == 1


@pytest.mark.parametrize("content", [b"", b"words" * 100, b"SQLite format 3\0" + b"x" * 5000])
def test_what_is_no_copy_is_refused(migrated_file: Path, tmp_path: Path, content: bytes) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(content)
    target = tmp_path / "weerklank.db"

    assert "copy.db" in refused(f"sqlite:///{target}", copy) or content.startswith(b"SQLite")
    assert not target.exists()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["copy.db"]


def test_a_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "other.db"
    with closing(sqlite3.connect(copy)) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
        other.commit()

    assert "no records of Weerklank" in refused(f"sqlite:///{tmp_path / 'w.db'}", copy)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["other.db"]
    assert "cannot be read" in refused(f"sqlite:///{tmp_path / 'w.db'}", tmp_path / "none.db")
    assert "PostgreSQL" not in refused(f"sqlite:///{copy}", copy)


def test_a_copy_of_the_other_database_is_refused(tmp_path: Path, migrated_file: Path) -> None:
    dump = tmp_path / "x.dump"
    dump.write_bytes(b"PGDMP" + bytes(20))

    assert "is of PostgreSQL" in refused(f"sqlite:///{tmp_path / 'w.db'}", dump)
    elsewhere = "postgresql+psycopg://nobody@127.0.0.1:9/x"
    assert "is a file of SQLite" in refused(elsewhere, migrated_file)


def test_what_a_killed_house_left_beside_its_file_is_kept_with_it(
    migrated_file: Path, tmp_path: Path
) -> None:
    """Also where the file itself is damaged, or gone: a WAL of before must never meet the file of a copy."""
    target = tmp_path / "weerklank.db"
    for number, left in enumerate([b"no database" * 500, None]):
        target.unlink(missing_ok=True)
        if left:
            target.write_bytes(left)
        for end in ("-wal", "-shm"):
            target.with_name(f"weerklank.db{end}").write_bytes(b"left")
        with pytest.MonkeyPatch.context() as clock:
            moment = datetime(2027, 1, 1 + number, tzinfo=UTC)
            clock.setattr("cli.commands.restore.utc_now", lambda moment=moment: moment)
            done = restored(f"sqlite:///{target}", migrated_file, "--replace")

        kept = tmp_path / f"weerklank.db.before-2027010{1 + number}T000000Z"
        assert kept.exists() == bool(left)
        assert (str(kept) if left else None) == done["kept"]
        assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"left"
        assert not target.with_name("weerklank.db-wal").exists()
        assert dialogues(f"sqlite:///{target}") == 0


def test_records_that_are_not_there_are_told(tmp_path: Path) -> None:
    said = weerklank(f"sqlite:///{tmp_path / 'none.db'}", "backup", str(tmp_path / "backup"))

    assert said.exit_code == 1
    assert "cannot be opened" in said.stderr
    assert list((tmp_path / "backup").iterdir()) == []


def test_the_newest_copies_stay(tmp_path: Path) -> None:
    for day in ("20260101", "20260102", "20260103"):
        (tmp_path / f"weerklank-{day}T033000Z.db").touch()
    (tmp_path / "something-else.db").touch()
    forget_old(tmp_path, 2)

    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "something-else.db",
        "weerklank-20260102T033000Z.db",
        "weerklank-20260103T033000Z.db",
    ]


def test_only_who_says_how_many_loses_copies(migrated_file: Path, tmp_path: Path) -> None:
    url, folder = f"sqlite:///{migrated_file}", tmp_path / "backup"
    folder.mkdir()
    old = folder / "weerklank-20260101T033000Z.db"
    old.touch()
    backed_up(url, folder)

    assert old.exists()
    made = max(folder.glob("*.db"))
    made.rename(folder / "weerklank-20260102T033000Z.db")
    (folder / "weerklank-20260101T033000Z.db.sha256").touch()
    assert weerklank(url, "backup", str(folder), "--keep", "2").exit_code == 0
    assert not old.exists()
    assert len(list(folder.glob("*.db"))) == 2
    assert not old.with_name(f"{old.name}.sha256").exists()
    assert weerklank(url, "backup", str(folder), "--keep", "0").exit_code == 2


def test_a_password_is_kept_out_of_the_process_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql+psycopg://weerklank:p%40ss@db.intern:5433/records"
    address, secret = plain_address(url)
    assert address == "postgresql://weerklank@db.intern:5433/records"
    assert secret == {"PGPASSWORD": "p@ss"}

    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "$@ / $PGPASSWORD" >&2\nexit 1\n', encoding="ascii")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    said = weerklank(url, "backup", str(tmp_path / "backup"))
    options, _, password = said.stderr.partition(" / ")

    assert "weerklank@db.intern" in options
    assert "p@ss" not in options
    assert password.startswith("p@ss")
