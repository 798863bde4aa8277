"""Answering and carrying are two duties: what was written under seal and did not reach its speaker yet."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_WAITS = "Whether that waits to reach a voice under seal"


def upgrade() -> None:
    """Make the column; a response that was settled before this had arrived."""
    waits = sa.Column[bool](
        "settlement_waits", sa.Boolean(), nullable=False, server_default=sa.false(), comment=_WAITS
    )
    op.add_column("contributions", waits)


def downgrade() -> None:
    """Take it away."""
    op.drop_column("contributions", "settlement_waits")
