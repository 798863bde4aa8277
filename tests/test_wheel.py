"""Wheel: what is installed is what git keeps of the rooms and of the languages, and nothing beside it."""

import tomllib
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest

from tests.test_house import ROOT, kept_files

TARGET = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"][
    "targets"
]["wheel"]
INSTALLED = {*TARGET["packages"], "locale", "weerklank.py"}
"""What of the house is installed: the rooms, the languages, without which no room opens, and the way in."""


@pytest.fixture(scope="module")
def held(wheel: Path) -> set[str]:
    """The files of the wheel, without what it says of itself."""
    with ZipFile(wheel) as packed:
        names = packed.namelist()
    return {one for one in names if not PurePosixPath(one).parts[0].endswith(".dist-info")}


def test_the_wheel_holds_what_git_keeps_of_the_rooms_and_the_languages(held: set[str]) -> None:
    kept = {path.relative_to(ROOT).as_posix() for path in kept_files()}
    wanted = {one for one in kept if one.split("/")[0] in INSTALLED}
    kinds = {PurePosixPath(one).suffix for one in wanted}
    assert {".py", ".toml", ".po", ".html", ".txt", ".css", ".js"} <= kinds
    assert held == wanted


def test_the_wheel_holds_no_tool_test_or_benchmark(held: set[str]) -> None:
    assert {one.split("/")[0] for one in held} == INSTALLED
    assert INSTALLED.isdisjoint({"benchmarks", "docs", "tests", "tools"})
