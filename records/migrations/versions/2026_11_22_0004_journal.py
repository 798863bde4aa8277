"""The journal and the sweeps."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _has(name: str, kind: sa.types.TypeEngine[Any], what: str) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, comment=what)


def _may_have(name: str, kind: sa.types.TypeEngine[Any], what: str) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True, comment=what)


def upgrade() -> None:
    """Make the tables."""
    _facts()
    _sweeps()


def downgrade() -> None:
    """Drop the tables, with all that is in them."""
    for table in ("sweeps", "facts"):
        op.drop_table(table)


def _facts() -> None:
    op.create_table(
        "facts",
        _has("dialogue_id", sa.Text(), "The dialogue it happened in"),
        _has("seq", sa.Integer(), "1, 2, 3 … without gaps"),
        _has("at", MOMENT, "When it was written"),
        _has("fact", sa.Text(), "What happened"),
        _has("actor", sa.Text(), "Who did it, 'system' for the clock"),
        _has("subject", sa.Text(), "What it happened to"),
        _has("detail", sa.Text(), "Ids, dates and counts as canonical JSON; never personal text"),
        _has("prev", sa.Text(), "The hash of the entry before it"),
        _has("hash", sa.Text(), "SHA-256 over prev and this entry"),
        sa.ForeignKeyConstraint(
            ["dialogue_id"],
            ["dialogues.id"],
            name=op.f("fk_facts_dialogue_id_dialogues"),
        ),
        sa.PrimaryKeyConstraint("dialogue_id", "seq", name=op.f("pk_facts")),
        sqlite_with_rowid=False,
    )


def _sweeps() -> None:
    op.create_table(
        "sweeps",
        _has("id", BIG_ID, "A counting key"),
        _has("began_at", MOMENT, "The moment it was given as now"),
        _may_have("ended_at", MOMENT, "The same moment once it finished; empty: it did not"),
        _has("duties", sa.Integer(), "On how many duties time acted"),
        _has("notices", sa.Integer(), "How many notices it wrote"),
        _has("lapses", sa.Integer(), "How many duties lapsed"),
        _has("no_answers", sa.Integer(), "How many duties were closed as no answer"),
        _has("skipped", sa.Integer(), "How many rungs were skipped"),
        _has("failed", sa.Integer(), "On how many duties it could not act"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweeps")),
    )
    op.create_index("ix_sweeps_began_at", "sweeps", ["began_at"], unique=False)
