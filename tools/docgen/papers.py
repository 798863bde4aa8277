"""Generated parts: which page has which, who writes it, and which of them are out of date."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from states.steps.diagram import mermaid
from tools.docgen import (
    floors,
    json_schema,
    law_tables,
    module_map,
    operator_tables,
    scenario_fields,
    settings_table,
)
from tools.docgen.markdown import code, part, replace_part

ROOT = module_map.ROOT


class GeneratedPart(NamedTuple):
    """What stands between the markers of *name* in *file*, as *write* makes it from the code."""

    file: str
    name: str
    write: Callable[[], str]


def _diagram() -> str:
    return f"```mermaid\n{mermaid()}```"


def _messages() -> str:
    """The messages by name: every folder of letter templates that is no part of another."""
    folders = (ROOT / "notifications" / "templates").glob("[!_]*/page.html")
    return f"{code(*sorted(path.parent.name for path in folders))}."


PARTS = (
    GeneratedPart("ARCHITECTURE.md", "diagram", _diagram),
    GeneratedPart("ARCHITECTURE.md", "floors", floors.floors),
    GeneratedPart("ARCHITECTURE.md", "messages", _messages),
    GeneratedPart("docs/effort.md", "forms", operator_tables.forms),
    GeneratedPart("docs/effort.md", "letters", operator_tables.letters),
    GeneratedPart("docs/json.md", "commands", json_schema.commands),
    GeneratedPart("docs/json.md", "documents", json_schema.documents),
    GeneratedPart("docs/modules.md", "modules", module_map.modules),
    GeneratedPart("docs/operations.md", "events", operator_tables.events),
    GeneratedPart("docs/rules.md", "checks", law_tables.checks),
    GeneratedPart("docs/rules.md", "duties", law_tables.duties),
    GeneratedPart("docs/rules.md", "ladders", law_tables.ladders),
    GeneratedPart("docs/rules.md", "floors", law_tables.floors),
    GeneratedPart("docs/rules.md", "limits", law_tables.limits),
    GeneratedPart("docs/rules.md", "profiles", law_tables.profiles),
    GeneratedPart("docs/rules.md", "steps", law_tables.steps),
    GeneratedPart("docs/scenario.md", "fields", scenario_fields.fields),
    GeneratedPart("docs/scenario.md", "step-fields", scenario_fields.step_fields),
    GeneratedPart("docs/settings.md", "settings", settings_table.settings),
)


WHOLE: dict[str, Callable[[], str]] = {"docs/json.schema.json": json_schema.text}
"""Files that are written from their first letter to their last."""


def is_stale(one: GeneratedPart) -> bool:
    """Whether *one* says something else than the code."""
    return part((ROOT / one.file).read_text(encoding="utf-8"), one.name) != one.write()


def stale() -> list[str]:
    """The parts that are out of date, as `file: name`."""
    parts = [f"{one.file}: {one.name}" for one in PARTS if is_stale(one)]
    return parts + [file for file in WHOLE if _is_stale_file(file)]


def _is_stale_file(file: str) -> bool:
    return not (ROOT / file).exists() or (ROOT / file).read_text(encoding="utf-8") != WHOLE[file]()


def write_all() -> list[str]:
    """Write every part that is out of date; which files changed."""
    changed = {_write(one) for one in PARTS if is_stale(one)}
    for file in [file for file in WHOLE if _is_stale_file(file)]:
        (ROOT / file).write_text(WHOLE[file](), encoding="utf-8")
        changed.add(ROOT / file)
    return sorted(file.relative_to(ROOT).as_posix() for file in changed)


def _write(one: GeneratedPart) -> Path:
    file = ROOT / one.file
    page = replace_part(file.read_text(encoding="utf-8"), one.name, one.write())
    file.write_text(page, encoding="utf-8")
    return file
