"""An authority outside may say when a checkpoint was there (RFC 3161)."""

import sqlalchemy as sa
from alembic import op

from records.engine.column_types import Moment

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for the stamp; checkpoints of before get none."""
    stamp = "Its time stamp as the authority gave it (RFC 3161), base64"
    op.add_column("checkpoints", sa.Column("stamp", sa.Text(), nullable=True, comment=stamp))
    tried = "When a stamp was asked for last"
    op.add_column(
        "checkpoints", sa.Column("stamp_tried_at", Moment(), nullable=True, comment=tried)
    )


def downgrade() -> None:
    """Take the stamps away; those in the folder stay."""
    op.drop_column("checkpoints", "stamp_tried_at")
    op.drop_column("checkpoints", "stamp")
