"""A programme can be paused: since when, by whom and why no new edition of it opens."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
COLUMNS: dict[str, tuple[Any, str]] = {
    "paused_at": (
        MOMENT,
        "Since when no new edition opens and no overview is written; empty: not so",
    ),
    "paused_by": (sa.Text(), "Who paused it: a role, or operator"),
    "pause_reason": (sa.Text(), "Why, as people of the company may read it"),
}


def upgrade() -> None:
    """Add all three; nothing is paused."""
    for name, (kind, says) in COLUMNS.items():
        op.add_column("programmes", sa.Column(name, kind, nullable=True, comment=says))


def downgrade() -> None:
    """Take them back: what is paused goes on."""
    for name in COLUMNS:
        op.drop_column("programmes", name)
