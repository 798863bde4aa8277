"""PostgreSQL catalogue: who else is connected, and a schema that is set aside under another name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, text

from records.engine.database import reading, writing

_OTHERS = text(
    "SELECT coalesce(host(client_addr), 'this machine'), min(backend_start), count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend' GROUP BY 1 ORDER BY 1"
)
_HOLDS_ANYTHING = text(
    "SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = current_schema()::regnamespace)"
    " OR EXISTS (SELECT FROM pg_proc WHERE pronamespace = current_schema()::regnamespace)"
)
_SCHEMA = text("SELECT coalesce(current_schema(), 'public')")


@dataclass(frozen=True, slots=True)
class Sessions:
    """So many sessions of our user, from one machine, the first of them *since* (aware UTC)."""

    machine: str
    since: datetime
    number: int


def other_sessions(engine: Engine) -> list[Sessions]:
    """Who else is connected to the database of *engine* as the same user; what watches it has a user of its own."""
    engine.dispose()  # those of our own pool are no others
    with reading(engine) as connection:
        return [Sessions(*row) for row in connection.execute(_OTHERS)]


def is_empty(engine: Engine) -> bool:
    """Whether the schema of *engine* holds nothing at all."""
    with reading(engine) as connection:
        return not connection.scalar(_HOLDS_ANYTHING)


def set_schema_aside(engine: Engine, name: str) -> str:
    """Rename the schema of *engine* to *name* and make an empty one in its place; what it was called."""
    with writing(engine) as connection:
        schema: str = connection.scalar(_SCHEMA) or "public"
        _say(connection, "ALTER SCHEMA {} RENAME TO {}", schema, name)
        _say(connection, "CREATE SCHEMA {}", schema)
    return schema


def empty_schema(engine: Engine, schema: str) -> None:
    """Take away all that stands in *schema*."""
    with writing(engine) as connection:
        _say(connection, "DROP SCHEMA {} CASCADE", schema)
        _say(connection, "CREATE SCHEMA {}", schema)


def take_schema_back(engine: Engine, name: str, schema: str) -> None:
    """Undo `set_schema_aside`: what stands in *schema* is taken away, and *name* gets its own name back."""
    with writing(engine) as connection:
        _say(connection, "DROP SCHEMA {} CASCADE", schema)
        _say(connection, "ALTER SCHEMA {} RENAME TO {}", name, schema)


def schema_of(engine: Engine) -> str:
    """The schema in which *engine* finds its tables."""
    with reading(engine) as connection:
        return connection.scalar(_SCHEMA) or "public"


def _say(connection: Connection, statement: str, *names: str) -> None:
    quote = connection.dialect.identifier_preparer.quote_identifier
    connection.exec_driver_sql(statement.format(*map(quote, names)).replace("%", "%%"))
