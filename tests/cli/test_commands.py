"""What the commands do and print."""

import json
import sqlite3
from base64 import b64encode
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cli.main import COMMANDS
from records.sweep.sweep import SweepReport
from services.house import House
from tests.cli.conftest import ID, OPENED, PROGRAMME, SESSION, Desk

LATE = "2021-02-11T08:00+01:00"


def test_help_names_every_command(desk: Desk) -> None:
    said = desk.good("--help")

    assert [name for name in COMMANDS if f"  {name} " not in said] == []
    assert max(len(line) for line in said.splitlines()) <= 100


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in {"demo", "rehearse"}])
def test_every_option_is_explained(desk: Desk, name: str) -> None:
    said = desk.good(name, "--help")

    assert "Usage: weerklank" in said
    assert "╭" not in said
    assert max(len(line) for line in said.splitlines()) <= 100


def test_an_empty_desk_is_told_how_to_begin(desk: Desk) -> None:
    result = desk("status")

    assert result.exit_code == 0
    assert "no dialogues" in result.stdout
    assert "weerklank programme apply" in result.stderr
    assert "no programmes" in desk.good("programme", "list")
    assert "no journal" in desk.good("journal", "verify")
    assert desk.json("status")["dialogues"] == []


def test_the_first_use_makes_a_file_that_only_its_owner_reads(desk: Desk) -> None:
    desk.good("status")

    assert (desk.folder / "weerklank.db").stat().st_mode & 0o077 == 0


def test_quiet_leaves_only_the_result(desk: Desk) -> None:
    assert desk("status", "--quiet").stderr == ""


def test_a_programme_is_applied_once(desk: Desk) -> None:
    file = desk.file("klein.yaml", PROGRAMME)

    assert desk.json("programme", "apply", file, "--now", OPENED)["changed"] is True
    again = desk.json("programme", "apply", file)
    assert again["changed"] is False
    assert again["opens_at"] == "2021-12-01T08:00:00Z"
    assert "unchanged" in desk.good("programme", "apply", file)
    assert "klein" in desk.good("programme", "list")
    (row,) = desk.json("programme", "list")["programmes"]
    assert (row["id"], row["time_zone"]) == ("klein", "Europe/Amsterdam")


def test_a_programme_may_stand_in_a_scenario(desk: Desk) -> None:
    file = desk.file("scenario.yaml", {"start": "2022-01-01T09:00", "programme": PROGRAMME})

    assert desk.json("programme", "apply", file)["id"] == "klein"


def test_an_edition_is_opened_in_the_programmes_own_time(programme: Desk) -> None:
    receipt = programme.json("open", "klein", "--session", SESSION, "--now", OPENED)

    assert receipt["dialogue"] == ID
    assert receipt["phase"] == "stakeholder_analysis"
    assert "dialogue-opened" in {fact["fact"] for fact in receipt["facts"]}
    assert "16 Jun 2021, 13:00" in programme.good("status", ID)


def test_a_step_prints_what_it_brought_about(edition: Desk) -> None:
    said = edition.act("approve-analysis")

    assert said.startswith(f"{ID}: expectation gathering")
    assert "phase-entered" in said


def test_what_comes_with_a_step_may_come_from_a_file_or_a_pipe(edition: Desk) -> None:
    file = edition.folder / "risk.json"
    file.write_text(json.dumps({"risk": "wages", "reason": "Dubbel."}), encoding="utf-8")
    words = ("act", ID, "drop-risk", "--by", "manager", "--now", OPENED, "--with")

    edition.good(*words, f"@{file}")
    gone = edition(*words, "-", stdin=file.read_text(encoding="utf-8"))

    assert gone.exit_code == 1
    assert "wages" in gone.stderr


def test_a_step_cannot_be_put_before_what_happened_last(edition: Desk) -> None:
    """By the moment that is typed; a quarter of an hour may lie between two clocks."""
    words = ("act", ID, "drop-risk", "--by", "manager", "--risk", "wages", "--reason", "Dubbel.")
    before = edition.good("journal", "show", ID)
    result = edition(*words, "--now", "2020-12-10T08:44+01:00", "--json")

    refused = json.loads(result.stdout)["refused"]
    assert (result.exit_code, refused["code"]) == (1, "past-now")
    assert "2020-12-10 07:44 UTC" in refused["message"]
    # When it happened is not told: it may be the moment at which a voice under seal did something.
    assert "08:00" not in refused["message"]
    assert edition.good("journal", "show", ID) == before
    edition.good(*words, "--now", "2020-12-10T08:46+01:00")


