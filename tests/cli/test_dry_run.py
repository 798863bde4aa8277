"""`--dry-run`: it says what the command would do, and the files of the house are the same to the byte."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ID, OPENED, PROGRAMME, SESSION, Desk

LATE = "2021-02-20T09:00+01:00"


def files(desk: Desk) -> dict[str, bytes]:
    """Read every file on the desk."""
    return {str(path): path.read_bytes() for path in Path(desk.folder).rglob("*") if path.is_file()}


def foretold(desk: Desk, *words: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Ask what *words* would do, which changes no file."""
    before = files(desk)
    desk.good(*words, "--dry-run")
    shown = desk.json(*words, "--dry-run")
    assert files(desk) == before
    assert shown["dry_run"] is True
    return shown


def test_a_programme_is_foreseen_without_a_database(desk: Desk) -> None:
    words = ("programme", "apply", desk.file("klein.yaml", PROGRAMME), "--now", OPENED)
    shown = foretold(desk, *words)

    assert not (desk.folder / "weerklank.db").exists()
    assert desk.json(*words) == shown["report"]
    moved = {**PROGRAMME["roles"], "manager": {"name": "De manager", "email": "new@klein.example"}}
    again = desk.file("klein.yaml", {**PROGRAMME, "roles": moved, "schedule": "0 9 2 12 *"})
    shown = foretold(desk, "programme", "apply", again, "--now", OPENED)
    assert shown["report"]["fields"] == ["roles.manager", "schedule"]
    assert shown["sign_ins"] == ["manager"]


def test_a_year_is_foreseen_step_by_step(programme: Desk) -> None:
    opening = ("open", "klein", "--session", SESSION, "--now", OPENED)
    shown = foretold(programme, *opening)
    assert {row["to"] for row in shown["hears"]} == {"manager", "sponsor", "moderator", "board"}
    assert {row["how"] for row in shown["hears"]} == {"written"}
    assert programme.json(*opening) == shown["report"]

    delivery = ("deliver", "--now", OPENED)
    shown = foretold(programme, *delivery)
    assert [row["how"] for row in shown["hears"]] == ["sent"] * 4
    assert [row["letter"] for row in shown["hears"]] == [1, 2, 3, 4]
    assert programme.json(*delivery) == shown["report"]

    sweeping = ("sweep", "--now", LATE)
    shown = foretold(programme, *sweeping)
    assert ("manager", "approve-analysis", "+5wd") in {
        (row["to"], row["duty"], row["rung"]) for row in shown["hears"]
    }
    lapse = {"dialogue": ID, "fact": "duty-lapsed", "subject": "approve-analysis"}
    assert lapse in shown["changes"]
    assert programme.json(*sweeping) == shown["report"]
    assert foretold(programme, *sweeping)["hears"] == []


def test_it_says_it_in_words(programme: Desk) -> None:
    result = programme("open", "klein", "--session", SESSION, "--now", OPENED, "--dry-run")

    assert "nothing was changed" in result.stderr
    assert "Would hear:" in result.stdout
    assert "approve-analysis" in result.stdout
    assert "no edition yet" in programme.good("status")


def test_what_would_be_refused_is_refused(programme: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "ghost" in programme.bad(1, "open", "ghost", "--session", SESSION, "--dry-run")
    assert "2019" in programme.bad(1, "open", "klein", "--session", "2019-06-16T13:00", "--dry-run")
    monkeypatch.setenv("WEERKLANK_CHANNEL", "none")
    result = programme("deliver", "--dry-run")
    assert (result.exit_code, "WEERKLANK_CHANNEL" in result.stderr) == (1, True)


def test_it_looks_ahead_of_the_clock(programme: Desk) -> None:
    """What cannot be undone is not done: only whoever would write is kept to the clock."""
    ahead = ("--now", "2098-01-15T09:00+01:00")

    shown = foretold(programme, "sweep", *ahead)
    assert shown["report"]["opened"] == ["klein-2098"]
    foretold(programme, "open", "klein", "--session", "2098-09-16T13:00", *ahead)
    foretold(programme, "deliver", *ahead)
    assert "not come yet" in programme.bad(1, "sweep", *ahead)


def test_time_finds_no_database_where_there_is_none(desk: Desk) -> None:
    """A file that is gone must not pass for a house in which nothing is due."""
    for words in (("sweep",), ("deliver",)):
        assert "no database file" in desk.bad(1, *words, "--dry-run", "--now", OPENED)
        assert not (desk.folder / "weerklank.db").exists()
