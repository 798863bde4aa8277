"""Steps that somebody else recorded in a person's name, ways to people, and consent to the change of a role."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
_SEATS = (
    ("took_part", sa.Boolean(), sa.false(), "Whether they said yes to an earlier edition"),
    ("unsafe", sa.Text(), "[]", "Ways that are never used again, JSON"),
    ("left_ways", sa.Text(), "[]", "Addresses that were replaced, JSON"),
)
_RELAY: tuple[tuple[str, sa.types.TypeEngine[Any], bool, str], ...] = (
    ("step", sa.Text(), False, "The step"),
    ("voice", sa.Text(), False, "For whom: a participant, or a pseudonym under seal"),
    ("contribution", sa.Text(), True, "The point it is about"),
    ("by", sa.Text(), False, "The role that recorded it"),
    ("how", sa.Text(), False, "phone, in-person, letter, mail, calendar or sms"),
    ("said_on", sa.Date(), True, "On which day it was said"),
    ("at", MOMENT, False, "When it was recorded"),
    ("undone_at", MOMENT, True, "When it was undone"),
    ("overtaken_at", MOMENT, True, "When they took that step themselves, or were erased"),
    ("before", sa.Text(), True, "What was so before, JSON; erased with the words"),
)
_AGREED = "To whose taking of which role the confidant or the moderator agreed"


def upgrade() -> None:
    """Make them; whoever said yes to an earlier edition of the same programme took part."""
    post = sa.Column("postal_address", sa.Text(), nullable=True, comment="Where letters reach them")
    op.add_column("stakeholders", post)
    for name, kind, default, what in _SEATS:
        made = sa.Column(name, kind, nullable=False, server_default=default, comment=what)
        op.add_column("stakeholders", made)
    agreed = sa.Column("agreed", sa.Text(), nullable=False, server_default="{}", comment=_AGREED)
    op.add_column("dialogues", agreed)
    _make_relays()
    op.execute(sa.text(_TOOK_PART))


_TOOK_PART = """
UPDATE stakeholders SET took_part = true WHERE EXISTS (
    SELECT 1 FROM stakeholders AS s
    JOIN dialogues AS then_ ON then_.id = s.dialogue_id
    JOIN dialogues AS now_ ON now_.id = stakeholders.dialogue_id
    WHERE s.id = stakeholders.id AND s.invitation = 'accepted'
    AND then_.programme_id = now_.programme_id AND then_.edition < now_.edition
)
"""


def _make_relays() -> None:
    place = sa.BigInteger()
    op.create_table(
        "relays",
        sa.Column("dialogue_id", sa.Text(), nullable=False, comment="The dialogue it belongs to"),
        sa.Column("id", sa.Text(), nullable=False, comment="What people call it in that dialogue"),
        sa.Column("position", place, nullable=False, comment="The order in which they came"),
        *(sa.Column(name, kind, nullable=free, comment=what) for name, kind, free, what in _RELAY),
        sa.ForeignKeyConstraint(
            ["dialogue_id"], ["dialogues.id"], name=op.f("fk_relays_dialogue_id_dialogues")
        ),
        sa.PrimaryKeyConstraint("dialogue_id", "id", name=op.f("pk_relays")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_table("relays")
    op.drop_column("dialogues", "agreed")
    for name, _, _, _ in reversed(_SEATS):
        op.drop_column("stakeholders", name)
    op.drop_column("stakeholders", "postal_address")
