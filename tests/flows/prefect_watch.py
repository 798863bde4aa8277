"""Waiting for what a Prefect server shows, with a deadline; and the case that the tests of the flows live."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from config.clock import set_clock
from flows.alarm_table import AlarmRow
from tests.patience import PATIENCE

if TYPE_CHECKING:
    from uuid import UUID

    from prefect.client.orchestration import PrefectClient

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


async def watch(client: "PrefectClient", *rows: AlarmRow) -> dict[str, Any]:
    """Set *rows* on watch beside those of the house, which rest for hours after they rang for another test."""
    from flows.prefect.alarms.automations import automation_of
    from flows.prefect.receiver import receiver_of

    receiver = await receiver_of(client)
    made = {}
    for one in rows:
        wanted = automation_of(replace(one, title=f"watched: {one.title}"), receiver)
        own = wanted.model_copy(update={"tags": []})
        made[one.key] = await client.create_automation(own)
    return made


@contextmanager
def living_at(moment: datetime) -> Iterator[None]:
    """Let the flows of this process live at *moment*, by the clock file of a demonstration: they take none."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        clock = Path(folder) / "weerklank.clock"
        set_clock(clock, moment)
        patch.setenv("WEERKLANK_CLOCK_FILE", str(clock))
        yield
