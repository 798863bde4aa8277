"""Participants say how they wish to be told, and the company tells those who wait how it stands in between."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both columns; nobody was asked yet, and nothing was told in between."""
    wish = "How they wish to be told what was done with it"
    op.add_column("stakeholders", sa.Column("tell_me_by", sa.String(), comment=wish))
    told: sa.Column[str] = sa.Column(
        "interim_words",
        sa.Text(),
        nullable=False,
        server_default="[]",
        comment="What was told in between, JSON",
    )
    op.add_column("dialogues", told)


def downgrade() -> None:
    """Take them away; duties of this kind are told by no earlier version."""
    op.drop_column("dialogues", "interim_words")
    op.drop_column("stakeholders", "tell_me_by")
