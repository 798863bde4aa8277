"""Did you mean: whatever kind of name is mistyped, the nearest ones are proposed, in words and for programs."""

import json
import sqlite3
from contextlib import closing

import pytest

from cli.completion import _IN_DIALOGUE, known_ids
from cli.near_matches import _KINDS
from states.language.messages import phrasebook
from states.language.near_words import near_words
from states.model.dialogue import Phase
from states.model.people import ROLES
from states.privacy.seals import is_under_seal
from tests.cli.conftest import ID, OPENED, Desk
from tests.states.builders import at_phase

ACT = ("act", ID)
BY = ("--by", "manager")
NOW = ("--now", OPENED)
WHY = ("--reason", "x")
NEAR: dict[str, tuple[tuple[str, ...], str]] = {
    "command": (("statsu",), "status"),
    "command of a group": (("journal", "verfy"), "verify"),
    "option": (("status", "--jsno"), "--json"),
    "option of a step": ((*ACT, "invite", *BY, "--stakehodler", "x"), "--stakeholder"),
    "field": ((*ACT, "invite", *BY, "--with", '{"stakehodler": "x"}'), "stakeholder"),
    "dialogue": (("status", "klien-2021"), ID),
    "dialogue of a step": (("act", "klein-2012", "invite-all", *BY), ID),
    "programme": (("open", "klien", "--session", "2024-06-16T13:00"), "klein"),
    "dialogue in capitals": (("act", ID.upper(), "invite-all", *BY), ID),
    "role beside a gap": ((*ACT, "invite", "--by", "manger"), "manager"),
    "step": ((*ACT, "aprove-analysis", *BY), "approve-analysis"),
    "person": ((*ACT, "approve-analysis", "--by", "onion-bd"), "union-bd"),
    "role": ((*ACT, "approve-analysis", "--by", "manger"), "manager"),
    "stakeholder": ((*ACT, "drop-stakeholder", *BY, "--stakeholder", "workr-bd", *WHY), "worker-bd"),
    "risk": ((*ACT, "drop-risk", *BY, "--risk", "wage", *WHY), "wages"),
    "check": ((*ACT, "override-check", *BY, "--check", "home-shar", *WHY), "home-share"),
    "duty": ((*ACT, "postpone", *BY, "--duty", "aprove-analysis", "--to", "2021-03-01", *WHY), "approve-analysis"),
    "sign-in": (("sign-in", "manger@klein"), "manager@klein"),
    "seat": (("sign-in", f"union-db@{ID}", "--revoke"), "union-bd"),
}  # fmt: skip
"""For each kind a name that is not known, and what was meant."""


def test_each_kind_of_name_has_its_nearest_ones(edition: Desk) -> None:
    """In the document for programs, and once in the words for people."""
    for kind, (words, meant) in NEAR.items():
        now = NOW if words[0] in {"act", "open"} else ()
        result = edition(*words, *now, "--json")
        refused = json.loads(result.stdout)["refused"]

        assert refused["near"][:1] == [meant], kind
        assert result.stderr.count(meant) >= 1, kind
        assert "id you mean" in refused["message"], kind


def test_who_names_no_step_is_told_which_ones_fit(edition: Desk) -> None:
    said = edition.bad(2, *ACT)
    assert f"In {ID} these fit now:" in said
    assert "approve-analysis" in said
    assert "sign-strategy" not in said
    assert "approve-analysis" not in edition.bad(2, *ACT, "--by", "board")
    assert "weerklank act --steps" in edition.bad(2, "act", "nowhere")


def test_it_is_said_in_the_language_of_the_operator(
    edition: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEERKLANK_LANGUAGE", "nl")

    assert "Bedoelde u" in edition.bad(1, "status", "klein-2012")


def test_nothing_is_proposed_for_what_is_far_or_known(edition: Desk) -> None:
    for words in (("status", "zzz"), (*ACT, "sign-strategy", "--by", "sponsor", *NOW)):
        assert json.loads(edition(*words, "--json").stdout)["refused"]["near"] == []


def test_every_refusal_of_an_unknown_name_is_in_the_table() -> None:
    unknown = {code for code in phrasebook() if code.startswith("unknown-")}

    # A number, and `sealed-2` for `sealed-1`: what is near is somebody else.
    assert unknown - set(_KINDS) == {"unknown-notice", "unknown-voice"}


def test_the_nearest_come_first_and_nothing_far() -> None:
    known = ["banks", "bank", "union"]

    assert near_words("bnak", known, most=2) == ["bank", "banks"]
    assert near_words("x" * 1_000_000, known) == []


def test_what_is_under_seal_is_proposed_to_nobody_but_the_moderator() -> None:
    """A point before it is published, whose pseudonym anything bears, and how a voice under seal is reached."""
    dialogue = at_phase(Phase.STRATEGY_UPDATE).dialogue
    secret = {name for name, point in dialogue.contributions.items() if is_under_seal(point)}
    assert secret
    assert secret <= set(_IN_DIALOGUE["contribution"](dialogue, "manager"))

    dialogue.summary_published_at = None
    assert secret.isdisjoint(_IN_DIALOGUE["contribution"](dialogue, "manager"))
    assert secret <= set(_IN_DIALOGUE["contribution"](dialogue, "moderator"))
    every = {kind: list(ids(dialogue, "manager")) for kind, ids in _IN_DIALOGUE.items()}
    told = {name for kind, ids in every.items() for name in ids if "sealed-" in name}
    assert {name.partition("/")[0] for name in told} <= {"answer-participant"}


@pytest.mark.parametrize("kind", ["no file", "an empty file", "a file without tables"])
def test_completion_makes_nothing_and_knows_the_roles(desk: Desk, kind: str) -> None:
    file = desk.folder / "weerklank.db"
    if kind == "an empty file":
        file.touch()
    if kind == "a file without tables":
        with closing(sqlite3.connect(file)) as theirs:
            theirs.execute("PRAGMA journal_mode=WAL")
    before = {one.name: one.read_bytes() for one in desk.folder.iterdir()}

    assert set(known_ids("person", ID)) == set(ROLES)
    assert known_ids("dialogue") == known_ids("programme") == []
    assert {one.name: one.read_bytes() for one in desk.folder.iterdir()} == before


def test_completion_knows_the_roles_where_no_database_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WEERKLANK_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:9/none")

    assert set(known_ids("person", ID)) == set(ROLES)
    assert known_ids("dialogue") == []
