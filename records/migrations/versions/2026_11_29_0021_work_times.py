"""How long sweeps and deliveries take is kept, for histograms of whoever watches the engine."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; how long the work of before took is not known."""
    op.create_table(
        "work_times",
        sa.Column("kind", sa.Text(), nullable=False, comment="sweep, delivery or letter"),
        sa.Column(
            "upto", sa.Text(), nullable=False, comment="The most seconds that it counts; +Inf: more"
        ),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="How many took that long"),
        sa.Column(
            "milliseconds", sa.BigInteger(), nullable=False, comment="How long they took together"
        ),
        sa.PrimaryKeyConstraint("kind", "upto", name=op.f("pk_work_times")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("work_times")