def test_all_steps_can_be_listed(desk: Desk) -> None:
    said = desk.good("act", "--steps")

    assert "approve-analysis" in said
    assert "covers, text · by manager" in said


def test_status_shows_what_is_missing_who_owes_what_and_how_late(edition: Desk) -> None:
    said = edition.good("status", ID, "--now", LATE)

    assert "● stakeholder analysis" in said
    assert "✓ risks-named" in said
    assert "1 day late" in said
    assert "approve-analysis" in said
    assert max(len(line) for line in said.splitlines()) <= 100


def test_status_has_stable_keys_for_programs(edition: Desk) -> None:
    shown = edition.json("status", ID, "--now", LATE)

    assert set(shown) == {"dialogues", "duties", "facts", "notices", "letters", "refused"}
    assert shown["dialogues"][0]["id"] == ID
    assert {"id", "kind", "owner", "for", "due", "first_due", "status", "late_days"} <= set(
        shown["duties"][0]
    )


def test_an_auditor_sees_no_identities(invited: Desk) -> None:
    words = ("status", ID, "--as", "auditor", "--now", OPENED)

    for said in (
        invited.good(*words),
        invited.good(*words, "--json"),
        invited.good("journal", "show", ID, "--as", "auditor"),
    ):
        assert "union-bd" not in said
        assert "Rahima" not in said
        assert "participant-1" in said
    assert "union-bd" in invited.good("status", ID, "--now", OPENED)


def test_the_sweep_says_what_time_did(edition: Desk) -> None:
    assert edition.json("sweep", "--now", LATE)["lapses"] == 1
    assert edition.good("sweep", "--now", LATE) == "Nothing was due.\n"


@pytest.mark.parametrize(
    ("number", "named"),
    [(1, "d0"), (5, "d0, d1, d2, d3, d4"), (7, "d0, d1, d2, d3, d4 and 2 more")],
)
def test_the_sweep_names_whom_somebody_else_held(
    edition: Desk, monkeypatch: pytest.MonkeyPatch, number: int, named: str
) -> None:
    report = SweepReport(held={f"d{at}" for at in range(number)})
    monkeypatch.setattr(House, "sweep", lambda *_, **__: report)

    result = edition("sweep", "--now", OPENED)

    assert result.stdout == "Time acted on nothing.\n"
    assert f"Somebody else held {named}: the next sweep takes" in result.stderr


def test_the_sweep_opens_what_is_due(programme: Desk) -> None:
    assert programme.json("sweep", "--now", "2021-12-01T09:00+01:00")["opened"] == ["klein-2022"]


def test_mail_goes_out_once(invited: Desk) -> None:
    first = invited.json("deliver", "--now", OPENED)

    # Two invitations and the task to pass one on; and the welcomes of sponsor, moderator and board.
    assert (first["sent"], first["by_hand"], first["stopped"]) == (6, 1, None)
    assert invited.good("deliver", "--now", OPENED) == "Nothing waited to be sent.\n"
    assert len(list((invited.folder / "mail").rglob("new/*"))) == 6


