"""Whoever is at risk gets the session in their calendar only when they asked for it."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column; nobody asked yet."""
    what = "Whether they, at risk, asked for the session in their calendar"
    wish: sa.Column[bool] = sa.Column(
        "calendar_wanted", sa.Boolean(), nullable=False, server_default=sa.false(), comment=what
    )
    op.add_column("stakeholders", wish)


def downgrade() -> None:
    """Take it away; the letters of this version send everybody an entry."""
    op.drop_column("stakeholders", "calendar_wanted")
