"""Data mappers: each collection of a dialogue, its table, and the statements that read and write it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection, Select, Table, bindparam, delete, insert, select, text, update

from records.engine.pipeline import Rows
from records.engine.statements import CompiledStatement
from records.schema import collections
from records.schema.collections import CONTRIBUTIONS
from records.schema.core import DUTIES
from states.model.contributions import Commitment, Contribution, Seal, Verdict
from states.model.dialogue import ChainDialogue, Dialogue, Override, Risk
from states.model.duties import Duty
from states.model.people import Helper, Stakeholder
from states.model.relays import Relayed
from states.values.values import Value

_NEXT_NUMBER = {
    "sqlite": text("(SELECT max(id) + 1 FROM duties)"),
    "postgresql": text("nextval(pg_get_serial_sequence('duties', 'id'))"),
}
_new = object.__new__
_set_fields, _set_fields_set, _set_extra, _set_private = (
    vars(BaseModel)[slot].__set__
    for slot in (
        "__dict__",
        "__pydantic_fields_set__",
        "__pydantic_extra__",
        "__pydantic_private__",
    )
)
_PLACES = 100_000  # values that one step can add to one collection


def builder(kind: type[Value]) -> Callable[[dict[str, Any]], Any]:
    """
    Makes values of *kind* from fields that were valid when they were written.

    To validate again, or even `model_construct`, would take most of the loading: the slots are filled directly.
    """
    fields = set(kind.model_fields)

    def build(values: dict[str, Any]) -> Any:  # noqa: ANN401 - a value of *kind*
        value = _new(kind)
        _set_fields(value, values)
        _set_fields_set(value, fields)
        _set_extra(value, None)
        _set_private(value, None)
        return value

    return build


@dataclass(frozen=True)
class CollectionMapper:
    """One collection: its *name* in the dialogue, its *kind* of value, its *table* and the *key* in both."""

    name: str
    kind: type[Value]
    table: Table
    key: str = "id"
    order: str = "position"

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields of the value, each with a column of the same name."""
        return tuple(self.kind.model_fields)

    def fill(self, rows: Rows) -> dict[str, Any]:
        """The collection whose *rows* `select` found."""
        build, fields, place = self._build, self.fields, self.fields.index(self.key)
        return {row[place]: build(dict(zip(fields, row, strict=True))) for row in rows}

    def write(
        self, connection: Connection, after: Dialogue, before: Mapping[str, Value], place: int
    ) -> list[Any]:
        """Write what differs from *before* and return the new and changed values; *place* orders the new ones."""
        now: Mapping[str, Value] = getattr(after, self.name)
        # Values are frozen, so whatever is still the same object was not changed.
        touched = [key for key, value in now.items() if before.get(key) is not value]
        new = [key for key in touched if key not in before]
        if len(before) + len(new) > len(now):
            self._drop(connection, after.id, [key for key in before if key not in now])
        if not touched:
            return []
        changed = [key for key in touched if key in before]
        self._update.run(connection, [self._changed_row(after.id, now[key]) for key in changed])
        rows = [self._new_row(after.id, now[key], place * _PLACES + i) for i, key in enumerate(new)]
        self._insert.run(connection, rows)
        return [now[key] for key in (*changed, *new)]

    def _drop(self, connection: Connection, dialogue_id: str, keys: list[str]) -> None:
        rows = [{"of_dialogue": dialogue_id, "of_key": key} for key in keys]
        connection.execute(self._delete, rows)

    def _new_row(self, dialogue_id: str, value: Value, place: int) -> dict[str, Any]:
        row = {"dialogue_id": dialogue_id, **self._row(value)}
        if self.order == "position":
            row["position"] = place
        return row

    def _changed_row(self, dialogue_id: str, value: Value) -> dict[str, Any]:
        row = self._row(value)
        return {**row, "of_dialogue": dialogue_id, "of_key": row.pop(self.key)}

    def _row(self, value: Value) -> dict[str, Any]:
        held = value.__dict__
        return {name: held[name] for name in self.fields}

    @cached_property
    def _build(self) -> Callable[[dict[str, Any]], Any]:
        return builder(self.kind)

    @property
    def select(self) -> Select[Any]:
        """The collection of the dialogue `of_dialogue`, in the order in which its values came."""
        columns = [self.table.c[name] for name in self.fields]
        chosen = select(*columns).where(self.table.c.dialogue_id == bindparam("of_dialogue"))
        return chosen.order_by(self.table.c[self.order])

    @cached_property
    def _insert(self) -> CompiledStatement:
        places = ["position"] if self.order == "position" else []
        return CompiledStatement(
            insert(self.table).inline(), ["dialogue_id", *self.fields, *places]
        )

    @cached_property
    def _update(self) -> CompiledStatement:
        changeable: dict[str, Any] = {
            name: bindparam(name) for name in self.fields if name != self.key
        }
        statement = update(self.table).where(*self._one).values(changeable)
        return CompiledStatement(statement, ["of_dialogue", "of_key", *changeable])

    @cached_property
    def _delete(self) -> Any:  # noqa: ANN401
        return delete(self.table).where(*self._one)

    @property
    def _one(self) -> tuple[Any, Any]:
        column = self.table.c
        return (
            column.dialogue_id == bindparam("of_dialogue"),
            column[self.key] == bindparam("of_key"),
        )


