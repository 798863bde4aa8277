"""Bad input is refused with a clear reason and changes nothing."""

from functools import cache

import pytest

from cli.yaml_input import BadDocument
from tests.journeys.lives import NGO, PROGRAMME, Row, act, answer, outcome_of, played, small

pytestmark = pytest.mark.slow

AT = "2022-06-16T15:00"
FEEDBACK = "2022-08-03T10:00"
POINT = {"id": "c9", "stakeholder": "ngo-nl", "attribution": "named", "text": "Een punt."}

IN_SESSION: dict[str, tuple[Row, str]] = {
    "wrong role": (act(AT, "board", "close-session"), "close-session"),
    "participant takes a step of the manager": (
        act(AT, "ngo-nl", "close-session"),
        "close-session",
    ),
    "nobody by that name": (
        act(AT, "somebody", "check-line", contribution="c1", verdict="confirmed"),
        "somebody",
    ),
    "system is nobody": (act(AT, "system", "close-session"), "system"),
    "wrong phase": (act(AT, "sponsor", "sign-strategy"), "sign-strategy"),
    "unknown stakeholder": (
        act(AT, "moderator", "record-contribution", **{**POINT, "stakeholder": "nobody"}),
        "nobody",
    ),
    "contribution twice": (
        act(AT, "moderator", "record-contribution", **{**POINT, "id": "c1"}),
        "c1",
    ),
    "attribution that does not exist": (
        act(AT, "moderator", "record-contribution", **{**POINT, "attribution": "secret"}),
        "attribution",
    ),
    "megabyte of text": (
        act(AT, "moderator", "record-contribution", **{**POINT, "text": "x" * 1_000_000}),
        "text",
    ),
    "control character": (
        act(AT, "moderator", "record-contribution", **{**POINT, "text": "bel\x07"}),
        "text",
    ),
    "empty text": (act(AT, "moderator", "record-contribution", **{**POINT, "text": "   "}), "text"),
    "number for text": (
        act(AT, "moderator", "record-contribution", **{**POINT, "text": 5}),
        "text",
    ),
    "field that is missing": (act(AT, "moderator", "record-contribution", id="c9"), "text"),
    "broken address": (
        act(AT, "manager", "change-contact", stakeholder="ngo-nl", email="no at sign"),
        "email",
    ),
    "address with a line break": (
        act(
            AT,
            "manager",
            "change-contact",
            stakeholder="ngo-nl",
            email="a@b.example\r\nBcc: c@d.example",
        ),
        "email",
    ),
    "hard check cannot be overridden": (
        act(AT, "manager", "override-check", check="attendance-recorded", reason="Haast."),
        "attendance-recorded",
    ),
    "check that does not exist": (
        act(AT, "manager", "override-check", check="nice", reason="Haast."),
        "nice",
    ),
    "session moved to the past": (
        act(AT, "manager", "reschedule-session", to="2022-06-01T13:00", reason="Terug."),
        "2022-06-01",
    ),
    "time that summer time skips": (
        act(AT, "manager", "reschedule-session", to="2023-03-26T02:30", reason="Nacht."),
        "02:30",
    ),
    "time that comes twice": (
        act(AT, "manager", "reschedule-session", to="2022-10-30T02:30", reason="Nacht."),
        "02:30",
    ),
    "time that does not exist": (
        act(AT, "manager", "reschedule-session", to="2022-06-31", reason="Dag."),
        "to",
    ),
    "postponed to the past": (
        act(
            AT,
            "manager",
            "postpone",
            duty="answer-participant/ngo-nl",
            to="2022-06-01",
            reason="Terug.",
        ),
        "2022-06-01",
    ),
    "postponed to an earlier day": (
        act(
            AT,
            "manager",
            "postpone",
            duty="answer-participant/ngo-nl",
            to="2022-09-01",
            reason="Vroeger.",
        ),
        "2022-09-01",
    ),
    "duty that does not exist": (
        act(
            AT,
            "manager",
            "postpone",
            duty="answer-participant/nobody",
            to="2022-10-01",
            reason="Wie?",
        ),
        "nobody",
    ),
    "duty of somebody else": (
        act(
            AT,
            "moderator",
            "postpone",
            duty="answer-participant/ngo-nl",
            to="2022-10-01",
            reason="Later.",
        ),
        "answer-participant/ngo-nl",
    ),
}

