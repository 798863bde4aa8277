"""Every command that takes `--json` prints one document, whatever comes of it; of a refusal the code and the words."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyrage import x25519
from typer.core import TyperGroup

from cli.app import load
from cli.main import COMMANDS
from states.language.messages import phrasebook
from tests.cli.conftest import ID, OPENED, PROGRAMME, SESSION, Desk

LATER = "2020-12-12T09:00+01:00"


def commands() -> Iterator[tuple[str, ...]]:
    """Return the words of every command that takes `--json`."""
    for name, lazy in COMMANDS.items():
        yield from _taking((name,), load(name, lazy))


def _taking(words: tuple[str, ...], command: Any) -> Iterator[tuple[str, ...]]:  # noqa: ANN401 - the library's own
    if isinstance(command, TyperGroup):
        for name, inner in command.commands.items():
            yield from _taking((*words, name), inner)
    elif any("--json" in option.opts for option in command.params):
        yield words


def scenario(desk: Desk) -> str:
    return desk.file(
        "scenario.yaml",
        {
            "start": "2021-01-01T09:00",
            "until": "2021-01-02T09:00",
            "programme": PROGRAMME,
            "dialogue": {"edition": 2021, "session": SESSION},
            "acts": [{"at": "2021-01-01T10:00", "by": "manager", "do": "sign-strategy"}],
        },
    )


def by_hand(desk: Desk) -> str:
    """Return the number of the message that waits to be given by hand."""
    desk.good("deliver", "--now", OPENED)
    (row,) = desk.json("by-hand", "list")["by_hand"]
    return str(row["id"])


def sent(desk: Desk) -> str:
    """Return the number of a message that a mail server accepted: the first, before any by hand."""
    by_hand(desk)
    return "1"


NOW = ("--now", LATER)


def pausing(desk: Desk, words: tuple[str, ...]) -> tuple[str, ...]:
    """Return *words* once the programme is paused."""
    desk.good("programme", "pause", "klein", "--reason", "Verkoop.", *NOW)
    return words


def keyed(desk: Desk) -> str:
    """Return the file of the moderator's key, once it is in use."""
    key = f"{desk.folder}/key"
    desk.good("seals", "make-key", "klein", "--out", key, "--recovery-out", f"{key}.share", *NOW)
    return key


def public_half() -> str:
    """Return the public half of a key that nobody else has."""
    return str(x25519.Identity.generate().to_public())


def backed_up(desk: Desk) -> str:
    """Return a copy of the records."""
    return str(desk.json("backup", str(desk.folder / "backup"))["copy"])


