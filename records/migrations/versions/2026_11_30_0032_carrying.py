"""Answering and carrying are two duties: what was written under seal and did not reach its speaker yet."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_WAITS = "Whether that waits to reach a voice under seal"
_AWAITED = "To whom an answer to all must still come, JSON"


def upgrade() -> None:
    """Make the columns; a response that was settled before this had arrived."""
    waits = sa.Column[bool](
        "settlement_waits", sa.Boolean(), nullable=False, server_default=sa.false(), comment=_WAITS
    )
    awaited = sa.Column(
        "awaited_by", sa.Text(), nullable=False, server_default="[]", comment=_AWAITED
    )
    op.add_column("contributions", waits)
    op.add_column("contributions", awaited)


def downgrade() -> None:
    """Take them away."""
    op.drop_column("contributions", "awaited_by")
    op.drop_column("contributions", "settlement_waits")
