"""Validation messages: the path, the wrong value and what is allowed, on one line each."""

import re
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from states.language.validation_messages import problem_of

_PASSWORD = re.compile(r"(://[^:/@\s]*:)\S+@")
_PARAMETER = re.compile(
    r"([?&][^=&#\s]*(?:pass|secret|token|key)[^=&#\s]*=)[^&#\s]+", re.IGNORECASE
)


class Unfit(Exception):
    """Something that a person wrote is not valid; *lines* name the path, the value and what is allowed."""

    def __init__(self, lines: list[str]) -> None:
        """Keep *lines* as they will be shown."""
        super().__init__("\n".join(lines))
        self.lines = lines


def complaints(error: ValidationError, root: str = "", *, secret: bool = False) -> list[str]:
    """
    The complaints of *error* as lines `path: value: what is allowed`, each path starting with *root*.

    Nothing is repeated of a value that is *secret*.
    """
    return [_line(dict(one), root, secret=secret) for one in error.errors(include_url=False)]


def hide_passwords(text: str) -> str:
    """*text*, an address perhaps, without the passwords in it."""
    return _PARAMETER.sub(r"\1…", _PASSWORD.sub(r"\1…@", text))


def _line(one: dict[str, Any], root: str, *, secret: bool) -> str:
    where = path((root, *one["loc"]) if root else one["loc"])
    secret = secret or hasattr(one.get("input"), "get_secret_value")
    problem = replace(problem_of({**one, "input": "" if secret else one.get("input")}), place=where)
    return replace(problem, given="" if secret else hide_passwords(problem.given)).say()


def path(location: tuple[Any, ...]) -> str:
    """A place in a file as people write it: `stakeholders[3].email`."""
    parts = [
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in location if part != "[key]"
    ]
    return "".join(parts).removeprefix(".") or "(the whole)"
