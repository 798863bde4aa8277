"""Entry point: an installed Weerklank refuses an environment in which it and others take each other's place."""

import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from cli.errors import Ending
from tests.test_house import ROOMS
from tests.test_wheel import INSTALLED
from weerklank import ROOMS as ASKED
from weerklank import TAKEN


@pytest.fixture
def site(wheel: Path, tmp_path: Path) -> Path:
    """A folder of packages into which the wheel was installed."""
    folder = tmp_path / "site"
    with ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder


def add(site: Path, name: str, *files: str) -> None:
    """Install beside it a distribution *name* of *files*, as an installer does: what is there is overwritten."""
    for file in files:
        place = site / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("")
    papers = site / f"{name}.dist-info"
    papers.mkdir()
    lines = [f"{file},sha256=e3b0c442,0" for file in (*files, f"{papers.name}/RECORD")]
    (papers / "RECORD").write_text("\n".join(lines) + "\n")


def begin(site: Path, *words: str, before: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Start the installed command with *words*, in *site* alone, or with the folder *before* it on Python's path."""
    path = os.pathsep.join(str(place) for place in (before, site) if place)
    return subprocess.run(
        [sys.executable, "-c", "import weerklank; weerklank.main()", *words],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path},
        cwd=site.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_asks_for_every_name_that_it_takes() -> None:
    assert set(ASKED) == set(ROOMS)
    assert set(TAKEN) == INSTALLED - {"weerklank.py"}


def test_alone_and_beside_others_it_runs(site: Path) -> None:
    add(site, "configs-1.0", "configs/__init__.py", "recordset.py")
    done = begin(site, "--version")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("weerklank ")


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("config/__init__.py", "config"),
        ("config/loader.py", "config"),
        ("records.py", "records"),
        ("locale/de/LC_MESSAGES/theirs.mo", "locale"),
    ],
)
def test_it_refuses_where_a_name_is_somebody_elses_too(site: Path, file: str, name: str) -> None:
    add(site, "python_theirs-2.1", file, "theirs/__init__.py")
    done = begin(site, "status", "--json")

    assert done.returncode == 1
    assert f"'{name}' in this environment also belongs to python_theirs 2.1" in done.stderr
    assert "uv tool install" in done.stderr
    assert "Traceback" not in done.stderr
    refused = json.loads(done.stdout)["refused"]
    assert refused["code"] == "shared-environment"
    assert (refused["checks"], refused["near"]) == ([], [])
    assert set(refused) == set(Ending(1).document()["refused"])


def test_it_refuses_where_somebody_elses_comes_first(site: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    (theirs / "cli").mkdir(parents=True)
    (theirs / "cli" / "__init__.py").write_text("raise SystemExit('theirs')")
    done = begin(site, "--version", before=theirs)

    assert done.returncode == 1
    assert f"'cli' is taken from {theirs / 'cli' / '__init__.py'}, not from {site}" in done.stderr
    assert "theirs'" not in done.stdout


def test_it_refuses_where_a_room_of_it_is_gone(site: Path) -> None:
    (site / "portal").rename(site / "was")
    done = begin(site, "--version")

    assert done.returncode == 1
    assert "'portal' is taken from " in done.stderr
    assert "Traceback" not in done.stderr
