"""Asked back: a question about an answer, while the verdict on it is asked; it counts no round (rules 54)."""

import pytest

from states.language.errors import ChecksNotMet, NotYours, Refused
from states.model.dialogue import Phase
from states.model.duties import DutyStatus
from states.model.vocabulary import DutyKind, FactName, Template
from states.steps.permissions import can_ask_back, can_decide, can_dispute
from tests.states.builders import DECISIONS, JOKE, NOOR, Life, live

CLOCK = "answer-dispute/c1"
ASKED = {"contribution": "c1", "question": "Vanaf welk jaar?"}
REPLY = {"contribution": "c1", "text": "Vanaf 2026."}


def asked() -> Life:
    """Noor was answered, and asks something about it."""
    return live("answered").take(NOOR, "ask-back", **ASKED)


def test_a_question_has_a_clock_of_five_working_days_and_counts_no_round() -> None:
    life = asked()
    duty, point = life.duty(CLOCK), life.dialogue.contributions["c1"]
    assert (duty.owner, duty.waiting) == ("manager", NOOR)
    assert duty.day == life.dialogue.calendar.shift(life.dialogue.calendar.day_of(life.now), 5)
    assert (point.dispute_open, point.asked_back, point.dispute_round) == (True, True, 0)
    assert point.dispute_reason == ASKED["question"]
    assert life.named("asked-back")[-1].detail == {"voice": NOOR}
    told = [n for _, n in life.notices if n.template == Template.ANSWER_DISPUTED]
    assert [(n.to, n.detail) for n in told] == [
        ("manager", {"contribution": "c1", "question": True})
    ]


def test_it_is_met_when_the_response_arrived_and_the_verdict_stays_asked() -> None:
    life = asked().take("manager", "settle-dispute", **REPLY)
    assert life.duty(CLOCK).status is DutyStatus.MET
    life.bounce(life.last("dispute-settled"))
    back = life.dialogue.contributions["c1"]
    assert (life.duty(CLOCK).status, back.dispute_open, back.asked_back) == ("open", True, True)
    life.take("manager", "settle-dispute", **REPLY)
    assert not life.dialogue.contributions["c1"].dispute_open
    assert [d.whom for d in life.dialogue.owed(DutyKind.GIVE_VERDICT)].count(NOOR) == 1
    life.take(NOOR, "give-verdict", heard="yes")
    life.take(NOOR, "dispute-answer", contribution="c1", reason="Niet mijn punt.")
    assert life.dialogue.contributions["c1"].dispute_round == 1


def test_a_question_opens_no_decision_again() -> None:
    life = asked()
    assert not can_decide(life.dialogue, life.dialogue.contributions["c1"])
    with pytest.raises(Refused):
        life.take("manager", "decide", **DECISIONS["c1"])
    assert life.dialogue.phase is Phase.FEEDBACK


def test_one_thing_at_a_time_but_an_objection_takes_the_place_of_a_question() -> None:
    life = asked()
    with pytest.raises(Refused) as twice:
        life.take(NOOR, "ask-back", **ASKED)
    assert twice.value.code == "asked-twice"
    assert can_dispute(life.dialogue, life.dialogue.contributions["c1"])
    life.take(NOOR, "dispute-answer", contribution="c1", reason="Niet mijn punt.")
    point = life.dialogue.contributions["c1"]
    assert (point.dispute_round, point.dispute_open, point.asked_back) == (1, True, False)
    assert life.dialogue.duties[CLOCK].status is DutyStatus.WITHDRAWN
    assert life.duty(CLOCK).owed
    with pytest.raises(Refused):
        life.take(NOOR, "ask-back", **ASKED)


def test_it_is_asked_while_the_verdict_is() -> None:
    early = live("signed")
    with pytest.raises(Refused) as refused:
        early.take(NOOR, "ask-back", **ASKED)
    assert refused.value.code == "not-answered-yet"
    late = live("judged")
    assert not can_ask_back(late.dialogue, late.dialogue.contributions["c1"])
    with pytest.raises(Refused) as refused:
        late.take(NOOR, "ask-back", **ASKED)
    assert refused.value.code == "question-too-late"


def test_the_year_does_not_close_over_it() -> None:
    life = live("answered").take(NOOR, "ask-back", **ASKED).at("2022-09-05")
    life.take("manager", "note-lesson", text="Eerder beginnen.")
    with pytest.raises(ChecksNotMet) as unmet:
        life.take("manager", "close-dialogue")
    (told,) = [c.why("en") for c in unmet.value.checks if c.name == "disputes-settled"]
    assert "Asked about the answer" in told
    assert "Disputed" not in told


@pytest.mark.parametrize("by", ["manager", "deputy", "sponsor"])
def test_whoever_owes_the_answer_records_no_question(by: str) -> None:
    with pytest.raises(NotYours):
        live("answered").take(by, "ask-back", **ASKED, stakeholder=NOOR, how="phone")


def test_a_question_that_was_recorded_for_somebody_is_undone() -> None:
    given = {"contribution": "c5", "question": "Wanneer?", "stakeholder": JOKE, "how": "phone"}
    life = live("answered").take("moderator", "ask-back", **given)
    assert life.named("asked-back")[-1].detail["relayed_by"] == "moderator"
    life.take(JOKE, "undo-relayed", step="ask-back", contribution="c5")
    point = life.dialogue.contributions["c5"]
    assert (point.dispute_open, point.asked_back, point.dispute_reason) == (False, False, None)
    assert life.duty("answer-dispute/c5").status is DutyStatus.WITHDRAWN


def test_under_seal_nobody_reads_the_words_nor_the_minute() -> None:
    life = live("answered")
    given = {"contribution": "c2", "question": "From which day?"}
    life.take("sealed-1", "ask-back", **given)
    assert life.dialogue.contributions["c2"].asked_back
    held = [f for _, f in life.facts if f.fact == FactName.ASKED_BACK]
    assert [f.hold.voice for f in held if f.hold] == ["sealed-1"]
    wanted = [n for _, n in life.notices if n.template == Template.WORDING_WANTED]
    assert [(n.to, n.detail["about"]) for n in wanted] == [("moderator", "dispute")]
    life.take("manager", "settle-dispute", contribution="c2", text="From 2026 on.")
    assert life.duty("answer-dispute/c2").status is DutyStatus.MET
    assert life.duty("carry-answer/sealed-1").round == 2
