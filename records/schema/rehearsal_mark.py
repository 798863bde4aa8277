"""Rehearsal mark: a database that a rehearsal made is marked, and stays one of rehearsals."""

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.orm import Mapped, mapped_column

from records.engine.database import reading
from records.schema.base import Base, table_of

REHEARSED = "rehearsed"


class FoundingTable(Base):
    """For what this database was founded; empty where real people are."""

    __tablename__ = "founding"

    mark: Mapped[str] = mapped_column(primary_key=True, comment="What it is for: rehearsed")


FOUNDING = table_of(FoundingTable)


def is_rehearsed(engine: Engine) -> bool:
    """Whether a rehearsal founded the database of *engine*."""
    with reading(engine) as connection:
        return is_marked(connection)


def is_marked(connection: Connection) -> bool:
    """The same, asked inside the transaction of *connection*."""
    found = select(func.count()).where(FOUNDING.c.mark == REHEARSED)
    return bool(connection.scalar(found))
