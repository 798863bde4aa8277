"""The door: forms that were sent, passkeys, browsers that are known, notices of accounts, and fresh proof."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _has(name: str, what: str, kind: Any = None) -> sa.Column[Any]:  # noqa: ANN401 - any kind
    return sa.Column(name, kind or sa.Text(), nullable=False, comment=what)


def _may_have(name: str, what: str, kind: Any = None) -> sa.Column[Any]:  # noqa: ANN401 - any kind
    return sa.Column(name, kind or sa.Text(), nullable=True, comment=what)


def _of_programme(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_programme_id_programmes")
    return sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=name)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def upgrade() -> None:
    """Make the tables and the columns; stays from before prove nothing."""
    browser = _may_have("browser", "What kind of browser and machine, in two words")
    proved = "When the password, a code or a passkey was last given; empty: by a link"
    op.add_column("stays", browser)
    op.add_column("stays", _may_have("proved_at", proved, MOMENT))
    _passkeys()
    _known_browsers()
    _account_letters()
    _sent_forms()


def downgrade() -> None:
    """Drop them, with all that is in them."""
    for table in ("sent_forms", "account_letters", "known_browsers", "passkeys"):
        op.drop_table(table)
    op.drop_column("stays", "proved_at")
    op.drop_column("stays", "browser")


def _passkeys() -> None:
    op.create_table(
        "passkeys",
        _has("id", "The id that its device gave it"),
        _has("programme_id", "The programme it belongs to"),
        _has("role", "The role, or 'auditor'"),
        _has("holder", "A digest of the person who held the role"),
        _has("name", "How its owner calls it"),
        _has("public_key", "Its public half; the other never leaves it"),
        _has("used", "How often it says that it was used", BIG_ID),
        _has("made_at", "When it was registered", MOMENT),
        _may_have("used_at", "When it last let somebody in", MOMENT),
        _of_programme("passkeys"),
        _key("passkeys", "id"),
    )


def _known_browsers() -> None:
    op.create_table(
        "known_browsers",
        _has("hash", "SHA-256 of what it was given"),
        _has("programme_id", "The programme it came in to"),
        _has("role", "The role, or 'auditor'"),
        _has("holder", "A digest of the person who held the role"),
        _has("made_at", "When it first came in", MOMENT),
        _of_programme("known_browsers"),
        _key("known_browsers", "hash", "programme_id", "role"),
    )


def _account_letters() -> None:
    next_try = "Not to be tried before this moment; empty: it went, or never will"
    op.create_table(
        "account_letters",
        _has("number", "A counting key", BIG_ID),
        _has("programme_id", "The programme it is about"),
        _has("role", "The role whose sign-in it is about"),
        _has("template", "The message"),
        _has("name", "Who is written to"),
        _has("address", "Where they were reached when it happened"),
        _has("language", "The language in which they read"),
        _has("said", "What happened, in a word of the message"),
        _may_have("browser", "In what kind of browser"),
        _has("at", "When it happened", MOMENT),
        _has("attempts", "How often sending was tried", sa.Integer()),
        _may_have("next_try_at", next_try, MOMENT),
        _of_programme("account_letters"),
        _key("account_letters", "number"),
    )
    name = op.f("ix_account_letters_next_try_at")
    op.create_index(name, "account_letters", ["next_try_at"], unique=False)


def _sent_forms() -> None:
    op.create_table(
        "sent_forms",
        _has("key", "A digest of the form, of what was in it and of who sent it"),
        _has("made_at", "When it was sent", MOMENT),
        _has("path", "Where its sender was led"),
        _may_have("said", "What was said there"),
        _has("left", "A mark of what the form showed afterwards"),
        _may_have("programme_id", "Where it let somebody in, if it did"),
        _may_have("role", "As whom"),
        _may_have("holder", "A digest of the person who held the role"),
        _may_have("stage", "How far"),
        _key("sent_forms", "key"),
    )
    op.create_index(op.f("ix_sent_forms_made_at"), "sent_forms", ["made_at"], unique=False)
