"""Words under seal reach others as the moderator puts them."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_WORDS = (
    ("contributions", "neutral_line", "What others read for a line corrected under seal"),
    ("contributions", "neutral_dispute", "How others read a dispute under seal"),
    ("verdicts", "neutral_comment", "How others read that under seal"),
)


def upgrade() -> None:
    """Make the columns; of what was said before this others read that it was, until the moderator words it."""
    for table, name, comment in _WORDS:
        op.add_column(table, sa.Column(name, sa.Text(), nullable=True, comment=comment))
    worded = sa.Column[bool](
        "line_worded",
        sa.Boolean(),
        nullable=False,
        server_default=sa.false(),
        comment="Whether the moderator worded that anew",
    )
    op.add_column("contributions", worded)


def downgrade() -> None:
    """Take them away."""
    op.drop_column("contributions", "line_worded")
    for table, name, _ in _WORDS:
        op.drop_column(table, name)
