"""No circle in the house: neither modules nor folders side by side import each other in a ring, not even for types."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.test_house import PROJECT, ROOMS, modules, name, tree

Graph = Mapping[str, set[str]]


def module_of(file: str) -> str:
    """Name a module as an import does."""
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported(source: ast.Module, known: Iterable[str]) -> Iterator[str]:
    """Every module of *known* that *source* imports: at its top, inside a function, or for the type checker alone."""
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from whole & set(known)
            if not whole <= set(known) and node.module in known:
                yield node.module


@cache
def imports() -> Graph:
    """Draw an arrow from each module of the house to those that it imports."""
    files = {module_of(name(path)): path for path in modules()}
    return {one: set(imported(tree(path), files)) - {one} for one, path in files.items()}


def folders() -> list[str]:
    """List every folder that holds modules."""
    return sorted({one.rpartition(".")[0] for one in imports() if "." in one})


def side_by_side(graph: Graph, folder: str) -> Graph:
    """Draw the arrows between what lies in *folder*: modules, and folders as one."""
    inside, depth = f"{folder}.", folder.count(".") + 2
    drawn: dict[str, set[str]] = {}
    for one, others in graph.items():
        if one.startswith(inside):
            here = ".".join(one.split(".")[:depth])
            beside = {".".join(o.split(".")[:depth]) for o in others if o.startswith(inside)}
            drawn.setdefault(here, set()).update(beside - {here})
    return drawn


def circle(graph: Graph) -> list[str]:
    """Give one ring of imports, from a module back to itself; empty when there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle(imports()) == []


@pytest.mark.parametrize("folder", folders())
def test_nothing_side_by_side_imports_each_other_in_a_circle(folder: str) -> None:
    assert circle(side_by_side(imports(), folder)) == []


def test_a_circle_is_found_however_it_is_hidden() -> None:
    for hidden in (
        "from a.two import x",
        "if TYPE_CHECKING:\n    from a import two",
        "def late():\n    import a.two",
    ):
        known = {"a.one", "a.two"}
        assert set(imported(ast.parse(hidden), known)) == {"a.two"}
        drawn = {"a.one": {"a.two"}, "a.two": {"a.one"}}
        assert sorted(set(circle(drawn))) == ["a.one", "a.two"]

    drawn = {"a.b.one": {"a.c.one"}, "a.c.two": {"a.b.two"}, "a.b.two": set(), "a.c.one": set()}
    assert circle(drawn) == []
    assert sorted(set(circle(side_by_side(drawn, "a")))) == ["a.b", "a.c"]


def test_the_linter_of_imports_knows_the_floors_of_each_room_with_folders() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    floors = {room: one for one in contracts for room in one.get("containers", ())}
    with_folders = {folder.partition(".")[0] for folder in folders() if "." in folder}

    assert with_folders <= set(floors)
    assert set(floors) >= set(ROOMS) - {"config"}
    assert all(one["exhaustive"] for one in floors.values())


def test_secrets_are_compared_slowly_in_one_place() -> None:
    """A second comparison would be one more that must take as long where there is nothing to compare with."""
    slow = {"argon2", "argon2.exceptions"}
    own = [name(path) for path in modules() if set(imported(tree(path), slow))]

    assert [one for one in own if not one.startswith("tests/")] == ["records/seals/slow_hashes.py"]
