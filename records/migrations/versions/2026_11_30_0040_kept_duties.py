"""Once there are seals, what is passed on by hand is told, late or not, to who keeps the seals."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_KEPT = "Whether only keepers of seals hear of it"


def upgrade() -> None:
    """Make the column; what is to be passed on already, where somebody spoke under seal, is kept from now on."""
    kept = sa.Column[bool](
        "kept", sa.Boolean(), nullable=False, server_default=sa.false(), comment=_KEPT
    )
    op.add_column("duties", kept)
    duties = sa.table("duties", *map(sa.column, ("dialogue_id", "kind", "status", "kept")))
    seals = sa.table("seals", sa.column("dialogue_id"))
    open_ = sa.and_(duties.c.kind == "pass-on", duties.c.status.in_(["open", "lapsed"]))
    under_seal = duties.c.dialogue_id.in_(sa.select(seals.c.dialogue_id))
    op.execute(sa.update(duties).where(open_, under_seal).values(kept=sa.true()))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("duties", "kept")
