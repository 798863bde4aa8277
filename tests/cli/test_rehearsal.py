"""`weerklank rehearse`: what it prints, for whom, in which language, and how it ends."""

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from cli.main import app
from cli.rehearsal.scenario import parse_scenario
from cli.rehearsal.simulator import StandsStill, new_life
from tests.journeys.lives import Row, act, played, small

pytestmark = pytest.mark.slow
CASE = Path(__file__).parents[2] / "cli" / "data" / "kledingmerk-2022.yaml"
KEYS = {
    "dialogues": {"id", "phase", "since", "checks"},
    "duties": {
        "id", "dialogue", "kind", "owner", "for", "due", "first_due", "status", "met_at", "late_days", "version",
    },
    "facts": {"at", "dialogue", "fact", "actor", "subject", "detail"},
    "notices": {
        "at", "dialogue", "to", "role", "template", "duty", "kind", "rung", "version", "status", "channel",
        "letter",
    },
    "letters": {"id", "at", "to", "role", "kind", "notices"},
    "refused": {"at", "do", "by", "code", "why"},
    "effort": {"role", "letters", "minutes", "hours", "parts"},
}  # fmt: skip
INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")


def _run(*args: str, **environment: str) -> Result:
    return CliRunner().invoke(app, ["rehearse", *args], env=environment)