MAPPERS: tuple[CollectionMapper, ...] = (
    CollectionMapper("risks", Risk, collections.RISKS),
    CollectionMapper("chain_dialogues", ChainDialogue, collections.CHAIN_DIALOGUES),
    CollectionMapper("stakeholders", Stakeholder, collections.STAKEHOLDERS),
    CollectionMapper("overrides", Override, collections.OVERRIDES),
    CollectionMapper("contributions", Contribution, collections.CONTRIBUTIONS),
    CollectionMapper("commitments", Commitment, collections.COMMITMENTS),
    CollectionMapper("seals", Seal, collections.SEALS),
    CollectionMapper("verdicts", Verdict, collections.VERDICTS),
    CollectionMapper("relays", Relayed, collections.RELAYS),
    CollectionMapper("helpers", Helper, collections.HELPERS),
    CollectionMapper("duties", Duty, DUTIES, key="name", order="id"),
)


def collections_of(found: Sequence[Rows]) -> dict[str, dict[str, Any]]:
    """The collections of a dialogue by their names, from what the select of each *found*."""
    return {shelf.name: shelf.fill(rows) for shelf, rows in zip(MAPPERS, found, strict=True)}


def put_duties_last(
    connection: Connection, dialogue: Dialogue, names: Iterable[str], **values: datetime
) -> None:
    """
    Let the duties *names* stand last, in this order: time acts in that of their keys, which told who came first.

    Their rows get these *values* with it.
    """
    number = _NEXT_NUMBER[connection.dialect.name]
    for name in names:
        one = update(DUTIES).where(DUTIES.c.dialogue_id == dialogue.id, DUTIES.c.name == name)
        connection.execute(one.values(id=number, **values))
        dialogue.duties[name] = dialogue.duties.pop(name)


def put_points_last(
    connection: Connection, dialogue_id: str, numbers: Mapping[str, str], at: datetime, place: int
) -> None:
    """Let the points of *numbers*, recorded at *at* as others know, stand behind all others, with these numbers."""
    column = CONTRIBUTIONS.c
    for i, (name, number) in enumerate(numbers.items()):
        one = update(CONTRIBUTIONS).where(column.dialogue_id == dialogue_id, column.id == name)
        values = {"id": number, "recorded_at": at, "position": place * _PLACES + i}
        connection.execute(one.values(values))


def write_collections(
    connection: Connection, after: Dialogue, before: Dialogue | None, revision: int
) -> list[Duty]:
    """Write what differs between *before*, None of a new dialogue, and *after*; returns the duties that changed."""
    duties: list[Duty] = []
    for shelf in MAPPERS:
        was = getattr(before, shelf.name) if before is not None else {}
        duties = shelf.write(connection, after, was, revision)
    return duties  # they come last
