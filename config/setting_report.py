"""
Settings report: every setting with its value and where that comes from, and what is wrong with it.

Nothing secret is in it: no password, also none inside an address, and of an address that is a secret itself (of a chat
or a watchman) nothing but its kind.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args

from pydantic import SecretStr, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from config.settings import (
    FROM_FILE,
    PREFIX,
    Settings,
    SettingsUnfit,
    file_named_for,
    read_variable,
    unknown_variables,
    variables,
)
from config.validation_messages import complaints, hide_passwords
from states.language.near_words import near_words

HIDDEN = "(hidden)"
_KIND = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
Origin = Literal["default", "environment", "file"]


@dataclass(frozen=True, slots=True)
class ReportedSetting:
    """One setting: its *value* as it may be shown (None: not set), its *origin*, and what is *unfit* about it."""

    variable: str
    value: object
    origin: Origin
    file: str | None = None
    """The file from which the value was read."""
    secret: bool = False
    unfit: str | None = None


@dataclass(frozen=True, slots=True)
class SettingReport:
    """All settings, and what sets nothing."""

    rows: list[ReportedSetting]
    unknown: dict[str, str | None]
    """Variables that look like ours and set nothing, each with the one that was most likely meant."""
    unfit: list[str] = field(default_factory=list)
    """What does not fit together; asked once each setting is fit by itself."""

    @property
    def ok(self) -> bool:
        """Whether the house can begin its work with these settings."""
        return not self.unfit and all(row.unfit is None for row in self.rows)


class _SettingsInCode(Settings):
    """Settings whose values were read already, perhaps from files that can be read once only."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - fixed by the library
        init_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given in code, and nothing else."""
        return (init_settings,)


def report_settings() -> SettingReport:
    """The settings of this environment; never raises for what is unfit."""
    rows, given = [], dict[str, Any]()
    for variable, path in variables().items():
        row, text = _read(variable, path)
        rows.append(row)
        if text:
            place = given.setdefault(path[0], {}) if len(path) > 1 else given
            place[path[-1]] = text
    unknown = {name: near_variable(name) for name in unknown_variables()}
    fit = all(row.unfit is None for row in rows)
    return SettingReport(rows, unknown, _misfits(given) if fit else [])


def near_variable(name: str) -> str | None:
    """The variable that was most likely meant by the unknown *name*, None when nothing is near."""
    ending = FROM_FILE if name.endswith(FROM_FILE) else ""
    known = {variable.removeprefix(PREFIX): variable for variable in variables()}
    near = near_words(name.removeprefix(PREFIX).removesuffix(FROM_FILE), known)
    return known[near[0]] + ending if near else None


def setting_field(path: tuple[str, ...]) -> FieldInfo:
    """What is known of the setting at *path* (see `config.settings.variables`)."""
    *parents, last = path
    fields = Settings.model_fields
    for name in parents:
        fields = fields[name].annotation.model_fields  # type: ignore[union-attr]
    return fields[last]


def _read(variable: str, path: tuple[str, ...]) -> tuple[ReportedSetting, str | None]:
    """The row of *variable*, and the text that was given for it."""
    about, file = setting_field(path), file_named_for(variable)
    origin: Origin = "file" if file else "environment"
    secret = _is_secret(about.annotation)
    try:
        text = read_variable(variable)
    except SettingsUnfit as unfit:
        said = unfit.lines[0].partition(": ")[2]
        return ReportedSetting(variable, None, origin, file, secret, said), None
    if not text:
        default = about.get_default(call_default_factory=True, validated_data={})
        shown = _show(_adapter(about), default)
        return ReportedSetting(variable, shown, "default", secret=secret), None
    shown, wrong = _understand(about, path, text)
    return ReportedSetting(variable, shown, origin, file, secret, wrong), text


def _understand(about: FieldInfo, path: tuple[str, ...], text: str) -> tuple[object, str | None]:
    adapter = _adapter(about)
    try:
        return _show(adapter, adapter.validate_python(text)), None
    except ValidationError as error:
        secret = _is_secret(about.annotation)
        (line, *_) = complaints(error, ".".join(path), secret=secret)
        return HIDDEN if secret else hide_passwords(text), line.partition(": ")[2]


def _adapter(about: FieldInfo) -> TypeAdapter[Any]:
    kind: Any = about.annotation
    return TypeAdapter(Annotated[kind, *about.metadata] if about.metadata else kind)


def _show(adapter: TypeAdapter[Any], value: Any) -> object:  # noqa: ANN401 - any setting
    if isinstance(value, SecretStr):
        return _mask(value.get_secret_value())
    if isinstance(value, tuple):
        return [_show(adapter, one) for one in value]
    return hide_passwords(value) if isinstance(value, str) else _plain(value)


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | None) else hide_passwords(str(value))


def _mask(secret: str) -> str:
    """What may be said of *secret*: of an address by which one is told something, its kind; else that there is one."""
    kind = _KIND.match(secret)
    return f"{kind[0]}{HIDDEN}" if kind else HIDDEN


def _is_secret(annotation: Any) -> bool:  # noqa: ANN401 - any type of a setting
    return annotation is SecretStr or any(map(_is_secret, get_args(annotation)))


def _misfits(given: Mapping[str, Any]) -> list[str]:
    try:
        _SettingsInCode(**given)
    except ValidationError as error:
        return [line.partition(": ")[2] for line in complaints(error)]
    return []
