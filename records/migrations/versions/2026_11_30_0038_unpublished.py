"""What is said under seal waits for the summary. Points that the journal tells of already stay as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_AWAITS = "Whether it is over as soon as the points under seal are published"
_UNTIL = "When it enters the journal, the end of that day; empty: "


def upgrade() -> None:
    """What is held now is held for the end of a day."""
    op.add_column(
        "held_changes",
        sa.Column(
            "awaits", sa.Boolean(), nullable=False, server_default=sa.false(), comment=_AWAITS
        ),
    )
    if op.get_bind().dialect.name != "sqlite":  # which keeps no comments, and no default alone
        op.alter_column("held_changes", "awaits", server_default=None)
    _say_of_until("with the summary, or never")


def _say_of_until(what: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("held_facts", "until", comment=_UNTIL + what)


def downgrade() -> None:
    """Take the mark away. What waits for a summary stays in its chain: publish that before."""
    op.drop_column("held_changes", "awaits")
    _say_of_until("never")
