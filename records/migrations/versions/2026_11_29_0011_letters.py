"""Notices go out in letters: what one reader gets on one day is one message with one name."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
_DAILY = sa.text("kind <> 'own'")
_SAID = {
    "status": "pending, by-hand, sent, failed, withdrawn or skipped",
    "message_id": "The letter in which it goes",
}
_GIVEN_A_NAME = (
    "INSERT INTO letters (message_id, programme_id, reader, kind, day, made_at) "
    "SELECT n.message_id, d.programme_id, '', 'own', '', MIN(n.at) "
    "FROM notices n JOIN dialogues d ON d.id = n.dialogue_id "
    "WHERE n.message_id IS NOT NULL GROUP BY n.message_id, d.programme_id"
)


def upgrade() -> None:
    """Add the table; each message that left, or was about to, was a letter by itself."""
    op.create_table(
        "letters",
        _text("message_id", "Its Message-ID before the @, the same at every try"),
        _text("programme_id", "The programme it comes from"),
        _text("reader", "A digest of who reads it, the same for all their roles and editions"),
        _text("kind", "alerts, tasks or own"),
        _text("day", "The local day of the programme, like 2022-09-08"),
        sa.Column("made_at", MOMENT, nullable=False, comment="When it was first put together"),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_letters")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_letters_programme_id_programmes")
        ),
        sqlite_with_rowid=False,
    )
    daily = ["programme_id", "reader", "kind", "day"]
    op.create_index(
        "uq_letters_daily",
        "letters",
        daily,
        unique=True,
        sqlite_where=_DAILY,
        postgresql_where=_DAILY,
    )
    op.execute(sa.text(_GIVEN_A_NAME))
    _say("status", sa.Text(), nullable=False)
    _say("message_id", sa.Text(), nullable=True)


def downgrade() -> None:
    """Drop the table; before it a name led to one notice, so those that share one lose it."""
    op.drop_table("letters")
    op.execute(
        "UPDATE notices SET message_id = NULL WHERE message_id IN "
        "(SELECT message_id FROM notices GROUP BY message_id HAVING COUNT(*) > 1)"
    )


def _say(column: str, kind: sa.types.TypeEngine[str], *, nullable: bool) -> None:
    """Only PostgreSQL keeps what is said of a column."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(
            "notices", column, comment=_SAID[column], existing_type=kind, existing_nullable=nullable
        )


def _text(name: str, comment: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, comment=comment)
