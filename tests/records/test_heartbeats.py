"""The heartbeat of several machines on one database: it is one row, whoever was first."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event, insert

from records import heartbeats
from records.heartbeats import Heartbeat
from records.schema.watch import HEARTBEATS
from tests.records.conftest import START

LATER = START + timedelta(minutes=15)


def test_two_first_heartbeats_at_once_are_one_row(engine: Engine) -> None:
    rivals: list[str] = []

    def come_before(connection: Any, _: object, statement: str, *__: object) -> None:  # noqa: ANN401
        if statement.startswith("INSERT") and not rivals:
            rivals.append(statement)
            connection.execute(insert(HEARTBEATS).values(watchman="outside", tried_at=START))

    event.listen(engine, "before_cursor_execute", come_before)
    heartbeats.record(engine, LATER, None)

    assert len(rivals) == 1
    assert heartbeats.last(engine) == Heartbeat(LATER, LATER, None)


def test_one_that_was_not_heard_keeps_when_one_last_was(engine: Engine) -> None:
    heartbeats.record(engine, START, None)
    heartbeats.record(engine, LATER, "status-503")

    assert heartbeats.last(engine) == Heartbeat(LATER, START, "status-503")
