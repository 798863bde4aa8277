"""Places at a mail server: never more than it may have, and free again when their holder ends."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import text

from records.engine.advisory_slots import place
from records.engine.database import connect
from records.engine.errors import RecordsError
from records.engine.pinned_connection import pin_connection
from tests.conftest import POSTGRESQL

SERVER = "mail.example:587"


@contextmanager
def asked(url: str, server: str = SERVER, most: int = 2) -> Iterator[bool]:
    """Ask for a place as a process of its own would."""
    engine = connect(url)
    with pin_connection(engine) as pinned, place(pinned, server, most) as free:
        yield free
    engine.dispose()


@pytest.mark.parametrize("database_kind", [POSTGRESQL])
def test_there_are_as_many_places_as_a_server_may_have(database_url: str) -> None:
    with ExitStack() as held:
        places = [held.enter_context(asked(database_url)) for _ in range(3)]
        elsewhere = held.enter_context(asked(database_url, "other.example:587", 1))
    assert (places, elsewhere) == ([True, True, False], True)
    with asked(database_url, most=1) as again:
        assert again


@pytest.mark.parametrize("database_kind", [POSTGRESQL])
def test_a_place_is_free_when_its_holder_is_gone(database_url: str) -> None:
    engine = connect(database_url)
    with pin_connection(engine) as pinned, place(pinned, SERVER, 1) as mine:
        assert mine
        with pytest.raises(RecordsError):
            pinned.connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        with asked(database_url, most=1) as theirs:
            assert theirs
    engine.dispose()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_one_machine_says_itself_how_many_connections_it_opens(database_url: str) -> None:
    with ExitStack() as held:
        assert all(held.enter_context(asked(database_url, most=1)) for _ in range(3))
