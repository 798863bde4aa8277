"""A helper does what going by hand takes, until it ends, and nothing else under whatever hat (rules 28 and 34)."""

from typing import Any

import pytest

from states.checks.gaps import hands_named
from states.language.errors import Refused
from states.model.dialogue import Phase
from states.model.vocabulary import DutyKind, Step
from states.privacy.independence import helps
from states.steps.delivery.receipts import still_wanted
from states.steps.table import STEPS
from tests.states.builders import JOKE, Life, at_phase
from tests.states.examples import EXAMPLES, example, ready, waits_by_hand

HELPER = {"organisation": "Taalhulp", "language": "bn", "email": "taal@hulp.example"}
THEIRS = {"bring", "record-delivery", "mark-unsafe", "end-helper"}
"""What the law lets a helper take."""


def helped(phase: Phase = Phase.FEEDBACK, **changes: Any) -> Life:  # noqa: ANN401
    """A life in *phase* with a helper, and something that waits for Joke."""
    return waits_by_hand(at_phase(phase)).take("sponsor", "name-helper", **{**HELPER, **changes})


def code(life: Life, by: str, step: str, /, **given: Any) -> str:  # noqa: ANN401
    """The code with which *step* is refused; nothing when it is not."""
    try:
        life.branch().take(by, step, **given)
    except Refused as refused:
        return refused.code
    return ""


def every_try(phase: Phase, step: str) -> list[dict[str, Any]]:
    """What a helper could bring with *step*: as whoever takes it, and for everybody whom it may name."""
    _, given = example(phase, step)
    if "stakeholder" not in STEPS[Step(step)].takes.model_fields:
        return [given]
    return [given, *({**given, "stakeholder": JOKE, "how": how} for how in ("phone", "letter"))]


@pytest.mark.parametrize("step", sorted(set(STEPS) - THEIRS))
def test_a_helper_takes_no_step_of_anybody_else(step: str) -> None:
    for phase in STEPS[Step(step)].phases:
        life = ready(phase, step).take("sponsor", "name-helper", **{**HELPER, "id": "taal"})
        for given in every_try(phase, step):
            assert code(life, "taal", step, **given) in {"not-your-step", "bad-input"}, given


@pytest.mark.parametrize("step", sorted(STEPS))
def test_who_stopped_takes_no_step_at_all(step: str) -> None:
    for phase in STEPS[Step(step)].phases:
        life = ready(phase, step).take("sponsor", "name-helper", **{**HELPER, "id": "taal"})
        life.take("board", "end-helper", helper="taal")
        _, given = example(phase, step)
        assert code(life, "taal", step, **given) == "helper-ended"


@pytest.mark.parametrize("phase", list(Phase))
def test_a_helper_brings_and_proves(phase: Phase) -> None:
    life = helped(phase)
    life.take("helper-1", "bring", to=JOKE, how="gebeld")
    assert life.dialogue.owed(DutyKind.PASS_ON)
    life.take("helper-1", "record-delivery", to=JOKE, how="gebeld")
    assert not life.dialogue.owed(DutyKind.PASS_ON)
    assert life.named("delivery-recorded")[-1].actor == "helper-1"


def test_nobody_learns_who_called_a_way_unsafe() -> None:
    life = helped().take("helper-1", "mark-unsafe", stakeholder=JOKE, way="phone")
    assert life.named("way-marked-unsafe")[-1].actor == "system"
    assert life.dialogue.stakeholders[JOKE].contact.phone is None


@pytest.mark.parametrize("by", ["sponsor", "board", "helper-1"])
def test_it_ends_without_a_reason_and_they_are_told(by: str) -> None:
    life = helped().take(by, "end-helper", helper="helper-1")
    assert life.dialogue.helper("helper-1") is None
    assert (life.last("helper-ended").to, life.last("helper-ended").role) == ("helper-1", "helper")
    assert life.named("helper-ended")[-1].subject == "helper-1"
    assert code(life, "sponsor", "end-helper", helper="helper-1") == "helper-ended-already"
    assert not still_wanted(life.dialogue, life.last("helper-named"))
    assert still_wanted(life.dialogue, life.last("helper-ended"))


def test_nobody_else_ends_it() -> None:
    life = helped().take("board", "name-helper", **HELPER)
    for by in ("manager", "deputy", "moderator", "confidant", JOKE, "helper-2"):
        assert code(life, by, "end-helper", helper="helper-1") == "not-your-step", by
    assert code(life, "sponsor", "end-helper", helper="helper-9") == "unknown-helper"


def test_without_an_address_no_letter_becomes_somebody_elses_task() -> None:
    before = helped(email=None).notices
    life = helped(email=None).take("sponsor", "end-helper", helper="helper-1")
    assert [n for _, n in (*before, *life.notices) if n.role == "helper"] == []


def test_who_owes_since_proves_nothing() -> None:
    life = helped(phone="+31 20 555 77 77")
    person = {"name": "Iemand Anders", "email": "taal@HULP.example"}
    life.take("sponsor", "hand-over", role="manager", person=person)
    assert code(life, "helper-1", "record-delivery", to=JOKE, how="x") == "debtor-may-not-relay"
    assert helps(life.dialogue, "helper-1") is None


@pytest.mark.parametrize("name", ["manager", "helper", "system", "sealed-1", "participant-1", JOKE])
def test_a_helper_is_called_by_no_name_that_means_something(name: str) -> None:
    assert code(at_phase(Phase.SESSION), "board", "name-helper", **HELPER, id=name) in {
        "reserved-name",
        "bad-input",
    }


def test_no_seat_is_called_as_a_helper_is_and_no_helper_as_another() -> None:
    life = at_phase(Phase.STAKEHOLDER_ANALYSIS)
    life.take("sponsor", "name-helper", **HELPER, id="helper-2")
    life.take("sponsor", "name-helper", **HELPER).take("sponsor", "name-helper", **HELPER)
    assert list(life.dialogue.helpers) == ["helper-2", "helper-3", "helper-4"]
    life.take("sponsor", "name-helper", **HELPER, id="taal")
    by, given = EXAMPLES["map-stakeholder"]
    assert code(life, by, "map-stakeholder", **{**given, "id": "taal"}) == "reserved-name"


def test_who_stopped_no_longer_counts_as_somebody_independent() -> None:
    life = waits_by_hand(at_phase(Phase.EXPECTATION_GATHERING))
    roles = life.dialogue.programme.roles
    left = {r: p for r, p in roles.items() if r not in {"moderator", "confidant"}}
    life.dialogue.programme = life.dialogue.programme.model_copy(update={"roles": left})
    assert list(hands_named(life.dialogue, life.now))
    life.take("sponsor", "name-helper", **HELPER)
    assert not list(hands_named(life.dialogue, life.now))
    life.take("sponsor", "end-helper", helper="helper-1")
    assert list(hands_named(life.dialogue, life.now))


@pytest.mark.parametrize("at_risk", [True, False])
def test_at_risk_the_confidant_calls_before_the_manager(at_risk: bool) -> None:
    life = at_phase(Phase.EXPECTATION_GATHERING)  # there are no seals yet
    roles = life.dialogue.programme.roles
    left = {role: person for role, person in roles.items() if role != "moderator"}
    life.dialogue.programme = life.dialogue.programme.model_copy(update={"roles": left})
    seat = life.dialogue.stakeholders[JOKE].model_copy(update={"at_risk": at_risk})
    life.dialogue.stakeholders = {**life.dialogue.stakeholders, JOKE: seat}
    owner = waits_by_hand(life).dialogue.duties[f"pass-on/{JOKE}"].owner
    assert owner == ("confidant" if at_risk else "manager")
