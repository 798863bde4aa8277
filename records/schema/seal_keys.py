"""Schema of seal keys: the public halves of moderators' own keys, and what speakers' codes are known by."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from records.engine.column_types import BigId
from records.schema.base import Base, table_of


class SealKeyTable(Base):
    """The pair of keys for which seals are stored: the moderator's own and the recovery share; no secret is here."""

    __tablename__ = "seal_keys"

    number: Mapped[int] = mapped_column(BigId, primary_key=True, comment="A counting key")
    id: Mapped[str] = mapped_column(unique=True, comment="What seals call it by")
    programme_id: Mapped[str] = mapped_column(
        ForeignKey("programmes.id"), index=True, comment="Whose seals it is for"
    )
    recipient: Mapped[str] = mapped_column(comment="The public half of the moderator's key (age)")
    recovery: Mapped[str] = mapped_column(comment="The public half of the recovery share (age)")
    made_at: Mapped[datetime] = mapped_column(comment="When it was taken into use")
    made_by: Mapped[str] = mapped_column(comment="By whom: moderator, or operator")


class SealCodeTable(Base):
    """What the code of a speaker is recognised by: it names their pseudonym, and never their seat."""

    __tablename__ = "seal_codes"

    dialogue_id: Mapped[str] = mapped_column(
        ForeignKey("dialogues.id"), primary_key=True, comment="The dialogue"
    )
    voice: Mapped[str] = mapped_column(primary_key=True, comment="The pseudonym")
    tag: Mapped[str] = mapped_column(comment="The code, hashed by argon2")


SEAL_KEYS, SEAL_CODES = table_of(SealKeyTable), table_of(SealCodeTable)
