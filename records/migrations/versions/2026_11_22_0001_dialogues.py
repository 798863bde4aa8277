"""Programmes, dialogues and who and what they are about."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def _has(name: str, kind: sa.types.TypeEngine[Any], what: str) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, comment=what)


def _may_have(name: str, kind: sa.types.TypeEngine[Any], what: str) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True, comment=what)


def upgrade() -> None:
    """Make the tables."""
    _programmes()
    _dialogues()
    _risks()
    _chain_dialogues()
    _stakeholders()


def downgrade() -> None:
    """Drop the tables, with all that is in them."""
    for table in ("stakeholders", "chain_dialogues", "risks", "dialogues", "programmes"):
        op.drop_table(table)


def _programmes() -> None:
    op.create_table(
        "programmes",
        _has("id", sa.Text(), "The short name of the programme"),
        _has(
            "document",
            sa.Text(),
            "The programme as JSON: roles, calendar, schedule, policy values",
        ),
        _has("revision", sa.Integer(), "Rises with every change of the document"),
        _has("opens_at", MOMENT, "When the yearly cycle opens next"),
        _has("applied_at", MOMENT, "When the document changed last"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
    )
    op.create_index(op.f("ix_programmes_opens_at"), "programmes", ["opens_at"], unique=False)


def _dialogues() -> None:
    op.create_table(
        "dialogues",
        _has("id", sa.Text(), "Programme and edition"),
        _has("programme_id", sa.Text(), "The programme it belongs to"),
        _has("edition", sa.Integer(), "The year of the session"),
        _has("phase", sa.String(), "Where it stands"),
        _has("phase_since", MOMENT, "Since when it stands there"),
        _has("opened_at", MOMENT, "When the edition was opened"),
        _has("session_at", MOMENT, "When the session takes place, S of all rules"),
        _has("information", sa.Text(), "The eight fields of the invitation"),
        _may_have("summary_published_at", MOMENT, "When the summary went out"),
        _may_have("echoed_at", MOMENT, "When the expectations were echoed"),
        _may_have("agenda_changes", sa.Text(), "What changed in the agenda because of them"),
        _may_have("signed_at", MOMENT, "When the strategy was signed"),
        _may_have("no_contributions", sa.Text(), "Why nothing was contributed, if nothing was"),
        _has("calendar_sequence", sa.Integer(), "The SEQUENCE of the session's calendar entry"),
        _has("management", sa.Text(), "Which roles were present at the session"),
        _has("lessons", sa.Text(), "What was learned"),
        _has("revision", sa.Integer(), "Rises with every step and every sweep that touched it"),
        _has("head_seq", sa.Integer(), "The number of the last fact in the journal"),
        _has("head_hash", sa.Text(), "The hash of the last fact in the journal"),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_dialogues_programme_id_programmes"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialogues")),
        sa.UniqueConstraint(
            "programme_id",
            "edition",
            name=op.f("uq_dialogues_programme_id_edition"),
        ),
    )


def _risks() -> None:
    op.create_table(
        "risks",
        _has("dialogue_id", sa.Text(), "The dialogue it belongs to"),
        _has("id", sa.Text(), "What people call it in that dialogue"),
        _has("position", sa.BigInteger(), "The order in which they came"),
        _has("theme", sa.Text(), "What the risk is"),
        _has("country", sa.Text(), "Where it is"),
        _has("tier", sa.Integer(), "How deep in the chain"),
        _has("group", sa.Text(), "Who is affected"),
        _has("weight", sa.Integer(), "Severity and likelihood, 1 to 5"),
        sa.ForeignKeyConstraint(
            ["dialogue_id"],
            ["dialogues.id"],
            name=op.f("fk_risks_dialogue_id_dialogues"),
        ),
        sa.PrimaryKeyConstraint("dialogue_id", "id", name=op.f("pk_risks")),
        sqlite_with_rowid=False,
    )


def _chain_dialogues() -> None:
    op.create_table(
        "chain_dialogues",
        _has("dialogue_id", sa.Text(), "The dialogue it belongs to"),
        _has("id", sa.Text(), "What people call it in that dialogue"),
        _has("position", sa.BigInteger(), "The order in which they came"),
        _has("risk", sa.Text(), "The risk it covers"),
        _has("place", sa.Text(), "Where it was held"),
        _has("partner", sa.Text(), "With whom"),
        _has("held", sa.Date(), "On which day"),
        sa.ForeignKeyConstraint(
            ["dialogue_id"],
            ["dialogues.id"],
            name=op.f("fk_chain_dialogues_dialogue_id_dialogues"),
        ),
        sa.PrimaryKeyConstraint("dialogue_id", "id", name=op.f("pk_chain_dialogues")),
        sqlite_with_rowid=False,
    )


def _stakeholders() -> None:
    op.create_table(
        "stakeholders",
        _has("dialogue_id", sa.Text(), "The dialogue it belongs to"),
        _has("id", sa.Text(), "What people call it in that dialogue"),
        _has("position", sa.BigInteger(), "The order in which they came"),
        _has("name", sa.Text(), "Their name"),
        _has("organisation", sa.Text(), "For whom they come"),
        _has("category", sa.Text(), "Union, ngo, supplier …"),
        _has("country", sa.Text(), "Where they live"),
        _has("language", sa.Text(), "In which language they read"),
        _has("layer", sa.String(), "How close they stand to those affected"),
        _has("critical", sa.Boolean(), "Whether they are a critical voice"),
        _may_have("at_risk", sa.Boolean(), "Whether speaking endangers them; empty: not decided"),
        _has("speaks_for", sa.Text(), "Risks they speak for, JSON"),
        _may_have("replaces", sa.Text(), "Whom they replace"),
        _may_have("email", sa.Text(), "Their address"),
        _may_have("phone", sa.Text(), "Their telephone"),
        _has("mapped_at", MOMENT, "When they were mapped"),
        _has("invitation", sa.String(), "Where their invitation stands"),
        _may_have("invited_at", MOMENT, "When they were invited"),
        _may_have("declined_at", MOMENT, "When they declined"),
        _may_have("decline_reason", sa.Text(), "Why they declined"),
        _may_have("expectation", sa.Text(), "What they expect"),
        _may_have("success_test", sa.Text(), "What would show them that they were heard"),
        _may_have("present", sa.Boolean(), "Whether they attended"),
        _may_have("absence_reason", sa.Text(), "Why they did not attend"),
        sa.ForeignKeyConstraint(
            ["dialogue_id"],
            ["dialogues.id"],
            name=op.f("fk_stakeholders_dialogue_id_dialogues"),
        ),
        sa.PrimaryKeyConstraint("dialogue_id", "id", name=op.f("pk_stakeholders")),
        sqlite_with_rowid=False,
    )
