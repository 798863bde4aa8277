"""Connecting: what is refused, what waits for whom, and what the errors advise."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text

from records.engine import database
from records.engine.database import connect, reading, writing
from records.engine.errors import (
    Busy,
    DatabaseDamaged,
    DatabaseUnavailable,
    RecordsError,
    SchemaOutdated,
)
from records.schema.core import PROGRAMMES
from tests.records.conftest import START

ROW: dict[str, Any] = {
    "id": "p", "document": "{}", "revision": 1, "opens_at": START, "applied_at": START,
    "time_zone": "UTC",
}  # fmt: skip


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, migrated_url: str) -> Iterator[Engine]:
    """Connect to the same database with a connection that waits for nobody."""
    monkeypatch.setattr(database, "_WAIT_SECONDS", 0)
    engine = connect(migrated_url)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("mysql://host/db", "'mysql' is not a kind of database"),
        ("what is this", "no database address"),
        ("sqlite://", "in memory is lost"),
        ("sqlite:///:memory:", "in memory is lost"),
    ],
)
def test_another_kind_of_database_is_refused_with_advice(url: str, what: str) -> None:
    with pytest.raises(DatabaseUnavailable, match=re.escape(what)) as refused:
        connect(url)
    assert "sqlite:///path/to/file.db" in str(refused.value)


def test_a_password_is_never_in_the_error() -> None:
    engine = connect("postgresql://weerklank:hunter2@127.0.0.1:9/none")
    with pytest.raises(DatabaseUnavailable) as refused, reading(engine):
        pass
    assert "hunter2" not in str(refused.value)
    assert "WEERKLANK_DATABASE_URL" in str(refused.value)


def test_a_folder_is_no_database_file(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}")
    with pytest.raises(DatabaseUnavailable, match="cannot be opened"), reading(engine):
        pass


def test_a_text_is_no_database_file(tmp_path: Path) -> None:
    file = tmp_path / "weerklank.sqlite"
    file.write_text("Dear diary, " * 1000)
    engine = connect(f"sqlite:///{file}")
    with pytest.raises(DatabaseUnavailable, match="not a database"), reading(engine):
        pass


def test_a_damaged_file_asks_for_a_copy(migrated_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "weerklank.sqlite"
    file.write_bytes(migrated_file.read_bytes()[:20_000])
    engine = connect(f"sqlite:///{file}")
    with pytest.raises(DatabaseDamaged, match=r"damaged\. Keep it"), reading(engine) as connection:
        connection.execute(select(PROGRAMMES))
    engine.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize(
    ("setting", "statement", "kind", "what"),
    [
        ("transaction_read_only = on", "DELETE FROM sweeps", DatabaseUnavailable, "only be read"),
        ("ROLE pg_read_all_data", "DELETE FROM sweeps", DatabaseUnavailable, "this user"),
        ("statement_timeout = '1ms'", "SELECT pg_sleep(5)", Busy, "took too long"),
    ],
)
def test_what_postgresql_does_not_let_us_do_is_said(
    engine: Engine, setting: str, statement: str, kind: type[RecordsError], what: str
) -> None:
    with pytest.raises(kind, match=what), writing(engine) as connection:  # noqa: PT012 - the block is what fails
        connection.execute(text(f"SET LOCAL {setting}"))
        connection.execute(text(statement))


def test_missing_tables_ask_for_the_upgrade(database_url: str) -> None:
    engine = connect(database_url)
    with pytest.raises(SchemaOutdated, match="weerklank db upgrade"), reading(engine) as connection:
        connection.execute(select(PROGRAMMES.c.id))
    engine.dispose()


def test_sqlite_is_durable_and_keeps_its_promises(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'new' / 'weerklank.sqlite'}")
    with reading(engine) as connection:
        asked = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert asked == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 10_000,
    }
    engine.dispose()


def test_reading_goes_on_while_somebody_writes(engine: Engine, impatient: Engine) -> None:
    with writing(engine) as writer:
        writer.execute(insert(PROGRAMMES), ROW)
        with reading(impatient) as reader:
            assert reader.execute(select(PROGRAMMES.c.id)).all() == []
    with reading(impatient) as reader:
        assert reader.scalar(select(PROGRAMMES.c.id)) == "p"


def test_reading_sees_one_moment(engine: Engine, impatient: Engine) -> None:
    with reading(engine) as reader:
        assert reader.execute(select(PROGRAMMES.c.id)).all() == []
        with writing(impatient) as writer:
            writer.execute(insert(PROGRAMMES), ROW)
        assert reader.execute(select(PROGRAMMES.c.id)).all() == []


def test_an_error_undoes_the_whole_transaction(engine: Engine) -> None:
    with pytest.raises(MemoryError), writing(engine) as connection:  # noqa: PT012 - the block is what fails
        connection.execute(insert(PROGRAMMES), ROW)
        raise MemoryError
    with reading(engine) as connection:
        assert connection.execute(select(PROGRAMMES.c.id)).all() == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_two_who_write_wait_and_then_hear_that_it_is_busy(
    engine: Engine, impatient: Engine
) -> None:
    with writing(engine), pytest.raises(Busy, match="try again in a moment"), writing(impatient):
        pass
    with writing(impatient):
        pass


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_one_after_the_other_uses_the_connection_that_is_still_warm(engine: Engine) -> None:
    def used() -> object:
        with writing(engine) as connection:
            return connection.connection.driver_connection

    with reading(engine), reading(engine):
        pass
    assert used() is used()


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_locked_row_is_waited_for_and_then_it_is_busy(engine: Engine, migrated_url: str) -> None:
    with writing(engine) as connection:
        connection.execute(insert(PROGRAMMES), ROW)
    other = connect(migrated_url)
    locked = select(PROGRAMMES.c.id).with_for_update()
    with writing(engine) as connection:
        connection.execute(locked)
        with writing(other) as waiting:
            waiting.execute(text("SET LOCAL lock_timeout = '1ms'"))
            with pytest.raises(Busy, match="same dialogue"):
                waiting.execute(locked)
    other.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_server_that_ends_the_connection_is_reached_again(engine: Engine) -> None:
    with pytest.raises(DatabaseUnavailable), reading(engine) as connection:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def test_whoever_opens_a_new_file_waits_for_those_who_do_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite itself waits for nobody when a file gets its write-ahead log."""
    file = tmp_path / "new.db"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("CREATE TABLE something (one)")
    other.execute("BEGIN")
    other.execute("INSERT INTO something VALUES (1)")
    monkeypatch.setattr(database, "sleep", lambda _: other.execute("COMMIT"))

    engine = connect(f"sqlite:///{file}")
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
    engine.dispose()
    other.close()
