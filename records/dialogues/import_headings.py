"""Import headings: what the columns of a register are, as somebody said by hand, kept for the next list."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Engine, ForeignKey, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from records.engine.database import reading, writing
from records.schema.base import Base, table_of

_LONGEST = 200  # characters of a heading


class HeadingTable(Base):
    """What somebody said of a column of a register, by its heading."""

    __tablename__ = "headings"

    programme_id: Mapped[str] = mapped_column(
        ForeignKey("programmes.id"), primary_key=True, comment="Whose registers"
    )
    heading: Mapped[str] = mapped_column(
        primary_key=True, comment="The heading, letters and digits alone"
    )
    means: Mapped[str] = mapped_column(comment="What the column is; empty: nothing of ours")
    at: Mapped[datetime] = mapped_column(comment="When it was said")


HEADINGS = table_of(HeadingTable)


def headings_of(engine: Engine, programme_id: str) -> dict[str, str]:
    """What was said of columns of *programme_id*, by heading."""
    chosen = select(HEADINGS.c.heading, HEADINGS.c.means)
    with reading(engine) as connection:
        rows = connection.execute(chosen.where(HEADINGS.c.programme_id == programme_id))
        return {row.heading: row.means for row in rows}


def remember(
    engine: Engine,
    programme_id: str,
    seen: Iterable[str],
    said: Mapping[str, str],
    now: datetime,
) -> None:
    """Keep what was *said* of columns, by heading; of the *seen* ones nothing else is remembered any more."""
    again = [heading[:_LONGEST] for heading in seen]
    rows = [
        {"programme_id": programme_id, "heading": heading[:_LONGEST], "means": means, "at": now}
        for heading, means in said.items()
        if heading
    ]
    ours = (HEADINGS.c.programme_id == programme_id, HEADINGS.c.heading.in_(again))
    with writing(engine, now) as connection:
        connection.execute(delete(HEADINGS).where(*ours))
        if rows:
            connection.execute(insert(HEADINGS), rows)