WORDS: dict[tuple[str, ...], list[Callable[[Desk], tuple[str, ...]]]] = {
    ("demo",): [lambda d: (str(d.folder / "demo"), "--no-prefect")],
    ("rehearse",): [lambda d: (scenario(d),), lambda d: (scenario(d), "--strict")],
    ("programme", "apply"): [lambda d: (d.file("k.yaml", PROGRAMME), *NOW)],
    ("programme", "list"): [lambda _: (), lambda d: pausing(d, ())],
    ("programme", "show"): [lambda _: ("klein",), lambda d: pausing(d, ("klein",)), lambda _: ("nobody",)],
    ("programme", "pause"): [
        lambda _: ("klein", "--reason", "Verkoop.", *NOW),
        lambda _: ("klein", "--reason", " ", *NOW),
        lambda _: ("klein", "--reason", "Verkoop.", "--by", "participant", *NOW),
        lambda d: pausing(d, ("klein", "--reason", "Nog eens.", *NOW)),
    ],
    ("programme", "profile"): [
        lambda _: ("klein",),
        lambda _: ("klein", "small", *NOW),
        lambda _: ("klein", "--rule", "checkpoints=monthly", "--reason", "Enough.", *NOW),
        lambda _: ("klein", "--rule", "checkpoints=monthly", *NOW),
        lambda _: ("klein", "--rule", "seals=off", "--reason", "Haste.", *NOW),
        lambda _: ("klein", "--rule", "checkpoints", *NOW),
        lambda _: ("nobody",),
    ],
    ("programme", "resume"): [lambda d: pausing(d, ("klein", *NOW)), lambda _: ("klein", *NOW)],
    ("open",): [
        lambda _: ("klein", "--session", "2023-06-16T13:00", *NOW),
        lambda _: ("klein", "--session", SESSION, *NOW),
        lambda _: ("other", "--session", SESSION, *NOW),
        lambda _: ("klein", "--session", "soon", *NOW),
    ],
    ("act",): [
        lambda _: (ID, "echo-expectations", "--by", "manager", "--with", '{"changes": "Loon."}', *NOW),
        lambda _: (ID, "open-session", "--by", "moderator", *NOW),
        lambda _: (ID, "sign-strategy", "--by", "sponsor", *NOW),
        lambda _: (ID, "invite", "--by", "manager", "--with", "no json", *NOW),
        lambda _: (ID, "invite", "--by", "manager", "--with", '{"who": 1}', *NOW),
        lambda _: (ID, "invit", "--by", "manager", *NOW),
        lambda _: ("nowhere", "invite", "--by", "manager", *NOW),
    ],
    ("languages",): [lambda _: ()],
    ("privacy", "record"): [lambda _: NOW, lambda _: ("--lang", "nl", *NOW), lambda _: ("--lang", "xx")],
    ("privacy", "dpia"): [lambda _: NOW, lambda _: ("--lang", "nl", *NOW)],
    ("status",): [lambda _: (), lambda d: pausing(d, ()), lambda _: (ID, *NOW), lambda _: ("nowhere",)],
    ("sweep",): [lambda _: NOW],
    ("deliver",): [lambda _: NOW],
    ("bounces",): [
        lambda _: ("--unread",),
        lambda d: (_maildir(d), *NOW),
        lambda d: ("--record", sent(d), *NOW),
        lambda d: ("--nothing", sent(d), *NOW),
        lambda _: ("--record", "99999", *NOW),
        lambda _: ("--nothing", "99999", *NOW),
        lambda _: ("--nothing", "1", "--record", "1"),
        lambda _: ("/no/such/folder",),
        lambda _: (),
    ],
    ("by-hand", "list"): [lambda _: ()],
    ("by-hand", "show"): [lambda d: (by_hand(d), *NOW), lambda _: ("99999",)],
    ("by-hand", "bring"): [
        lambda d: (by_hand(d), "--by", "manager", "--how", "gebeld", *NOW),
        lambda d: (by_hand(d), "--by", "sponsor", "--how", "gebeld", *NOW),
    ],
    ("by-hand", "done"): [
        lambda d: (by_hand(d), "--by", "moderator", "--how", "gebeld", *NOW),
        lambda d: (by_hand(d), "--by", "manager", "--how", "gebeld", *NOW),
    ],
    ("sign-in",): [
        lambda _: ("manager@klein",),
        lambda _: (f"union-bd@{ID}", "--revoke"),
        lambda _: ("nobody@klein",),
        lambda _: ("manager@nowhere",),
    ],
    ("journal", "show"): [lambda _: (ID,), lambda _: (ID, "--as", "auditor"), lambda _: ("nowhere",)],
    ("journal", "checkpoint"): [lambda _: ()],
    ("journal", "verify"): [lambda _: (), lambda _: (ID,), lambda _: ("nowhere",)],
    ("db", "upgrade"): [lambda _: ()],
    ("backup",): [lambda d: (str(d.folder / "backup"),), lambda d: (str(d.folder / "weerklank.db"),)],
    ("restore",): [
        lambda d: (backed_up(d),),
        lambda d: (backed_up(d), "--replace"),
        lambda d: (str(d.folder / "none.db"),),
    ],
    ("config",): [lambda _: ()],
    ("doctor",): [lambda _: NOW],
    ("pins", "renew"): [
        lambda _: (ID, "union-bd", "--by", "moderator", *NOW),
        lambda _: (ID, "union-bd", "--by", "manager", *NOW),
        lambda _: (ID, "nobody", "--by", "moderator", *NOW),
    ],
    ("seals", "make-key"): [
        lambda d: ("klein", "--out", f"{d.folder}/key", "--recovery-out", f"{d.folder}/share", *NOW),
        lambda d: ("klein", "--out", f"{d.folder}/key", "--recovery-out", f"{d.folder}/key", *NOW),
        lambda d: ("nobody", "--out", f"{d.folder}/key", "--recovery-out", f"{d.folder}/share", *NOW),
    ],
    ("seals", "register"): [
        lambda _: ("klein", "--recipient", public_half(), "--recovery", public_half(), *NOW),
        lambda _: ("klein", "--recipient", "age1", "--recovery", "age1", *NOW),
    ],
    ("seals", "status"): [lambda _: ("klein",), lambda _: ("nobody",)],
    ("seals", "open"): [
        lambda d: (ID, "--key-file", keyed(d)),
        lambda d: (ID, "--key-file", f"{d.folder}/none"),
        lambda d: ("nowhere", "--key-file", keyed(d)),
    ],
    ("seals", "move"): [
        lambda d: ("klein", "--key-file", keyed(d), *NOW),
        lambda d: ("klein", "--key-file", d.file("wrong", "AGE-SECRET-KEY-1"), *NOW),
    ],
    ("seals", "code"): [lambda _: (ID, "sealed-1"), lambda d: (keyed(d) and ID, "sealed-1")],
    ("alarm", "set"): [lambda _: ("https://alarm.klein.example/",)],
    ("alarm", "show"): [lambda _: ()],
    ("alarm", "test"): [lambda _: ()],
}  # fmt: skip
"""For each command what is typed after it: what ends well, and what a rule or the usage refuses."""
CASES = [
    pytest.param(command, make, id=f"{' '.join(command)} {number}")
    for command, makers in WORDS.items()
    for number, make in enumerate(makers)
]
WITHOUT_ONE = ("demo", "rehearse", "restore", "doctor", "config", "languages")
DATABASE = {
    words
    for words in WORDS
    if words[0] not in {*WITHOUT_ONE, "alarm"} and words != ("db", "upgrade")
}
"""The commands that open the database that is configured, and say when it cannot be used."""


