"""The house itself: its rooms, its measures, its papers, and that it knows only itself."""

import ast
import importlib.util
import re
import statistics
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS = sorted(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
NOT_ROOMS = {
    "benchmarks",
    "tools",
    "tests",
}  # workshops: they stay behind when the house moves
LOCKS = ("requirements.lock", "requirements-dev.lock")

# The norms of the house, in lines; a body is a function without its docstring.
FILE_LINES = 300
BODY_LINES = 40
BODY_LINES_P90 = 20
BODY_LINES_MEDIAN = 6

# Written in pieces, or this file would be the first to break its own rule.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs"),
        ("deb", "debian", "org"),
    )
)
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:root|work|home|tmp|Users)/\w")


@cache
def modules() -> tuple[Path, ...]:
    """List every Python file of every room."""
    return tuple(sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")))


def written() -> list[Path]:
    """Leave out the migrations: history is as long as what happened, and nobody rewrites it."""
    return [path for path in modules() if "migrations/versions" not in name(path)]


def name(path: Path) -> str:
    """Name a file as one does from the front door."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """Parse a file once."""
    return ast.parse(path.read_text(encoding="utf-8"), name(path))


def bodies() -> dict[str, int]:
    """Measure each function, from its first statement after the docstring to its last."""
    return {
        f"{name(path)}:{node.lineno} {node.name}": body_lines(node)
        for path in written()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    statements = function.body[1:] if ast.get_docstring(function) else function.body
    if not statements:
        return 0
    return (statements[-1].end_lineno or 0) - statements[0].lineno + 1


def kept_files() -> list[Path]:
    """List what git keeps or is about to keep."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this copy of the house is not a git repository")
    paths = (ROOT / entry for entry in listed.stdout.split("\0") if entry)
    return [path for path in paths if path.is_file()]


def texts() -> dict[str, str]:
    """Read what is text among the kept files."""
    found = {}
    for path in kept_files():
        content = path.read_bytes()
        if b"\0" not in content:
            found[name(path)] = content.decode("utf-8")
    return found


def architecture() -> str:
    """Read ARCHITECTURE.md and the pages of docs/ that it sends its reader to."""
    front = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    pages = re.findall(r"\]\((docs/[^)#]+\.md)", front)
    return "\n".join([front, *((ROOT / page).read_text(encoding="utf-8") for page in pages)])


def unnamed(words: list[str]) -> list[str]:
    """Pick the words that the papers of the house do not name."""
    papers = architecture()
    return [
        word for word in words if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", papers)
    ]