def test_without_a_channel_deliver_says_so(invited: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEERKLANK_CHANNEL", "none")

    assert "WEERKLANK_CHANNEL" in invited.bad(1, "deliver")


def test_a_message_by_hand_is_listed_read_and_recorded(invited: Desk) -> None:
    invited.good("deliver", "--now", OPENED)
    (row,) = invited.json("by-hand", "list")["by_hand"]
    number = str(row["id"])

    assert row["to"] == "worker-bd"
    shown = invited("by-hand", "show", number, "--now", OPENED)
    assert "+880 1" in shown.stderr
    assert "8 September 2021" in shown.stdout
    invited.good(
        "by-hand", "bring", number, "--by", "manager", "--how", "by phone", "--now", OPENED
    )
    refused = invited.bad(
        1, "by-hand", "done", number, "--by", "manager", "--how", "by phone", "--now", OPENED
    )
    assert "owes" in refused
    invited.good(
        "by-hand", "done", number, "--by", "moderator", "--how", "by phone", "--now", OPENED
    )
    assert "Nothing waits" in invited.good("by-hand", "list")
    assert "by-hand list" in invited.bad(
        2, "by-hand", "done", number, "--by", "moderator", "--how", "again"
    )


def test_the_journal_is_shown_and_holds(edition: Desk) -> None:
    shown = edition.json("journal", "show", ID)
    verified = edition.json("journal", "verify", ID)

    assert [entry["seq"] for entry in shown["entries"]] == list(range(1, len(shown["entries"]) + 1))
    assert verified["ok"] is True
    assert verified["journals"][0]["head"] == shown["entries"][-1]["hash"]
    assert "unbroken" in edition.good("journal", "verify")


def test_a_changed_journal_is_found(edition: Desk) -> None:
    with closing(sqlite3.connect(edition.folder / "weerklank.db")) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE facts SET actor = 'sponsor' WHERE seq = 2")
        connection.commit()

    assert f"{ID}: entry 2" in edition.bad(1, "journal", "verify")
    assert edition("doctor").exit_code == 1


def test_a_checkpoint_is_made_and_held_against_the_records(edition: Desk) -> None:
    made = edition.json("journal", "checkpoint")
    file = edition.folder / "today.checkpoint"
    file.write_text(made["checkpoint"], encoding="utf-8")
    assert "unbroken" in edition.good("journal", "verify", "--checkpoint", str(file))
    known = edition.json("journal", "verify", "--checkpoint", str(file), "--key", made["key"])
    assert known["ok"]

    wrong = edition.bad(1, "journal", "verify", "--checkpoint", str(file), "--key", "none")
    assert "no key" in wrong
    file.write_text(made["checkpoint"][:-30], encoding="utf-8")
    assert "damaged" in edition.bad(1, "journal", "verify", "--checkpoint", str(file))
    missing = str(edition.folder / "nothing")
    assert edition("journal", "verify", "--checkpoint", missing).exit_code == 2


def test_stamps_are_checked_only_against_a_certificate(edition: Desk) -> None:
    edition.good("journal", "checkpoint")
    wrong = str(edition.folder / "weerklank.db")
    assert "no certificate" in edition.bad(1, "journal", "verify", "--timestamp-ca", wrong)
    assert edition.json("journal", "verify")["stamps"] == []


def test_letters_that_were_kept_are_held_against_the_journal(edition: Desk) -> None:
    note = edition.json("journal", "checkpoint")["checkpoint"]
    box = edition.folder / "kept"
    assert "holds no mail" in edition.bad(
        2, "journal", "verify", "--from-maildir", str(edition.folder)
    )
    for folder in ("cur", "new", "tmp"):
        (box / folder).mkdir(parents=True)
    (box / "cur" / "1").write_text("Subject: x\n\nbody", encoding="utf-8")
    refused = edition.bad(1, "journal", "verify", "--from-maildir", str(box))
    assert "1 read, 1 without one" in refused
    packed = b64encode(note.encode()).decode()
    mail = f"Date: Mon, 1 Jun 2026 08:00:00 +0200\nX-Weerklank-Checkpoint: {packed}\n\nbody"
    (box / "new" / "2").write_text(mail, encoding="utf-8")

    said = edition.good("journal", "verify", "--from-maildir", str(box))
    assert "2 letters read: 1 fit, 1 without a checkpoint." in said
    found = edition.json("journal", "verify", "--from-maildir", str(box))
    assert (found["ok"], found["letters"]["fits"], found["letters"]["unfit"]) == (True, 1, [])

    with closing(sqlite3.connect(edition.folder / "weerklank.db")) as connection:
        connection.execute("UPDATE anchors SET head = 'x'")
        connection.commit()
    bad = edition.bad(1, "journal", "verify", "--from-maildir", str(box))
    assert "The letter of 2026-06-01 06:00 UTC (new/2) does not fit" in bad


def test_upgrading_twice_changes_nothing(desk: Desk) -> None:
    assert desk.json("db", "upgrade")["changed"] is True
    assert desk.json("db", "upgrade")["changed"] is False


def test_the_diagram_is_mermaid(desk: Desk) -> None:
    assert desk.good("diagram").startswith("stateDiagram-v2")


def findings(desk: Desk, *words: str) -> dict[str, Any]:
    said = json.loads(desk("doctor", "--json", *words).stdout)
    return {one["name"]: one for one in said["findings"]}


def test_the_doctor_of_an_empty_desk_makes_nothing(desk: Desk) -> None:
    assert findings(desk)["database"]["state"] == "bad"
    assert not (desk.folder / "weerklank.db").exists()


def test_the_doctor_tells_a_database_that_it_may_not_look_at(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "exists", refuse)
    found = findings(desk)["database"]

    assert found["state"] == "bad"
    assert "weerklank.db may not be looked at" in found["says"]


@pytest.mark.parametrize("words", [("sweep",), ("deliver",), ("bounces", "-")])
def test_time_never_takes_a_lost_file_for_an_empty_house(
    edition: Desk, words: tuple[str, ...]
) -> None:
    file = edition.folder / "weerklank.db"
    file.unlink()

    assert f"There is no database file {file}." in edition.bad(1, *words)
    assert not file.exists()

    file.touch()
    for _ in range(2):
        assert f"The database file {file} holds no tables." in edition.bad(1, *words)


def test_a_doctor_who_cannot_ask_prefect_who_hears_says_so(
    edition: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def visiting(_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("flows.machine.visit.visiting", visiting)
    found = json.loads(edition("doctor", "--json").stdout)["findings"]
    assert found[-1]["name"] == "alarm"
    assert found[-1]["says"] == "could not be looked at (RuntimeError)"


def test_the_doctor_finds_a_sweep_that_does_not_run(edition: Desk) -> None:
    assert findings(edition)["sweep"]["state"] == "bad"
    edition.good("sweep", "--now", OPENED)
    edition.good("deliver", "--now", OPENED)

    fresh = findings(edition, "--now", "2020-12-10T09:15+01:00")
    stale = findings(edition, "--now", "2020-12-12T09:00+01:00")

    assert {name: one["state"] for name, one in fresh.items()} == {
        "privacy": "ok",
        "database": "ok",
        "sweep": "ok",
        "heartbeat": "warn",
        "outbox": "ok",
        "journal": "ok",
        "mail": "ok",
        "confidant": "warn",
        "prefect": "warn",
    }
    assert stale["sweep"]["state"] == "bad"
    assert stale["sweep"]["since"] == "2020-12-10T08:00:00Z"
    assert "weerklank up" in stale["sweep"]["advice"]


def test_the_doctor_finds_mail_that_waits(edition: Desk) -> None:
    late = findings(edition, "--now", "2020-12-10T12:00+01:00")["outbox"]

    assert late["state"] == "bad"
    assert late["advice"] == "weerklank deliver"


def test_the_doctor_finds_a_mail_server_that_does_not_answer(
    edition: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEERKLANK_CHANNEL", "smtp")
    monkeypatch.setenv("WEERKLANK_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("WEERKLANK_SMTP_PORT", "9")
    monkeypatch.setenv("WEERKLANK_SENDER", "dialoog@klein.example")

    edition.bad(1, "deliver", "--now", "2020-12-10T12:00+01:00")
    found = findings(edition, "--now", "2020-12-10T12:00+01:00")

    assert found["mail"]["state"] == "bad"
    for name in ("mail", "outbox"):
        assert "(server-unreachable: ConnectionRefusedError)" in found[name]["says"]


def test_the_doctor_finds_a_misspelt_setting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEERKLANK_SMPT_HOST", "smtp.bedrijf.nl")

    assert findings(desk)["settings"]["advice"] == "do you mean WEERKLANK_SMTP_HOST?"


def test_a_seal_is_opened_for_the_moderator_alone(desk: Desk) -> None:
    case = Path("cli/data/kledingmerk-2022.yaml").absolute()
    url = f"sqlite:///{desk.folder / 'weerklank.db'}"
    desk.good("rehearse", str(case), "--until", "2022-09-20", "--database", url, "--json")
    words = ("status", "kledingmerk-2022", "--now", "2022-09-20T12:00+02:00")

    manager, moderator = (desk.good(*words, "--as", viewer) for viewer in ("manager", "moderator"))

    assert "Waiting for an answer" in manager
    assert "answer-participant/sealed-1" in manager
    assert "Seals" not in manager
    assert "sealed-1  vakbond-bd" in moderator


def test_the_information_may_come_as_json(programme: Desk, tmp_path: Path) -> None:
    file = tmp_path / "information.json"
    file.write_text(json.dumps({"purpose": "Loon."}), encoding="utf-8")

    programme.good(
        "open", "klein", "--session", SESSION, "--information", str(file), "--now", OPENED
    )
