"""Migrations: there and back, twice without harm, and two at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, insert, inspect

from records import migrate
from records.engine.database import connect, writing
from records.engine.schema_revision import VERSION_TABLE
from records.schema.base import Base
from records.schema.core import PROGRAMMES
from tests.records.test_database import ROW


def tables(url: str) -> set[str]:
    engine = connect(url)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_a_new_database_has_no_revision(database_url: str) -> None:
    assert migrate.current(database_url) is None


def test_upgrading_twice_is_upgrading_once(database_url: str) -> None:
    for _ in range(2):
        migrate.upgrade(database_url)
        assert migrate.current(database_url) == migrate.head()
    assert tables(database_url) >= {*Base.metadata.tables, VERSION_TABLE}


def test_two_upgrades_at_once_make_the_tables_once(database_url: str) -> None:
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(migrate.upgrade, [database_url] * 2))
    assert migrate.current(database_url) == migrate.head()


def test_down_takes_everything_back_and_up_makes_it_again(migrated_url: str) -> None:
    migrate.downgrade(migrated_url, "base")
    assert tables(migrated_url) == {VERSION_TABLE}
    assert migrate.current(migrated_url) is None
    migrate.upgrade(migrated_url)
    assert migrate.current(migrated_url) == migrate.head()


def test_the_program_names_its_newest_migration() -> None:
    assert migrate.scripts().get_current_head() == migrate.head()


REVISIONS = [script.revision for script in migrate.scripts().walk_revisions()]


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_step_of_the_way_can_be_taken(database_url: str, revision: str) -> None:
    migrate.upgrade(database_url, revision)
    assert migrate.current(database_url) == revision
    migrate.upgrade(database_url)
    migrate.downgrade(database_url, revision)
    assert migrate.current(database_url) == revision


def test_upgrading_keeps_what_is_there(engine: Engine, migrated_url: str) -> None:
    with writing(engine) as connection:
        connection.execute(insert(PROGRAMMES), ROW)
    migrate.downgrade(migrated_url, "0001")
    migrate.upgrade(migrated_url)
    with writing(engine) as connection:
        assert connection.scalar(PROGRAMMES.select()) == "p"
