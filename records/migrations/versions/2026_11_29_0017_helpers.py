"""Helpers come in by a link of their own, and stop: when they did."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Add the moment; nobody has stopped before there was a way to."""
    stopped = sa.Column("ended_at", MOMENT, nullable=True, comment="When they stopped helping")
    op.add_column("helpers", stopped)


def downgrade() -> None:
    """Take it back."""
    op.drop_column("helpers", "ended_at")
