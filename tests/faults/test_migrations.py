"""From every earlier revision, with data in it, up; and down where nothing is lost by it (catalogue 23)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from config.settings import load_settings
from notifications.channels.channels import Memory
from records import migrate
from records.engine.database import connect
from records.engine.errors import SchemaNewer, SchemaOutdated
from records.engine.schema_revision import VERSION_TABLE
from services.house import open_house
from tests.faults.checker import problems
from tests.faults.conftest import NOW
from tests.faults.works import STEPS, drain, left_behind, sweep_in_chunks

REVISIONS = [script.revision for script in reversed(list(migrate.scripts().walk_revisions()))]
Copies = Callable[[], str]


Content = dict[str, list[dict[str, Any]]]


def content(url: str) -> Content:
    """Every row of every table of *url*."""
    engine = connect(url)
    try:
        with engine.connect() as connection:
            from sqlalchemy import inspect

            names = inspect(connection).get_table_names()
            return {
                name: [
                    dict(row)
                    for row in connection.execute(text(f'SELECT * FROM "{name}"')).mappings()  # noqa: S608
                ]
                for name in names
            }
    finally:
        engine.dispose()


def as_then(now: Content, then: Content) -> dict[str, list[str]]:
    """What *now* holds of the tables and columns that there were *then*."""
    tables = set(then) - {VERSION_TABLE}
    columns = {name: set(then[name][0]) if then[name] else set() for name in tables}
    return {
        name: sorted(str([row[key] for key in sorted(columns[name])]) for row in now[name])
        for name in tables
    }


@pytest.mark.parametrize("revision", REVISIONS)
def test_what_an_earlier_version_kept_is_there_after_the_upgrade(
    copies: Copies, revision: str
) -> None:
    """A world that goes down to *revision* keeps the columns that it had then, row for row, and comes up again."""
    url = copies()
    before = content(url)
    migrate.downgrade(url, revision)
    earlier = content(url)
    migrate.upgrade(url)
    after = content(url)

    kept = as_then(before, earlier)
    assert kept
    assert as_then(after, earlier) == kept
    assert migrate.current(url) == migrate.head()


@pytest.mark.parametrize("revision", [r for r in REVISIONS if r >= "0004"])
def test_open_dialogues_live_on_after_the_upgrade(copies: Copies, revision: str) -> None:
    """Every revision that had duties, journal and outbox: the engine goes on as if nothing had been."""
    wanted = connect(copies())
    sweep_in_chunks(wanted)
    expected = left_behind(wanted)
    wanted.dispose()

    url = copies()
    migrate.downgrade(url, revision)
    migrate.upgrade(url)
    engine = connect(url)
    assert problems(engine) == []
    sweep_in_chunks(engine)
    assert left_behind(engine) == expected
    drain(engine, Memory())
    assert STEPS[2].take(engine)
    assert problems(engine, NOW) == []
    engine.dispose()


def test_a_sweep_during_an_upgrade_waits_or_says_what_to_do(copies: Copies) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from records.engine.errors import RecordsError

    url = copies()
    migrate.downgrade(url, "0005")
    engine = connect(url)
    with ThreadPoolExecutor(2) as threads:
        up = threads.submit(migrate.upgrade, url)
        swept = threads.submit(sweep_in_chunks, engine)
        up.result()
        try:
            swept.result()
        except RecordsError as error:
            assert error.advice  # noqa: PT017 - either is well
    sweep_in_chunks(engine)
    assert problems(engine, NOW) == []
    engine.dispose()


def test_a_newer_database_is_refused_by_name(copies: Copies) -> None:
    """By whoever would upgrade it, and by whoever would work on it without knowing what it asks."""
    url = copies()
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE weerklank_version SET version_num = '9999'"))
    engine.dispose()
    before = content(url)
    with pytest.raises(SchemaNewer, match=r"stand at 9999.* install the version"):
        migrate.upgrade(url)
    with pytest.raises(SchemaNewer, match="9999"):
        open_house(load_settings(database_url=url))
    assert content(url) == before


def test_an_older_database_is_left_alone_until_it_is_upgraded(copies: Copies) -> None:
    url = copies()
    migrate.downgrade(url, "-1")
    with pytest.raises(SchemaOutdated, match="weerklank db upgrade"):
        open_house(load_settings(database_url=url))
    migrate.upgrade(url)
    open_house(load_settings(database_url=url)).close()
