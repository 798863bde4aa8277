"""Programmes know in which deployment of Prefect their next opening stands, and their zone can be asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ZONE = "The zone of its clock, as the document says"
ANNOUNCED = "In which deployment of Prefect its next opening stands; empty: not as it is now"


def upgrade() -> None:
    """Add both; every opening is announced anew, and the zones are read from the documents."""
    zone = sa.Column("time_zone", sa.Text(), nullable=False, server_default="UTC", comment=ZONE)
    op.add_column("programmes", zone)
    op.add_column(
        "programmes", sa.Column("announced_in", sa.Text(), nullable=True, comment=ANNOUNCED)
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    said = "json_extract(document, '$.time_zone')" if sqlite else "document::json->>'time_zone'"
    op.execute(f"UPDATE programmes SET time_zone = coalesce({said}, 'UTC')")  # noqa: S608 - one of ours
    op.create_index(op.f("ix_programmes_time_zone"), "programmes", ["time_zone"])
    op.create_index("ix_programmes_announced_in", "programmes", ["announced_in", "opens_at"])


def downgrade() -> None:
    """Take both back."""
    op.drop_index("ix_programmes_announced_in", "programmes")
    op.drop_index(op.f("ix_programmes_time_zone"), "programmes")
    op.drop_column("programmes", "announced_in")
    op.drop_column("programmes", "time_zone")
