"""One-off run: every flow once, in a process of its own, by `python -m flows.once.run_all REPORT`."""

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.events.filters import EventFilter, EventNameFilter, EventRelatedFilter
from prefect.events.worker import EventsWorker

from config.file_permissions import keep_private
from flows import rounds
from flows.event_table import SWEEP_FINISHED
from services.house import open_house
from services.parent_watchdog import end_with_parent

P = ParamSpec("P")
R = TypeVar("R")
PREFIX = "weerklank."
LOOK_EVERY = 0.3  # seconds
LOOKS = 200  # for events on their way


async def act() -> dict[str, Any]:
    """Run every flow, and tell what Prefect then shows, as plain data."""
    with open_house() as house:
        programmes = [row.programme.id for row in house.ledger.programmes()]
    async with get_client() as client:
        await _answering(client)
        states = await _rounds(programmes)
        await asyncio.to_thread(EventsWorker.drain_all)
        return {"programmes": len(programmes), **await _show(client, states)}


async def _answering(client: PrefectClient) -> None:
    if await client.api_healthcheck() is not None:
        await asyncio.sleep(LOOK_EVERY)
        await _answering(client)


async def _rounds(programmes: list[str]) -> list[State[Any]]:
    opening, enforcing = _once(rounds.open_annual_cycle), _once(rounds.enforce_deadlines)
    digesting, delivering = _once(rounds.send_digest), _once(rounds.deliver_notices)
    return [
        *[await opening(one, return_state=True) for one in programmes],
        await enforcing(return_state=True),
        *[await digesting(one, return_state=True) for one in programmes],
        await delivering(return_state=True),
    ]


def _once(flow: Flow[P, R]) -> Flow[P, R]:
    """*flow* without retries: whoever waits for a demonstration does not wait for a second attempt."""
    return flow.with_options(retries=0)


async def _show(client: PrefectClient, states: list[State[Any]]) -> dict[str, Any]:
    found = [state.state_details.flow_run_id for state in states]
    ids = [run_id for run_id in found if run_id is not None]
    runs = [await client.read_flow_run(run_id) for run_id in ids]
    flows = {flow.id: flow.name for flow in await client.read_flows()}
    artifacts = await client.read_latest_artifacts()
    return {
        "runs": [_run(run, flows[run.flow_id]) for run in runs],
        "artifacts": [{"key": one.key, "type": one.type} for one in artifacts],
        "events": await _events(client, ids),
    }


def _run(run: FlowRun, flow: str) -> dict[str, Any]:
    state = run.state.name if run.state else "unknown"
    return {"flow": flow, "name": run.name, "state": state, "tags": sorted(run.tags)}


async def _events(client: PrefectClient, ids: list[UUID]) -> dict[str, int]:
    """How many of each of our events of the runs *ids* arrived; the server writes them a moment after it took them."""
    of_runs = EventRelatedFilter(id=[f"prefect.flow-run.{run_id}" for run_id in ids])
    ours = EventFilter(event=EventNameFilter(prefix=[PREFIX]), related=of_runs)
    patience = iter(range(LOOKS))
    found: Counter[str] = Counter()
    while SWEEP_FINISHED not in found and next(patience, None) is not None:
        page = await client.read_events(filter=ours, limit=50)
        found = Counter(event.event for event in page.events)
        await asyncio.sleep(LOOK_EVERY)
    return dict(sorted(found.items()))


def main() -> None:
    """Write the report of one round of everything."""
    keep_private()
    end_with_parent()
    report = asyncio.run(act())
    Path(sys.argv[1]).write_text(json.dumps(report), encoding="utf-8")


if __name__ == "__main__":
    main()
