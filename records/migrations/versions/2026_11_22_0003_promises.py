"""Duties and the outbox."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
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
    _duties()
    _notices()


def downgrade() -> None:
    """Drop the tables, with all that is in them."""
    for table in ("notices", "duties"):
        op.drop_table(table)


def _duties() -> None:
    op.create_table(
        "duties",
        _has("id", BIG_ID, "A counting key, for the sweep"),
        _has("dialogue_id", sa.Text(), "The dialogue it belongs to"),
        _has("name", sa.Text(), "What people call it: answer-participant/union-bd"),
        _has("kind", sa.Text(), "The kind of duty"),
        _may_have("whom", sa.Text(), "Stakeholder, pseudonym, contribution or commitment"),
        _has("round", sa.Integer(), "The round of a dispute, otherwise 1"),
        _has("owner", sa.Text(), "The role that owes it, or 'participant'"),
        _has("due", MOMENT, "The promised moment"),
        _has("first_due", MOMENT, "The first promised moment, from which lateness counts"),
        _has("status", sa.String(), "Where it stands"),
        _has("opened_at", MOMENT, "When it was opened"),
        _may_have("ended_at", MOMENT, "When it was met, withdrawn or closed as no answer"),
        _may_have("lapsed_at", MOMENT, "When it lapsed; stays for ever"),
        _has("version", sa.Integer(), "Rises when its moment is moved"),
        _has("lapsed_version", sa.Integer(), "The version whose due moment has passed"),
        _may_have("waiting", sa.Text(), "The voice that waits for it"),
        _has("rung", sa.Integer(), "Index in its ladder of the next rung"),
        _may_have("next_at", MOMENT, "When time acts next on it; empty: never again"),
        _has("reckoning", sa.Text(), "How the due moment was computed, JSON"),
        _has("postponements", sa.Text(), "Moved promises with reasons, JSON"),
        _may_have("error", sa.Text(), "Why the last sweep could not act on it"),
        _may_have("error_at", MOMENT, "Since when the sweep cannot act on it"),
        sa.ForeignKeyConstraint(
            ["dialogue_id"],
            ["dialogues.id"],
            name=op.f("fk_duties_dialogue_id_dialogues"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
        sa.UniqueConstraint("dialogue_id", "name", name=op.f("uq_duties_dialogue_id_name")),
    )
    op.create_index(
        "ix_duties_lapsed",
        "duties",
        ["first_due", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'lapsed'"),
        postgresql_where=sa.text("status = 'lapsed'"),
    )
    op.create_index(
        "ix_duties_next_at_id",
        "duties",
        ["next_at", "id"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(
        "ix_duties_poisoned",
        "duties",
        ["id"],
        unique=False,
        sqlite_where=sa.text("error IS NOT NULL"),
        postgresql_where=sa.text("error IS NOT NULL"),
    )


def _notices() -> None:
    op.create_table(
        "notices",
        _has("id", BIG_ID, "A counting key"),
        _has("dialogue_id", sa.Text(), "The dialogue it is about"),
        _has("cause", sa.Text(), "duty:<name>:v<version>:<rung> or fact:<seq>:<template>"),
        _has("to", sa.Text(), "A role, a stakeholder or a pseudonym; never an address"),
        _has("role", sa.Text(), "In which capacity they get it"),
        _has("template", sa.Text(), "The message folder"),
        _may_have("duty", sa.Text(), "The duty it reminds of"),
        _may_have("kind", sa.Text(), "The kind of that duty"),
        _may_have("rung", sa.Text(), "The rung of its ladder"),
        _has("version", sa.Integer(), "The version of the duty when it was written"),
        _has("detail", sa.Text(), "What the message needs beyond the dialogue"),
        _has("at", MOMENT, "When it was put in the outbox"),
        _has("status", sa.Text(), "pending, by-hand, sent, failed or withdrawn"),
        _may_have("channel", sa.Text(), "The channel that accepted or refused it"),
        _has("attempts", sa.Integer(), "How often sending was tried"),
        _has("next_try_at", MOMENT, "Not to be tried before this moment"),
        _may_have("claimed_by", sa.Text(), "The worker that is sending it"),
        _may_have("claimed_until", MOMENT, "When that worker's lease ends"),
        _may_have("sent_at", MOMENT, "When a channel accepted it"),
        _may_have("error", sa.Text(), "Why it was not sent; addresses left out"),
        sa.ForeignKeyConstraint(
            ["dialogue_id"],
            ["dialogues.id"],
            name=op.f("fk_notices_dialogue_id_dialogues"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint(
            "dialogue_id",
            "cause",
            "to",
            name=op.f("uq_notices_dialogue_id_cause_to"),
        ),
    )
    op.create_index(
        "ix_notices_pending",
        "notices",
        ["next_try_at", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_notices_unsent",
        "notices",
        ["dialogue_id", "duty"],
        unique=False,
        sqlite_where=sa.text("status IN ('pending', 'by-hand')"),
        postgresql_where=sa.text("status IN ('pending', 'by-hand')"),
    )
