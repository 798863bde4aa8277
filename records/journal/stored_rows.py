"""Stored rows: those of one dialogue as they stand in the tables, unjudged, so that a damaged one can be compared."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, Text, select, type_coerce

from records.engine.column_types import JsonDocument, Packed, Word
from records.schema import collections
from records.schema.core import DIALOGUES, DUTIES
from records.schema.salts import SALTS

Rows = dict[str, dict[str, Any]]
TABLES: Mapping[str, Table] = {
    "risks": collections.RISKS,
    "chain_dialogues": collections.CHAIN_DIALOGUES,
    "stakeholders": collections.STAKEHOLDERS,
    "overrides": collections.OVERRIDES,
    "contributions": collections.CONTRIBUTIONS,
    "commitments": collections.COMMITMENTS,
    "verdicts": collections.VERDICTS,
}
_PLAIN = (Packed, JsonDocument, Word)


def rows_of(connection: Connection, dialogue_id: str) -> dict[str, Rows]:
    """
    The rows of *dialogue_id* by table and key: its collections, `duties`, `salts`, and itself as `dialogue`.

    Words of the law are plain texts and nested values plain JSON. Raises ValueError or TypeError for what no program
    of ours wrote.
    """
    found = {
        name: _read(connection, table, "id", dialogue_id, "dialogue_id")
        for name, table in TABLES.items()
    }
    found["duties"] = _read(connection, DUTIES, "name", dialogue_id, "dialogue_id")
    found["salts"] = _read(connection, SALTS, "words", dialogue_id, "dialogue_id")
    found["dialogue"] = _read(connection, DIALOGUES, "id", dialogue_id, "id")
    return found


def _read(connection: Connection, table: Table, key: str, dialogue_id: str, of: str) -> Rows:
    columns = [
        type_coerce(column, Text).label(column.name) if isinstance(column.type, _PLAIN) else column
        for column in table.c
    ]
    nested = {c.name for c in table.c if isinstance(c.type, (Packed, JsonDocument))}
    rows = connection.execute(select(*columns).where(table.c[of] == dialogue_id)).mappings()
    return {
        row[key]: {name: _plain(value, name in nested) for name, value in row.items()}
        for row in rows
    }


def _plain(value: Any, nested: bool) -> Any:  # noqa: ANN401, FBT001 - of any column
    return json.loads(value) if nested and value is not None else value
