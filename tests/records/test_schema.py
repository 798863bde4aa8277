"""The tables say what the law's values say, and the migrations make exactly them."""

import importlib
import pkgutil
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

import records
from records.dialogues.collection_mappers import MAPPERS, CollectionMapper
from records.engine.column_types import canonical, from_stored, instant_text, to_stored
from records.engine.database import reading
from records.engine.schema_revision import VERSION_TABLE
from records.schema.base import Base
from records.schema.core import DIALOGUES
from states.model.dialogue import Dialogue

for module in pkgutil.iter_modules(records.__path__):
    importlib.import_module(f"records.{module.name}")  # whatever declares tables

OWN_COLUMNS = {"dialogue_id", "position", "error", "error_at"}


@pytest.mark.parametrize("mapper", MAPPERS, ids=lambda mapper: mapper.name)
def test_a_collection_has_a_column_for_each_field_and_no_other(mapper: CollectionMapper) -> None:
    columns = {column.name for column in mapper.table.c} - OWN_COLUMNS
    if mapper.key != "id":
        columns -= {"id"}
    assert columns == set(mapper.kind.model_fields)


def test_a_dialogue_has_a_column_or_a_table_for_each_field() -> None:
    columns = {column.name for column in DIALOGUES.c}
    own = {"programme_id", "revision", "head_seq", "head_hash"}
    shelved = {mapper.name for mapper in MAPPERS}
    named = {field.name for field in fields(Dialogue)} - {"programme", "policy"}
    assert columns - own == named - shelved
    assert shelved <= named


def test_every_column_says_what_it_is() -> None:
    for table in Base.metadata.tables.values():
        assert [column.name for column in table.c if not column.comment] == [], table.name


def test_the_migrations_make_the_tables_of_the_models(engine: Engine) -> None:
    with reading(engine) as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_only_the_vault_can_tie_a_pseudonym_to_a_person() -> None:
    tying = [
        table.name
        for table in Base.metadata.tables.values()
        if "stakeholder" in table.c and "id" in table.c
    ]
    assert tying == ["seals"]


@given(st.datetimes(timezones=st.timezones()))
def test_an_instant_survives_storing(moment: datetime) -> None:
    assert from_stored(to_stored(moment)) == moment.astimezone(UTC)


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.datetimes(timezones=st.just(UTC)),
)
def test_stored_instants_are_in_the_order_of_time(one: datetime, other: datetime) -> None:
    assert (to_stored(one) < to_stored(other)) == (one < other)
    assert (instant_text(one) < instant_text(other)) == (one < other)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="names no time zone"):
        to_stored(datetime(2022, 1, 1))  # noqa: DTZ001 - that is the point


def test_canonical_json_has_one_form() -> None:
    east = timezone(timedelta(hours=2))
    one = {"b": [1, "é"], "a": datetime(2022, 9, 9, 0, tzinfo=east)}
    other = {"a": datetime(2022, 9, 8, 22, tzinfo=UTC), "b": (1, "é")}
    assert canonical(one) == canonical(other)
    assert canonical(one) == '{"a":"2022-09-08T22:00:00.000000Z","b":[1,"é"]}'


@pytest.mark.parametrize("value", [float("nan"), object()], ids=["nan", "object"])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        canonical({"value": value})
