"""JSON contract: whatever a command prints with `--json` is what docs/json.schema.json says, and nothing more."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SCHEMA = Path(__file__).resolve().parents[1] / "docs" / "json.schema.json"
REFUSAL = "Refusal"


@cache
def schema() -> dict[str, Any]:
    """Read the schema once."""
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


@cache
def validator(name: str) -> Draft202012Validator:
    """Hold something against `#/$defs/name`: a command by its words, or a document."""
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schema()["$defs"]})


def command_of(words: Sequence[str]) -> str:
    """Name the command that *words* call; what calls none can only be refused."""
    known = schema()["$defs"]
    named = (" ".join(words[:number]) for number in (2, 1))
    return next((name for name in named if name in known), REFUSAL)


def problems(words: Sequence[str], shown: object) -> list[str]:
    """List where *shown*, the document that *words* printed, is not what the schema says."""
    refused = isinstance(shown, dict) and isinstance(shown.get("refused"), dict)
    name = REFUSAL if refused else command_of(words)
    return [
        f"{name} {error.json_path}: {inner.message}"
        for error in validator(name).iter_errors(shown)
        for inner in (error.context or [error])
    ]
