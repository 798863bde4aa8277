"""Much out of little: the rows of a database once more, under other names. SQLite only, and never where people are."""

import sqlite3
from collections.abc import Mapping

_NOT_LIVED = ("links", "stays", "wishes", "retaliation_reports")


def again(
    connection: sqlite3.Connection, table: str, where: str, changes: Mapping[str, object]
) -> None:
    """Insert the rows of *table* that *where* (SQL) names once more, with *changes* by column."""
    kept = [name for name in _columns(connection, table) if name not in changes]
    names = ", ".join(f'"{name}"' for name in (*kept, *changes))
    values = ", ".join([*(f'"{name}"' for name in kept), *("?" for _ in changes)])
    connection.execute(
        f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" WHERE {where}',  # noqa: S608 - our own words
        list(changes.values()),
    )


def dialogue_again(
    connection: sqlite3.Connection, dialogue_id: str, programme_id: str, edition: int
) -> str:
    """Copy everything of the dialogue *dialogue_id* into another edition of *programme_id*; its name."""
    name = f"{programme_id}-{edition}"
    changes = {"id": name, "programme_id": programme_id, "edition": edition}
    again(connection, "dialogues", f"id = '{dialogue_id}'", changes)
    for table in _tables(connection):
        again(connection, table, f"dialogue_id = '{dialogue_id}'", {"dialogue_id": name})
    return name


def _tables(connection: sqlite3.Connection) -> list[str]:
    """The tables that hold what belongs to a dialogue, without who came in to it."""
    every = [
        row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    ours = [name for name in every if name not in _NOT_LIVED]
    return [name for name in ours if "dialogue_id" in _columns(connection, name)]


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    """The columns of *table* but a number that the database gives out itself."""
    found = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
    keys = [row for row in found if row[5]]
    own_number = keys[0][1] if len(keys) == 1 and keys[0][2] == "INTEGER" else None
    return [row[1] for row in found if row[1] != own_number]
