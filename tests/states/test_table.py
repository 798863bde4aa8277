"""The table by full product: in each phase each step does what the page says, and nothing else does."""

import re

import pytest

from states.language.errors import NotYours, StepNotAllowed
from states.model.dialogue import OPEN_PHASES, Phase
from states.model.vocabulary import Step
from states.steps.decide import ENTERING, HANDLERS
from states.steps.diagram import mermaid
from states.steps.machine import advance, fitting_phases, leaving_step
from states.steps.table import LEAVING, REOPENING, STEPS, TRANSITIONS
from tests.states.builders import at_phase, disputed
from tests.states.examples import EXAMPLES, example, ready

TARGETS = {(t.source, t.step): t.target or t.source for t in TRANSITIONS}
PRODUCT = [pytest.param(p, s, id=f"{p}: {s}") for p in Phase for s in STEPS]
FITTING = [pytest.param(p, s, id=f"{p}: {s}") for p, s in TARGETS]
ELSEWHERE = [
    pytest.param(p, s, id=f"{p}: {s}") for p in Phase for s in STEPS if (p, s) not in TARGETS
]


def open_gate(_phase: Phase) -> None:
    """All checks are met."""


def test_there_is_an_example_of_every_step() -> None:
    assert set(EXAMPLES) == set(STEPS)


def test_every_step_has_a_handler() -> None:
    assert set(HANDLERS) == set(STEPS)


def test_every_phase_that_brings_duties_is_entered_by_a_step() -> None:
    assert set(ENTERING) <= set(TARGETS.values())


@pytest.mark.parametrize(("phase", "step"), PRODUCT)
def test_the_machine_is_the_table(phase: Phase, step: Step) -> None:
    if (phase, step) in TARGETS:
        assert advance(phase, step, open_gate) is TARGETS[phase, step]
        assert phase in fitting_phases(step)
    else:
        with pytest.raises(StepNotAllowed):
            advance(phase, step, open_gate)
        assert phase not in fitting_phases(step)


@pytest.mark.parametrize(("phase", "step"), FITTING)
def test_a_step_that_fits(phase: Phase, step: Step) -> None:
    life = ready(phase, step)
    by, given = example(phase, step)

    decision = life.decided(by, step, **given)

    assert decision.before is life.dialogue
    assert life.phase is phase
    assert decision.dialogue.phase is TARGETS[phase, step]
    assert decision.facts


@pytest.mark.parametrize(("phase", "step"), FITTING)
def test_a_phase_that_changes_is_a_fact(phase: Phase, step: Step) -> None:
    by, given = example(phase, step)

    decision = ready(phase, step).decided(by, step, **given)

    entered = [fact.detail["phase"] for fact in decision.facts if fact.fact == "phase-entered"]
    target = TARGETS[phase, step]
    assert entered == ([] if target is phase else [target])


@pytest.mark.parametrize(("phase", "step"), ELSEWHERE)
def test_a_step_that_does_not_fit(phase: Phase, step: Step) -> None:
    life = at_phase(phase)
    by, given = example(phase, step)

    refusal = life.refuse(by, step, **given)

    assert isinstance(refusal, StepNotAllowed)
    assert refusal.details == {
        "step": step,
        "phase": phase,
        "fits": [str(fit) for fit in fitting_phases(step)],
    }
    for language in ("nl", "en"):
        assert all(word in refusal.why(language) for word in (step, phase, *fitting_phases(step)))


@pytest.mark.parametrize("phase", OPEN_PHASES)
@pytest.mark.parametrize("by", ["manager", "deputy", "sponsor"])
def test_an_open_phase_can_be_cancelled(phase: Phase, by: str) -> None:
    decision = at_phase(phase).decided(by, "cancel-dialogue", reason="Fusie.")

    assert decision.dialogue.phase is Phase.CANCELLED
    assert not decision.dialogue.open


@pytest.mark.parametrize("phase", [p for p in Phase if p not in OPEN_PHASES])
def test_an_end_is_an_end(phase: Phase) -> None:
    assert {target for (source, _), target in TARGETS.items() if source is phase} == {phase}
    assert leaving_step(phase) is None


def test_each_open_phase_is_completed_by_one_step() -> None:
    assert [leaving_step(phase) for phase in OPEN_PHASES] == list(LEAVING)


def test_only_the_sponsor_closes_with_debts() -> None:
    life = disputed()

    for by in ("manager", "deputy", "moderator", "board", "confidant"):
        assert isinstance(life.refuse(by, "close-with-debts", reason="Klaar."), NotYours)


def test_a_decision_goes_back_from_the_feedback_only() -> None:
    backwards = [
        t
        for t in TRANSITIONS
        if t.target in OPEN_PHASES and OPEN_PHASES.index(t.target) <= OPEN_PHASES.index(t.source)
    ]

    assert backwards == [REOPENING]


# --- the diagram


def arrows() -> set[tuple[str, str, str]]:
    found = re.findall(r"^ +(\S+) --> (\S+): (.+)$", mermaid(), re.MULTILINE)
    return {(a, b, step) for a, b, steps in found for step in steps.split(", ")}


def test_the_diagram_names_every_phase() -> None:
    ends = {phase for a, b, _ in arrows() for phase in (a, b)} - {"[*]"}

    assert ends == {phase.value for phase in Phase}


def test_the_diagram_shows_every_step_that_changes_the_phase() -> None:
    moves = {(t.source.value, t.target.value, t.step) for t in TRANSITIONS if t.target}

    assert arrows() == moves | {("[*]", Phase.STAKEHOLDER_ANALYSIS.value, "open")}


@pytest.mark.parametrize("phase", Phase)
def test_the_diagram_knows_where_it_ends(phase: Phase) -> None:
    assert (f"    {phase} --> [*]\n" in mermaid()) is (phase not in OPEN_PHASES)
