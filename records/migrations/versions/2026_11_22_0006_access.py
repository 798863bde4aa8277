"""The door of people: links, stays, accounts, counters, wishes and reports of retaliation."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _has(name: str, kind: sa.types.TypeEngine[Any], what: str) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, comment=what)


def _may_have(name: str, kind: sa.types.TypeEngine[Any], what: str) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True, comment=what)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade() -> None:
    """Make the tables."""
    _capacity("links")
    _capacity(
        "stays",
        _has(
            "stage",
            sa.Text(),
            "'whole'; before that 'setup' (no password yet) or 'code' (only the password was given)",
        ),
        _has("holder", sa.Text(), "A digest of the person who held the role"),
        _has("secret", sa.Text(), "Signs what this browser sends back"),
    )
    op.create_index("ix_links_who", "links", ["dialogue_id", "who"], unique=False)
    op.create_index("ix_stays_who", "stays", ["programme_id", "who"], unique=False)
    _accounts()
    _counters()
    _wishes()
    _reports()


def downgrade() -> None:
    """Drop the tables, with all that is in them."""
    for table in ("retaliation_reports", "wishes", "counters", "accounts", "stays", "links"):
        op.drop_table(table)


def _capacity(table: str, *more: sa.Column[Any]) -> None:
    op.create_table(
        table,
        _has("hash", sa.Text(), "SHA-256 of the secret; the secret itself is nowhere"),
        _has("kind", sa.Text(), "'participant' or 'role'"),
        _has("programme_id", sa.Text(), "The programme it belongs to"),
        _may_have("dialogue_id", sa.Text(), "The dialogue of a participant"),
        _has("who", sa.Text(), "A stakeholder of that dialogue, or a role"),
        _has("made_at", MOMENT, "When it was made"),
        _has("expires_at", MOMENT, "When it stops to work, whatever happens"),
        _may_have("ended_at", MOMENT, "When it was used up, left or revoked"),
        *more,
        _refers(table, "programme_id", "programmes"),
        _refers(table, "dialogue_id", "dialogues"),
        sa.PrimaryKeyConstraint("hash", name=op.f(f"pk_{table}")),
    )


def _accounts() -> None:
    op.create_table(
        "accounts",
        _has("programme_id", sa.Text(), "The programme it belongs to"),
        _has("role", sa.Text(), "The role, or 'auditor'"),
        _has("holder", sa.Text(), "A digest of the person who held the role"),
        _has("password", sa.Text(), "The password, hashed by argon2"),
        _has("code_secret", sa.Text(), "The shared secret of the codes (TOTP)"),
        _has("code_step", BIG_ID, "The last time step whose code was used"),
        _has("made_at", MOMENT, "When it was set up"),
        _refers("accounts", "programme_id", "programmes"),
        sa.PrimaryKeyConstraint("programme_id", "role", name=op.f("pk_accounts")),
    )


def _counters() -> None:
    op.create_table(
        "counters",
        _has("name", sa.Text(), "A digest of what is counted"),
        _has("since", MOMENT, "When its window began"),
        _has("count", sa.Integer(), "How often in that window"),
        sa.PrimaryKeyConstraint("name", "since", name=op.f("pk_counters")),
    )


def _wishes() -> None:
    op.create_table(
        "wishes",
        _has("dialogue_id", sa.Text(), "The dialogue it is about"),
        _has("who", sa.Text(), "The stakeholder who asked"),
        _has("kind", sa.Text(), "'erasure' or 'attribution'"),
        _has("value", sa.Text(), "What they asked, in a word or in theirs"),
        _has("made_at", MOMENT, "When they asked"),
        _may_have("settled_at", MOMENT, "When it was dealt with"),
        _refers("wishes", "dialogue_id", "dialogues"),
        sa.PrimaryKeyConstraint("dialogue_id", "who", "kind", name=op.f("pk_wishes")),
    )


def _reports() -> None:
    op.create_table(
        "retaliation_reports",
        _has("number", BIG_ID, "A counting key"),
        _has("programme_id", sa.Text(), "The programme it is about"),
        _has("dialogue_id", sa.Text(), "The dialogue it is about"),
        _may_have("who", sa.Text(), "Who reports it; empty: they did not say"),
        _has("text", sa.Text(), "What happened"),
        _may_have("contact", sa.Text(), "How they wish to be reached"),
        _has("made_at", MOMENT, "When it was reported"),
        _may_have("settled_at", MOMENT, "When the confidant closed it"),
        _refers("retaliation_reports", "programme_id", "programmes"),
        _refers("retaliation_reports", "dialogue_id", "dialogues"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_retaliation_reports")),
    )
    op.create_index(
        op.f("ix_retaliation_reports_programme_id"),
        "retaliation_reports",
        ["programme_id"],
        unique=False,
    )
