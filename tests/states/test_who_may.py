"""Who may take which step: roles as in the table, people for themselves, and by hand for whom has no e-mail."""

import pytest

from states.language.errors import NotKnown, NotYours, Refused
from states.model.dialogue import Phase
from states.model.people import PARTICIPANT, Role
from states.model.vocabulary import Step
from states.steps.table import SPEAKER, STEPS
from tests.states.builders import (
    DENIZ,
    JOKE,
    NOOR,
    POINTS,
    RAHIMA,
    STAKEHOLDERS,
    Given,
    Life,
    disputed,
    live,
    live_with,
    people,
    programme,
    settled,
    signed,
    summarised,
)
from tests.states.examples import example, ready

BY_ROLE = [pytest.param(name, role, id=f"{name} by {role}") for name in STEPS for role in Role]
SPEAKERS = [name for name, step in STEPS.items() if step.by == SPEAKER]
OTHERS = [name for name, step in STEPS.items() if PARTICIPANT not in step.by]


def first_phase(step: str) -> Phase:
    return STEPS[Step(step)].phases[0]


def outcome(life: Life, by: str, step: str, given: Given) -> type[Refused] | None:
    """Return None when *step* is allowed, else the kind of the refusal."""
    try:
        life.decided(by, step, **given)
    except Refused as refusal:
        return type(refusal)
    return None


# Some of what the table allows to a role is narrower still: a duty of its own, a role to give.
NARROWER = {"postpone", "hand-over", "agree-hand-over", "report-progress"}


@pytest.mark.parametrize(("step", "role"), BY_ROLE)
def test_a_role_takes_the_steps_of_the_table(step: str, role: Role) -> None:
    phase = first_phase(step)
    life = ready(phase, step)
    _, given = example(phase, step)

    found = outcome(life, role, step, given)

    if role not in STEPS[Step(step)].by:
        assert found is NotYours
    elif step not in NARROWER:
        assert found is None


@pytest.mark.parametrize("step", OTHERS)
@pytest.mark.parametrize("who", [NOOR, RAHIMA, JOKE])
def test_a_participant_takes_no_step_of_a_role(step: str, who: str) -> None:
    phase = first_phase(step)
    _, given = example(phase, step)

    refusal = ready(phase, step).refuse(who, step, **given)

    assert isinstance(refusal, NotYours)
    assert refusal.details["who"] == list(STEPS[Step(step)].by)


@pytest.mark.parametrize("step", SPEAKERS)
def test_nobody_speaks_for_somebody_else(step: str) -> None:
    phase = first_phase(step)
    by, given = example(phase, step)
    life = ready(phase, step)

    refusal = life.refuse(DENIZ, step, **given | {"stakeholder": NOOR})

    assert isinstance(refusal, NotYours)
    assert by != DENIZ


@pytest.mark.parametrize("step", SPEAKERS)
@pytest.mark.parametrize("by", ["somebody", "system", "participant", "", "sealed-9", "Manager"])
def test_a_stranger_takes_no_step(step: str, by: str) -> None:
    phase = first_phase(step)
    _, given = example(phase, step)

    assert isinstance(ready(phase, step).refuse(by, step, **given), NotKnown)


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.MANAGER, Role.DEPUTY}])
def test_a_role_that_nobody_holds_does_nothing(role: Role) -> None:
    life = live_with(upto="mapped", company=programme(roles=people(without=role)))

    refusal = life.refuse(role, "hand-over", role=role, person={"name": "Ik"})

    assert (type(refusal), refusal.code) == (NotKnown, "role-not-named")


# --- by hand


def test_by_hand_names_for_whom() -> None:
    assert isinstance(live("invited").refuse("manager", "accept-invitation"), NotYours)


def test_by_hand_for_nobody() -> None:
    refusal = live("invited").refuse("manager", "accept-invitation", stakeholder="nobody")

    assert (type(refusal), refusal.code) == (NotKnown, "unknown-stakeholder")


def test_by_hand_only_for_their_own_contribution() -> None:
    refusal = live("summarised").refuse(
        "manager",
        "check-line",
        stakeholder=JOKE,
        how="phone",
        contribution="c1",
        verdict="confirmed",
    )

    assert refusal.code == "not-your-contribution"


def test_somebody_without_an_address_may_also_act_themselves() -> None:
    life = live("invited").take(JOKE, "accept-invitation", stakeholder=JOKE)

    assert life.dialogue.stakeholders[JOKE].accepted


# --- who speaks about which contribution


@pytest.mark.parametrize("who", [DENIZ, JOKE, RAHIMA, "sealed-1"])
def test_a_line_is_checked_by_its_speaker(who: str) -> None:
    refusal = live("summarised").refuse(who, "check-line", contribution="c1", verdict="withdrawn")

    assert (type(refusal), refusal.code) == (NotYours, "not-your-contribution")


