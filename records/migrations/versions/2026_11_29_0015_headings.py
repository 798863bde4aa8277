"""What the columns of a programme's registers are is asked once and remembered."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "headings",
        sa.Column("programme_id", sa.Text(), nullable=False, comment="Whose registers"),
        sa.Column(
            "heading", sa.Text(), nullable=False, comment="The heading, letters and digits alone"
        ),
        sa.Column(
            "means", sa.Text(), nullable=False, comment="What the column is; empty: nothing of ours"
        ),
        sa.Column("at", MOMENT, nullable=False, comment="When it was said"),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_headings_programme_id_programmes")
        ),
        sa.PrimaryKeyConstraint("programme_id", "heading", name=op.f("pk_headings")),
    )


def downgrade() -> None:
    """Drop it; columns are said anew."""
    op.drop_table("headings")
