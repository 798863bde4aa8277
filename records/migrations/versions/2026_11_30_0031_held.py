"""Facts of voices under seal wait for the end of the day in a chain of their own. What there is stays as it is."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from records.engine.column_types import Moment

revision = "0031"
down_revision = "0028"
branch_labels = None
depends_on = None

_CHANGE = "weerklank protects the journal: held facts are never changed or deleted"
_SAME = ("dialogue_id", "seq", "behind", "at", "voice", "until", "fact", "actor", "subject", "detail", "nonce",
         "prev", "hash")  # fmt: skip
_ONCE = "OLD.told IS NOT NULL"
_SQLITE = {
    "held_facts_keep_on_update": (
        f"BEFORE UPDATE ON held_facts WHEN {_ONCE} OR "
        + " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _SAME)
        + f" BEGIN SELECT RAISE(ABORT, '{_CHANGE}'); END"
    ),
    "held_facts_keep_on_delete": (
        f"BEFORE DELETE ON held_facts BEGIN SELECT RAISE(ABORT, '{_CHANGE}'); END"
    ),
    # INSERT OR REPLACE deletes without asking the delete trigger.
    "held_facts_keep_on_replace": (
        "BEFORE INSERT ON held_facts WHEN EXISTS "  # noqa: S608 - no text of anybody's
        "(SELECT 1 FROM held_facts WHERE dialogue_id = NEW.dialogue_id AND seq = NEW.seq) "
        f"BEGIN SELECT RAISE(ABORT, '{_CHANGE}'); END"
    ),
}
_REFUSE = f"EXECUTE FUNCTION weerklank_refuse('{_CHANGE}')"
_POSTGRESQL = {
    "held_facts_keep": f"BEFORE DELETE OR TRUNCATE ON held_facts FOR EACH STATEMENT {_REFUSE}",
    "held_facts_keep_once": (
        f"BEFORE UPDATE ON held_facts FOR EACH ROW WHEN ({_ONCE} OR "
        + " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _SAME)
        + f") {_REFUSE}"
    ),
}


def upgrade() -> None:
    """Make the tables and what protects them."""
    _make_tables()
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, body in (_SQLITE if sqlite else _POSTGRESQL).items():
        op.execute(f"CREATE TRIGGER {name} {body}")


def _make_tables() -> None:
    op.create_table(
        "held_facts",
        _belongs("The dialogue it happened in"),
        _has("seq", sa.Integer(), "1, 2, 3 … without gaps"),
        _has("behind", sa.Integer(), "The number of the last fact of the journal then"),
        _has("at", Moment(), "When it was written"),
        _has("voice", sa.Text(), "The pseudonym whose act it is, or whom it reached"),
        _may("until", Moment(), "When it enters the journal, the end of that day; empty: never"),
        _has("fact", sa.Text(), "What happened"),
        _has("actor", sa.Text(), "Who did it, 'system' for the clock"),
        _has("subject", sa.Text(), "What it happened to"),
        _has("detail", sa.Text(), "Ids, dates and counts as canonical JSON"),
        _has(
            "nonce",
            sa.Text(),
            "128 random bits, as 32 digits: nobody can try minutes against the hash",
        ),
        _has("prev", sa.Text(), "The hash of the one before it"),
        _has("hash", sa.Text(), "SHA-256 over prev and this one"),
        _may("told", sa.Integer(), "Its number in the journal; empty: not there yet"),
        _of_dialogue("held_facts"),
        sa.PrimaryKeyConstraint("dialogue_id", "seq", name=op.f("pk_held_facts")),
        sqlite_with_rowid=False,
    )
    waits = sa.text("told IS NULL AND until IS NOT NULL")
    op.create_index(
        "ix_held_facts_until",
        "held_facts",
        ["until"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
    op.create_table(
        "held_heads",
        _belongs("The dialogue it belongs to"),
        _has("seq", sa.Integer(), "The number of the last held fact"),
        _has("hash", sa.Text(), "The hash of that fact"),
        _of_dialogue("held_heads"),
        sa.PrimaryKeyConstraint("dialogue_id", name=op.f("pk_held_heads")),
    )
    op.create_table(
        "held_changes",
        _has("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), "A counting key"),
        _belongs("The dialogue it happened in"),
        _has("voice", sa.Text(), "The pseudonym whose act it is, or whom it reached"),
        _has("until", Moment(), "The end of that day"),
        _has("collection", sa.Text(), "Of which table; 'notices': what others hear of it then"),
        _has("key", sa.Text(), "The key of the row; of a notice who hears it"),
        _may(
            "before",
            sa.Text(),
            "What changed, as it was, JSON, empty: no row; of a notice all of it",
        ),
        _of_dialogue("held_changes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_changes")),
    )
    op.create_index("ix_held_changes_until", "held_changes", ["until"])
    op.create_index("ix_held_changes_dialogue_id", "held_changes", ["dialogue_id"])


def _belongs(comment: str) -> "sa.Column[Any]":
    return _has("dialogue_id", sa.Text(), comment)


def _of_dialogue(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_dialogue_id_dialogues")
    return sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name=name)


def _has(name: str, kind: Any, comment: str) -> "sa.Column[Any]":  # noqa: ANN401
    return sa.Column(name, kind, nullable=False, comment=comment)


def _may(name: str, kind: Any, comment: str) -> "sa.Column[Any]":  # noqa: ANN401
    return sa.Column(name, kind, nullable=True, comment=comment)


def downgrade() -> None:
    """Take them away; what was held and had not entered the journal is then told nowhere."""
    op.drop_table("held_changes")
    op.drop_table("held_heads")
    op.drop_table("held_facts")
