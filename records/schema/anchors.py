"""Schema of anchors: the list of heads of journals, which only grows, and the signed checkpoints over it."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.base import Base, table_of


class AnchorTable(Base):
    """The head of one journal as it was when a checkpoint was made; kept for ever, in the order of the list."""

    __tablename__ = "anchors"

    position: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="Its place in the list, from 0"
    )
    dialogue: Mapped[str] = mapped_column(comment="Of which dialogue")
    seq: Mapped[int] = mapped_column(comment="The number of the last fact")
    head: Mapped[str] = mapped_column(comment="The hash of that fact")


class CheckpointTable(Base):
    """A signed statement of how long the list was, and what its root was."""

    __tablename__ = "checkpoints"

    id: Mapped[int] = mapped_column(primary_key=True, comment="A counting key")
    size: Mapped[int] = mapped_column(comment="How long the list was")
    made_at: Mapped[datetime] = mapped_column(comment="When it was made")
    frontier: Mapped[str] = mapped_column(
        comment="Sizes and roots of the whole subtrees, JSON: what is needed to go on"
    )
    key: Mapped[str] = mapped_column(comment="The public key, as verifiers take it")
    note: Mapped[str] = mapped_column(comment="The checkpoint itself, a signed note")
    stamp: Mapped[str | None] = mapped_column(
        comment="Its time stamp as the authority gave it (RFC 3161), base64"
    )
    stamp_tried_at: Mapped[datetime | None] = mapped_column(
        comment="When a stamp was asked for last"
    )


Index("ix_anchors_dialogue_seq", AnchorTable.dialogue, AnchorTable.seq)
ANCHORS, CHECKPOINTS = table_of(AnchorTable), table_of(CheckpointTable)
