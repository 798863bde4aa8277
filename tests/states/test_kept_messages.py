"""Once somebody speaks under seal, what did not reach anybody is told to no manager but as a number."""

from dataclasses import replace

import pytest

from states.model.duties import Duty
from states.model.facts import Notice
from states.model.people import Role
from states.model.vocabulary import Template
from states.privacy.small_counts import undelivered_messages
from states.steps.delivery.pass_on import by_hand
from tests.states.builders import DENIZ, JOKE, NOOR, POINTS, Life, live

DEBTORS = {Role.MANAGER, Role.DEPUTY, Role.SPONSOR}
PASS_ON = f"pass-on/{JOKE}"


def waits(life: Life, template: str = "agenda-echoed", to: str = JOKE) -> Life:
    """Something waits to be told by hand."""
    notice = Notice(to=to, role="participant", template=Template(template))
    life.accept(by_hand(life.dialogue, notice, life.now))
    return life


def heard(life: Life, name: str) -> set[str]:
    """Who heard of the duty called *name* in half a year."""
    life.at(f"{life.now.year + 1}-03-01")
    return {notice.to for _, notice in life.notices if notice.duty == name}


def without(life: Life, *roles: Role) -> Life:
    """The same life in which nobody holds *roles*."""
    kept = {role: who for role, who in life.dialogue.programme.roles.items() if role not in roles}
    programme = life.dialogue.programme.model_copy(update={"roles": kept})
    life.dialogue = replace(life.dialogue, programme=programme)
    return life


def test_with_seals_who_keeps_them_hears_and_no_board_that_would_read_a_name() -> None:
    life = waits(live("signed"))

    assert life.duty(PASS_ON).owner == Role.MODERATOR
    assert heard(life, PASS_ON) == {Role.MODERATOR, Role.CONFIDANT}


def test_without_seals_the_ladder_is_the_usual_one() -> None:
    life = waits(live("accepted"))

    assert heard(life, PASS_ON) >= {Role.MODERATOR, Role.MANAGER, Role.SPONSOR}


def test_without_a_moderator_the_confidant_passes_on_and_no_manager_hears() -> None:
    life = waits(without(live("signed"), Role.MODERATOR))

    assert life.duty(PASS_ON).owner == Role.CONFIDANT
    assert not heard(life, PASS_ON) & DEBTORS


def test_where_nobody_keeps_seals_no_manager_hears_of_lateness_either() -> None:
    life = waits(live("signed"))
    without(life, Role.MODERATOR, Role.CONFIDANT, Role.BOARD)

    assert not heard(life, PASS_ON) & {Role.SPONSOR}


@pytest.mark.parametrize("first", ["c1", "c2"])
def test_the_first_point_takes_what_waits_from_the_managers_open_or_sealed(first: str) -> None:
    """Were it the first seal, who no longer hears would know that somebody spoke under one."""
    life = waits(live("met"))
    assert not life.duty(PASS_ON).kept
    life.take("moderator", "record-contribution", **POINTS[first])

    assert life.duty(PASS_ON).kept
    assert life.duty(PASS_ON).owner == Role.MODERATOR
    assert not heard(life, PASS_ON) & DEBTORS


@pytest.mark.parametrize("first", ["c1", "c2"])
def test_what_comes_to_wait_before_the_summary_is_kept_open_or_sealed(first: str) -> None:
    life = without(live("met"), Role.CONFIDANT)
    life.take("moderator", "record-contribution", **POINTS[first])
    waits(life)

    assert (life.duty(PASS_ON).kept, life.duty(PASS_ON).owner) == (True, Role.MODERATOR)


def carried(number: int) -> dict[str, Duty]:
    """Duties to tell *number* messages by hand, in a dialogue with seals."""
    one = waits(live("signed")).duty(PASS_ON)
    covers = tuple(list(Template)[:number])
    return {PASS_ON: one.model_copy(update={"covers": covers})}


def test_managers_hear_a_number_that_tells_nothing_of_one() -> None:
    dialogue = live("signed").dialogue
    told = [undelivered_messages(replace(dialogue, duties=carried(n))) for n in range(12)]

    assert told == [None] * 5 + [5] * 5 + [10] * 2


def test_nothing_under_seal_is_counted() -> None:
    dialogue = live("signed").dialogue
    full = replace(dialogue, duties=carried(4))

    assert undelivered_messages(replace(full, failed_ways={"sealed-1": "mark"})) is None
    assert undelivered_messages(replace(full, failed_ways={NOOR: "mark"})) == 5
    assert undelivered_messages(replace(full, failed_ways={DENIZ: "mark"}, seals={})) is None