def test_the_rooms_on_disk_are_the_rooms_in_the_wheel() -> None:
    on_disk = {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_ROOMS

    assert sorted(on_disk) == ROOMS


def test_the_linter_of_imports_watches_every_room() -> None:
    linter = PROJECT["tool"]["importlinter"]
    layers = next(each["layers"] for each in linter["contracts"] if each["type"] == "layers")

    assert sorted(linter["root_packages"]) == ROOMS
    assert sorted(room for layer in layers for room in layer.split(" | ")) == ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_imported_from_this_house(room: str) -> None:
    spec = importlib.util.find_spec(room)

    assert spec is not None
    assert spec.origin == str(ROOT / room / "__init__.py")


_FIELDS = frozenset({"seals", "attribution", "small_group"})
_SECRETS = re.compile(rf"""\.({"|".join(_FIELDS)})\b|\[["']({"|".join(_FIELDS)})["']\]""")
_MAY_READ = {
    "records/journal/replay.py": "tells the facts again, for the operator who asks whether rows were rewritten",
    "records/journal/examination.py": "holds that against the rows, and names the field that differs",
    "states/model/dialogue.py": "finds the seat behind a voice, and the voices of a seat, for the steps",
}
"""Who reads them beside states/privacy, and why; to store a field by its name is no reading."""


def reads_secrets(path: Path) -> bool:
    """Whether a file itself looks at who may know what, instead of asking states/privacy."""
    if path.suffix != ".py":
        return _SECRETS.search(path.read_text(encoding="utf-8")) is not None
    return any(map(_reads_secret, ast.walk(tree(path))))


def _reads_secret(node: ast.AST) -> bool:
    """Whether *node* reads one of the fields, as an attribute or as a key of what was made of it."""
    if isinstance(node, ast.Subscript):
        is_read = isinstance(node.ctx, ast.Load) and ast.unparse(node.value) != "Literal"
        return is_read and isinstance(node.slice, ast.Constant) and node.slice.value in _FIELDS
    return isinstance(node, ast.Attribute) and node.attr in _FIELDS


def test_who_may_see_what_is_decided_in_one_place() -> None:
    words = (path for room in ROOMS for path in (ROOT / room).rglob("*.[ht][tx][mt]*"))
    files = [path for path in (*written(), *words) if "states/privacy/" not in name(path)]

    assert {name(path) for path in files if reads_secrets(path)} == set(_MAY_READ)


@pytest.mark.parametrize("read", ["point.attribution", 'detail["attribution"]', "row['seals']"])
def test_a_reading_of_secrets_is_found(read: str) -> None:
    assert _SECRETS.search(read)
    assert any(map(_reads_secret, ast.walk(ast.parse(read))))


def test_a_point_tells_nothing_of_its_seal_by_itself() -> None:
    """A property of a model would be another way to the same secret, by a name that the net does not have."""
    source = tree(ROOT / "states/model/contributions.py")

    assert not {"SEALED", "attribution"} & {
        node.attr for node in ast.walk(source) if isinstance(node, ast.Attribute)
    }


def test_every_module_says_what_it_is_for() -> None:
    assert [name(path) for path in modules() if not ast.get_docstring(tree(path))] == []


def test_no_file_is_longer_than_a_reader() -> None:
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in written()}

    assert {file: lines for file, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    assert {where: lines for where, lines in bodies().items() if lines > BODY_LINES} == {}


def test_functions_are_short() -> None:
    lengths = list(bodies().values())

    assert statistics.median(lengths) <= BODY_LINES_MEDIAN
    assert statistics.quantiles(lengths, n=10)[-1] <= BODY_LINES_P90


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_names_no_place(lock: str) -> None:
    content = (ROOT / lock).read_text(encoding="utf-8")

    assert "://" not in content
    assert not re.search(r"^-", content, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_holds_a_hash_for_each_package(lock: str) -> None:
    pins = re.findall(
        r"^\S+==(?:.*\\\n)*.*$", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE
    )

    assert pins
    assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []


def test_developing_is_done_on_the_versions_that_run() -> None:
    runtime, dev = (
        set(re.findall(r"^\S+==\S+", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
        for lock in LOCKS
    )

    assert runtime - dev == set()


def test_there_is_no_lock_that_names_hosts() -> None:
    assert not (ROOT / "uv.lock").exists()


def test_no_file_names_a_place_on_one_machine() -> None:
    def tells(text: str) -> bool:
        return str(ROOT) in text or MACHINE_PATH.search(text) is not None

    assert [file for file, text in texts().items() if tells(text)] == []


def test_no_file_names_the_host_of_a_registry() -> None:
    found = [(file, host) for file, text in texts().items() for host in REGISTRIES if host in text]

    assert found == []


def test_every_book_of_words_can_be_read() -> None:
    """A key that two people added at the same time makes the whole book unreadable, and no page opens."""
    for file, text in texts().items():
        if file.endswith(".toml"):
            assert tomllib.loads(text), file


def test_every_text_ends_its_last_line() -> None:
    assert [file for file, text in texts().items() if text and not text.endswith("\n")] == []


def test_every_room_is_on_the_map() -> None:
    assert unnamed([*ROOMS, "tests"]) == []


def test_every_phase_is_on_the_map() -> None:
    from states.model.dialogue import Phase

    assert unnamed([phase.value for phase in Phase]) == []


def test_every_setting_is_explained() -> None:
    from config.settings import variables

    assert unnamed(sorted(variables())) == []


def test_every_message_is_named() -> None:
    folders = (ROOT / "notifications" / "templates").glob("[!_]*/page.html")

    assert unnamed(sorted(path.parent.name for path in folders)) == []


def test_every_link_between_papers_leads_somewhere() -> None:
    links = {
        f"{file} → {target}": (ROOT / file).parent / target
        for file, text in texts().items()
        if file.endswith(".md")
        for target in re.findall(r"\]\(([^)#:\s]+)", text)
    }

    assert [link for link, target in links.items() if not target.exists()] == []


def test_the_licence_is_the_one_that_is_named() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")

    assert PROJECT["project"]["license"] == "EUPL-1.2"
    assert licence.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert "15.Applicable Law" in licence


def test_changes_are_told_from_the_first_day() -> None:
    assert (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").startswith("# ")


def test_the_architecture_shows_the_machine_as_it_is() -> None:
    from states.steps.diagram import mermaid

    assert f"```mermaid\n{mermaid()}```" in (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
