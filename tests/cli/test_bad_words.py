"""Bad input on the command line: what is wrong is said on standard error, and nothing changes."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ID, OPENED, PROGRAMME, SESSION, Desk

pytestmark = pytest.mark.slow

ACT = ("act", ID)
NOW = ("--now", OPENED)


def facts(desk: Desk) -> object:
    return desk.json("journal", "show", ID)["entries"]


@pytest.mark.parametrize(
    ("step", "by", "given", "said"),
    [
        ("aprove-analysis", "manager", {}, "Did you mean: approve-analysis"),
        ("approve-analysis", "board", {}, "manager"),
        ("approve-analysis", "nobody", {}, "nobody"),
        ("sign-strategy", "sponsor", {}, "sign-strategy"),
        ("drop-stakeholder", "manager", {"stakeholder": "ghost", "reason": "Weg."}, "ghost"),
        ("drop-stakeholder", "manager", {"stakeholder": "union-bd"}, "reason"),
        (
            "drop-stakeholder",
            "manager",
            {"stakeholder": "union-bd", "reason": "x" * 1_000_000},
            "reason",
        ),
        ("drop-stakeholder", "manager", {"stakeholder": "union-bd", "reason": "bel\x07"}, "reason"),
        (
            "drop-stakeholder",
            "manager",
            {"stakeholder": "union-bd", "reason": "R.", "colour": 1},
            "colour",
        ),
        ("change-contact", "manager", {"stakeholder": "union-bd", "email": "no at sign"}, "email"),
        ("reschedule-session", "manager", {"to": "2021-03-28T02:30", "reason": "Nacht."}, "02:30"),
        ("reschedule-session", "manager", {"to": "2021-10-31T02:30", "reason": "Nacht."}, "02:30"),
        ("reschedule-session", "manager", {"to": "2021-06-16", "reason": "Dag."}, "names no hour"),
        ("reschedule-session", "manager", {"to": "2020-01-01T12:00", "reason": "Terug."}, "2020"),
    ],
)
def test_a_step_that_is_not_allowed_says_why(
    edition: Desk, step: str, by: str, given: dict[str, Any], said: str
) -> None:
    before = facts(edition)
    file = edition.folder / "given.json"
    file.write_text(json.dumps(given), encoding="utf-8")

    mistyped = step == "aprove-analysis" or said in {"reason", "colour", "email", "names no hour"}
    complaint = edition.bad(
        2 if mistyped else 1, *ACT, step, "--by", by, *NOW, "--with", f"@{file}"
    )

    assert said in complaint
    assert "\n" not in complaint.strip() or not mistyped
    assert "\x07" not in complaint
    assert len(complaint) < 2000
    assert facts(edition) == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{", "no JSON"),
        ("[]", "JSON object"),
        ('"text"', "JSON object"),
        ('{"a": 1, "a": 2}', "names 'a' twice"),
        ('{"a": NaN}', "NaN"),
        ("[" * 100_000, "nested"),
        ("@/nowhere/at-all.json", "cannot be read"),
    ],
)
def test_what_comes_with_a_step_must_be_json(edition: Desk, given: str, said: str) -> None:
    assert said in edition.bad(2, *ACT, "invite-all", "--by", "manager", *NOW, "--with", given)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("2020-12-11T09:00", "time zone"),
        ("2020-12-11", "time zone"),
        ("2020-02-30T09:00Z", "no date and time"),
        ("tomorrow", "no date and time"),
        ("", "no date and time"),
        ("1066-10-14T09:00Z", "1990"),
        ("9999-12-31T23:59-12:00", "1990"),
        ("0001-01-01T00:00+14:00", "1990"),
    ],
)
def test_now_must_say_which_moment_it_is(edition: Desk, when: str, said: str) -> None:
    for words in ((*ACT, "invite-all", "--by", "manager"), ("sweep",), ("status",), ("deliver",)):
        assert said in edition.bad(2, *words, "--now", when)


@pytest.mark.parametrize(
    ("session", "status", "said"),
    [
        ("2021-03-28T02:30", 1, "does not exist"),
        ("2021-10-31T02:30", 1, "twice"),
        ("2020-01-01T13:00", 1, "2020"),
        ("next week", 2, "no date and time"),
        ("2021-06-16", 2, "names no hour"),
        ("20210616T13", 2, "names no hour"),
    ],
)
def test_a_session_must_be_at_a_time_that_comes(
    programme: Desk, session: str, status: int, said: str
) -> None:
    assert said in programme.bad(status, "open", "klein", "--session", session, *NOW)
    assert programme.json("status")["dialogues"] == []


def test_an_edition_opens_once(edition: Desk) -> None:
    assert "2021" in edition.bad(1, "open", "klein", "--session", SESSION, *NOW)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("status", "ghost-2021"), "ghost-2021"),
        (("journal", "show", "ghost-2021"), "ghost-2021"),
        (("journal", "verify", "ghost-2021"), "ghost-2021"),
        (("act", "ghost-2021", "invite-all", "--by", "manager"), "ghost-2021"),
        (("open", "ghost", "--session", SESSION), "ghost"),
    ],
)
def test_what_is_not_there_is_named(edition: Desk, words: tuple[str, ...], said: str) -> None:
    assert said in edition.bad(1, *words)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"time_zone": "Europe/Amsterdm"}, "time_zone: 'Europe/Amsterdm'"),
        ({"country": "Nederland"}, "country: 'Nederland'"),
        ({"id": "Klein Merk"}, "id: 'Klein Merk'"),
        ({"colour": "red"}, "colour"),
        ({"schedule": "every year"}, "schedule"),
        (
            {"roles": {"manager": {"name": "X", "email": "no at sign"}}},
            "roles.manager.email: 'no at sign'",
        ),
        ({"roles": {"king": {"name": "X"}}}, "roles.king"),
        (
            {"policy": {"limits": {"home_share": 2}}},
            "policy.limits.home_share: '2' must be at most 1",
        ),
        ({"policy": {"due": {"approve-analysis": "S18w"}}}, "policy.due.approve-analysis: 'S18w'"),
    ],
)
def test_a_bad_programme_names_path_value_and_what_is_allowed(
    desk: Desk, change: dict[str, Any], said: str
) -> None:
    nested = desk.file("scenario.yaml", {"programme": {**PROGRAMME, **change}})
    plain = desk.file("klein.yaml", {**PROGRAMME, **change})

    assert said in desk.bad(2, "programme", "apply", plain)
    assert "line " in desk.bad(2, "programme", "apply", nested)
    assert desk.json("programme", "list")["programmes"] == []


@pytest.mark.parametrize(
    "content", [b"", b"[1, 2", b"\xff\xfe", b"just text", b"a: &x [*x]", b"[]"]
)
def test_a_file_that_is_no_programme_is_refused(desk: Desk, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bad.yaml"
    file.write_bytes(content)

    assert "bad.yaml" in desk.bad(2, "programme", "apply", str(file))


def test_a_file_that_is_not_there_is_named(desk: Desk) -> None:
    assert "nowhere.yaml" in desk.bad(2, "programme", "apply", "nowhere.yaml")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("statsu",), "Did you mean 'status'"),
        (("status", "--jsno"), "Did you mean --json"),
        (("journal", "verfy"), "Did you mean 'verify'"),
        (("act",), "DIALOGUE"),
        (("act", ID, "invite-all"), "--by"),
        (("status", "--as", "king"), "auditor"),
        (("status", "--as", "king"), "'--as': 'king' is not one of"),
        (("programme", "profile", "klein", "tiny"), "'[PROFILE]': 'tiny' is not one of"),
        (("deliver", "--connections", "0"), "--connections"),
        (("open", "klein", "--session", SESSION, "--edition", "two"), "--edition"),
    ],
)
def test_wrong_usage_ends_with_two(desk: Desk, words: tuple[str, ...], said: str) -> None:
    assert said in desk.bad(2, *words)


def test_a_bad_setting_is_wrong_usage(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEERKLANK_SMTP_PORT", "abc")

    assert "WEERKLANK_SMTP_PORT: 'abc'" in desk.bad(2, "status")


@pytest.mark.parametrize("place", ["/dev/null/weerklank.db", "/dev/null/deep/weerklank.db"])
def test_a_database_that_cannot_be_made_is_advice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("WEERKLANK_DATABASE_URL", f"sqlite:///{place}")

    assert "WEERKLANK_DATABASE_URL" in desk.bad(1, "status")
    assert desk("doctor").exit_code == 1


def test_a_file_that_is_no_database_is_advice(desk: Desk) -> None:
    (desk.folder / "weerklank.db").write_bytes(b"not a database, but long enough to look at" * 10)

    assert "not a database" in desk.bad(1, "status")
    assert desk("doctor").exit_code == 1


def test_a_refusal_is_explained_in_the_language_of_the_operator(
    edition: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEERKLANK_LANGUAGE", "nl")

    assert "bestaat niet" in edition.bad(2, *ACT, "frobnicate", "--by", "manager", *NOW)
