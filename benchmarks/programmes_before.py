"""Baseline (the former way, frozen to compare): two deployments for each programme, all read by every round."""

from collections.abc import Iterable
from time import perf_counter
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.client.schemas.schedules import CronSchedule

from states.model.programme import Programme

_PAGE = 200
_MONDAY = "0 8 * * 1"
_TAG = "weerklank"


async def deploy_each(
    client: PrefectClient, flows: dict[str, UUID], programmes: Iterable[Programme]
) -> float:
    """Give each of *programmes* its deployments of *flows*; seconds."""
    begun = perf_counter()
    for programme in programmes:
        for name, cron in (("open-annual-cycle", programme.schedule), ("send-digest", _MONDAY)):
            schedule = CronSchedule(cron=cron, timezone=programme.time_zone)
            await client.create_deployment(
                flow_id=flows[name],
                name=programme.id,
                schedules=[DeploymentScheduleCreate(schedule=schedule, active=True)],
                parameters={"programme": programme.id},
                tags=[_TAG, f"programme:{programme.id}"],
            )
    return perf_counter() - begun


async def read_each(client: PrefectClient, programmes: Iterable[Programme]) -> float:
    """What a quiet round did: read every deployment, and compare each with its programme; seconds."""
    begun = perf_counter()
    ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[_TAG]))
    found: dict[str, Any] = {}
    while page := await client.read_deployments(
        deployment_filter=ours, limit=_PAGE, offset=len(found)
    ):
        found |= {f"{one.flow_id}/{one.name}": one for one in page}
    given = {one.id: {"programme": one.id} for one in programmes}
    assert all(one.parameters == given[one.name] for one in found.values() if one.name in given)
    return perf_counter() - begun
