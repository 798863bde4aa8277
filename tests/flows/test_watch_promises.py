"""What docs/operations.md promises of alarms, held against schedules, retries and the table of alarms."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.alarm_table import ALARMS, FLOW_NAMES, AlarmRow
from services.doctor.health import NOTICE_LATE
from services.heartbeat import PATIENCE

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
PREFECT = timedelta(minutes=1)
"""What Prefect may take from an event to the alarm; `alarm test` waits no longer either."""
_UNITS = {"minutes": timedelta(minutes=1), "day": timedelta(days=1)}


def promised() -> dict[str, timedelta]:
    """What goes wrong, and within what time somebody hears."""
    row = re.compile(r"^\| ([^|]+) \| [^|]+ \| (\d+) (minutes|day)\b[^|]* \|$", re.MULTILINE)
    rows = row.findall(PAGE.read_text("utf-8"))
    return {what: int(number) * _UNITS[unit] for what, number, unit in rows}


def retried(flow: Any) -> timedelta:  # noqa: ANN401 - a flow
    """What the retries of *flow* take, when each fails at once."""
    return timedelta(seconds=flow.retries * flow.retry_delay_seconds)


def every(name: str) -> timedelta:
    """How often the round *name* runs."""
    from flows.prefect.schedules import FOR_THE_HOUSE

    (cron,) = {one.cron for one in FOR_THE_HOUSE if one.flow == name and one.cron}
    found = re.fullmatch(r"\*/(\d+) \* \* \* \*", cron)
    assert found, cron
    return timedelta(minutes=int(found[1]))


@pytest.mark.slow
def test_the_page_promises_no_more_than_the_constants_hold() -> None:
    from flows.rounds import deliver_notices, enforce_deadlines

    sweep, delivery = every("enforce-deadlines"), every("deliver-notices")
    (silence,) = (one.within for one in ALARMS if one.absent)
    held = {
        "mail does not leave": NOTICE_LATE + sweep + PREFECT,
        "a delivery fails, with its two retries": delivery + retried(deliver_notices) + PREFECT,
        "a sweep fails, with its two retries": sweep + retried(enforce_deadlines) + PREFECT,
        "the process of a run is killed": PREFECT,
        "no sweep finishes: the scheduler is dead": silence,
        "the machine is silent, or Prefect with it": 3 * sweep,
        "an answer is late for ten working days": sweep + PREFECT,
    }
    page = promised()

    assert set(page) == set(held)
    assert {what for what, within in page.items() if held[what] > within} == set()
    assert timedelta(seconds=PATIENCE) < sweep / 10


def test_how_often_an_alarm_rings_again_is_what_the_page_says() -> None:
    page = PAGE.read_text("utf-8")
    again = {one.key: one.within for one in ALARMS}

    assert again["outbox-late"] == timedelta(hours=6)
    assert "again every 6 hours" in page
    assert again["run-failed"] == timedelta(hours=1)
    assert page.count("again every hour") == 2
    assert again["answers-late"] == timedelta(days=7)
    assert "again every 7 days" in page
    assert again["no-sweep"] == timedelta(days=1)
    assert "again every day" in page


@pytest.mark.slow
def test_the_alarm_of_failed_runs_knows_every_flow() -> None:
    from flows.runner import FLOWS

    assert set(FLOW_NAMES) == set(FLOWS)


@pytest.mark.slow
@pytest.mark.parametrize("row", ALARMS, ids=lambda row: row.key)
def test_what_is_sent_to_change_an_automation_is_whole(row: AlarmRow) -> None:
    """Prefect's client leaves out what was left to its default, and its server asks for all."""
    from prefect.server.events.schemas.automations import AutomationUpdate

    from flows.prefect.alarms.automations import automation_of

    sent = automation_of(row, None).model_dump(mode="json", exclude_unset=True)
    assert AutomationUpdate.model_validate(sent).name == row.name
