"""How a year ends: closed, closed with debts, or called off; and what lives on."""

import pytest

from states.language.errors import ChecksNotMet
from states.model.dialogue import OPEN_PHASES, Phase
from states.model.duties import KINDS
from states.steps.delivery.receipts import still_wanted
from tests.states.builders import (
    DENIZ,
    JOKE,
    NOOR,
    Life,
    at_phase,
    disputed,
    live,
)

WHY = "Fusie met een ander merk."


def owed(life: Life) -> set[str]:
    return {duty.name for duty in life.dialogue.duties.values() if duty.owed}


def test_a_year_closes_when_nothing_is_owed_to_anybody_who_spoke() -> None:
    life = live("closed")

    assert life.phase is Phase.CLOSED
    assert owed(life) == {"report-progress/clause"}
    assert [f.fact for _, f in life.facts[-3:]] == ["duty-met", "dialogue-closed", "phase-entered"]


def test_everybody_who_came_hears_that_it_closed() -> None:
    told = [n.to for _, n in live("closed").notices if n.template == "dialogue-closed"]

    assert sorted(told) == sorted([NOOR, DENIZ, JOKE, "needle-union"])


@pytest.mark.parametrize(
    ("chapter", "unmet"),
    [
        ("signed", ["everyone-answered", "lessons-noted"]),
        ("answered", ["verdicts-in", "lessons-noted"]),
    ],
)
def test_a_year_does_not_close_quietly(chapter: str, unmet: list[str]) -> None:
    refusal = live(chapter).refuse("manager", "close-dialogue")

    assert isinstance(refusal, ChecksNotMet)
    assert [check.name for check in refusal.checks] == unmet


def test_an_answer_that_is_on_its_way_is_not_given() -> None:
    life = live("signed")
    life.mail = False
    for name in ("c1", "c2", "c3", "c5"):
        life.answer(name)

    refusal = life.refuse("manager", "close-dialogue")

    assert isinstance(refusal, ChecksNotMet)
    assert "everyone-answered" in [check.name for check in refusal.checks]


def test_silence_on_the_answers_does_not_keep_it_open() -> None:
    life = live("answered").at("2022-10-05").take("manager", "note-lesson", text="Eerder.")

    assert life.take("manager", "close-dialogue").phase is Phase.CLOSED


def test_commitments_live_on() -> None:
    life = live("closed").at("2022-12-19 12:00")
    name = "report-progress/clause"

    assert life.status(name) == "lapsed"
    assert [(at, rung, to) for at, rung, to, _ in life.told(name)] == [
        ("2022-12-01 08:00", "-10wd", "sponsor"),
        ("2022-12-12 08:00", "-3wd", "sponsor"),
        ("2022-12-15 08:00", "0", "sponsor"),
        ("2022-12-15 08:00", "0", "deputy"),
        ("2022-12-16 08:00", "+1wd", "manager"),
    ]


def test_a_commitment_is_reported_after_the_close() -> None:
    life = live("closed").at("2022-12-14")
    life.take(
        "sponsor", "report-progress", commitment="clause", status="done", evidence="31 contracten."
    )

    assert life.status("report-progress/clause") == "met"
    assert life.last("progress-reported").to == "sealed-1"
    assert life.dialogue.commitments["clause"].evidence == "31 contracten."


def test_under_way_is_not_done() -> None:
    life = live("closed").at("2022-12-14")
    life.take("sponsor", "report-progress", commitment="clause", status="under-way")

    assert life.status("report-progress/clause") == "open"


@pytest.mark.parametrize("end", ["done", "dropped"])
def test_what_is_done_is_done(end: str) -> None:
    """A commitment that ended cannot be under way again while nobody owes it."""
    life = live("closed").at("2022-12-14")
    life.take("sponsor", "report-progress", commitment="clause", status=end)

    life.refuse("sponsor", "report-progress", commitment="clause", status="under-way")


@pytest.mark.parametrize("by", ["board", "confidant"])
def test_a_commitment_is_reported_by_whom_it_is(by: str) -> None:
    life = live("closed").at("2022-12-14")

    life.refuse(by, "report-progress", commitment="clause", status="done")


def test_no_commitment() -> None:
    refusal = live("closed").refuse("sponsor", "report-progress", commitment="x", status="done")

    assert refusal.code == "unknown-commitment"


# --- with debts


