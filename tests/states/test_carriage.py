"""Answering and carrying under seal are two duties: others see the same however words to a sealed voice fared."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from states.model.duties import Duty, DutyStatus
from states.model.facts import Fact
from states.model.people import Role
from states.model.vocabulary import Template
from states.privacy.reader_view import view
from states.privacy.readers import Reader
from states.privacy.seals import is_sealed, may_know_duty, may_know_fact, may_know_notice
from states.privacy.small_counts import overdue_carrying
from tests.states.builders import RAHIMA, Life, live, settled, signed, summarised

CARRY, ANSWER = "carry-answer/sealed-1", "answer-participant/sealed-1"
DEBTORS = {Role.MANAGER, Role.DEPUTY, Role.SPONSOR}
OTHERS = [
    Reader.by_name(name)
    for name in ("manager", "deputy", "sponsor", "board", "confidant", "auditor")
]


def written(at: str = "2022-09-02") -> Life:
    """The answer to the voice under seal is written, and did not arrive."""
    life = live("signed").at(at)
    life.mail = False
    life.answer("c2")
    return life


# --- two duties


def test_an_answer_under_seal_is_given_when_it_is_written_and_owed_as_carrying() -> None:
    life = written()

    assert life.duty(ANSWER).status is DutyStatus.MET
    carry = life.duty(CARRY)
    assert (carry.owner, carry.status, carry.first_due) == ("moderator", DutyStatus.OPEN, carry.due)
    assert life.dialogue.due_day(carry) == life.dialogue.due_day(
        life.duty(ANSWER)
    )  # the promise, which is later
    assert life.dialogue.contributions["c2"].delivered_at is None


def test_an_open_voice_is_answered_when_it_arrives() -> None:
    life = live("signed")
    life.mail = False
    notice = life.answer("c1")

    assert life.duty("answer-participant/ngo-noord").owed
    assert life.dialogue.latest("carry-answer/ngo-noord") is None
    assert not life.deliver(notice).duty("answer-participant/ngo-noord").owed


def test_what_is_written_late_is_carried_within_three_working_days() -> None:
    life = written("2022-11-02 09:00")

    carry = life.duty(CARRY)
    assert life.duty(ANSWER).status is DutyStatus.MET_LATE
    assert life.dialogue.due_day(carry).isoformat() == "2022-11-07"
    assert (carry.reckoning.rule, carry.lapsed_at) == ("+3wd", None)


def test_it_is_met_on_arrival_and_owed_again_when_the_words_come_back() -> None:
    life = written()
    notice = life.last("answer")
    life.deliver(notice)
    assert life.duty(CARRY).status is DutyStatus.MET

    life.at("2022-09-20").bounce(notice)

    again = life.duty(CARRY)
    assert (again.status, again.version) == (DutyStatus.OPEN, 2)
    assert again.due > life.now > again.first_due
    assert life.duty(ANSWER).status is DutyStatus.MET
    assert life.dialogue.contributions["c2"].answer is not None
    assert [n.to for _, n in life.notices[-1:]] == ["moderator"]
    life.take("moderator", "record-delivery", to="sealed-1", how="phone")
    assert life.duty(CARRY).status is DutyStatus.MET_LATE


def test_it_outlives_the_close_and_does_not_hinder_it() -> None:
    life = written()
    life.mail = True
    for name in ("c1", "c3", "c5"):
        life.answer(name)
    life.at("2022-10-30").take("manager", "note-lesson", text="Eerder.")
    life.take("sponsor", "report-progress", commitment="clause", status="done")
    life.take("manager", "close-dialogue")
    told = len(life.notices)

    life.at("2022-12-30")

    assert life.duty(CARRY).status is DutyStatus.LAPSED
    heard = {n.to for _, n in life.notices[told:] if n.kind == "carry-answer"}
    assert heard == {"moderator", "confidant", "sealed-1"}
    life.take("moderator", "record-delivery", to="sealed-1", how="in-person")
    assert life.duty(CARRY).status is DutyStatus.MET_LATE


def test_parts_go_together_and_the_last_word_sets_the_day() -> None:
    life = live("spoken")
    point = {"stakeholder": RAHIMA, "attribution": "sealed", "text": "Ook de lift."}
    life.take("moderator", "record-contribution", id="c6", **point)
    life = _signed_with(life, "c6")
    life.mail = False
    life.at("2022-09-07").answer("c2")
    assert life.duty(ANSWER).owed

    life.at("2022-09-08").answer("c6")

    assert not life.duty(ANSWER).owed
    assert life.dialogue.latest(f"{CARRY}#2") is None
    first, second = (n for _, n in life.notices if n.template == "answer")
    assert life.deliver(first).duty(CARRY).owed
    assert not life.deliver(second).duty(CARRY).owed


def _signed_with(life: Life, name: str) -> Life:
    life = summarised(life).at("2022-07-20")
    life.take("moderator", "close-session")
    settled(life)
    life.take(
        "manager",
        "decide",
        contribution=name,
        outcome="not-now",
        owner="manager",
        reason="De lift wordt in mei gekeurd.",
    )
    return signed(life)


# --- disputes


def disputed() -> Life:
    """She has her answer, objects, and the response is written."""
    life = live("signed").at("2022-09-07")
    life.answer("c2")
    life.take(RAHIMA, "dispute-answer", contribution="c2", reason="Dat is het niet.")
    life.mail = False
    life.at("2022-09-09").take("manager", "settle-dispute", contribution="c2", text="Alsnog.")
    return life


def test_a_response_under_seal_settles_when_it_is_written() -> None:
    life = disputed()
    point = life.dialogue.contributions["c2"]

    assert (point.dispute_open, point.settlement_waits) == (False, True)
    assert life.duty("answer-dispute/c2").status is DutyStatus.MET
    assert life.duty(f"{CARRY}#2").owed
    refusal = life.refuse(RAHIMA, "dispute-answer", contribution="c2", reason="Weer niet.")
    assert refusal.code == "dispute-twice"
    life.deliver(life.last("dispute-settled"))
    assert not life.duty(f"{CARRY}#2").owed
    life.take(RAHIMA, "dispute-answer", contribution="c2", reason="Weer niet.")


def test_a_response_that_came_back_is_carried_again_and_stays_written() -> None:
    life = disputed()
    notice = life.last("dispute-settled")
    life.deliver(notice).bounce(notice)

    assert life.duty(f"{CARRY}#2").owed
    assert life.duty("answer-dispute/c2").status is DutyStatus.MET
    assert life.dialogue.contributions["c2"].settlement == "Alsnog."


# --- the ladder


@pytest.mark.parametrize("without", [(), ("moderator",), ("moderator", "confidant")])
def test_no_debtor_ever_hears_of_it(without: tuple[str, ...]) -> None:
    life = written()
    roles = {r: p for r, p in life.dialogue.programme.roles.items() if r not in without}
    life.dialogue.programme = life.dialogue.programme.model_copy(update={"roles": roles})
    told = len(life.notices)

    life.at("2023-06-01")

    heard = [n for _, n in life.notices[told:] if n.kind == "carry-answer"]
    assert heard
    assert {n.to for n in heard} & DEBTORS == set()
    assert life.dialogue.owner_role(life.duty(CARRY)) not in DEBTORS
    for notice in heard:
        above = notice.to in {"confidant", "board"} and str(notice.rung).startswith("+")
        assert above is (notice.template == Template.CARRYING_LATE)


def test_without_a_moderator_the_confidant_carries() -> None:
    life = live("signed").at("2022-09-07")
    roles = {r: p for r, p in life.dialogue.programme.roles.items() if r != "moderator"}
    life.dialogue.programme = life.dialogue.programme.model_copy(update={"roles": roles})
    life.mail = False
    life.answer("c2")

    assert life.duty(CARRY).owner == "confidant"


def test_the_board_hears_a_number_only_where_it_points_at_nobody() -> None:
    life = written()
    life.at("2022-11-30")
    board, confidant = Reader.by_name("board"), Reader.by_name("confidant")

    assert overdue_carrying(life.dialogue, board, life.now).number is None
    assert overdue_carrying(life.dialogue, confidant, life.now).number == 1
    one = life.duty(CARRY)
    for number in range(2, 6):
        name = f"carry-answer/sealed-{number}"
        life.dialogue.duties[name] = one.model_copy(
            update={"name": name, "whom": f"sealed-{number}"}
        )
    assert overdue_carrying(life.dialogue, board, life.now).number == 5


@pytest.mark.parametrize("by", ["manager", "deputy", "sponsor", "board", "confidant"])
def test_nobody_can_feel_for_it_by_postponing(by: str) -> None:
    there = written().refuse(by, "postpone", duty=CARRY, to="2022-12-01", reason="Druk.")
    not_there = live("signed").refuse(by, "postpone", duty=CARRY, to="2022-12-01", reason="Druk.")

    assert (there.code, there.why("en")) == (not_there.code, not_there.why("en"))


# --- the same for all others, whatever happens to the words

Fate = Callable[[Life], Life]


def arrives(life: Life) -> Life:
    return life.deliver(life.last("answer"))


def comes_back(life: Life) -> Life:
    return arrives(life).bounce(life.last("answer"))


def is_refused(life: Life) -> Life:
    return life.bounce(life.last("answer"), "refused-550")


def is_brought(life: Life) -> Life:
    return life.take("moderator", "record-delivery", to="sealed-1", how="in-person")


def is_given_up(life: Life) -> Life:
    life = is_refused(life)
    life.until(life.now + timedelta(days=3))
    days = [life.dialogue.calendar.day_of(life.now - timedelta(days=back)) for back in (1, 0)]
    tries = [{"on": day.isoformat(), "how": "phone"} for day in days]
    given = {"to": "sealed-1", "reason": "Weg.", "tries": tries}
    assert life.refuse("manager", "could-not-reach", **given).code == "seal-needs-moderator"
    return life.take("moderator", "could-not-reach", **given)


TRIED = timedelta(days=4)
"""Longer than any of these takes: others look at all lives at one moment."""
FATES: list[Fate] = [arrives, comes_back, is_refused, is_brought, is_given_up]


def seen_by(life: Life, reader: Reader) -> list[Any]:
    """All that *reader* may know of what happened, what is owed and what was said, and the dialogue as they see it."""
    facts: list[tuple[Any, Fact]] = [
        (at, fact)
        for at, fact in life.facts
        if may_know_fact(reader, fact.fact, fact.subject, fact.detail)
    ]
    notices = [
        (at, n)
        for at, n in life.notices
        if may_know_notice(reader, n.to, n.template, n.kind, n.duty)
    ]
    shown = view(life.dialogue.copy(), reader)
    duties: list[Duty] = [d for name, d in shown.duties.items() if may_know_duty(reader, name)]
    return [facts, notices, duties, shown.contributions, shown.verdicts, shown.phase]


@settings(max_examples=40, deadline=None)
@drawn(
    st.sampled_from(FATES),
    st.sampled_from(FATES),
    st.integers(0, 60),
    st.integers(0, 90),
    st.booleans(),
)
def test_nobody_else_sees_how_words_under_seal_fared(
    one: Fate, other: Fate, after: int, later: int, postponed: bool
) -> None:
    lives = [written_on(after, postponed=postponed) for _ in range(2)]
    lived = [lived_on(fate, life, later) for fate, life in zip((one, other), lives, strict=True)]

    for reader in OTHERS:
        first, second = (seen_by(life, reader) for life in lived)
        assert first == second
    owed = [
        [d for d in life.dialogue.duties.values() if life.dialogue.owner_role(d) in DEBTORS]
        for life in lived
    ]
    assert owed[0] == owed[1]


def written_on(after: int, *, postponed: bool) -> Life:
    life = live("signed")
    if postponed:
        life.take(
            "manager",
            "postpone",
            duty=ANSWER,
            to="2022-10-03",
            reason="De directie wil meer weten.",
        )
    life.until(life.now + timedelta(days=after))
    life.mail = False
    life.answer("c2")
    return life


def lived_on(fate: Fate, life: Life, later: int) -> Life:
    started = life.now
    life.until(started + timedelta(days=later // 2))
    fate(life)
    return life.until(started + timedelta(days=later) + TRIED)


def test_the_readers_are_not_blind() -> None:
    """The moderator sees what the others do not, and so does she."""
    life = comes_back(written())
    moderator, her = Reader.by_name("moderator"), Reader.by_name(RAHIMA)

    assert CARRY in view(life.dialogue.copy(), moderator).duties
    assert CARRY in view(life.dialogue.copy(), her).duties
    assert CARRY not in view(life.dialogue.copy(), Reader.by_name("ngo-noord")).duties
    facts = {f.fact for _, f in life.facts if may_know_fact(moderator, f.fact, f.subject, f.detail)}
    assert {"participant-answered", "answer-bounced"} <= facts
    assert is_sealed(life.dialogue, "sealed-1")
