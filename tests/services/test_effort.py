"""Estimated hours: every form has its minutes and a reason, and the sum is nothing but that."""

from collections import Counter

from services.effort import FORMS, LETTERS, READING, effort_of
from states.model.people import Role
from states.model.vocabulary import Step
from states.steps.delivery.letters import Kind
from states.steps.table import STEPS

MANAGER = Role.MANAGER.value


def test_every_step_that_a_role_can_take_has_minutes_and_a_reason() -> None:
    assert set(FORMS) == set(STEPS)
    tasks = [*FORMS.values(), *LETTERS.values(), *(task for _, task in READING.values())]
    assert all(task.minutes > 0 and task.reason.strip() for task in tasks)
    assert set(LETTERS) == set(Kind)


def test_nobody_who_did_and_read_nothing_worked() -> None:
    assert [(one.role, one.letters, one.minutes, one.parts) for one in effort_of({}, {})] == [
        (role, 0, 0, ()) for role in Role
    ]


def test_forms_letters_and_reading_are_added_up() -> None:
    steps = Counter(
        {
            (MANAGER, Step.DECIDE): 3,
            ("ngo-nl", Step.SHARE_EXPECTATION): 4,
            ("union-bd", Step.SHARE_EXPECTATION): 1,
            ("moderator", Step.PUBLISH_SUMMARY): 1,
        }
    )
    letters = {(MANAGER, Kind.TASKS): 2, (MANAGER, Kind.ALERTS): 1, ("ngo-nl", Kind.OWN): 9}

    found = {one.role: one for one in effort_of(steps, letters)}

    manager = found[Role.MANAGER]
    assert manager.letters == 3
    assert manager.minutes == 3 * 20 + 5 * 3 + 2 * 4 + 1 * 10
    assert manager.hours == 1.6
    assert [part.what for part in manager.parts] == [
        "decide", "read/share-expectation", "letter/alerts", "letter/tasks",
    ]  # fmt: skip
    assert found[Role.MODERATOR].minutes == FORMS[Step.PUBLISH_SUMMARY].minutes
    assert found[Role.SPONSOR].minutes == 0


def test_what_a_role_records_for_somebody_is_a_form_and_not_read_again() -> None:
    [manager] = [
        one
        for one in effort_of({(MANAGER, Step.SHARE_EXPECTATION): 2}, {})
        if one.role is Role.MANAGER
    ]
    assert manager.parts == (("share-expectation", 2, 20),)
