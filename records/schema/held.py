"""Schema of what is held back: facts of voices under seal, a chain of their own, and what they changed meanwhile."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from records.engine.column_types import BigId
from records.schema.base import CLUSTERED, Base, table_of
from states.model.vocabulary import FactName


class HeldFactTable(Base):
    """A fact that an act under seal brought about; never changed, but for its number in the journal once it has one."""

    __tablename__ = "held_facts"
    __table_args__ = (CLUSTERED,)

    dialogue_id: Mapped[str] = mapped_column(
        ForeignKey("dialogues.id"), primary_key=True, comment="The dialogue it happened in"
    )
    seq: Mapped[int] = mapped_column(primary_key=True, comment="1, 2, 3 … without gaps")
    behind: Mapped[int] = mapped_column(comment="The number of the last fact of the journal then")
    at: Mapped[datetime] = mapped_column(comment="When it was written")
    voice: Mapped[str] = mapped_column(comment="The pseudonym whose act it is, or whom it reached")
    until: Mapped[datetime | None] = mapped_column(
        comment="When it enters the journal, the end of that day; empty: with the summary, or never"
    )
    fact: Mapped[FactName] = mapped_column(comment="What happened")
    actor: Mapped[str] = mapped_column(comment="Who did it, 'system' for the clock")
    subject: Mapped[str] = mapped_column(comment="What it happened to")
    detail: Mapped[str] = mapped_column(comment="Ids, dates and counts as canonical JSON")
    nonce: Mapped[str] = mapped_column(
        comment="128 random bits, as 32 digits: nobody can try minutes against the hash"
    )
    prev: Mapped[str] = mapped_column(comment="The hash of the one before it")
    hash: Mapped[str] = mapped_column(comment="SHA-256 over prev and this one")
    told: Mapped[int | None] = mapped_column(
        comment="Its number in the journal; empty: not there yet"
    )


class HeldHeadTable(Base):
    """The last fact of each chain of held facts."""

    __tablename__ = "held_heads"

    dialogue_id: Mapped[str] = mapped_column(
        ForeignKey("dialogues.id"), primary_key=True, comment="The dialogue it belongs to"
    )
    seq: Mapped[int] = mapped_column(comment="The number of the last held fact")
    hash: Mapped[str] = mapped_column(comment="The hash of that fact")


class HeldChangeTable(Base):
    """What an act under seal changed in a row; others read the row as it was until the day is over, then this goes."""

    __tablename__ = "held_changes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, comment="A counting key")
    dialogue_id: Mapped[str] = mapped_column(
        ForeignKey("dialogues.id"), comment="The dialogue it happened in"
    )
    voice: Mapped[str] = mapped_column(comment="The pseudonym whose act it is, or whom it reached")
    until: Mapped[datetime] = mapped_column(comment="The end of that day")
    awaits: Mapped[bool] = mapped_column(
        comment="Whether it is over as soon as the points under seal are published"
    )
    collection: Mapped[str] = mapped_column(
        comment="Of which table; 'notices': what others hear of it then"
    )
    key: Mapped[str] = mapped_column(comment="The key of the row; of a notice who hears it")
    before: Mapped[str | None] = mapped_column(
        comment="What changed, as it was, JSON, empty: no row; of a notice all of it"
    )


HELD_FACTS, HELD_HEADS = table_of(HeldFactTable), table_of(HeldHeadTable)
HELD_CHANGES = table_of(HeldChangeTable)
TO_TELL = text("told IS NULL AND until IS NOT NULL")
"""The held facts that are still to enter the journal."""
Index("ix_held_facts_until", HeldFactTable.until, sqlite_where=TO_TELL, postgresql_where=TO_TELL)
Index("ix_held_changes_until", HeldChangeTable.until)
Index("ix_held_changes_dialogue_id", HeldChangeTable.dialogue_id)
