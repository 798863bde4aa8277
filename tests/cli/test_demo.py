"""`weerklank demo`: the case in a folder, told at once, and nothing touched that it did not make."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import pytest
from typer.testing import CliRunner, Result

import flows.once.temporary_server
from cli.commands.demo import CASE, MARKER, DemoFolder
from cli.main import app
from config.settings import Settings

pytestmark = pytest.mark.slow
RUNS = [
    {
        "flow": "enforce-deadlines",
        "name": "enforce deadlines · 1 reminder",
        "state": "Completed",
        "tags": [],
    }
]
RAN = {
    "runs": RUNS,
    "artifacts": [],
    "events": {},
    "programmes": 1,
    "seconds": {"server": 1.0, "flows": 2.0},
}


def _demo(folder: Path, *args: str) -> Result:
    return CliRunner().invoke(app, ["demo", "--folder", str(folder), *args])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo that was run once, without Prefect."""
    place = tmp_path_factory.mktemp("demo") / "here"
    result = _demo(place, "--no-prefect")
    assert result.exit_code == 0, result.stderr
    (place / "seen.out").write_text(result.stdout, encoding="utf-8")
    return place


def test_it_leaves_story_records_mail_and_case(folder: Path) -> None:
    assert {CASE, "weerklank.db", "mail", "story.txt", MARKER} <= {
        path.name for path in folder.iterdir()
    }
    story = (folder / "story.txt").read_text(encoding="utf-8")
    assert "4 promised answers lapse" in story
    assert (folder / "mail" / "index.html").is_file()
    assert (folder / "mail" / "sponsor").is_dir()


def test_its_first_line_says_what_it_is_and_the_last_ones_what_to_run(folder: Path) -> None:
    lines = (folder / "seen.out").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("Weerklank demo")
    assert any("mail/index.html" in line for line in lines)
    assert "weerklank up --demo" in [line.strip() for line in lines[-4:]]
    assert "make portal" in " ".join(lines[-3:])


def test_the_records_answer_afterwards(folder: Path) -> None:
    shown = CliRunner().invoke(
        app,
        ["status", "kledingmerk-2022", "--json", "--now", "2023-03-31T00:00+02:00"],
        env={"WEERKLANK_DATABASE_URL": f"sqlite:///{folder / 'weerklank.db'}"},
    )
    assert json.loads(shown.stdout)["dialogues"][0]["phase"] == "closed"


def test_json_is_all_that_it_prints(tmp_path: Path) -> None:
    result = _demo(tmp_path / "new", "--no-prefect", "--json")
    report = json.loads(result.stdout)
    assert report["answers"]["sealed-1"] == {"status": "met-late", "late_days": 35}
    assert Path(report["mail"]).is_file()
    assert "prefect" not in report


def test_a_second_run_replaces_its_own_files_and_no_others(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    (folder / "story.txt").write_text("old", encoding="utf-8")
    assert _demo(folder, "--no-prefect", "--json").exit_code == 0
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert "lapse" in (folder / "story.txt").read_text(encoding="utf-8")


def test_a_folder_that_it_did_not_make_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "weerklank.db").write_text("precious", encoding="utf-8")
    result = _demo(tmp_path, "--no-prefect")
    assert result.exit_code == 1
    assert "did not make" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["weerklank.db"]
    assert (tmp_path / "weerklank.db").read_text(encoding="utf-8") == "precious"


def test_a_file_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("file", encoding="utf-8")
    result = _demo(tmp_path / "demo", "--no-prefect")
    assert result.exit_code == 1
    assert "no folder" in result.stderr


def test_links_in_its_folder_are_not_followed(tmp_path: Path) -> None:
    away, place = tmp_path / "away", tmp_path / "demo"
    (away / "deep").mkdir(parents=True)
    place.mkdir()
    (place / MARKER).touch()
    (place / "mail").symlink_to(away)
    DemoFolder(place).clear()
    assert (away / "deep").is_dir()
    assert not (place / "mail").exists()


def test_the_flows_run_at_the_next_moment_in_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    class Server:
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            asked["stopped"] = True

    def run(settings: Settings, *, now: datetime, folder: Path, server: object) -> dict[str, Any]:
        asked.update(settings=settings, now=now, folder=folder, server=server)
        return RAN

    monkeypatch.setattr(flows.once.temporary_server, "brief_server", lambda *_: Server())
    monkeypatch.setattr(flows.once.temporary_server, "run_flows_once", run)
    result = _demo(tmp_path / "demo")
    assert result.exit_code == 0, result.stderr
    assert "enforce deadlines · 1 reminder" in result.stdout
    assert asked["stopped"]
    assert asked["now"].isoformat() > "2023-03-30"
    assert str(tmp_path) in asked["settings"].database_url
    assert asked["settings"].channel == "maildir"


def test_when_prefect_fails_it_says_so_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(folder: Path) -> None:
        message = "The Prefect server ended by itself. Port in use"
        raise RuntimeError(message)

    monkeypatch.setattr(flows.once.temporary_server, "brief_server", fail)
    result = _demo(tmp_path / "demo")
    assert result.exit_code == 1
    assert "The Prefect server ended by itself." in result.stderr
    assert "--no-prefect" in result.stderr
    assert "Traceback" not in result.stderr
    assert "What to look at" in result.stdout
