"""Words under seal: others read the moderator's, and until there are any that there is something."""

from dataclasses import replace
from typing import Any

import pytest

from states.model.dialogue import Dialogue
from states.model.people import AUDITOR, Role
from states.privacy.reader_view import (
    COMMENT_UNWORDED,
    DISPUTE_UNWORDED,
    LINE_UNWORDED,
    view,
)
from states.privacy.readers import A_MODERATOR, Eyes, Reader
from states.steps.permissions import wordable
from tests.states.builders import NOOR, RAHIMA, Life, answered, live, settled, signed, weighed

OWN = "ZX-own-words"
OTHERS = [
    *(Reader(Eyes.ROLE, role) for role in Role if role != Role.MODERATOR),
    Reader.by_name(AUDITOR),
    Reader(Eyes.OPERATOR),
    Reader(Eyes.HELPER, "helper-1"),
    Reader(Eyes.PARTICIPANT, NOOR),
    Reader(Eyes.PARTICIPANT, RAHIMA, own_seal=False),
]
NEUTRAL: dict[str, dict[str, Any]] = {
    "line": {"about": "line", "contribution": "c2", "text": "neutral line"},
    "dispute": {"about": "dispute", "contribution": "c2", "text": "neutral dispute"},
    "verdict": {"about": "verdict", "voice": "sealed-1", "text": "neutral comment"},
}


def spoken() -> Life:
    """The sealed voice corrected its line, disputes its answer and adds something to its verdict."""
    life = live("checked").at("2022-06-21")
    line = {"contribution": "c2", "verdict": "corrected", "text": f"{OWN} line"}
    life.take("sealed-1", "check-line", **line)
    signed(settled(weighed(life)))
    answered(life).at("2022-09-02")
    life.take("sealed-1", "give-verdict", heard="no", comment=f"{OWN} comment")
    life.take("sealed-1", "dispute-answer", contribution="c2", reason=f"{OWN} dispute")
    return life.at("2022-09-05")


def seen(life: Life, reader: Reader) -> Dialogue:
    """The dialogue as *reader* may know it, once all that was held is told."""
    told = life.dialogue.copy()
    told.held = ()
    return view(told, reader)


def words_of(dialogue: Dialogue) -> tuple[str | None, ...]:
    """The line, the dispute and the comment of the sealed voice."""
    point, verdict = dialogue.contributions["c2"], dialogue.verdicts["sealed-1"]
    return point.line, point.dispute_reason, verdict.comment


@pytest.mark.parametrize("reader", OTHERS, ids=lambda r: f"{r.eyes} {r.name}")
def test_nobody_else_reads_them(reader: Reader) -> None:
    shown = seen(spoken(), reader)
    line, dispute, comment = words_of(shown)
    assert OWN not in repr((shown.contributions, shown.verdicts, shown.relays))
    assert line is not None
    assert line.endswith(f"({LINE_UNWORDED})")
    assert (dispute, comment) == (DISPUTE_UNWORDED, COMMENT_UNWORDED)


@pytest.mark.parametrize("reader", OTHERS, ids=lambda r: f"{r.eyes} {r.name}")
def test_others_read_the_neutral_wording(reader: Reader) -> None:
    life = spoken()
    for given in NEUTRAL.values():
        life.take("moderator", "word-neutrally", **given)
    shown = seen(life, reader)
    assert words_of(shown) == ("neutral line", "neutral dispute", "neutral comment")
    assert shown.contributions["c2"].text == "neutral line"
    assert OWN not in repr((shown.contributions, shown.verdicts))


@pytest.mark.parametrize("reader", [A_MODERATOR, Reader(Eyes.PARTICIPANT, RAHIMA)])
def test_moderator_and_speaker_read_both(reader: Reader) -> None:
    life = spoken().take("moderator", "word-neutrally", **NEUTRAL["dispute"])
    shown = seen(life, reader)
    assert words_of(shown) == (f"{OWN} line", f"{OWN} dispute", f"{OWN} comment")
    assert shown.contributions["c2"].neutral_dispute == "neutral dispute"


def test_it_is_said_in_the_language_of_the_reader() -> None:
    told = view(spoken().at("2022-09-06").dialogue.copy(), Reader(Eyes.ROLE, "manager"), "nl")
    assert "moderator zet dat nog" in str(told.contributions["c2"].line)


