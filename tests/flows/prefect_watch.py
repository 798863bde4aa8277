"""Waiting for what a Prefect server shows, with a deadline; and the case that the tests of the flows live."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import pytest

from config.clock import set_clock
from flows.alarm_table import AlarmRow
from tests.patience import PATIENCE

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun, StateType

ROOT = Path(__file__).resolve().parent.parent.parent
CASE = ROOT / "cli" / "data" / "kledingmerk-2022.yaml"
DUE = datetime(2022, 9, 8, 22, tzinfo=UTC)
MORNING_AFTER = datetime(2022, 9, 9, 6, tzinfo=UTC)

Seen = TypeVar("Seen")


async def seen_by(look: Callable[[], Awaitable[Seen | None]]) -> Seen:
    """The first thing that *look* sees."""
    async with asyncio.timeout(PATIENCE):
        return await _seen(look)


async def _seen(look: Callable[[], Awaitable[Seen | None]]) -> Seen:
    while True:
        if found := await look():
            return found
        await asyncio.sleep(0.2)


async def times_fired(client: "PrefectClient", automation: "UUID") -> int:
    """How often the server says that *automation* was triggered."""
    from prefect.events.filters import EventFilter, EventNameFilter, EventResourceFilter

    told = EventFilter(
        event=EventNameFilter(name=["prefect.automation.triggered"]),
        resource=EventResourceFilter(id=[f"prefect.automation.{automation}"]),
    )
    return len((await client.read_events(filter=told, limit=50)).events)


@asynccontextmanager
async def watching(client: "PrefectClient", *rows: AlarmRow) -> AsyncIterator[dict[str, "UUID"]]:
    """Set *rows* on watch beside those of the house, which rest for hours after they rang for another test."""
    from flows.prefect.alarms.automations import automation_of
    from flows.prefect.receiver import receiver_of

    receiver = await receiver_of(client)
    made: dict[str, UUID] = {}
    try:
        for one in rows:
            wanted = automation_of(replace(one, title=f"watched: {one.title}"), receiver)
            own = wanted.model_copy(update={"tags": []})
            made[one.key] = await client.create_automation(own)
        yield made
    finally:
        for automation in made.values():
            await client.delete_automation(automation)


async def tagged(client: "PrefectClient", programme: str, *states: "StateType") -> list["FlowRun"]:
    """The openings of *programme* that are in *states* (scheduled unless told), as who asks for its tag sees them."""
    from prefect.client.schemas.filters import FlowRunFilterTags
    from prefect.client.schemas.objects import StateType

    from flows.prefect.bulk_requests import every_run, runs_of
    from flows.prefect.schedules import deployments

    one = (await deployments(client))["open-annual-cycle/every-programme"]
    tags = FlowRunFilterTags(all_=[f"programme:{programme}"])
    return await every_run(client, runs_of([one.id], states or [StateType.SCHEDULED], tags=tags))


async def forget_runs(programme: str) -> None:
    """Delete every run of *programme*: what one test announced stands on the server that all share."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags

    mine = FlowRunFilter(tags=FlowRunFilterTags(all_=[f"programme:{programme}"]))
    async with get_client() as client:
        while found := await client.read_flow_runs(flow_run_filter=mine):
            for run in found:
                await client.delete_flow_run(run.id)


@contextmanager
def living_at(moment: datetime) -> Iterator[None]:
    """Let the flows of this process live at *moment*, by the clock file of a demonstration: they take none."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        clock = Path(folder) / "weerklank.clock"
        set_clock(clock, moment)
        patch.setenv("WEERKLANK_CLOCK_FILE", str(clock))
        yield
