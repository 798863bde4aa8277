"""Facts commit to the words that they are about; the salts lie beside the words. Old facts stay as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; words from before are bound when a fact speaks of them again."""
    op.create_table(
        "salts",
        sa.Column("dialogue_id", sa.Text(), nullable=False, comment="The dialogue it belongs to"),
        sa.Column(
            "words", sa.Text(), nullable=False, comment="Of which words: kind/id, such as text/c1"
        ),
        sa.Column("salt", sa.Text(), nullable=False, comment="128 random bits, as 32 digits"),
        sa.ForeignKeyConstraint(
            ["dialogue_id"], ["dialogues.id"], name=op.f("fk_salts_dialogue_id_dialogues")
        ),
        sa.PrimaryKeyConstraint("dialogue_id", "words", name=op.f("pk_salts")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take it away; what was bound since can then not be proven any more."""
    op.drop_table("salts")
