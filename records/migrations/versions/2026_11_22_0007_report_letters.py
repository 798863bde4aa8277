"""Mails that tell the confidant of a report of retaliation, and when it was taken up."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FOUR_DAYS = {"sqlite": "345600000000", "postgresql": "interval '4 days'"}
"""Two working days at most weekends; for reports from before there was a promise."""


def upgrade() -> None:
    """Make the table; reports that nobody was told of yet are told now."""
    taken_up = sa.Column("taken_up_at", MOMENT, comment="When the confidant took it up")
    op.add_column("retaliation_reports", taken_up)
    op.execute("UPDATE retaliation_reports SET taken_up_at = settled_at")
    op.create_table(
        "report_letters",
        sa.Column("report", BIG_ID, nullable=False, comment="The report that it is about"),
        sa.Column(
            "template",
            sa.Text(),
            nullable=False,
            comment="'report-waits', or 'report-still-waits' after the promised days",
        ),
        sa.Column(
            "due_at", MOMENT, nullable=False, comment="The moment from which it should go out"
        ),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="How often sending was tried"),
        sa.Column(
            "next_try_at", MOMENT, nullable=False, comment="Not to be tried before this moment"
        ),
        sa.Column("sent_at", MOMENT, comment="When a channel accepted it"),
        sa.ForeignKeyConstraint(
            ["report"],
            ["retaliation_reports.number"],
            name=op.f("fk_report_letters_report_retaliation_reports"),
        ),
        sa.PrimaryKeyConstraint("report", "template", name=op.f("pk_report_letters")),
    )
    op.create_index(
        op.f("ix_report_letters_next_try_at"), "report_letters", ["next_try_at"], unique=False
    )
    later = f"made_at + {_FOUR_DAYS[op.get_bind().dialect.name]}"
    for template, at in (("report-waits", "made_at"), ("report-still-waits", later)):
        op.execute(
            "INSERT INTO report_letters (report, template, due_at, attempts, next_try_at) "  # noqa: S608 - no text of anybody's
            f"SELECT number, '{template}', {at}, 0, {at} FROM retaliation_reports"
        )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("report_letters")
    op.drop_column("retaliation_reports", "taken_up_at")
