"""A small world with everything in it that time and mail act on, to be copied and then broken."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.policies import policy_of
from records.engine.database import connect
from records.ledger import Ledger
from states.model.vocabulary import Step
from tests import conftest, postgres
from tests.records.conftest import START, Memory, a_programme

NOW = datetime(2022, 9, 12, 8, tzinfo=UTC)
"""The Monday after the promised Thursday: debts lapsed, silence counts, and much is due at once."""
PARTS = {"aa": "gather", "bb": "speak", "cc": "sign"}

Copies = Callable[[], str]


def a_world(url: str) -> None:
    """Make one dialogue for each of PARTS in *url*; two invitations and an answer wait to be sent."""
    engine = connect(url)
    try:
        memory = Memory(url, engine, Ledger(engine, policy_of))
        for name, part in PARTS.items():
            memory.now = START
            memory.open(a_programme(name))
            getattr(memory, part)()
        memory.deliver()
        answer = {"covers": ["c2"], "text": "We will pay."}
        memory.act("answer-participant", answer)
        memory.ledger.act("aa-2022", Step.INVITE_ALL, {}, by="manager", now=START)
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def world_file(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the world once on SQLite, for every test to copy."""
    file = tmp_path_factory.mktemp("world") / "world.sqlite"
    shutil.copy(migrated_file, file)
    a_world(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture(scope="session")
def world_template(postgres_server: postgres.Server, migrated_template: str) -> str:
    """Make the world once on PostgreSQL, for every test to copy."""
    a_world(postgres_server.create("world", migrated_template))
    return "world"


@pytest.fixture
def copies(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Give a new copy of the world each time it is called, on each kind of database."""
    if database_kind == "sqlite":
        original = request.getfixturevalue("world_file")
        names = (tmp_path / f"{number}.sqlite" for number in range(10_000))
        yield lambda: f"sqlite:///{shutil.copy(original, next(names))}"
        return
    server, template = (
        request.getfixturevalue(name) for name in ("postgres_server", "world_template")
    )
    with ExitStack() as stack:

        def lent() -> str:
            lending = conftest.lend(server, template)
            stack.callback(next, lending, None)
            return next(lending)

        yield lent


@pytest.fixture
def world(copies: Copies) -> str:
    """Give the address of one copy of the world."""
    return copies()
