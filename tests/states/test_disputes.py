"""Not my point: a dispute has its own clock, two rounds with the manager, and the moderator has the last word."""

import pytest

from states.language.errors import ChecksNotMet
from states.model.dialogue import Phase
from tests.states.builders import (
    DECISIONS,
    NOOR,
    Life,
    disputed,
    live,
    people,
    programme,
    reopened,
    utc,
)

CLOCK = "answer-dispute/c1"


def dispute(life: Life, reason: str = "Niet mijn punt.") -> Life:
    return life.take(NOOR, "dispute-answer", contribution="c1", reason=reason)


def settle(life: Life, by: str = "manager") -> Life:
    return life.take(by, "settle-dispute", contribution="c1", text="Het bedrag komt erin.")


def open_disputes(life: Life) -> list[str]:
    return [c.id for c in life.dialogue.contributions.values() if c.dispute_open]


def twice() -> Life:
    """Two rounds are over."""
    return settle(dispute(settle(disputed())))


def test_a_dispute_opens_its_own_clock() -> None:
    life = disputed()
    duty = life.duty(CLOCK)

    assert (duty.owner, duty.waiting, duty.whom) == ("manager", NOOR, "c1")
    assert duty.due == utc("2022-09-23 22:00")
    assert life.dialogue.contributions["c1"].dispute_open
    assert life.notices[-1][1].to == "manager"
    assert life.last("answer-disputed").detail == {"contribution": "c1", "round": 1}


def test_the_debt_itself_stays_met() -> None:
    assert disputed().status(f"answer-participant/{NOOR}") == "met"


def test_a_dispute_that_waits_is_on_the_ladder_of_the_feedback() -> None:
    life = disputed().at("2022-09-26 12:00")

    assert life.status(CLOCK) == "lapsed"
    assert [t for t in life.told(CLOCK) if t[1] == "+1wd"] == [
        ("2022-09-26 08:00", "+1wd", "manager", "answer-late-alert"),
        ("2022-09-26 08:00", "+1wd", NOOR, "answer-is-late"),
    ]


def test_settled_is_when_it_arrived() -> None:
    life = disputed()
    life.mail = False
    settle(life)
    notice = life.last("dispute-settled")

    assert (notice.to, notice.duty) == (NOOR, CLOCK)
    assert life.status(CLOCK) == "open"
    assert open_disputes(life) == ["c1"]
    life.at("2022-09-10").deliver(notice)
    assert life.status(CLOCK) == "met"
    assert open_disputes(life) == []
    assert life.named("dispute-settled")[-1].subject == "c1"


@pytest.mark.parametrize("by", ["manager", "deputy", "moderator"])
def test_whoever_settles_is_in_the_journal(by: str) -> None:
    life = disputed()
    life.mail = False
    before = len(life.facts)
    settle(life, by)

    assert [fact.actor for _, fact in life.facts[before:]] == [by]


def test_a_settlement_that_bounces() -> None:
    life = settle(disputed())
    assert life.status(CLOCK) == "met"
    life.bounce(life.last("dispute-settled"))
    duty = life.duty(CLOCK)

    assert (duty.status, duty.version) == ("open", 2)
    assert life.dialogue.contributions["c1"].dispute_open
    assert life.dialogue.contributions["c1"].settlement is None
    assert settle(life).status(CLOCK) == "met"


def test_a_second_round() -> None:
    life = dispute(settle(disputed()), "Nog steeds niet.")
    duty = life.duty(CLOCK)

    assert (duty.name, duty.round, duty.owner) == (f"{CLOCK}#2", 2, "manager")
    assert life.dialogue.contributions["c1"].dispute_round == 2
    assert life.dialogue.duties[CLOCK].status == "met"


def test_after_two_rounds_it_is_for_the_moderator() -> None:
    life = dispute(twice())

    assert life.duty(CLOCK).owner == "moderator"
    assert life.last("answer-disputed").to == "moderator"
    for by in ("manager", "deputy"):
        refusal = life.refuse(by, "settle-dispute", contribution="c1", text="Toch niet.")
        assert refusal.code == "moderator-settles"
    assert settle(life, "moderator").status(CLOCK) == "met"


def test_what_the_moderator_settled_is_final() -> None:
    life = settle(dispute(twice()), "moderator")

    refusal = life.refuse(NOOR, "dispute-answer", contribution="c1", reason="Nee.")

    assert refusal.code == "dispute-is-final"


def test_without_a_moderator_it_stays_with_the_manager() -> None:
    life = dispute(twice())
    life.dialogue.programme = programme(roles=people(without="moderator"))

    assert settle(life, "manager").status(CLOCK) == "met"


