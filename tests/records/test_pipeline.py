"""What is asked at once is answered as if it were asked one by one, and errors are told in the same words."""

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, bindparam, func, select

from records.dialogues.collection_mappers import MAPPERS
from records.engine.database import connect, reading
from records.engine.errors import DatabaseUnavailable, SchemaOutdated
from records.engine.pipeline import Questions
from tests.postgres import Server
from tests.records.conftest import Memory

OF = {"of_dialogue": "kleding-2022"}


def test_answers_are_the_same_as_one_by_one(opened: Memory) -> None:
    opened.sign()
    asked = [mapper.select for mapper in MAPPERS]

    with reading(opened.engine) as connection:
        together = Questions(asked).rows(connection, OF)
        apart = [connection.execute(one, OF).all() for one in asked]

    assert opened.dialogue_id == OF["of_dialogue"]
    assert [list(map(tuple, rows)) for rows in together] == [
        list(map(tuple, rows)) for rows in apart
    ]
    assert [type(value) for rows in together for row in rows for value in row] == [
        type(value) for rows in apart for row in rows for value in row
    ]
    filled = {mapper.name for mapper, rows in zip(MAPPERS, together, strict=True) if rows}
    assert {"risks", "stakeholders", "contributions", "seals", "duties"} <= filled


def test_a_table_that_is_missing_is_said(engine: Engine) -> None:
    missing = Table("nowhere", MetaData(), Column("id", Integer))
    questions = Questions([select(missing.c.id).where(missing.c.id == bindparam("of"))])

    with reading(engine) as connection, pytest.raises(SchemaOutdated):
        questions.rows(connection, {"of": 1})


def end_between(engine: Engine, questions: Questions) -> None:
    """Let the server end the connection between two questions for its process."""
    with engine.connect() as held:
        [[[number]]] = questions.rows(held, {})
        with engine.connect() as other:
            other.execute(select(func.pg_terminate_backend(number)))
        questions.rows(held, {})


@pytest.mark.postgres
def test_a_connection_that_ends_meanwhile_is_said(postgres_server: Server) -> None:
    engine = connect(postgres_server.create("ending"))
    questions = Questions([select(func.pg_backend_pid())])

    with pytest.raises(DatabaseUnavailable):
        end_between(engine, questions)

    with engine.connect() as fresh:
        [[[number]]] = questions.rows(fresh, {})
    assert number > 0
    engine.dispose()
    postgres_server.drop("ending")
