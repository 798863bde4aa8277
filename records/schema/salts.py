"""Schema of what binds words: the salts with which facts commit to words that lie in other rows."""

import json
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.base import CLUSTERED, Base, table_of

Commit = str | dict[str, str]
"""One commitment, or one for each of several words by their names."""
COMMIT = "commit"
"""Under this name it stands in the stored detail of a fact, and so the chain of hashes binds it."""


class SaltTable(Base):
    """The salt of the newest commitment to each words; erased with them, which leaves a commitment to nothing."""

    __tablename__ = "salts"
    __table_args__ = (CLUSTERED,)

    dialogue_id: Mapped[str] = mapped_column(
        ForeignKey("dialogues.id"), primary_key=True, comment="The dialogue it belongs to"
    )
    words: Mapped[str] = mapped_column(
        primary_key=True, comment="Of which words: kind/id, such as text/c1"
    )
    salt: Mapped[str] = mapped_column(comment="128 random bits, as 32 digits")


def detail_of(stored: str) -> tuple[dict[str, Any], Commit | None]:
    """The detail of a fact as it is *stored*, and its commitment to the words that it is about, None without any."""
    detail = json.loads(stored)
    return detail, detail.pop(COMMIT, None)


SALTS = table_of(SaltTable)
