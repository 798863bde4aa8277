"""Map of modules: every file of the rooms with the first line of its docstring, as docs/modules.md shows them."""

import ast
import tomllib
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from tools.docgen.markdown import table

ROOT = Path(__file__).resolve().parents[2]
_LEFT_OUT = "migrations/versions"  # history: one file for each change of the tables


def rooms() -> list[str]:
    """The rooms of the house, as they go into the wheel."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return sorted(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


def modules() -> str:
    """One table for each folder, under a heading for each room."""
    return "\n\n".join(_room(room) for room in rooms())


def _room(room: str) -> str:
    files = sorted(
        (ROOT / room).rglob("*.py"), key=lambda file: (file.parent.as_posix(), file.name)
    )
    kept = [file for file in files if _LEFT_OUT not in file.as_posix()]
    folders = (_folder(folder, inside) for folder, inside in groupby(kept, lambda f: f.parent))
    return "\n\n".join([f"## {room}", *folders])


def _folder(folder: Path, files: Iterable[Path]) -> str:
    """What the package is for, and its modules; the `__init__` is the sentence above them."""
    lines = {file.name: first_line(file) for file in files}
    name = folder.relative_to(ROOT).as_posix()
    about = lines.pop("__init__.py", "")
    said = f"**`{name}/`** {about}".strip()
    if not lines:
        return said
    return f"{said}\n\n{table(('module', 'what it holds'), _rows(lines))}"


def _rows(lines: dict[str, str]) -> list[tuple[str, str]]:
    return [(f"`{name}`", line) for name, line in lines.items()]


def first_line(file: Path) -> str:
    """The first line of the docstring of *file*, empty when it has none."""
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return said.partition("\n")[0]
