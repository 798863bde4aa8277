"""
Stale runs: those that a killed process left under way, and rounds that nobody took in time.

Prefect itself ends neither. The first tell the operator of work that nobody does; of the second a work pool would
take up each, though one round does the work of all.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilterExpectedStartTime
from prefect.client.schemas.objects import State, StateType
from prefect.states import Cancelled, Crashed

from flows.prefect.bulk_requests import every_run, runs_of

LONGEST = timedelta(days=1)
"""No run takes as long: a sweep of millions takes minutes, a delivery less than a claim lasts, a day at most."""
MISSED = timedelta(minutes=30)
"""Two rounds of the slower kind: a later one of either has been due since."""
_UNDER_WAY = (StateType.RUNNING, StateType.PENDING, StateType.CANCELLING)


async def bury(
    client: PrefectClient, deployments: Iterable[UUID], *, silent_since: datetime
) -> None:
    """Mark as crashed what is under way, and came to that state before *silent_since* (aware)."""
    for run in await every_run(client, runs_of(list(deployments), _UNDER_WAY)):
        if run.state and run.state.timestamp < silent_since:
            state: State[Any] = Crashed(
                message="Whoever ran this was ended. What was committed stays."
            )
            await client.set_flow_run_state(run.id, state, force=True)


async def skip_missed(
    client: PrefectClient, deployments: Iterable[UUID], *, due_before: datetime
) -> None:
    """Cancel the scheduled rounds that were due before *due_before* (aware) and that nobody took."""
    before = FlowRunFilterExpectedStartTime.model_validate({"before_": due_before})
    ours = runs_of(list(deployments), [StateType.SCHEDULED], expected_start_time=before)
    for run in await every_run(client, ours):
        if run.auto_scheduled:
            await skip(client, run.id)


async def skip(client: PrefectClient, run_id: UUID) -> None:
    """Cancel the run with *run_id*, because a later one does its work."""
    state: State[Any] = Cancelled(name="Skipped", message="A later run does this work too.")
    await client.set_flow_run_state(run_id, state)
