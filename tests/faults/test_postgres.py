"""PostgreSQL that is restarted, or cuts a connection, in the middle of a sweep (catalogue 5)."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import psycopg
import pytest

from notifications.channels.channels import Memory
from records.engine.database import connect
from records.engine.errors import RecordsError
from tests import postgres
from tests.conftest import missing
from tests.faults.checker import problems
from tests.faults.conftest import NOW, Copies
from tests.faults.fault_injection import Faults
from tests.faults.shaky import PASSWORD, TELL_SEQUENCES, Shaky, shaken
from tests.faults.works import drain, left_behind, sweep_in_chunks

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.parametrize("database_kind", ["postgresql"]),
]


@pytest.fixture(scope="module")
def shaky() -> Iterator[Shaky]:
    """Run a server that nobody else uses."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(shaken())
        except postgres.NoServer as error:
            missing(str(error))
        yield server


def test_a_server_that_is_restarted_in_mid_sweep_loses_nothing(
    shaky: Shaky, world: str, database_kind: str
) -> None:
    calm = connect(world)
    sweep_in_chunks(calm)
    expected = left_behind(calm)
    calm.dispose()
    chance, failures = random.Random(5), 0  # noqa: S311
    for number in range(4):
        engine = connect(shaky.copy(f"w{number}"))
        Faults(engine, shaky.crash, chance.randint(4, 15))
        with suppress(RecordsError):
            sweep_in_chunks(engine)
            failures -= 1
        failures += 1
        assert problems(engine) == []  # the same engine: a new connection without a hand
        sweep_in_chunks(engine)
        assert left_behind(engine) == expected
        assert problems(engine, NOW) == []
        drain(engine, mail := Memory())
        assert mail.posts
        engine.dispose()
    assert failures


def test_whoever_comes_after_a_restart_does_not_pay_for_a_dead_connection(
    shaky: Shaky, database_kind: str
) -> None:
    engine = connect(shaky.copy("idle"))
    before = left_behind(engine)
    shaky.crash()

    assert left_behind(engine) == before
    engine.dispose()


def test_a_copied_sequence_repeats_itself_after_a_crash_unless_it_is_told(
    shaky: Shaky, database_kind: str
) -> None:
    """
    Of PostgreSQL itself: a sequence logs 32 numbers ahead, and a copy made of it has that promise but not its log.

    If this ever fails because nothing is repeated, `Shaky.copy` and docs/reliability.md may forget it.
    """
    with psycopg.connect(shaky.plain("world"), autocommit=True) as connection:
        _next_notice(connection)
        while not _logged_ahead(connection):  # at the end of 32 numbers the copy would log its own
            _next_notice(connection)
    given: dict[str, list[int]] = {}
    for name, told in (("plain", False), ("told", True)):
        postgres.Server(shaky.port, PASSWORD).create(name, "world")
        with psycopg.connect(shaky.plain(name), autocommit=True) as connection:
            if told:
                connection.execute(TELL_SEQUENCES)
            given[name] = [_next_notice(connection)]
    shaky.crash()
    for name, numbers in given.items():
        with psycopg.connect(shaky.plain(name), autocommit=True) as connection:
            numbers.append(_next_notice(connection))

    assert given["plain"][1] <= given["plain"][0]
    assert given["told"][1] > given["told"][0]


def _next_notice(connection: psycopg.Connection[tuple[int]]) -> int:
    row = connection.execute("SELECT nextval('notices_id_seq')").fetchone()
    assert row is not None
    return row[0]


def _logged_ahead(connection: psycopg.Connection[tuple[int]]) -> bool:
    row = connection.execute("SELECT log_cnt FROM notices_id_seq").fetchone()
    assert row is not None
    return row[0] > 0


def test_connections_that_are_cut_anywhere_lose_nothing(copies: Copies, database_kind: str) -> None:
    """pg_terminate_backend of every connection of ours, at every fourth point of a sweep."""
    calm = connect(copies())
    sweep_in_chunks(calm)
    expected = left_behind(calm)
    calm.dispose()
    for at in range(1, 300, 4):
        url = copies()
        engine = connect(url)
        address = url.replace("postgresql+psycopg", "postgresql")

        def cut(address: str = address) -> None:
            with psycopg.connect(address, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

        faults = Faults(engine, cut, at)
        with suppress(RecordsError):
            sweep_in_chunks(engine)
        reached, faults.at = faults.count, 0
        sweep_in_chunks(engine)
        assert left_behind(engine) == expected, at
        assert problems(engine, NOW) == [], at
        engine.dispose()
        if reached < at:
            break
