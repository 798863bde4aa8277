"""Digest schedules: one run each Monday morning for all programmes of a time zone."""

from collections.abc import Sequence

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import PrefectHTTPStatusError

from config.logs import logger

MONDAY_MORNING = "0 8 * * 1"
ZONE = "zone"
"""The parameter that a schedule of ours gives; one without it is the operator's own."""


def zones_of(deployment: DeploymentResponse) -> dict[str, DeploymentSchedule]:
    """The schedules of *deployment* that are ours, by their zone."""
    return {one.parameters[ZONE]: one for one in deployment.schedules if ZONE in one.parameters}


async def keep_zones(
    client: PrefectClient, deployment: DeploymentResponse, zones: Sequence[str]
) -> None:
    """Let *deployment* have a schedule for each of *zones*, and none of ours for another."""
    there = zones_of(deployment)
    for zone in there.keys() - set(zones):
        await client.delete_deployment_schedule(deployment.id, there[zone].id)
    for zone in (one for one in zones if one not in there):
        await _add(client, deployment, zone)


async def _add(client: PrefectClient, deployment: DeploymentResponse, zone: str) -> None:
    """A zone that this Prefect does not know holds up no other one."""
    try:
        schedule = CronSchedule(cron=MONDAY_MORNING, timezone=zone)
        wish = DeploymentScheduleCreate(schedule=schedule, parameters={ZONE: zone}, slug=zone)
        await client.create_deployment_schedules(deployment.id, [wish])
    except (ValueError, PrefectHTTPStatusError) as error:
        refused = type(error).__name__
        logger("flows").warning("schedule-refused", zone=zone, error=refused)
