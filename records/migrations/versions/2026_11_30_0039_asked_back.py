"""A question about an answer takes the way of an objection, and counts no round."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column; until now nobody could ask, so that all that is open is an objection."""
    what = "Whether what is open, or was settled last, is a question and no objection"
    asked: sa.Column[bool] = sa.Column(
        "asked_back", sa.Boolean(), nullable=False, server_default=sa.false(), comment=what
    )
    op.add_column("contributions", asked)


def downgrade() -> None:
    """Take it away; to the version before a question is an objection."""
    op.drop_column("contributions", "asked_back")