def test_the_manager_answers_from_the_neutral_wording() -> None:
    life = spoken()
    life.take("moderator", "word-neutrally", **NEUTRAL["dispute"])
    life.take("manager", "settle-dispute", contribution="c2", text="Alsnog.")
    assert life.dialogue.contributions["c2"].settlement == "Alsnog."


def test_the_moderator_is_asked_and_the_manager_told_when_it_is_there() -> None:
    life = spoken()
    asked = [n.detail["about"] for _, n in life.notices if n.template == "wording-wanted"]
    assert asked == ["line", "verdict", "dispute"]
    assert {n.to for _, n in life.notices if n.template == "wording-wanted"} == {"moderator"}
    decided = life.decided("moderator", "word-neutrally", **NEUTRAL["dispute"])
    (held,) = decided.held
    assert not decided.notices
    assert [(n.to, n.template, n.detail["worded"]) for n in held.notices] == [
        ("manager", "answer-disputed", True)
    ]


def test_worded_on_the_day_itself_nobody_learns_the_hour() -> None:
    life = spoken().at("2022-09-02")
    decided = life.decided("moderator", "word-neutrally", **NEUTRAL["dispute"])
    assert all(fact.hold and fact.hold.until for fact in decided.facts)
    assert not decided.notices
    assert not decided.held[0].notices


def test_the_next_objection_waits_for_words_of_its_own() -> None:
    life = spoken().take("moderator", "word-neutrally", **NEUTRAL["dispute"])
    life.take("manager", "settle-dispute", contribution="c2", text="Alsnog.")
    life.dialogue = replace_delivered(life.dialogue)
    life.take("sealed-1", "dispute-answer", contribution="c2", reason=f"{OWN} again")
    assert words_of(seen(life, OTHERS[0]))[1] == DISPUTE_UNWORDED


def replace_delivered(dialogue: Dialogue) -> Dialogue:
    """*dialogue* in which the response to the objection arrived."""
    points = dict(dialogue.contributions)
    points["c2"] = points["c2"].model_copy(update={"settlement_waits": False})
    return replace(dialogue, contributions=points)


def test_a_line_corrected_again_keeps_what_others_had() -> None:
    life = live("summarised").at("2022-06-21")
    line = {"contribution": "c2", "verdict": "corrected", "text": f"{OWN} line"}
    life.take("sealed-1", "check-line", **line)
    life.take("moderator", "word-neutrally", **NEUTRAL["line"])
    life.take("sealed-1", "check-line", **line | {"text": f"{OWN} anew"})
    told = view(replace(life.dialogue.copy()), Reader(Eyes.ROLE, "manager"))
    assert told.contributions["c2"].line == f"neutral line ({LINE_UNWORDED})"
    life.take("sealed-1", "check-line", contribution="c2", verdict="confirmed")
    told = view(replace(life.dialogue.copy()), Reader(Eyes.ROLE, "manager"))
    assert OWN not in str(told.contributions["c2"])


def test_what_waits_comes_first() -> None:
    life = spoken().take("moderator", "word-neutrally", **NEUTRAL["line"])
    found = [(one.about, one.key, one.worded) for one in wordable(life.dialogue)]
    assert found == [
        ("dispute", "c2", None),
        ("verdict", "sealed-1", None),
        ("line", "c2", "neutral line"),
    ]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"about": "dispute", "contribution": "c1", "text": "x"}, "not-under-seal"),
        ({"about": "verdict", "voice": NOOR, "text": "x"}, "not-under-seal"),
        ({"about": "verdict", "voice": "nobody", "text": "x"}, "unknown-person"),
        ({"about": "line", "contribution": "c9", "text": "x"}, "unknown-contribution"),
        ({"about": "dispute", "contribution": "c2", "text": "x"}, "nothing-to-word"),
        ({"about": "line", "contribution": "c2", "text": "x"}, "nothing-to-word"),
        ({"about": "verdict", "voice": "sealed-1", "text": "x"}, "nothing-to-word"),
        ({"about": "verdict", "contribution": "c2", "text": "x"}, "bad-input"),
        ({"about": "line", "voice": "sealed-1", "text": "x"}, "bad-input"),
    ],
)
def test_what_cannot_be_worded(given: dict[str, Any], code: str) -> None:
    assert live("answered").refuse("moderator", "word-neutrally", **given).code == code


@pytest.mark.parametrize("who", ["manager", "deputy", "sponsor", "confidant", "board"])
def test_the_moderator_alone_words(who: str) -> None:
    assert spoken().refuse(who, "word-neutrally", **NEUTRAL["line"]).code == "not-your-step"
