"""Declarative base (SQLAlchemy): what all tables share; the types of instants, texts and the words of the law."""

from datetime import datetime
from typing import Any

from sqlalchemy import MetaData, Table, Text
from sqlalchemy.orm import DeclarativeBase

from records.engine.column_types import Moment, OpenWord
from states.model.vocabulary import CheckName, DutyKind, FactName, Step, Template

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_VOCABULARIES: dict[Any, Any] = {
    words: OpenWord(words) for words in (CheckName, DutyKind, FactName, Step, Template)
}
CLUSTERED = {"sqlite_with_rowid": False}
"""Rows of one dialogue lie together, so that loading it reads few pages."""


class Base(DeclarativeBase):
    """The base of all tables; every instant is aware and in UTC."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {datetime: Moment(), str: Text(), **_VOCABULARIES}  # noqa: RUF012 - as SQLAlchemy asks


def table_of(row: type[Base]) -> Table:
    """The Core table of the declared *row*: the records use no unit of work."""
    table = row.__table__
    assert isinstance(table, Table)  # noqa: S101 - a promise to the type checker
    return table
