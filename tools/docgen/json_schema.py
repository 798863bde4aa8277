"""JSON Schema: that of the public `--json`, and the tables of docs/json.md, made from the models of the documents."""

import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from pydantic.json_schema import models_json_schema

from tools.docgen.json_documents import DOCUMENTS, Document, Refusal
from tools.docgen.markdown import table

_REF = "#/$defs/"
Schema = dict[str, Any]


def schema() -> Schema:
    """
    The schema of everything that a command prints with `--json`.

    `$defs` holds each document by its name, and each command by its words (`#/$defs/by-hand list`): what it prints, or
    a refusal.
    """
    found = models_json_schema(
        [(model, "validation") for model in _models()], ref_template=f"{_REF}{{model}}"
    )
    defs = {name: _plain(one) for name, one in found[1]["$defs"].items()}
    commands = {name: _command(models) for name, models in DOCUMENTS.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What the commands of Weerklank print with --json",
        "anyOf": [{"$ref": f"{_REF}{quote(name)}"} for name in commands],
        "$defs": commands | dict(sorted(defs.items())),
    }


def text() -> str:
    """The schema as it lies in docs/json.schema.json."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _models() -> list[type[Document]]:
    every = (model for models in DOCUMENTS.values() for model in models)
    return [Refusal, *dict.fromkeys(every)]


def _command(models: Iterable[type[Document]]) -> Schema:
    every: list[type[Document]] = [*models, Refusal]
    return {"oneOf": [{"$ref": f"{_REF}{model.__name__}"} for model in every]}


def _plain(one: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """*one* without the titles and defaults that pydantic adds: nobody reads a field that is not there."""
    if isinstance(one, list):
        return [_plain(each) for each in one]
    if not isinstance(one, dict):
        return one
    kept = {key: value for key, value in one.items() if not _is_noise(key, value)}
    return {key: _plain(value) for key, value in kept.items()}


def _is_noise(key: str, value: object) -> bool:
    return (key == "title" and isinstance(value, str)) or (
        key == "default" and not _is_field(value)
    )


def _is_field(value: object) -> bool:
    """Whether this is the schema of a field that happens to be called *default*."""
    return isinstance(value, dict) and ("type" in value or "$ref" in value)


def commands() -> str:
    """Each command with the documents that it prints."""
    rows = (
        (f"`weerklank {name}`", ", ".join(f"[{m.__name__}](#{m.__name__.lower()})" for m in models))
        for name, models in DOCUMENTS.items()
    )
    return table(("command", "prints"), rows)


def documents() -> str:
    """Each document with its fields."""
    defs = schema()["$defs"]
    kinds = {name: one for name, one in defs.items() if "properties" in one}
    return "\n\n".join(_section(name, kinds[name]) for name in _in_order(kinds))


def _in_order(kinds: Schema) -> Iterator[str]:
    """The documents in the order in which commands print them, each followed by the rows that it holds."""
    seen: dict[str, None] = {}
    for model in _models():
        _walk(model.__name__, kinds, seen)
    yield from seen


def _walk(name: str, kinds: Schema, seen: dict[str, None]) -> None:
    if name not in kinds or name in seen:
        return
    seen[name] = None
    for field in kinds[name]["properties"].values():
        for inner in _references(field):
            _walk(inner, kinds, seen)


def _references(field: Any) -> Iterator[str]:  # noqa: ANN401 - JSON of any shape
    if isinstance(field, dict):
        if "$ref" in field:
            yield field["$ref"].removeprefix(_REF)
        field = list(field.values())
    if isinstance(field, list):
        for each in field:
            yield from _references(each)


def _section(name: str, one: Schema) -> str:
    must = set(one.get("required", ()))
    rows = [
        (f"`{field}`{'' if field in must else ' (not always)'}", _type(kind), _about(kind))
        for field, kind in one["properties"].items()
    ]
    return f"### {name}\n\n{one['description']}\n\n{table(('field', 'type', 'what it is'), rows)}"


def _about(kind: Schema) -> str:
    return " ".join(str(kind.get("description", "")).split())


def _type(kind: Schema) -> str:
    if "$ref" in kind:
        name = kind["$ref"].removeprefix(_REF)
        return f"[{name}](#{name.lower()})" if name not in _VALUES else _VALUES[name]
    if "anyOf" in kind:
        return " or ".join(_type(each) for each in kind["anyOf"])
    if kind.get("format") == "date-time":
        return "moment"
    if "enum" in kind:
        return _list_of(kind["enum"])
    if kind.get("type") == "array":
        return f"list of {_type(kind['items'])}"
    return _WORDS.get(str(kind.get("type")), "object")


_WORDS = {
    "string": "text", "integer": "number", "number": "number", "boolean": "true or false", "null": "null",
}  # fmt: skip
_VALUES = {
    "Phase": "a phase (rules 1)",
    "DutyStatus": "`open`, `met`, `lapsed`, `met-late`, `withdrawn`, `no-answer`, `not-reached`",
    "Role": "a role",
    "Step": "a step",
    "Kind": "`alerts`, `tasks`, `own`",
}
"""Vocabularies of the law, which the schema holds in full."""
_MOST = 6  # values that are named in a cell


def _list_of(values: list[str]) -> str:
    if len(values) <= _MOST:
        return ", ".join(f"`{one}`" for one in values)
    return f"one of {len(values)} names, like `{values[0]}` (in the schema)"
