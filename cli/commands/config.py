"""`weerklank config`: every setting with its value and where that comes from, secrets left out."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from cli import console
from cli.console import AsJson
from config.setting_report import report_settings

if TYPE_CHECKING:
    from config.setting_report import ReportedSetting, SettingReport


def config(as_json: AsJson = False) -> None:
    """Show every setting with its value and where that comes from; ends with 1 when one of them is unfit.

    No password is shown, nor an address that is a secret. A setting comes from the environment, from the file that the
    same variable with _FILE behind it names, or is the default.

    weerklank config --json
    """
    found = report_settings()
    if as_json:
        console.say_json(
            {
                "ok": found.ok,
                "settings": [asdict(row) for row in found.rows],
                "unknown": [{"variable": n, "near": near} for n, near in found.unknown.items()],
                "unfit": found.unfit,
            }
        )
    else:
        _tell(found)
    if not found.ok:
        raise typer.Exit(1)


def _tell(found: "SettingReport") -> None:
    lines = [(row.variable, _origin(row), _value(row)) for row in found.rows]
    lines += [
        (name, "unknown", f"✗ sets nothing; {_suggestion(n)}") for name, n in found.unknown.items()
    ]
    console.columns([tuple(map(console.clean, line)) for line in lines], indent="")
    for line in found.unfit:
        console.complain(f"These do not fit together: {line}.")
    if not found.ok:
        console.complain("Nothing starts with settings that are unfit (✗).")


def _origin(row: "ReportedSetting") -> str:
    return f"file {row.file}" if row.file else row.origin


def _value(row: "ReportedSetting") -> str:
    value = row.value
    if value is None or value == []:
        shown = "" if row.unfit else "not set"
    elif isinstance(value, bool):
        shown = str(value).lower()
    else:
        shown = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"{shown}  ✗ {row.unfit}".strip() if row.unfit else shown


def _suggestion(near: str | None) -> str:
    return f"do you mean {near}?" if near else "take it away"
