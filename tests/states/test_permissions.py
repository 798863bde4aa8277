"""What may be done now is said once: each permission says exactly what the law then does, in every kind of life."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from states.model.contributions import Contribution
from states.model.dialogue import Phase
from states.model.people import PARTICIPANT, Role
from states.model.vocabulary import Step
from states.steps.machine import fitting_phases, leaving_step, require_fit
from states.steps.permissions import (
    can_decide,
    can_dispute,
    can_move_session,
    can_report,
    can_seal,
    decisions_stand,
    fits,
    is_reached,
    may_take,
    moves_with_session,
    next_judge,
    postponements_left,
    strategy_signed,
    why_unanswerable,
)
from states.steps.table import LEAVING, STEPS
from tests.states.builders import (
    CHAPTERS,
    DECISIONS,
    DENIZ,
    Life,
    at_phase,
    disputed,
    live,
    people,
    programme,
    refusal_of,
    reopened,
)
from tests.states.test_relayed_steps import returned

LIVES: dict[str, Callable[[], Life]] = {
    **{chapter: lambda chapter=chapter: live(chapter) for chapter in CHAPTERS},  # type: ignore[misc]
    "disputed": disputed,
    "reopened": reopened,
    "signed again": lambda: reopened().at("2022-09-06").take("sponsor", "sign-strategy"),
    "came back": lambda: returned("signed"),
    "cancelled": lambda: at_phase(Phase.CANCELLED),
    "closed with debts": lambda: at_phase(Phase.CLOSED_WITH_DEBTS),
    "erased": lambda: live("answered").take(DENIZ, "ask-erasure", text="Alles."),
}
ANY_LIFE = pytest.mark.parametrize("name", LIVES)


def points(life: Life) -> list[Contribution]:
    return [c for c in life.dialogue.contributions.values() if c.stands]


def code(life: Life, by: str, step: str, **given: object) -> str | None:
    """Return with which code the law refuses *step*; None when it takes it."""
    refusal = refusal_of(lambda: life.decided(by, step, **given))
    return refusal.code if refusal else None


@ANY_LIFE
def test_a_point_is_decidable_where_the_law_takes_a_decision(name: str) -> None:
    life = LIVES[name]()

    for point in points(life):
        given = {**DECISIONS[point.id], "reason": f"Opnieuw bezien voor {point.id}."}
        taken = code(life, "manager", "decide", **given) is None
        assert can_decide(life.dialogue, point) == taken, point.id


@ANY_LIFE
def test_an_answer_can_be_written_where_the_law_takes_it(name: str) -> None:
    life = LIVES[name]()

    for point in points(life):
        given = {"covers": [point.id], "text": "Dit deden wij ermee."}
        refused = code(life, "manager", "answer-participant", **given)
        expected = why_unanswerable(life.dialogue, point)
        fitting = fits(life.dialogue, Step.ANSWER_PARTICIPANT)
        assert refused == (expected if fitting else "step-not-allowed"), point.id


@ANY_LIFE
def test_an_answer_can_be_disputed_where_the_law_takes_it(name: str) -> None:
    life = LIVES[name]()

    for point in points(life):
        given = {"contribution": point.id, "reason": "Niet mijn punt."}
        taken = code(life, point.voice, "dispute-answer", **given) is None
        assert can_dispute(life.dialogue, point) == taken, point.id


@ANY_LIFE
def test_the_session_can_be_moved_where_the_law_moves_it(name: str) -> None:
    life = LIVES[name]()

    given = {"to": "2022-10-20T13:00", "reason": "Treinstaking.", "tight": True}
    taken = code(life, "manager", "reschedule-session", **given) is None

    assert can_move_session(life.dialogue) == taken


@ANY_LIFE
@pytest.mark.parametrize("role", list(Role))
def test_a_promise_is_reported_on_by_whom_the_law_lets(name: str, role: Role) -> None:
    life = LIVES[name]()

    for promise in life.dialogue.commitments.values():
        given = {"commitment": promise.id, "status": "done"}
        refused = code(life, role, "report-progress", **given)
        assert can_report(life.dialogue, promise, role) == (refused != "not-your-commitment")


@ANY_LIFE
def test_a_date_can_be_named_again_as_often_as_the_law_takes_it(name: str) -> None:
    life = LIVES[name]()

    for duty in [d for d in life.dialogue.duties.values() if d.owed and d.owner != PARTICIPANT]:
        to = max(life.dialogue.due_day(duty), life.dialogue.calendar.day_of(life.now))
        given = {"duty": duty.name, "to": str(to + timedelta(days=3)), "reason": "Later."}
        refused = code(life, life.dialogue.owner_role(duty), "postpone", **given)
        left = postponements_left(life.dialogue, duty)
        assert (refused in {"fixed-by-law", "postponed-enough"}) == (left == 0), duty.name


@ANY_LIFE
def test_what_moves_with_the_session_moves(name: str) -> None:
    life = LIVES[name]()
    was = {d.name: d.due for d in life.dialogue.duties.values() if moves_with_session(d)}
    if not can_move_session(life.dialogue):
        return

    life.take("manager", "reschedule-session", to="2022-10-20T13:00", reason="Later.", tight=True)

    moved = {d.name for d in life.dialogue.duties.values() if d.due != was.get(d.name, d.due)}
    assert moved == set(was)


@pytest.mark.parametrize("role", ["manager", "deputy", "moderator"])
def test_a_seal_is_for_an_independent_moderator(role: str) -> None:
    life = live("met")
    given = {"id": "c9", "stakeholder": "ngo-noord", "attribution": "sealed", "text": "Een punt."}

    refused = code(life, role, "record-contribution", **given)

    assert can_seal(life.dialogue, role) == (refused is None)
    assert can_seal(life.dialogue, role) == (role == "moderator")


def test_the_strategy_is_signed_once_and_its_decisions_stand_until_one_is_taken_again() -> None:
    said = {
        name: (strategy_signed(life().dialogue), decisions_stand(life().dialogue))
        for name, life in LIVES.items()
        if name in {"settled", "signed", "reopened", "signed again", "closed", "cancelled"}
    }

    assert said == {
        "settled": (False, False),
        "signed": (True, True),
        "reopened": (True, False),
        "signed again": (True, True),
        "closed": (True, True),
        "cancelled": (True, True),
    }


def test_the_moderator_judges_the_last_objection_where_there_is_one() -> None:
    d = disputed().dialogue
    alone = disputed().dialogue
    alone.programme = programme(roles=people(without="moderator"))

    assert [next_judge(d, met) for met in range(4)] == ["manager", "manager", "moderator", None]
    assert [next_judge(alone, met) for met in range(4)] == ["manager", "manager", "manager", None]


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_fits_where_the_machine_takes_it(phase: Phase, step: Step) -> None:
    life = at_phase(phase)
    refused = refusal_of(lambda: require_fit(phase, step))

    assert fits(life.dialogue, step) == (refused is None)
    assert is_reached(life.dialogue, step) or not fits(life.dialogue, step)


def test_each_open_phase_is_left_by_a_step_of_somebody() -> None:
    left = {phase: leaving_step(phase) for phase in Phase}

    assert [step for step in left.values() if step] == list(LEAVING)
    assert all(any(may_take(role, step) for role in Role) for step in LEAVING)
    assert all(phase in fitting_phases(step) for phase, step in left.items() if step)