def _maildir(desk: Desk) -> str:
    box = desk.folder / "box"
    for name in ("new", "cur", "tmp"):
        (box / name).mkdir(parents=True)
    return str(box)


def document(desk: Desk, *words: str) -> tuple[int, Any]:
    """Run *words* and return the status and the one document that was printed."""
    result = desk(*words, "--json")
    assert "Traceback" not in result.output
    return result.exit_code, json.loads(result.stdout)


def refusal(shown: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON holds
    assert set(shown) == {"refused"}
    refused: dict[str, Any] = shown["refused"]
    assert set(refused) == {"code", "message", "checks", "near"}
    assert refused["message"].strip()
    return refused


def test_every_command_that_takes_it_is_tried() -> None:
    assert set(commands()) == set(WORDS)


@pytest.mark.parametrize(("command", "make"), CASES)
def test_one_document_whatever_comes_of_it(
    invited: Desk, command: tuple[str, ...], make: Callable[[Desk], tuple[str, ...]]
) -> None:
    words = make(invited)
    said = invited(*command, *words, "--json")
    shown = json.loads(said.stdout)

    if said.exit_code and command not in {("doctor",), ("rehearse",)}:
        refused = refusal(shown)
        assert refused["code"]
        assert refused["message"].split("\n")[0] in said.stderr
    else:
        assert not isinstance(shown.get("refused"), dict)


@pytest.mark.parametrize("command", WORDS, ids=" ".join)
def test_wrong_usage_is_told_in_the_document_too(desk: Desk, command: tuple[str, ...]) -> None:
    status, shown = document(desk, *command, "--no-such-option")

    assert status == 2
    assert refusal(shown)["code"] == "usage"


@pytest.mark.parametrize("command", sorted(DATABASE), ids=" ".join)
def test_so_is_a_database_that_cannot_be_used(
    invited: Desk, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    words = WORDS[command][0](invited)
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database at all" * 100)
    monkeypatch.setenv("WEERKLANK_DATABASE_URL", f"sqlite:///{broken}")

    status, shown = document(invited, *command, *words)

    assert status == 1
    assert refusal(shown)["code"] == "database-unavailable"


def test_a_rule_says_its_code_and_each_check(edition: Desk) -> None:
    status, shown = document(edition, "act", ID, "sign-strategy", "--by", "sponsor", *NOW)
    assert (status, refusal(shown)["code"]) == (1, "step-not-allowed")

    for seat in ("union-bd", "worker-bd"):
        edition.act("drop-stakeholder", stakeholder=seat, reason="Weg.")
    status, shown = document(edition, "act", ID, "approve-analysis", "--by", "manager", *NOW)
    refused = refusal(shown)
    assert (status, refused["code"]) == (1, "checks-not-met")
    assert "critical-voice" not in refused["message"]
    assert [one["check"] for one in refused["checks"]]
    assert all(set(one) == {"check", "why"} and one["why"] for one in refused["checks"])


def test_a_message_that_did_not_arrive_is_recorded_once(invited: Desk) -> None:
    number = sent(invited)
    first = invited.json("bounces", "--record", number, *NOW)
    again = invited.json("bounces", "--record", number, *NOW)

    assert (first["id"], first["what"], first["changed"]) == (int(number), "recorded", True)
    assert (again["what"], again["changed"]) == ("known", False)
    assert invited.json("bounces", "--nothing", number, *NOW)["changed"] is False


def test_a_rehearsal_names_the_code_of_what_it_refused(desk: Desk) -> None:
    (row,) = desk.json("rehearse", scenario(desk))["refused"]

    assert (row["do"], row["by"], row["code"]) == ("sign-strategy", "manager", "step-not-allowed")
    assert row["code"] in phrasebook()
    assert row["why"]
