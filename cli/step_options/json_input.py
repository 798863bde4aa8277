"""Step input: JSON on the command line, in a file (`@file`) or on standard input (`-`)."""

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import typer

_LIMIT = 5_000_000  # characters


def read_given(text: str) -> dict[str, Any]:
    """
    The mapping that *text* stands for.

    Raises BadParameter, a usage error, when it is no JSON object, names something twice or is too large.
    """
    found = read_json(text)
    if not isinstance(found, dict):
        _wrong('must be a JSON object, like \'{"reason": "…"}\'')
    return found


def read_json(text: str) -> Any:  # noqa: ANN401 - JSON of any shape
    """What *text* stands for, of any shape. Raises BadParameter otherwise as `read_given` does."""
    try:
        return json.loads(_content(text), object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        _wrong(
            f'is no JSON: {error.msg} at line {error.lineno}, column {error.colno}; write it like \'{{"reason": "…"}}\''
        )
    except RecursionError:
        _wrong("is nested too deeply")


def _content(text: str) -> str:
    content = text
    if text == "-":
        content = sys.stdin.read(_LIMIT + 1)
    elif text.startswith("@"):
        content = _file(Path(text[1:]))
    if len(content) > _LIMIT:
        _wrong(f"is larger than {_LIMIT // 1_000_000} million characters")
    return content


def _file(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.read(_LIMIT + 1)
    except OSError as error:
        _wrong(f"'{path}' cannot be read: {error.strerror or error}")
    except UnicodeDecodeError:
        _wrong(f"'{path}' is not UTF-8 text")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        _wrong(f"names '{twice}' twice")
    return found


def _no_number(text: str) -> NoReturn:
    _wrong(f"holds {text}, which is no number")


def _wrong(what: str) -> NoReturn:
    raise typer.BadParameter(what, param_hint="--with")
