"""To whom mail failed for good is kept with the dialogue: nothing goes there until another address is recorded."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty: an address that failed before shows so at the next mail."""
    op.add_column(
        "dialogues",
        sa.Column(
            "failed_ways",
            sa.Text(),
            nullable=False,
            server_default="{}",
            comment="To whom mail failed for good, with a mark of the address",
        ),
    )


def downgrade() -> None:
    """Drop it; mail is tried again."""
    op.drop_column("dialogues", "failed_ways")