IN_FEEDBACK: dict[str, tuple[Row, str]] = {
    "answer to two people at once": (answer(FEEDBACK, "c1", "c3"), "c1"),
    "answer to nothing": (
        act(FEEDBACK, "manager", "answer-participant", covers=[], text="Dank."),
        "covers",
    ),
    "answer to a contribution that is not there": (answer(FEEDBACK, "c1", "c99"), "c99"),
    "answer without text": (
        act(FEEDBACK, "manager", "answer-participant", covers=["c1"], text=""),
        "text",
    ),
    "answer by the deputy's assistant": (answer(FEEDBACK, "c1", by="assistant"), "assistant"),
    "verdict before the answer": (act(FEEDBACK, "ngo-nl", "give-verdict", heard="yes"), ""),
    "verdict with another word": (act(FEEDBACK, "ngo-nl", "give-verdict", heard="maybe"), "heard"),
    "dispute of somebody else's point": (
        act(FEEDBACK, "ngo-nl", "dispute-answer", contribution="c3", reason="Ook."),
        "c3",
    ),
    "close while answers are owed": (
        act(FEEDBACK, "manager", "close-dialogue"),
        "everyone-answered",
    ),
    "close with debts by the manager": (
        act(FEEDBACK, "manager", "close-with-debts", reason="Klaar."),
        "close-with-debts",
    ),
}


UNTIL = "2022-08-04T00:00"


def _before_the_summary() -> list[Row]:
    acts = played("session")
    return acts[: next(i for i, one in enumerate(acts) if one["do"] == "publish-summary")]


@cache
def _clean(part: str) -> Row:
    seen = outcome_of(small(_acts(part), until=UNTIL))
    assert seen.refused == []
    return seen.shown


def _acts(part: str) -> list[Row]:
    return _before_the_summary() if part == "session" else played("strategy")


def _assert_refused(part: str, bad: Row, word: str) -> None:
    seen = outcome_of(small([*_acts(part), bad], until=UNTIL))
    (only,) = seen.refused
    assert only["do"] == bad["do"]
    assert word in only["why"]
    assert only["why"].strip()
    assert "Traceback" not in only["why"]
    assert len(only["why"]) < 1000
    assert {**seen.shown, "refused": []} == _clean(part)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (act(AT, "manager", "frobnicate"), ".do: 'frobnicate' is no step; weerklank act --steps"),
        (act(AT, "manager", "Close-Session"), ".do: 'Close-Session' is no step; do you mean close-session?"),
        (act(AT, "manager", "-"), ".do: '-' is no step"),
        (act(AT, "moderator", "record-contribution", **POINT, colour="red"), ".with.colour: is no field"),
        (act(AT, "moderater", "close-session"), ".by: 'moderater' is nobody in this file; do you mean moderator?"),
    ],
)  # fmt: skip
def test_what_is_mistyped_is_an_error_of_the_file(bad: Row, said: str) -> None:
    acts = _acts("session")
    with pytest.raises(BadDocument) as caught:
        outcome_of(small([*acts, bad], until=UNTIL))
    (only,) = caught.value.problems
    assert f"acts[{len(acts)}]{said}" in str(only)
    assert only.line is not None


@pytest.mark.parametrize("name", IN_SESSION)
def test_in_the_session(name: str) -> None:
    _assert_refused("session", *IN_SESSION[name])


@pytest.mark.parametrize("name", IN_FEEDBACK)
def test_in_the_feedback(name: str) -> None:
    _assert_refused("feedback", *IN_FEEDBACK[name])


def test_an_answer_that_misses_a_contribution_leaves_the_debt_open() -> None:
    spoken = act("2022-06-16T14:30", "moderator", "record-contribution", **{**POINT, "id": "c4"})
    acts = played("strategy")
    lines = next(one for one in acts if one["do"] == "publish-summary")
    lines["with"]["lines"]["c4"] = "Nog een."
    checked = act(
        "2022-06-21T10:00", NGO["id"], "check-line", contribution="c4", verdict="confirmed"
    )
    reason = "Voor dit punt is volgend jaar pas geld."
    decided = act(
        "2022-08-01T11:00",
        "manager",
        "decide",
        contribution="c4",
        outcome="not-now",
        reason=reason,
        owner="manager",
    )
    seen = outcome_of(
        small(
            [*acts, spoken, checked, decided, answer("2022-09-01T10:00", "c1")],
            until="2022-09-09T09:00",
        )
    )
    assert seen.refused == []
    assert seen.duty("answer-participant/ngo-nl")["status"] == "lapsed"
    assert seen.notices(duty="answer-participant/ngo-nl", rung="+1wd", to="ngo-nl")


def test_an_act_before_the_start_is_refused() -> None:
    seen = outcome_of(
        small([act("2021-12-01T10:00", "manager", "approve-analysis")], until="2022-01-01T00:00")
    )
    (only,) = seen.refused
    assert (only["at"], only["do"]) == ("2021-12-01T09:00:00Z", "approve-analysis")


def test_a_setup_that_the_law_refuses_is_listed() -> None:
    stranger = {**NGO, "id": "manager"}
    seen = outcome_of(small([], until="2022-01-01T00:00", stakeholders=[stranger]))
    assert [(row["do"], row["by"]) for row in seen.refused] == [("map-stakeholder", "manager")]


def test_roles_that_are_missing_are_said() -> None:
    roles = {name: person for name, person in PROGRAMME["roles"].items() if name != "deputy"}
    seen = outcome_of(
        small(played("analysis"), until="2022-02-01T00:00", programme={**PROGRAMME, "roles": roles})
    )
    assert "roles-named" in seen.refused[0]["why"]