@pytest.mark.parametrize(
    ("life", "point", "code"),
    [
        pytest.param(lambda: live("signed"), "c1", "not-answered-yet", id="before the answer"),
        pytest.param(disputed, "c1", "dispute-twice", id="while it is disputed"),
        pytest.param(disputed, "c3", "not-your-contribution", id="somebody else's"),
        pytest.param(disputed, "c2", "not-your-contribution", id="what is under seal"),
        pytest.param(disputed, "c99", "unknown-contribution", id="nobody's"),
    ],
)
def test_disputes_that_cannot_be(life: object, point: str, code: str) -> None:
    assert callable(life)
    refusal = life().refuse(NOOR, "dispute-answer", contribution=point, reason="Nee.")

    assert refusal.code == code


def test_nothing_to_settle() -> None:
    refusal = live("answered").refuse("manager", "settle-dispute", contribution="c1", text="Nee.")

    assert refusal.code == "not-disputed"


def test_settled_twice() -> None:
    life = disputed()
    life.mail = False

    refusal = settle(life).refuse("manager", "settle-dispute", contribution="c1", text="Nee.")

    assert refusal.code == "already-settled"


# --- the decision is taken again


def test_a_decision_is_taken_again_in_the_strategy() -> None:
    life = reopened()

    assert life.phase is Phase.STRATEGY_UPDATE
    assert life.dialogue.signed_at is None
    assert life.named("decision-reopened")[-1].subject == "c1"
    assert life.dialogue.contributions["c1"].reason.startswith("Ook het bedrag")  # type: ignore[union-attr]
    duty = life.duty("sign-strategy")
    assert (duty.round, duty.owner) == (2, "sponsor")
    assert duty.due == life.duty(CLOCK).due


def test_it_needs_the_signature_again() -> None:
    life = reopened()

    refusal = life.refuse("manager", "close-dialogue")
    assert refusal.code == "step-not-allowed"
    life.take("sponsor", "sign-strategy")
    assert life.phase is Phase.FEEDBACK
    assert life.duty("sign-strategy").status == "met"
    assert life.duty("close-dialogue").round == 1


def test_others_may_still_be_answered_meanwhile() -> None:
    life = reopened()
    life.answer("c3")

    assert life.status("answer-participant/izmir-textiles") == "met"
    assert life.phase is Phase.STRATEGY_UPDATE


def test_the_dispute_may_be_settled_meanwhile() -> None:
    assert settle(reopened()).status(CLOCK) == "met"


@pytest.mark.parametrize("point", ["c2", "c3"])
def test_what_is_not_disputed_stands(point: str) -> None:
    refusal = disputed().refuse("manager", "decide", **DECISIONS[point])

    assert refusal.code == "not-disputed"


def test_what_was_answered_and_is_not_disputed_stands_also_after_a_reopening() -> None:
    """Rahima was told that it was adopted; that cannot change behind her back."""
    changed = {k: v for k, v in DECISIONS["c2"].items() if k != "commitment"}

    refusal = reopened().refuse("manager", "decide", **changed | {"outcome": "rejected"})

    assert refusal.code == "not-disputed"


def test_a_decision_that_was_not_answered_yet_may_change_after_a_reopening() -> None:
    life = reopened()
    life.take("manager", "decide", **DECISIONS["c3"] | {"reason": "In maart beslissen wij dit."})

    assert life.dialogue.contributions["c3"].reason == "In maart beslissen wij dit."


def test_a_dispute_keeps_the_year_open() -> None:
    life = dispute(live("judged"))

    refusal = life.refuse("manager", "close-dialogue")

    assert isinstance(refusal, ChecksNotMet)
    assert [check.name for check in refusal.checks] == ["disputes-settled"]
    settle(life).take("manager", "close-dialogue")
    assert life.phase is Phase.CLOSED


def test_a_disputed_commitment_that_is_taken_again_keeps_its_first_promise() -> None:
    """Deciding again does not make a promise younger: its lateness is counted from the first date."""
    life = live("answered").at("2022-12-20")
    assert life.late("report-progress/clause") == 5
    life.take("sealed-1", "dispute-answer", contribution="c2", reason="Niet mijn punt.")
    again = {
        **DECISIONS["c2"],
        "commitment": {"id": "clause", "what": "In elk.", "due": "2023-03-01"},
    }
    life.take("manager", "decide", **again)

    duty = life.duty("report-progress/clause")
    assert duty.first_due == utc("2022-12-15 23:00")
    assert life.late("report-progress/clause") == 5
