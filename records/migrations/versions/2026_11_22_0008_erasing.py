"""Erasing somebody at their own wish."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
_COLUMNS: tuple[tuple[str, type[sa.Text] | sa.types.TypeEngine[int], str], ...] = (
    ("erasure_wish", sa.Text, "What they asked to be erased"),
    ("erasure_refusal", sa.Text, "Why that was declined"),
    ("erasure_granted_at", MOMENT, "When it was granted"),
    ("erased_at", MOMENT, "When they were erased"),
)


def upgrade() -> None:
    """Make the columns."""
    for name, kind, what in _COLUMNS:
        op.add_column("stakeholders", sa.Column(name, kind, comment=what))


def downgrade() -> None:
    """Take them back."""
    for name, _, _ in reversed(_COLUMNS):
        op.drop_column("stakeholders", name)
