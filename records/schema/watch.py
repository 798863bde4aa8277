"""Schema of the watch: what the operator's feed has not told yet, how heartbeats went, how long work took."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from records.engine.column_types import BigId
from records.schema.base import Base, table_of


class UntoldFactTable(Base):
    """A fact of the journal that the operator's feed has still to tell; gone once it is told."""

    __tablename__ = "untold_facts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, comment="A counting key")
    dialogue_id: Mapped[str] = mapped_column(
        ForeignKey("dialogues.id"), comment="The dialogue it happened in"
    )
    seq: Mapped[int] = mapped_column(comment="Its number in the journal of that dialogue")
    claimed_until: Mapped[datetime | None] = mapped_column(
        comment="Until when the round that tells it has it for itself"
    )


class HeartbeatTable(Base):
    """How the watchman outside was told of the last sweep: one row, once there was a first heartbeat."""

    __tablename__ = "heartbeats"

    watchman: Mapped[str] = mapped_column(primary_key=True, comment="Which one: outside")
    tried_at: Mapped[datetime] = mapped_column(comment="When it was last tried")
    heard_at: Mapped[datetime | None] = mapped_column(comment="When it was last heard")
    error: Mapped[str | None] = mapped_column(comment="Why the last one was not heard, as a code")


class WorkTimeTable(Base):
    """How often work of one kind took how long: a histogram, one row for each interval that was met."""

    __tablename__ = "work_times"

    kind: Mapped[str] = mapped_column(primary_key=True, comment="sweep, delivery or letter")
    upto: Mapped[str] = mapped_column(
        primary_key=True, comment="The most seconds that it counts; +Inf: more"
    )
    number: Mapped[int] = mapped_column(BigInteger, comment="How many took that long")
    milliseconds: Mapped[int] = mapped_column(BigInteger, comment="How long they took together")


UNTOLD_FACTS, HEARTBEATS = table_of(UntoldFactTable), table_of(HeartbeatTable)
WORK_TIMES = table_of(WorkTimeTable)
