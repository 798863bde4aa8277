"""The heads of all journals are kept in a list that only grows, and signed checkpoints over it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from records.engine.column_types import Moment

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables; the first checkpoint takes in every head as it is then."""
    op.create_table(
        "anchors",
        _has("position", sa.Integer(), "Its place in the list, from 0"),
        _has("dialogue", sa.Text(), "Of which dialogue"),
        _has("seq", sa.Integer(), "The number of the last fact"),
        _has("head", sa.Text(), "The hash of that fact"),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_anchors")),
    )
    op.create_index("ix_anchors_dialogue_seq", "anchors", ["dialogue", "seq"])
    op.create_table(
        "checkpoints",
        _has("id", sa.Integer(), "A counting key"),
        _has("size", sa.Integer(), "How long the list was"),
        _has("made_at", Moment(), "When it was made"),
        _has(
            "frontier",
            sa.Text(),
            "Sizes and roots of the whole subtrees, JSON: what is needed to go on",
        ),
        _has("key", sa.Text(), "The public key, as verifiers take it"),
        _has("note", sa.Text(), "The checkpoint itself, a signed note"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoints")),
    )


def _has(name: str, kind: Any, comment: str) -> "sa.Column[Any]":  # noqa: ANN401
    return sa.Column(name, kind, nullable=False, comment=comment)


def downgrade() -> None:
    """Take both away; checkpoints that were kept elsewhere can then not be held against anything."""
    op.drop_table("checkpoints")
    op.drop_index("ix_anchors_dialogue_seq", "anchors")
    op.drop_table("anchors")