def _file(folder: Path, life: Row) -> str:
    file = folder / "life.yaml"
    file.write_text(yaml.safe_dump(life, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return str(file)


def _json(*args: str) -> Row:
    result = _run(*args, "--json")
    assert result.exit_code == 0, result.stderr
    shown: Row = json.loads(result.stdout)
    return shown


@cache
def _case() -> Row:
    """What is printed of the case; it is only looked at."""
    return _json(str(CASE))


def test_the_json_has_the_promised_shape() -> None:
    shown = _case()
    assert set(shown) == {*KEYS, "profile"}
    for table, keys in KEYS.items():
        assert shown[table], table
        assert {frozenset(row) for row in shown[table]} == {frozenset(keys)}
    checks = {frozenset(check) for row in shown["dialogues"] for check in row["checks"]}
    assert checks == {frozenset({"check", "ok", "strength", "overridden", "why", "source"})}


def test_instants_are_utc_with_seconds_and_lists_are_in_order() -> None:
    shown = _case()
    for table in ("facts", "notices", "refused"):
        moments = [row["at"] for row in shown[table]]
        assert moments == sorted(moments)
        assert all(INSTANT.match(moment) for moment in moments)
    for row in shown["duties"]:
        named = [row["due"], row["first_due"], *([row["met_at"]] if row["met_at"] else [])]
        assert all(INSTANT.match(moment) for moment in named)
    assert "+00:00" not in json.dumps(shown)


def test_the_same_file_gives_the_same_bytes() -> None:
    assert _run(str(CASE), "--json").stdout_bytes == _run(str(CASE), "--json").stdout_bytes


def test_status_words_are_those_of_the_contract() -> None:
    shown = _case()
    known = {"open", "met", "lapsed", "met-late", "withdrawn", "no-answer"}
    assert {row["status"] for row in shown["duties"]} <= known
    told = {"sent", "failed", "withdrawn", "skipped", "sealed"}
    assert {row["status"] for row in shown["notices"]} <= told
    went = [row for row in shown["notices"] if row["status"] == "sent"]
    assert {row["channel"] for row in went} == {"email"}
    assert all((row["letter"] is None) == (row not in went) for row in shown["notices"])
    assert sum(row["notices"] for row in shown["letters"]) == len(went)
    assert {row["kind"] for row in shown["letters"]} == {"alerts", "tasks", "own"}
    assert {row["owner"] for row in shown["duties"]} <= {
        "manager",
        "moderator",
        "sponsor",
        "participant",
    }


@pytest.mark.parametrize("secret", ["vakbond-bd", "organizer@union-bd.example", "Garment workers"])
def test_the_managers_output_never_ties_the_sealed_speaker_to_what_they_said(secret: str) -> None:
    shown = _case()
    text = json.dumps([row for row in shown["facts"] if row["at"] > "2022-06-16T12"])
    assert secret not in text
    assert secret not in json.dumps(
        [row for row in shown["notices"] if row["kind"] == "answer-participant"]
    )


def test_the_moderator_sees_seals_and_the_auditor_nobody() -> None:
    seals = _json(str(CASE), "--as", "moderator")["seals"]
    assert seals == [
        {"dialogue": "kledingmerk-2022", "voice": "sealed-1", "stakeholder": "vakbond-bd"}
    ]
    shown = _json(str(CASE), "--as", "auditor")
    text = json.dumps(shown, ensure_ascii=False)
    for seat in yaml.safe_load(CASE.read_text(encoding="utf-8"))["stakeholders"]:
        for key in ("name", "organisation", "email"):
            assert seat[key] not in text
        assert f'"{seat["id"]}"' not in text
        assert f'/{seat["id"]}"' not in text
    assert "participant-12" in text


def test_the_story_for_an_auditor_tells_that_a_verdict_was_given_and_not_which() -> None:
    told = _run(str(CASE), "--as", "auditor")
    assert told.exit_code == 0, told.stderr
    assert "gave a verdict" in told.stdout
    assert "felt heard" not in told.stdout
    assert "felt heard" in _run(str(CASE), "--as", "moderator").stdout


def test_until_ends_the_life_earlier() -> None:
    shown = _json(str(CASE), "--until", "2022-09-09T08:00")
    assert shown["facts"][-1]["at"] == "2022-09-09T06:00:00Z"
    assert shown["dialogues"][0]["phase"] == "feedback"
    before = _json(str(CASE), "--until", "2022-09-09")
    assert before["facts"][-1]["at"] == "2022-09-08T22:00:00Z"


def test_a_refused_step_ends_with_0_and_with_1_when_strict() -> None:
    assert _run(str(CASE), "--until", "2022-02-02").exit_code == 0
    assert _run(str(CASE), "--until", "2022-02-02", "--strict").exit_code == 1
    assert _run(str(CASE), "--until", "2022-01-31", "--strict").exit_code == 0


def test_a_malformed_file_ends_with_2_and_says_where(tmp_path: Path) -> None:
    result = _run(
        _file(tmp_path, small([{"at": "2022-01-10T10:00", "by": "manager", "does": "x"}]))
    )
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "acts[0].do" in result.stderr
    assert "line " in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    result = _run(str(tmp_path / "no.yaml"))
    assert result.exit_code == 2
    assert "no.yaml" in result.stderr


def test_an_edition_that_cannot_be_opened_ends_with_1(tmp_path: Path) -> None:
    life = small([])
    life["dialogue"]["session"] = "2021-06-16T13:00"
    result = _run(_file(tmp_path, life))
    assert result.exit_code == 1
    assert "2021-06-16" in result.stderr


def test_the_records_can_be_kept_and_are_never_lived_in_twice(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kept.db'}"
    file = _file(tmp_path, small(played("analysis"), until="2022-02-01T00:00"))
    kept = _json(file, "--database", url)
    again = _run(file, "--database", url, "--json")
    assert again.exit_code == 1
    assert json.loads(again.stdout)["refused"]["code"] == "database-in-use"
    assert "in use already" in again.stderr
    assert kept == _json(file)


def test_every_kind_of_database_tells_the_same(database_url: str, tmp_path: Path) -> None:
    file = _file(tmp_path, small(played("feedback"), until="2022-12-02T00:00"))
    assert _json(file, "--database", database_url) == _json(file)


def test_mail_is_left_in_a_folder_per_recipient(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    assert _run(str(CASE), "--mail", str(folder), "--until", "2022-10-14").exit_code == 0
    boxes = {path.name for path in folder.iterdir()}
    assert {"manager", "klant", "sealed-1", "index.html"} <= boxes
    honest = folder / "sealed-1" / "002 2022-09-09 answer-is-late.eml"
    assert b"To: organizer@union-bd.example" in honest.read_bytes()
    index = (folder / "index.html").read_text(encoding="utf-8")
    box = index.split('<h2 id="sealed-1">')[1].split("<h2")[0]
    assert "answer-is-late" in box
    assert "organizer" not in box.lower()
    assert "garment" not in box.lower()
    assert "2022-09-09 08:00" in index


def test_the_story_is_plain_narrow_and_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    result = _run(str(CASE))
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 92
    for told in (
        "no answer from klant, after 2 reminders",
        "6 answers are owed by the end of 8 Sep",
        "8 Sep 24:00  ! 4 promised answers lapse",
        "4 people who wait are told honestly, each alone",
        "22 Sep 08:00",
        "belegger: late, postponed to 3 Oct",
        "2 in time, 4 late (22, 35, 35, 42 days), 0 still owed",
    ):
        assert told in result.stdout, told
    assert "sealed-1 has the answer" not in result.stdout, "how far words came is nobody's affair"
    after = result.stdout.split("Session", 1)[1]
    assert "vakbond-bd" not in after
    assert "Next:" in result.stderr


def test_the_story_speaks_dutch_when_asked() -> None:
    for result in (_run(str(CASE), "--lang", "nl"), _run(str(CASE), WEERKLANK_LANGUAGE="nl")):
        assert "4 beloofde antwoorden blijven uit" in result.stdout
        assert "answers" not in result.stdout
        assert "seats" not in result.stdout


def test_settings_of_this_machine_reach_no_rehearsal(tmp_path: Path) -> None:
    shown = _run(
        str(CASE),
        "--until",
        "2022-09-10",
        "--json",
        WEERKLANK_CHANNEL="maildir",
        WEERKLANK_MAILDIR=str(tmp_path / "real"),
        WEERKLANK_BASE_URL="https://dialoog.example",
    )
    assert shown.exit_code == 0
    assert not (tmp_path / "real").exists()


def test_it_needs_no_prefect() -> None:
    code = "import sys, cli.commands.rehearse, cli.rehearsal.simulator; print('prefect' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_time_that_stands_still_is_an_error_and_no_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = parse_scenario(
        yaml.safe_dump(small([act("2022-01-10T10:00", "manager", "approve-analysis")]))
    )
    with new_life(scenario) as life:
        monkeypatch.setattr(life, "next_moment", lambda: scenario.start)
        with pytest.raises(StandsStill) as still:
            life.live()
    assert "2021-12-10" in still.value.why("en")
    assert "2021-12-10" in still.value.why("nl")
