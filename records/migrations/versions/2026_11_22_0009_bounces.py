"""Notices are found by the Message-ID under which they left; those that failed or go by hand have an index."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_NAMED = sa.text("message_id IS NOT NULL")
_TROUBLED = sa.text("status IN ('by-hand', 'failed')")


def upgrade() -> None:
    """Add the column and the indexes; notices that left before have no name to be found by."""
    name = sa.Column("message_id", sa.Text(), nullable=True, comment="Its Message-ID before the @")
    op.add_column("notices", name)
    _partial("ix_notices_message_id", ["message_id"], _NAMED)
    _partial("ix_notices_troubled", ["status", "id"], _TROUBLED)


def downgrade() -> None:
    """Drop them; the notices stay."""
    op.drop_index("ix_notices_troubled", table_name="notices")
    op.drop_index("ix_notices_message_id", table_name="notices")
    op.drop_column("notices", "message_id")


def _partial(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "notices", columns, sqlite_where=where, postgresql_where=where)
