"""PINs before the confidential part of the pages of participants; whoever is in from before is asked for one."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from records.engine.column_types import Moment

revision = "0028"
down_revision = "0023"
branch_labels = None
depends_on = None

_MOMENT = Moment()


def upgrade() -> None:
    """Make the table and the column; in every browser that is in, the confidential part is closed."""
    since = "When this browser was last heard of since its PIN was right; empty: the PIN is asked"
    op.add_column("stays", sa.Column("unsealed_at", _MOMENT, nullable=True, comment=since))
    op.create_table(
        "sealed_pins",
        sa.Column("programme_id", sa.Text(), nullable=False, comment="The programme it belongs to"),
        sa.Column("who", sa.Text(), nullable=False, comment="The seat whose PIN it is"),
        sa.Column(
            "hash",
            sa.Text(),
            nullable=True,
            comment="The PIN, or the code to choose another one, hashed by argon2; empty: neither",
        ),
        _may_have("code_until", "Until when the code can be used; empty: it is a PIN"),
        sa.Column(
            "tries", sa.Integer(), nullable=False, comment="Wrong tries since the last right one"
        ),
        _may_have("tried_at", "When the last of them was made"),
        _may_have("closed_until", "Until when no try is taken"),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_sealed_pins_programme_id_programmes")
        ),
        sa.PrimaryKeyConstraint("programme_id", "who", name=op.f("pk_sealed_pins")),
    )


def _may_have(name: str, comment: str) -> "sa.Column[datetime]":
    return sa.Column(name, _MOMENT, nullable=True, comment=comment)


def downgrade() -> None:
    """Take both away; the pages of this version then open everything by a link."""
    op.drop_table("sealed_pins")
    op.drop_column("stays", "unsealed_at")
