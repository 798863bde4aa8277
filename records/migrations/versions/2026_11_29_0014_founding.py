"""A database that a rehearsal founded is marked: its letters never leave the house."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of the mark; what stands already was founded for real people."""
    mark = sa.Column("mark", sa.Text(), comment="What it is for: rehearsed")
    op.create_table("founding", mark, sa.PrimaryKeyConstraint("mark", name=op.f("pk_founding")))


def downgrade() -> None:
    """Drop it."""
    op.drop_table("founding")
