"""Bulk requests to Prefect: all pages of what it keeps, and many runs or deployments in one request."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import to_state_create

PAGE = 200
"""The most that Prefect answers at once."""
AT_ONCE = 50
"""The most that Prefect changes in one request."""
PAUSES = (0.0, 0.2, 0.5, 1.0, 2.0)
"""Seconds before what it refused is asked again; a SQLite that is busy with something else is free within them."""
_REFUSALS = 5  # requests of which it refuses some, before the rest is left to the next round


def runs_of(
    deployments: Sequence[UUID],
    states: Sequence[StateType],
    **more: Any,  # noqa: ANN401 - Prefect's own filters, each of another type
) -> FlowRunFilter:
    """The runs of *deployments* that are in one of *states*, and what *more* a filter of Prefect asks."""
    return FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states))),
        deployment_id=FlowRunFilterDeploymentId(any_=list(deployments)),
        **more,
    )


async def every_run(client: PrefectClient, wanted: FlowRunFilter) -> list[FlowRun]:
    """All runs that are *wanted*, the soonest first."""
    found: list[FlowRun] = []
    while len(found) % PAGE == 0:
        page = await client.read_flow_runs(
            flow_run_filter=wanted,
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=PAGE,
            offset=len(found),
        )
        found += page
        if not page:
            break
    return found


async def every_deployment(
    client: PrefectClient, wanted: DeploymentFilter
) -> list[DeploymentResponse]:
    """All deployments that are *wanted*."""
    found: list[DeploymentResponse] = []
    while len(found) % PAGE == 0:
        page = await client.read_deployments(
            deployment_filter=wanted, limit=PAGE, offset=len(found)
        )
        found += page
        if not page:
            break
    return found


async def create_runs(
    client: PrefectClient, deployment: UUID, runs: Sequence[dict[str, Any]]
) -> list[str | None]:
    """
    Make *runs* (at most `AT_ONCE`); what Prefect says against each, None when it stands.

    What its database was too busy for is asked again, a few times and each after a longer pause: one that fails takes
    those behind it along, and what is still refused waits for the next round.
    """
    said = await _create(client, deployment, runs)
    for pause in PAUSES:
        again = [run for run, error in zip(runs, said, strict=True) if error]
        if not again:
            break
        await asyncio.sleep(pause)
        then = iter(await _create(client, deployment, again))
        said = [next(then) if error else None for error in said]
    return said


async def _create(
    client: PrefectClient, deployment: UUID, runs: Sequence[dict[str, Any]]
) -> list[str | None]:
    path = f"/deployments/{deployment}/create_flow_run/bulk"
    answer = await _post(client, path, list(runs))
    return [one["error"] for one in answer["results"]]


async def set_states(client: PrefectClient, wanted: FlowRunFilter, state: State[Any]) -> None:
    """
    Bring all runs that are *wanted* to *state*, in which they are wanted no more.

    What its database was too busy for is found and asked again, a few times.
    """
    asked = {
        "flow_runs": wanted.model_dump(mode="json"),
        "state": to_state_create(state).model_dump(mode="json"),
        "limit": AT_ONCE,
    }
    refusals = 0
    while refusals < _REFUSALS:
        answer = await _post(client, "/flow_runs/bulk_set_state", asked)
        if not answer["results"]:
            return
        refusals += any(one["status"] != "ACCEPT" for one in answer["results"])


async def delete_deployments(client: PrefectClient, deployments: Sequence[UUID]) -> None:
    """Delete *deployments* with the runs that they still have to come."""
    for first in range(0, len(deployments), AT_ONCE):
        some = [str(one) for one in deployments[first : first + AT_ONCE]]
        asked = {"deployments": {"id": {"any_": some}}, "limit": AT_ONCE}
        await _post(client, "/deployments/bulk_delete", asked)


async def _post(client: PrefectClient, path: str, asked: object) -> Any:  # noqa: ANN401 - JSON
    """Its client has no method for these, and types its paths one by one."""
    request: Any = client.request
    return (await request("POST", path, json=asked)).json()