def test_closed_with_debts() -> None:
    life = disputed().at("2022-09-12").take("sponsor", "close-with-debts", reason=WHY)

    assert life.phase is Phase.CLOSED_WITH_DEBTS
    assert {name.split("/")[0] for name in owed(life)} == {
        "answer-participant",
        "answer-dispute",
        "report-progress",
        "give-verdict",
    }
    (fact,) = life.named("dialogue-closed")
    assert fact.actor == "sponsor"
    assert f"answer-participant/{DENIZ}" in fact.detail["debts"]


@pytest.mark.parametrize("chapter", ["judged"])
def test_without_debts_one_simply_closes(chapter: str) -> None:
    """A commitment that is not due yet is no debt to somebody who waits for an answer."""
    assert live(chapter).refuse("sponsor", "close-with-debts", reason=WHY).code == "no-debts"


def test_debts_keep_their_clock_after_the_close() -> None:
    life = disputed().take("sponsor", "close-with-debts", reason=WHY).at("2022-09-09 12:00")
    name = f"answer-participant/{DENIZ}"

    assert life.status(name) == "lapsed"
    assert ("2022-09-09 08:00", "+1wd", DENIZ, "answer-is-late") in life.told(name)


def test_debts_are_paid_after_the_close() -> None:
    life = disputed().take("sponsor", "close-with-debts", reason=WHY).at("2022-10-01")
    life.answer("c3")
    life.take("manager", "settle-dispute", contribution="c1", text="Alsnog.")

    assert life.status(f"answer-participant/{DENIZ}") == "met-late"
    assert life.status("answer-dispute/c1") == "met-late"
    assert DENIZ in life.take(DENIZ, "give-verdict", heard="partly").dialogue.verdicts
    assert life.phase is Phase.CLOSED_WITH_DEBTS


# --- called off


@pytest.mark.parametrize("phase", OPEN_PHASES)
def test_called_off(phase: Phase) -> None:
    life = at_phase(phase)
    debts = {d.name for d in life.dialogue.duties.values() if d.owed and KINDS[d.kind].debt}
    life.take("sponsor", "cancel-dialogue", reason=WHY)

    assert life.phase is Phase.CANCELLED
    assert owed(life) == debts
    assert life.named("dialogue-cancelled")[0].detail == {"reason": WHY}


def test_debts_survive_being_called_off() -> None:
    life = live("spoken").take("sponsor", "cancel-dialogue", reason=WHY).at("2022-09-09 12:00")

    assert {name for name in owed(life) if name.startswith("answer-participant/")} == {
        f"answer-participant/{voice}" for voice in (NOOR, "sealed-1", DENIZ, JOKE)
    }
    assert life.status(f"answer-participant/{NOOR}") == "lapsed"
    life.answer("c1")
    assert life.status(f"answer-participant/{NOOR}") == "met-late"


def test_nobody_is_asked_anything_any_more() -> None:
    life = live("invited").take("sponsor", "cancel-dialogue", reason=WHY)
    before = len(life.notices)

    assert owed(life) == set()
    assert len(life.at("2023-01-01").notices) == before


def test_everybody_who_was_invited_hears_that_it_is_off() -> None:
    """Also whoever has not answered yet; not whoever declined."""
    life = live("invited").take(DENIZ, "decline-invitation").take(NOOR, "accept-invitation")
    life.take("sponsor", "cancel-dialogue", reason=WHY)

    told = [n.to for _, n in life.notices if n.template == "dialogue-cancelled"]
    assert sorted(told) == sorted([NOOR, "needle-union", JOKE])
    assert life.last("dialogue-cancelled").detail == {"reason": WHY}


def test_nobody_is_still_invited_to_what_was_called_off() -> None:
    """Their invitation waited while the mail server was down; that it is off they do hear."""
    life = live("invited")
    [invitation] = [n for _, n in life.notices if n.template == "invitation" and n.to == NOOR]
    assert still_wanted(life.dialogue, invitation)

    life.take("sponsor", "cancel-dialogue", reason=WHY)

    assert not still_wanted(life.dialogue, invitation)
    assert still_wanted(life.dialogue, life.last("dialogue-cancelled"))


def test_who_asks_to_be_erased_once_more_is_not_sent_the_reason_of_before() -> None:
    life = live("signed").take(NOOR, "ask-erasure", text="Alles.")
    life.take("manager", "settle-erasure", stakeholder=NOOR, declined="Er loopt een zaak.")
    declined = life.last("erasure-declined")
    assert still_wanted(life.dialogue, declined)
    life.take(NOOR, "ask-erasure", text="Nogmaals.")
    assert not still_wanted(life.dialogue, declined)
