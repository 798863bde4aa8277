"""The wheel is installed as a tool of its own, by uv and by pipx as docs/operations.md says, and works from there."""

import base64
import hashlib
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.test_house import ROOT

BY_UV = "uv tool install --constraints dist/constraints.txt dist/weerklank-*.whl"
BY_PIPX = 'pipx install --pip-args="--constraint dist/constraints.txt" dist/weerklank-*.whl'
BESIDE = Path(sys.executable).parent
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make wheel` makes."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(["make", "--silent", "wheel", f"DIST={folder}"], cwd=ROOT, check=True)
    return folder


def places(home: Path) -> dict[str, str]:
    """Variables by which both installers keep to *home*, and reach the index that this machine's pip reaches."""
    ways: dict[str, str] = runpy.run_path(str(ROOT / ".ci" / "install.py"))["uv_environment"]()
    own = {
        "UV_TOOL_DIR": home / "tools", "UV_TOOL_BIN_DIR": home / "bin", "PIPX_HOME": home / "pipx",
        "PIPX_BIN_DIR": home / "bin", "XDG_DATA_HOME": home / "data", "PIPX_DEFAULT_BACKEND": "uv",
    }  # fmt: skip
    path = f"{BESIDE}:{os.environ['PATH']}"
    return {**ways, **os.environ, "PATH": path, **{name: str(at) for name, at in own.items()}}


def install(line: str, dist: Path, home: Path) -> Path:
    """Type *line* of the page where the wheel lies in *dist*; gives the installed program."""
    assert f"\n{line}\n" in PAGE
    typed = line.replace("dist/", f"{dist}/")
    done = subprocess.run(
        ["bash", "-c", typed], env=places(home), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return home / "bin" / "weerklank"


def run(program: Path, home: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """What *program* says to *words*, far from this checkout."""
    return subprocess.run(
        [program, *words], env=places(home), cwd=home, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(BY_UV, id="uv", marks=pytest.mark.slow),
        pytest.param(BY_PIPX, id="pipx", marks=pytest.mark.heavy),
    ],
)
def test_it_works_from_an_environment_of_its_own(line: str, dist: Path, tmp_path: Path) -> None:
    program = install(line, dist, tmp_path)
    told = run(program, tmp_path, "--version")
    scenario = ROOT / "docs" / "scenario.md"
    (tmp_path / "year.yaml").write_text(
        scenario.read_text("utf-8").split("```yaml\n")[1].split("```")[0]
    )
    lived = run(program, tmp_path, "rehearse", "year.yaml", "--json")
    made = run(program, tmp_path, "programme", "apply", ROOT / "deploy" / "programme.yaml")

    assert told.stdout.startswith("weerklank "), told.stderr
    assert json.loads(lived.stdout), lived.stderr
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "data" / "weerklank" / "weerklank.db").exists()


@pytest.mark.heavy
def test_a_stranger_of_the_same_name_is_found(dist: Path, tmp_path: Path) -> None:
    program = install(BY_UV, dist, tmp_path)
    python = tmp_path / "tools" / "weerklank" / "bin" / "python"
    add = ["uv", "pip", "install", "--quiet", "--no-deps", "--no-index", "--python", str(python)]
    subprocess.run([*add, _wheel_of_a_stranger(tmp_path)], env=places(tmp_path), check=True)
    refused = run(program, tmp_path, "--version")

    assert refused.returncode == 1
    assert "'config' in this environment also belongs to stranger 1.0" in refused.stderr


def _wheel_of_a_stranger(folder: Path) -> Path:
    """A wheel with a package called `config`, as somebody else might have one."""
    papers = "stranger-1.0.dist-info"
    files = {
        "config/__init__.py": "",
        f"{papers}/METADATA": "Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n",
        f"{papers}/WHEEL": "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = [f"{name},sha256={_digest(text)},{len(text)}" for name, text in files.items()]
    files[f"{papers}/RECORD"] = "\n".join([*lines, f"{papers}/RECORD,,"]) + "\n"
    wheel = folder / "stranger-1.0-py3-none-any.whl"
    with ZipFile(wheel, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return wheel


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
