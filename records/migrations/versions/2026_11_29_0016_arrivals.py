"""A clock starts when the message arrived: what asks for a duty, promised days, what waits to be passed on, helpers."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ASKING = sa.text("template IN ('invitation', 'invitation-accepted', 'summary-to-check')")
_DUTIES = (
    ("day", sa.Date, "The promised local day that ends at due"),
    ("first_day", sa.Date, "The first promised local day"),
    (
        "asked",
        sa.Text,
        "The message whose arrival sets its clock",
    ),
)
_SEATS = (
    ("safe_hours", "When they can be called safely"),
    ("time_zone", "Where their clock stands"),
)
_HELPER = (
    ("name", False, "Their name, or that of their organisation"),
    ("organisation", False, "For whom they come"),
    ("language", False, "Which language they speak"),
    ("email", True, "Their address"),
    ("phone", True, "Their telephone"),
)
_DAYS = {
    "sqlite": "json_extract(reckoning, '$.end')",
    "postgresql": "CAST(CAST(reckoning AS json)->>'end' AS date)",
}
_ASKED = {"answer-invitation": "invitation", "check-summary": "summary-to-check"}


def upgrade() -> None:
    """Make them; the days are those that were reckoned, and what was asked before is asked by what was sent."""
    for name, kind, what in _DUTIES:
        op.add_column("duties", sa.Column(name, kind(), nullable=True, comment=what))
    covers = "To pass on, JSON"
    op.add_column(
        "duties",
        sa.Column("covers", sa.Text(), nullable=False, server_default="[]", comment=covers),
    )
    for name, what in _SEATS:
        op.add_column("stakeholders", sa.Column(name, sa.Text(), nullable=True, comment=what))
    _make_helpers()
    op.create_index(
        "ix_notices_asking",
        "notices",
        ["dialogue_id", "duty"],
        sqlite_where=_ASKING,
        postgresql_where=_ASKING,
    )
    _fill()


def _make_helpers() -> None:
    place = sa.BigInteger()
    op.create_table(
        "helpers",
        sa.Column("dialogue_id", sa.Text(), nullable=False, comment="The dialogue it belongs to"),
        sa.Column("id", sa.Text(), nullable=False, comment="What people call it in that dialogue"),
        sa.Column("position", place, nullable=False, comment="The order in which they came"),
        *(sa.Column(name, sa.Text(), nullable=free, comment=what) for name, free, what in _HELPER),
        sa.ForeignKeyConstraint(
            ["dialogue_id"], ["dialogues.id"], name=op.f("fk_helpers_dialogue_id_dialogues")
        ),
        sa.PrimaryKeyConstraint("dialogue_id", "id", name=op.f("pk_helpers")),
        sqlite_with_rowid=False,
    )


def _fill() -> None:
    day = _DAYS[op.get_bind().dialect.name]
    op.execute(sa.text(f"UPDATE duties SET day = {day}"))  # noqa: S608 - our own words
    op.execute(sa.text("UPDATE duties SET first_day = day WHERE first_due = due"))
    for kind, template in _ASKED.items():
        asked = sa.text(
            "UPDATE duties SET asked = :template WHERE kind = :kind AND status = 'open'"
        )
        op.execute(asked.bindparams(template=template, kind=kind))


def downgrade() -> None:
    """Take them back."""
    op.drop_index("ix_notices_asking", table_name="notices")
    op.drop_table("helpers")
    for name, _ in reversed(_SEATS):
        op.drop_column("stakeholders", name)
    op.drop_column("duties", "covers")
    for name, _, _ in reversed(_DUTIES):
        op.drop_column("duties", name)
