"""Which notices share a letter, and which early reminders are left out."""

from importlib.resources import files
from pathlib import Path

import pytest

from states.model.duties import KINDS as DUTIES
from states.steps.delivery.letters import _NOT_BEFORE, DAILY, KINDS, TOGETHER, Kind
from states.timing.lapse import rung_template

FOLDER = Path(str(files("notifications") / "templates"))


def test_every_message_has_a_kind() -> None:
    folders = {path.parent.name for path in FOLDER.glob("[!_]*/page.html")}

    assert set(KINDS) == folders, (
        "sort each message in states/steps/delivery/letters.py: alerts, tasks or own"
    )


def test_whoever_owes_hears_what_is_late_as_an_alert_and_the_rest_as_a_task() -> None:
    from tests.notifications.builders import dialogue

    duties = [duty for duty in dialogue().duties.values() if duty.owner != "participant"]
    for duty in duties:
        for role in ("manager", "deputy", "sponsor", "board"):
            for offset in (-10, -3, 0):
                assert KINDS[rung_template(duty, offset, role)] is Kind.TASKS
            for offset in (1, 5, 10, 20, 40):
                assert KINDS[rung_template(duty, offset, role)] is Kind.ALERTS


def test_what_goes_at_once_does_not_wait_for_a_morning() -> None:
    assert not TOGETHER & DAILY
    assert set(KINDS) >= TOGETHER


@pytest.mark.parametrize("kind", sorted(_NOT_BEFORE))
def test_a_way_is_only_closed_to_a_duty_that_exists(kind: str) -> None:
    assert kind in DUTIES
