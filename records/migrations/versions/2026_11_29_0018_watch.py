"""The operator's feed tells what people did, and a watchman outside hears of every sweep."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make both tables; what happened before is not told any more."""
    op.create_table(
        "untold_facts",
        sa.Column("id", BIG_ID, nullable=False, comment="A counting key"),
        sa.Column("dialogue_id", sa.Text(), nullable=False, comment="The dialogue it happened in"),
        sa.Column(
            "seq",
            sa.Integer(),
            nullable=False,
            comment="Its number in the journal of that dialogue",
        ),
        sa.Column(
            "claimed_until",
            MOMENT,
            nullable=True,
            comment="Until when the round that tells it has it for itself",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_untold_facts")),
        sa.ForeignKeyConstraint(
            ["dialogue_id"], ["dialogues.id"], name=op.f("fk_untold_facts_dialogue_id_dialogues")
        ),
    )
    op.create_table(
        "heartbeats",
        sa.Column("watchman", sa.Text(), nullable=False, comment="Which one: outside"),
        sa.Column("tried_at", MOMENT, nullable=False, comment="When it was last tried"),
        sa.Column("heard_at", MOMENT, nullable=True, comment="When it was last heard"),
        sa.Column(
            "error", sa.Text(), nullable=True, comment="Why the last one was not heard, as a code"
        ),
        sa.PrimaryKeyConstraint("watchman", name=op.f("pk_heartbeats")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("heartbeats")
    op.drop_table("untold_facts")
