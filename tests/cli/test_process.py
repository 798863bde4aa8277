"""The command as a process of its own: its status, its streams, and what it does not load."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Desk

pytestmark = pytest.mark.slow

HEAVY = (
    "prefect",
    "uvicorn",
    "fastapi",
    "flows",
    "portal",
    "jinja2",
    "apprise",
    "alembic",
    "icalendar",
    "rich",
)


def weerklank(folder: Path, *words: str, **changed: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a shell would."""
    return run([sys.executable, "-m", "cli.main", *words], folder, changed)


def run(
    words: list[str], folder: Path, changed: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    url = f"sqlite:///{folder / 'weerklank.db'}"
    env = {**os.environ, "WEERKLANK_DATABASE_URL": url, "COLUMNS": "80", **changed}
    return subprocess.run(words, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "words", [("--help",), ("status",), ("programme", "list"), ("journal", "verify")]
)
def test_a_command_loads_nothing_that_it_does_not_need(
    tmp_path: Path, words: tuple[str, ...], migrated_file: Path
) -> None:
    (tmp_path / "weerklank.db").write_bytes(migrated_file.read_bytes())
    code = (
        "import sys\n"
        "from cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n"
        f"    loaded = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "    print('loaded', loaded, 'status', end.code, file=sys.stderr)\n"
    )

    found = run([sys.executable, "-c", code, *words], tmp_path, {})

    assert "loaded [] status 0" in found.stderr


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("status",), 0),
        (("status", "ghost-2021"), 1),
        (("statsu",), 2),
        (("sweep", "--now", "2021-01-01T09:00"), 2),
        (("programme", "apply", "nowhere.yaml"), 2),
        (("doctor",), 1),
    ],
)
def test_the_status_tells_what_came_of_it(
    tmp_path: Path, words: tuple[str, ...], status: int
) -> None:
    found = weerklank(tmp_path, *words)

    assert found.returncode == status
    assert "Traceback" not in found.stderr + found.stdout


def test_a_result_goes_to_output_and_talk_to_error(tmp_path: Path) -> None:
    found = weerklank(tmp_path, "status")

    assert "no dialogues" in found.stdout
    assert "Next:" in found.stderr
    assert "\x1b" not in found.stdout + found.stderr


def test_an_unforeseen_error_is_one_line_with_a_reference(tmp_path: Path) -> None:
    code = (
        "import cli.commands.status, sys\n"
        "def broken(*_, **__): raise ZeroDivisionError\n"
        "cli.commands.status.open_house = broken\n"
        "from cli.main import main\n"
        "main()\n"
    )
    quiet = run([sys.executable, "-c", code, "status"], tmp_path, {})
    loud = run([sys.executable, "-c", code, "status", "--debug"], tmp_path, {})

    assert quiet.returncode == loud.returncode == 1
    assert "reference ZeroDivisionError@" in quiet.stderr
    assert len(quiet.stderr.splitlines()) == 1
    assert "Traceback" in loud.stderr


def test_a_sweep_says_on_what_time_could_not_act(edition: Desk) -> None:
    """Its log names the error by kind alone: a traceback is for whoever asks, and its text may hold a person's."""
    with closing(sqlite3.connect(edition.folder / "weerklank.db")) as file:
        file.execute("UPDATE duties SET kind = 'unheard-of'")
        file.commit()

    words = ("sweep", "--now", "2021-03-01T09:00+01:00")
    quiet, loud = (weerklank(edition.folder, *words, *more) for more in ((), ("--debug",)))

    assert quiet.returncode == loud.returncode == 1
    assert quiet.stdout == "Time acted on nothing.\n"
    assert quiet.stderr.splitlines() == [
        "time could not act on duty 1 (ValidationError)",
        "Time could not act on 1 duty: see weerklank doctor.",
    ]
    assert "Traceback" in loud.stderr


def test_a_sweep_says_which_edition_could_not_be_opened(programme: Desk) -> None:
    with closing(sqlite3.connect(programme.folder / "weerklank.db")) as file:
        file.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON dialogues BEGIN SELECT RAISE(ABORT, 'secret'); END"
        )
        file.commit()

    found = weerklank(programme.folder, "sweep", "--now", "2021-12-01T09:00+01:00")

    assert found.returncode == 1
    assert "The edition of klein that is due could not be opened." in found.stderr
    assert "Traceback" not in found.stderr
    assert "secret" not in found.stderr


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    script = f"{sys.executable} -m cli.main act --steps | head -1"

    found = run(["bash", "-c", script], tmp_path, {})

    assert found.stdout.startswith("name-risk")
    assert found.stderr == ""


def test_a_terminal_without_our_letters_is_served(tmp_path: Path, migrated_file: Path) -> None:
    (tmp_path / "weerklank.db").write_bytes(migrated_file.read_bytes())

    found = weerklank(tmp_path, "doctor", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")

    assert found.returncode == 1
    assert "database" in found.stdout


def test_completion_knows_commands_and_steps(tmp_path: Path) -> None:
    changed = {
        "_WEERKLANK_COMPLETE": "complete_bash",
        "COMP_CWORD": "3",
        "COMP_WORDS": "weerklank act x appro",
    }

    found = run([sys.executable, "-m", "cli.main"], tmp_path, changed)

    assert found.stdout.split() == ["approve-analysis"]