@pytest.mark.parametrize("by", [RAHIMA, "sealed-1"])
def test_under_seal_one_acts_under_either_name(by: str) -> None:
    decision = live("summarised").decided(by, "check-line", contribution="c2", verdict="confirmed")

    assert {fact.actor for fact in decision.facts} == {"sealed-1"}
    assert decision.dialogue.contributions["c2"].line_verdict == "confirmed"
    assert decision.dialogue.duties["check-summary/sealed-1"].owed  # until its window closes


@pytest.mark.parametrize("who", [RAHIMA, "sealed-1"])
def test_a_pseudonym_does_not_open_what_others_said(who: str) -> None:
    for point in ("c1", "c3", "c5"):
        refusal = live("summarised").refuse(
            who, "check-line", contribution=point, verdict="confirmed"
        )
        assert refusal.code == "not-your-contribution"


def sealed_by_hand() -> Life:
    """Joke, who has no e-mail, speaks under seal; so does Rahima."""
    life = live("met")
    for point in POINTS.values():
        seal = {"attribution": "sealed"} if point["stakeholder"] == JOKE else {}
        life.take("moderator", "record-contribution", **point | seal)
    return summarised(life)


def test_the_moderator_records_by_hand_what_is_under_seal() -> None:
    life = sealed_by_hand()

    life.take(
        "moderator",
        "check-line",
        stakeholder=JOKE,
        how="phone",
        contribution="c5",
        verdict="confirmed",
    )

    assert life.status("check-summary/sealed-2") == "open"
    assert life.at("2022-07-05").status("check-summary/sealed-2") == "met"
    assert {fact.actor for fact in life.named("line-checked")} == {"sealed-2"}
    assert "relayed_by" not in life.named("line-checked")[0].detail


@pytest.mark.parametrize("role", [Role.MANAGER, Role.DEPUTY])
@pytest.mark.parametrize("point", ["c2", "c5"])
def test_trying_everybody_does_not_open_a_seal(role: Role, point: str) -> None:
    """The refusal is the same for the speaker as for anybody else who has no address."""
    life = sealed_by_hand()
    twin = {**STAKEHOLDERS[JOKE], "id": "cleaners", "name": "Sjaan de Boer"}
    life.dialogue.stakeholders["cleaners"] = life.dialogue.stakeholders[JOKE].model_copy(
        update={"id": twin["id"], "name": twin["name"]}
    )

    texts = {
        life.refuse(role, "check-line", stakeholder=who, contribution=point, verdict="confirmed")
        .why()
        .replace(who, "…")
        for who in (JOKE, "cleaners")
    }

    assert len(texts) == 1


def test_trying_a_verdict_does_not_open_a_seal() -> None:
    life = sealed_by_hand().at("2022-07-20").take("moderator", "close-session")
    signed(settled(life))
    life.at("2022-09-01").answer("c5")
    life.dialogue.stakeholders["cleaners"] = life.dialogue.stakeholders[JOKE].model_copy(
        update={"id": "cleaners", "name": "Sjaan de Boer"}
    )

    texts = {
        life.refuse("manager", "give-verdict", stakeholder=who, heard="yes").why().replace(who, "…")
        for who in (JOKE, "cleaners")
    }

    assert len(texts) == 1


# --- duties and roles that are one's own


@pytest.mark.parametrize(
    ("by", "allowed"),
    [
        ("manager", True),
        ("deputy", True),
        ("sponsor", False),
        ("moderator", False),
        ("board", False),
        ("confidant", False),
    ],
)
def test_who_postpones_an_answer(by: str, allowed: bool) -> None:
    given = {"duty": f"answer-participant/{DENIZ}", "to": "2022-10-03", "reason": "Later."}

    assert outcome(disputed(), by, "postpone", given) is (None if allowed else NotYours)


@pytest.mark.parametrize("by", ["moderator", "manager", "deputy"])
def test_who_postpones_the_summary(by: str) -> None:
    given = {"duty": "publish-summary", "to": "2022-07-08", "reason": "Later."}

    assert outcome(live("spoken"), by, "postpone", given) is None


@pytest.mark.parametrize("by", list(Role))
def test_nobody_postpones_what_is_asked_of_a_participant(by: Role) -> None:
    given = {"duty": f"answer-invitation/{NOOR}", "to": "2022-06-10", "reason": "Later."}

    assert outcome(live("invited"), by, "postpone", given) is NotYours


GIVERS = {
    Role.MANAGER: {"manager", "deputy", "sponsor"},
    Role.DEPUTY: {"manager", "deputy", "sponsor"},
    Role.SPONSOR: {"manager", "deputy", "sponsor", "board"},
    Role.MODERATOR: {"manager", "sponsor", "moderator", "board"},
    Role.BOARD: {"board", "manager", "sponsor"},
    Role.CONFIDANT: {"board", "confidant", "sponsor"},
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("by", list(Role))
def test_who_hands_over_which_role(role: Role, by: Role) -> None:
    given = {"role": role, "person": {"name": "Iemand Anders"}}

    found = outcome(live("mapped"), by, "hand-over", given)

    assert found is (None if by in GIVERS[role] else NotYours)


def test_the_confidant_is_outside_the_line_of_the_manager() -> None:
    assert not GIVERS[Role.CONFIDANT] & {"manager", "deputy"}
