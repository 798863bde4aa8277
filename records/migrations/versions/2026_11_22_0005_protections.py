"""What the database itself refuses: changing the journal, losing a duty, forgetting a lapse."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_CHANGE = "weerklank protects the journal: facts are never changed or deleted"
_DELETE = "weerklank protects the duties: a duty is never deleted"
_FORGET = "weerklank protects the lapse: it and the first promise stay as they were"

_SQLITE = {
    "facts_keep_on_update": f"BEFORE UPDATE ON facts BEGIN SELECT RAISE(ABORT, '{_CHANGE}'); END",
    "facts_keep_on_delete": f"BEFORE DELETE ON facts BEGIN SELECT RAISE(ABORT, '{_CHANGE}'); END",
    # INSERT OR REPLACE deletes without asking the delete trigger.
    "facts_keep_on_replace": (
        "BEFORE INSERT ON facts WHEN EXISTS "  # noqa: S608 - no text of anybody's
        "(SELECT 1 FROM facts WHERE dialogue_id = NEW.dialogue_id AND seq = NEW.seq) "
        f"BEGIN SELECT RAISE(ABORT, '{_CHANGE}'); END"
    ),
    "duties_keep_on_delete": f"BEFORE DELETE ON duties BEGIN SELECT RAISE(ABORT, '{_DELETE}'); END",
    "duties_keep_lapse": (
        "BEFORE UPDATE OF first_due, lapsed_at ON duties WHEN OLD.lapsed_at IS NOT NULL "
        "AND (NEW.first_due <> OLD.first_due OR NEW.lapsed_at IS NOT OLD.lapsed_at) "
        f"BEGIN SELECT RAISE(ABORT, '{_FORGET}'); END"
    ),
}
_FUNCTION = """
CREATE FUNCTION weerklank_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation'; END $$
"""
_EACH = "FOR EACH STATEMENT EXECUTE FUNCTION weerklank_refuse"
_POSTGRESQL = {
    "facts_keep": ("facts", f"BEFORE UPDATE OR DELETE OR TRUNCATE ON facts {_EACH}('{_CHANGE}')"),
    "duties_keep": ("duties", f"BEFORE DELETE OR TRUNCATE ON duties {_EACH}('{_DELETE}')"),
    "duties_keep_lapse": (
        "duties",
        (
            "BEFORE UPDATE OF first_due, lapsed_at ON duties FOR EACH ROW WHEN (OLD.lapsed_at IS NOT NULL"
            " AND (NEW.first_due <> OLD.first_due OR NEW.lapsed_at IS DISTINCT FROM OLD.lapsed_at))"
            f" EXECUTE FUNCTION weerklank_refuse('{_FORGET}')"
        ),
    ),
}


def upgrade() -> None:
    """Make the triggers."""
    if op.get_bind().dialect.name == "sqlite":
        for name, body in _SQLITE.items():
            op.execute(f"CREATE TRIGGER {name} {body}")
        return
    op.execute(_FUNCTION)
    for name, (_, body) in _POSTGRESQL.items():
        op.execute(f"CREATE TRIGGER {name} {body}")


def downgrade() -> None:
    """Drop the triggers; the rows stay."""
    if op.get_bind().dialect.name == "sqlite":
        for name in _SQLITE:
            op.execute(f"DROP TRIGGER {name}")
        return
    for name, (table, _) in _POSTGRESQL.items():
        op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute("DROP FUNCTION weerklank_refuse()")
