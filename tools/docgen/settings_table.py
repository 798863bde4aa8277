"""Settings table: each environment variable with its type, its default and what it is, from config/settings.py."""

from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from config.setting_report import setting_field
from config.settings import variables
from tools.docgen.markdown import table

_FOLDER = {
    "WEERKLANK_DATABASE_URL": "an SQLite file in the user's data folder",
    "WEERKLANK_MAILDIR": "`mail` in the user's data folder",
    "WEERKLANK_PREFECT_HOME": "`prefect` in the user's data folder",
}
"""Defaults that hang on the machine, in words."""
_TYPES = {int: "number", float: "number", bool: "true or false", str: "text", SecretStr: "secret"}
"""Types in words; what is none of these is a path or several values."""


def settings() -> str:
    """All settings, in the order of config/settings.py."""
    rows = [_row(name, setting_field(path)) for name, path in variables().items()]
    return table(("variable", "type", "default", "what it is"), rows)


def _row(name: str, field: FieldInfo) -> tuple[str, ...]:
    said = " ".join((field.description or "").split())
    return f"`{name}`", _type(field.annotation), _FOLDER.get(name) or _default(field), said


def _type(annotation: Any) -> str:  # noqa: ANN401 - any type of a setting
    inner = [one for one in get_args(annotation) if one is not type(None)]
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{one}`" for one in inner)
    if get_origin(annotation) is tuple:
        return "several, with spaces between them"
    if inner:
        return _type(inner[0])
    return _TYPES.get(annotation, "path")


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is None or value == ():
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
