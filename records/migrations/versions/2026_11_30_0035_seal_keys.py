"""Who speaks under seal may be stored as ciphertext for a moderator's own key."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from records.engine.column_types import Moment

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of keys and codes; what is sealed already stays readable until a key is taken into use."""
    op.add_column(
        "seals",
        sa.Column(
            "sealed_for",
            sa.Text(),
            nullable=True,
            comment="The same as age ciphertext, Base64, for the moderator's key and the recovery share",
        ),
    )
    op.add_column(
        "seals", sa.Column("key", sa.Text(), nullable=True, comment="For which pair of keys")
    )
    _say_of_seats("Who speaks under the pseudonym; empty where only a key tells it")
    op.create_table(
        "seal_keys",
        _has("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), "A counting key"),
        _has("id", sa.Text(), "What seals call it by"),
        _has("programme_id", sa.Text(), "Whose seals it is for"),
        _has("recipient", sa.Text(), "The public half of the moderator's key (age)"),
        _has("recovery", sa.Text(), "The public half of the recovery share (age)"),
        _has("made_at", Moment(), "When it was taken into use"),
        _has("made_by", sa.Text(), "By whom: moderator, or operator"),
        _of("seal_keys", "programme_id", "programmes"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seal_keys")),
        sa.UniqueConstraint("id", name=op.f("uq_seal_keys_id")),
    )
    op.create_index(op.f("ix_seal_keys_programme_id"), "seal_keys", ["programme_id"])
    op.create_table(
        "seal_codes",
        _has("dialogue_id", sa.Text(), "The dialogue"),
        _has("voice", sa.Text(), "The pseudonym"),
        _has("tag", sa.Text(), "The code, hashed by argon2"),
        _of("seal_codes", "dialogue_id", "dialogues"),
        sa.PrimaryKeyConstraint("dialogue_id", "voice", name=op.f("pk_seal_codes")),
    )


def _say_of_seats(comment: str) -> None:
    """SQLite keeps no comments."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("seals", "stakeholder", comment=comment)


def _has(name: str, kind: Any, comment: str) -> "sa.Column[Any]":  # noqa: ANN401
    return sa.Column(name, kind, nullable=False, comment=comment)


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def downgrade() -> None:
    """Take the tables away. Seals that are stored as ciphertext stay closed: open them with the key before."""
    op.drop_table("seal_codes")
    op.drop_index(op.f("ix_seal_keys_programme_id"), "seal_keys")
    op.drop_table("seal_keys")
    for name in ("key", "sealed_for"):
        op.drop_column("seals", name)
    _say_of_seats("Who speaks under the pseudonym")
