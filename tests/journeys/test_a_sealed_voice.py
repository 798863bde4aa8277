"""A sealed contribution: its speaker is nowhere tied to it for the manager's eyes, and still gets the answer."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.rehearsal.simulator import new_life
from cli.rehearsal.story import story_of
from states.model.people import ROLES
from tests.journeys.lives import (
    NGO,
    UNION,
    Row,
    Seen,
    act,
    answer,
    live,
    outcome_of,
    played,
    scenario,
    small,
)

pytestmark = pytest.mark.slow

_ABOUT_HER = re.compile(r"\b(sealed-1|c2)\b")  # a hash may have these two signs too
SECRETS = (UNION["id"], UNION["name"], UNION["organisation"], UNION["email"])
ABOUT_SEATS = {"invite-stakeholder", "answer-invitation", "share-expectation"}
FACTS_OF_SEATS = {
    "stakeholder-mapped",
    "participant-invited",
    "invitation-accepted",
    "expectation-shared",
    "attendance-recorded",
}
TEMPLATES_OF_SEATS = {
    "invitation",
    "invitation-accepted",
    "agenda-echoed",
    "session-moved",
    "dialogue-closed",
    "please-answer-invitation",
    "please-share-expectation",
}


@pytest.fixture(scope="module")
def life() -> Row:
    """The union speaks under seal, waits, is answered late, and disputes."""
    acts = [
        *played("strategy"),
        answer("2022-09-20T10:00", "c2"),
        act(
            "2022-09-21T10:00",
            UNION["id"],
            "give-verdict",
            heard="no",
            success_test="no",
            comment="Not this.",
        ),
        act(
            "2022-09-22T10:00",
            UNION["id"],
            "dispute-answer",
            contribution="c2",
            reason="Not my point.",
        ),
        act(
            "2022-09-23T10:00",
            "manager",
            "settle-dispute",
            contribution="c2",
            text="You are right.",
        ),
    ]
    return small(acts, until="2022-10-01T00:00")


@pytest.fixture(scope="module")
def seen(life: Row) -> Seen:
    """As the manager sees it."""
    return outcome_of(life)


def _hits(value: object) -> list[str]:
    text = json.dumps(value, ensure_ascii=False)
    return [secret for secret in SECRETS if secret in text]


def test_the_debt_is_owed_to_the_pseudonym(seen: Seen) -> None:
    assert {row["for"] for row in seen.duties(kind="answer-participant")} == {
        "ngo-nl",
        "sealed-1",
        "supplier-tr",
    }
    [answer] = seen.notices(to="sealed-1", template="answer")
    assert (answer["status"], answer["channel"], answer["letter"]) == ("sealed", None, None)


def test_the_manager_meets_the_speaker_only_as_somebody_who_is_mapped_invited_and_present(
    seen: Seen,
) -> None:
    tied = [row for row in seen.shown["duties"] if row["kind"] not in ABOUT_SEATS]
    tied += [
        row
        for row in seen.shown["facts"]
        if row["fact"] not in FACTS_OF_SEATS and row["fact"][:4] != "duty"
    ]
    tied += [
        row
        for row in seen.shown["facts"]
        if row["fact"].startswith("duty") and row["subject"].partition("/")[0] not in ABOUT_SEATS
    ]
    tied += [row for row in seen.shown["notices"] if row["template"] not in TEMPLATES_OF_SEATS]
    assert [row for row in tied if _hits(row)] == []
    assert _hits(seen.shown["dialogues"]) == []
    assert "seals" not in seen.shown


def test_no_one_moment_ties_a_person_to_the_pseudonym(seen: Seen) -> None:
    facts = seen.shown["facts"]
    moments = {row["at"] for row in facts if "sealed-1" in json.dumps(row)} - {
        "2022-06-16T12:00:00Z"
    }
    assert [row for row in facts if row["at"] in moments and row["actor"] == UNION["id"]] == []


def test_mails_to_roles_never_say_who_it_was(life: Row) -> None:
    with live(life) as seen:
        posts = [(post.message, str(post.email)) for post in seen.life.mail.posts]
    to_roles = [(mail, raw) for mail, raw in posts if mail.to in ROLES]
    own = [mail for mail, _ in posts if mail.address == UNION["email"]]
    seats = {"duty-due-soon", "duty-due-today", "duty-late", "duty-still-late", "dialogue-opened"}
    told = [
        (mail, raw)
        for mail, raw in to_roles
        if mail.template not in seats or f"{mail.at:%Y-%m-%d}" >= "2022-06-16"
    ]
    assert told
    for mail, raw in told:
        everything = f"{mail.subject}\n{mail.text}\n{mail.html}\n{mail.alert}\n{raw}"
        assert [secret for secret in SECRETS if secret in everything] == [], mail.template
    assert {"answer", "answer-is-late", "dispute-settled"} <= {mail.template for mail in own}


def test_a_refused_step_of_a_sealed_speaker_keeps_the_seal() -> None:
    acts = [
        *played("session")[:-1],
        act(
            "2022-06-21T12:00",
            UNION["id"],
            "dispute-answer",
            contribution="c2",
            reason="Too early.",
        ),
        act(
            "2022-06-21T12:30",
            "moderator",
            "record-contribution",
            id="c2",
            stakeholder=UNION["id"],
            text="Again.",
        ),
        act("2022-06-21T12:40", NGO["id"], "check-line", contribution="c2", verdict="confirmed"),
    ]
    seen = outcome_of(small(acts, until="2022-06-22T00:00"))
    assert [(row["by"], row["do"]) for row in seen.refused] == [
        ("sealed-1", "dispute-answer"),
        ("moderator", "record-contribution"),
        ("ngo-nl", "check-line"),
    ]
    assert _hits(seen.refused) == []


def test_the_moderator_sees_the_seal_opened(life: Row) -> None:
    shown = outcome_of(life, "moderator").shown
    assert shown["seals"] == [
        {"dialogue": "klein-2022", "voice": "sealed-1", "stakeholder": "union-bd"}
    ]


def test_the_auditor_sees_no_identities_at_all(life: Row) -> None:
    shown = outcome_of(life, "auditor").shown
    text = json.dumps(shown, ensure_ascii=False)
    for who in (NGO, UNION):
        assert [
            who[key] for key in ("id", "name", "organisation", "email") if who[key] in text
        ] == []
    assert "seals" not in shown
    mapped = [row["subject"] for row in shown["facts"] if row["fact"] == "stakeholder-mapped"]
    assert mapped == ["participant-1", "participant-2", "participant-3"]
    assert {row["for"] for row in shown["duties"] if row["kind"] == "answer-participant"} == {
        "participant-1",
        "sealed-1",
        "participant-3",
    }


TOLD = "2022-08-26T00:00"
"""Ten working days before the promise others hear of it, though no summary was published."""


def test_who_speaks_openly_and_under_seal_is_owed_two_answers() -> None:
    acts = played("session")[:-5]
    acts.append(
        act(
            "2022-06-16T14:30",
            "moderator",
            "record-contribution",
            id="c4",
            stakeholder=UNION["id"],
            attribution="named",
            text="Openly.",
        )
    )
    seen = outcome_of(small(acts, until=TOLD))
    owed = {row["for"] for row in seen.duties(kind="answer-participant")}
    assert owed == {"ngo-nl", "sealed-1", "supplier-tr", "union-bd"}


def test_at_risk_speakers_start_under_seal() -> None:
    spoken = act(
        "2022-06-16T14:00",
        "moderator",
        "record-contribution",
        id="c1",
        stakeholder=UNION["id"],
        text="Without a word.",
    )
    seen = outcome_of(small([*played("gathering"), spoken], until=TOLD))
    assert [row["for"] for row in seen.duties(kind="answer-participant")] == ["sealed-1"]


def test_the_story_keeps_the_seal_too(life: Row) -> None:
    read = scenario(life)
    with live(read) as seen:
        lines = story_of(seen.shown, read, "en")
    after_session = "\n".join(str(line) for line in lines).split("Session", 1)[1]
    assert [secret for secret in SECRETS if secret in after_session] == []


def test_no_command_and_no_log_betrays_the_speaker(
    life: Row, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'kept.db'}"
    with new_life(scenario(life), database=url) as alive:
        alive.live()
    environment = {"WEERKLANK_DATABASE_URL": url, "WEERKLANK_LOG_LEVEL": "debug"}
    lines: list[str] = []
    for command in (["status", "--now", "2022-09-21T00:00Z"], ["journal", "show", "klein-2022"]):
        result = CliRunner().invoke(app, command, env=environment)
        assert result.exit_code == 0, result.stderr
        lines += [line for line in result.stdout.splitlines() if _ABOUT_HER.search(line)]
    assert lines
    assert _hits(lines) == []
    assert [secret for secret in SECRETS if secret in "".join(capfd.readouterr())] == []
