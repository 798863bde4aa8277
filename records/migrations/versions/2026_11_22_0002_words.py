"""What was said in a dialogue, decided and promised."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def _has(name: str, kind: sa.types.TypeEngine[Any], what: str) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, comment=what)


def _may_have(name: str, kind: sa.types.TypeEngine[Any], what: str) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True, comment=what)


def upgrade() -> None:
    """Make the tables."""
    _overrides()
    _contributions()
    _commitments()
    _seals()
    _verdicts()


def downgrade() -> None:
    """Drop the tables, with all that is in them."""
    for table in ("verdicts", "seals", "commitments", "contributions", "overrides"):
        op.drop_table(table)


def _overrides() -> None:
    op.create_table(
        "overrides",
        _has("dialogue_id", sa.Text(), "The dialogue it belongs to"),
        _has("id", sa.Text(), "What people call it in that dialogue"),
        _has("position", sa.BigInteger(), "The order in which they came"),
        _has("check", sa.Text(), "The check"),
        _has("phase", sa.String(), "The phase that was left"),
        _has("by", sa.Text(), "The role that passed it"),
        _has("name", sa.Text(), "The name of who passed it"),
        _has("reason", sa.Text(), "Why"),
        _has("at", MOMENT, "When"),
        sa.ForeignKeyConstraint(
            ["dialogue_id"],
            ["dialogues.id"],
            name=op.f("fk_overrides_dialogue_id_dialogues"),
        ),
        sa.PrimaryKeyConstraint("dialogue_id", "id", name=op.f("pk_overrides")),
        sqlite_with_rowid=False,
    )


def _contributions() -> None:
    op.create_table(
        "contributions",
        _has("dialogue_id", sa.Text(), "The dialogue it belongs to"),
        _has("id", sa.Text(), "What people call it in that dialogue"),
        _has("position", sa.BigInteger(), "The order in which they came"),
        _has("voice", sa.Text(), "The participant, or their pseudonym under seal"),
        _has("attribution", sa.String(), "Who may know from whom it came"),
        _has("text", sa.Text(), "What was said"),
        _has("recorded_at", MOMENT, "When it was recorded"),
        _may_have("line", sa.Text(), "How the summary puts it"),
        _may_have("line_verdict", sa.String(), "What its speaker said of that"),
        _may_have("outcome", sa.String(), "What was decided"),
        _may_have("reason", sa.Text(), "Why"),
        _may_have("owner", sa.Text(), "Who carries it out"),
        _may_have("change", sa.Text(), "The strategy before and after, JSON"),
        _may_have("commitment", sa.Text(), "The commitment that follows from it"),
        _may_have("answer", sa.Text(), "The answer to its speaker"),
        _may_have("written_at", MOMENT, "When the answer was written"),
        _may_have("delivered_at", MOMENT, "When the answer was delivered"),
        _has("dispute_round", sa.Integer(), "How often the answer was disputed"),
        _has("dispute_open", sa.Boolean(), "Whether a dispute is open"),
        _may_have("dispute_reason", sa.Text(), "Why it was disputed"),
        _may_have("settlement", sa.Text(), "How the dispute was settled"),
        sa.ForeignKeyConstraint(
            ["dialogue_id"],
            ["dialogues.id"],
            name=op.f("fk_contributions_dialogue_id_dialogues"),
        ),
        sa.PrimaryKeyConstraint("dialogue_id", "id", name=op.f("pk_contributions")),
        sqlite_with_rowid=False,
    )


def _commitments() -> None:
    op.create_table(
        "commitments",
        _has("dialogue_id", sa.Text(), "The dialogue it belongs to"),
        _has("id", sa.Text(), "What people call it in that dialogue"),
        _has("position", sa.BigInteger(), "The order in which they came"),
        _has("what", sa.Text(), "What was promised"),
        _has("owner", sa.Text(), "Who carries it out"),
        _has("due", sa.Date(), "By which day"),
        _has("contribution", sa.Text(), "The contribution it follows from"),
        _has("status", sa.Text(), "promised, under-way, done or dropped"),
        _may_have("evidence", sa.Text(), "What shows it"),
        sa.ForeignKeyConstraint(
            ["dialogue_id"],
            ["dialogues.id"],
            name=op.f("fk_commitments_dialogue_id_dialogues"),
        ),
        sa.PrimaryKeyConstraint("dialogue_id", "id", name=op.f("pk_commitments")),
        sqlite_with_rowid=False,
    )


def _seals() -> None:
    op.create_table(
        "seals",
        _has("dialogue_id", sa.Text(), "The dialogue it belongs to"),
        _has("id", sa.Text(), "What people call it in that dialogue"),
        _has("position", sa.BigInteger(), "The order in which they came"),
        _has("stakeholder", sa.Text(), "Who speaks under the pseudonym"),
        sa.ForeignKeyConstraint(
            ["dialogue_id"],
            ["dialogues.id"],
            name=op.f("fk_seals_dialogue_id_dialogues"),
        ),
        sa.PrimaryKeyConstraint("dialogue_id", "id", name=op.f("pk_seals")),
        sqlite_with_rowid=False,
    )


def _verdicts() -> None:
    op.create_table(
        "verdicts",
        _has("dialogue_id", sa.Text(), "The dialogue it belongs to"),
        _has("id", sa.Text(), "What people call it in that dialogue"),
        _has("position", sa.BigInteger(), "The order in which they came"),
        _has("heard", sa.Text(), "yes, partly or no"),
        _may_have("success_test", sa.Text(), "Whether their own test was met"),
        _may_have("comment", sa.Text(), "What they add"),
        _has("at", MOMENT, "When they said so"),
        sa.ForeignKeyConstraint(
            ["dialogue_id"],
            ["dialogues.id"],
            name=op.f("fk_verdicts_dialogue_id_dialogues"),
        ),
        sa.PrimaryKeyConstraint("dialogue_id", "id", name=op.f("pk_verdicts")),
        sqlite_with_rowid=False,
    )
