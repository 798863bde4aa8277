"""The tables are brought up to date while the engine runs: in between two batches of a sweep."""

from collections.abc import Iterator
from itertools import count

import pytest
from sqlalchemy import event

from config.settings import load_settings
from notifications.channels.channels import Memory
from records import migrate
from records.journal import journal
from services.house import House, open_house
from tests.operations.companies import DUE, found_companies, outcome, room

TURN = 8  # of a connection of the running sweep, at which the upgrade comes


@pytest.fixture
def house(migrated_url: str) -> Iterator[House]:
    with open_house(load_settings(database_url=migrated_url), mailroom=room(Memory())) as made:
        found_companies(made, 2)
        yield made


def test_the_newest_migration_comes_in_mid_sweep(house: House, migrated_url: str) -> None:
    turns, came = count(1), []

    def between(_raw: object, _record: object) -> None:
        if next(turns) == TURN:
            migrate.upgrade(migrated_url)
            came.append(sum(outcome(house).values()))

    migrate.downgrade(migrated_url, "-1")
    assert migrate.current(migrated_url) != migrate.head()
    event.listen(house.engine, "checkin", between)
    house.sweep(DUE, chunk=1, pause_seconds=0)
    event.remove(house.engine, "checkin", between)

    assert migrate.current(migrated_url) == migrate.head()
    assert came
    assert came[0] < sum(outcome(house).values())
    assert journal.verify(house.engine) == []
    assert house.sweep(DUE).duties == 0
