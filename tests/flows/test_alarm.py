"""The alarm, tried by stopping the sweep: the automation itself on a real server, with less patience."""

import asyncio
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.settings import Settings
from tests.flows.prefect_watch import MORNING_AFTER, living_at, seen_by

if TYPE_CHECKING:
    from uuid import UUID

    from prefect.client.orchestration import PrefectClient

WITHIN = timedelta(seconds=20)
pytestmark = [
    pytest.mark.prefect,
    pytest.mark.timeout(600),
    pytest.mark.usefixtures("prefect"),
]


async def times_fired(client: "PrefectClient", automation: "UUID") -> int:
    """How often the server says that *automation* was triggered."""
    from prefect.events.filters import EventFilter, EventNameFilter, EventResourceFilter

    told = EventFilter(
        event=EventNameFilter(name=["prefect.automation.triggered"]),
        resource=EventResourceFilter(id=[f"prefect.automation.{automation}"]),
    )
    return len((await client.read_events(filter=told, limit=50)).events)


async def impatient(client: "PrefectClient") -> "UUID":
    """The alarm of the house under another name, which waits no longer than WITHIN."""
    from flows.prefect import alarm

    wanted = await alarm._automation(client)
    trigger = wanted.trigger.model_copy(update={"within": WITHIN})
    changed = {"name": "the alarm, in a hurry", "trigger": trigger}
    return await client.create_automation(wanted.model_copy(update=changed))


def test_the_alarm_is_silent_while_sweeps_finish_and_goes_off_when_they_stop(
    house: Settings,
) -> None:
    from prefect.client.orchestration import get_client

    from flows.rounds import enforce_deadlines

    async def story() -> None:
        async with get_client() as client:
            automation = await impatient(client)
            began = time.monotonic()
            while time.monotonic() - began < 2 * WITHIN.total_seconds():
                with living_at(MORNING_AFTER):
                    await enforce_deadlines()
                assert await times_fired(client, automation) == 0
            stopped = time.monotonic()
            await seen_by(lambda: times_fired(client, automation))
            silent = time.monotonic() - stopped
            await client.delete_automation(automation)
        assert silent > WITHIN.total_seconds() / 2
        print(f"silent for {stopped - began:.0f} s of sweeps, told {silent:.0f} s after the last")  # noqa: T201

    asyncio.run(story())
