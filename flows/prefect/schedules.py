"""
Schedules: deployments carry kinds of work, and there are four; scheduled runs carry programmes.

The two rounds have a schedule each, the digests one for each time zone, and the openings one run for each programme.
Every round of `enforce-deadlines` mends what differs from the records, so a new programme is announced within a
quarter of an hour without anything being restarted, on one machine as on many.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    DeploymentFilterTags,
)
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.utilities.callables import parameter_schema

from config.clock import utc_now
from flows.prefect.bulk_requests import PAGE, every_deployment
from flows.prefect.coming_openings import announce_openings
from flows.prefect.digest_schedules import keep_zones, zones_of
from flows.prefect.former_deployments import remove_former
from flows.prefect.run_names import HOUSE_TAG
from flows.prefect.scheduled_names import name_scheduled
from flows.prefect.stale_runs import LONGEST, MISSED, bury, skip_missed
from flows.prefect.status_page.overview_artifact import with_address
from flows.worker_thread import quietly
from records.dialogues.programmes import time_zones
from records.engine.database import reading
from services.house import open_house

EVERY_PROGRAMME = "every-programme"
EVERY_QUARTER, EVERY_FIVE_MINUTES = "*/15 * * * *", "*/5 * * * *"
OPENINGS, DIGESTS = "open-annual-cycle", "send-digest"


@dataclass(frozen=True)
class Wanted:
    """One deployment as it should be."""

    flow: str
    name: str
    description: str
    cron: str | None = None
    """None where schedules or runs come and go with the programmes."""

    @property
    def full_name(self) -> str:
        """As Prefect shows it."""
        return f"{self.flow}/{self.name}"

    @property
    def schedules(self) -> list[DeploymentScheduleCreate]:
        """Its schedule, if it has one."""
        if self.cron is None:
            return []
        schedule = CronSchedule(cron=self.cron, timezone="UTC")
        return [DeploymentScheduleCreate(schedule=schedule, active=True)]

    def is_met_by(self, found: DeploymentResponse, terms: Mapping[str, Any]) -> bool:
        """Whether *found* says the same on the same *terms*; an operator's pause is theirs to end."""
        return (
            HOUSE_TAG in found.tags
            and found.description == with_address(self.description)
            and (self.cron is None or _crons(found.schedules) == _crons(self.schedules))
            and all(getattr(found, name) == value for name, value in terms.items())
        )


def _crons(
    schedules: Iterable[DeploymentSchedule | DeploymentScheduleCreate],
) -> list[tuple[str, str | None]]:
    return [
        (one.schedule.cron, one.schedule.timezone)
        for one in schedules
        if isinstance(one.schedule, CronSchedule)
    ]


FOR_THE_HOUSE = (
    Wanted(
        "enforce-deadlines",
        "every-quarter",
        "Every 15 minutes: what is due now.",
        EVERY_QUARTER,
    ),
    Wanted(
        "deliver-notices",
        "every-five-minutes",
        "Every 5 minutes: what waits to be sent.",
        EVERY_FIVE_MINUTES,
    ),
    Wanted(
        OPENINGS,
        EVERY_PROGRAMME,
        "A run ahead for each programme's next edition, tagged `programme:ID`; by hand for any one.",
    ),
    Wanted(
        DIGESTS,
        EVERY_PROGRAMME,
        "Monday morning in each time zone, for all its programmes; by hand for any one.",
    ),
)
"""What `weerklank up` deploys; prefect.yaml says the same for work pools."""


async def deploy(client: PrefectClient, flows: Mapping[str, Flow[Any, Any]]) -> None:
    """Deploy *flows* (by their names) for a runner on this machine; what is right already, or in a work pool, stays."""
    found = await _first_page(client)
    for wanted in FOR_THE_HOUSE:
        flow = flows[wanted.flow]
        there, terms = found.get(wanted.full_name), _own_terms(flow)
        in_pool = there is not None and there.work_pool_name is not None
        if there is None or not (in_pool or wanted.is_met_by(there, terms)):
            await _create(client, wanted, await client.create_flow(flow), terms)


def _own_terms(flow: Flow[Any, Any]) -> dict[str, Any]:
    return {
        "entrypoint": f"{flow.fn.__module__}:{flow.fn.__name__}",
        "version": flow.version,
        "parameter_openapi_schema": _parameters(flow),
        "enforce_parameter_schema": True,
    }


def _parameters(flow: Flow[Any, Any]) -> dict[str, Any]:
    """What a run of *flow* takes, and nothing else: Prefect itself refuses what nobody knows, like a moment."""
    return {**parameter_schema(flow).model_dump_for_openapi(), "additionalProperties": False}


async def _create(
    client: PrefectClient, wanted: Wanted, flow_id: UUID, terms: Mapping[str, Any]
) -> None:
    await client.create_deployment(
        flow_id=flow_id,
        name=wanted.name,
        description=with_address(wanted.description),
        schedules=wanted.schedules,
        tags=[HOUSE_TAG],
        **terms,
    )


async def deployments(client: PrefectClient) -> dict[str, DeploymentResponse]:
    """Every deployment of this house by its full name, wherever it runs, and whoever made it."""
    return await _by_name(client, await every_deployment(client, DeploymentFilter(tags=_OURS)))


async def _first_page(client: PrefectClient) -> dict[str, DeploymentResponse]:
    """Those that there should be, and of all others as many as one request tells."""
    found = await client.read_deployments(
        deployment_filter=DeploymentFilter(tags=_OURS), limit=PAGE
    )
    if len(found) == PAGE:
        names = DeploymentFilterName(any_=sorted({one.name for one in FOR_THE_HOUSE}))
        found += await client.read_deployments(
            deployment_filter=DeploymentFilter(tags=_OURS, name=names)
        )
    return await _by_name(client, found)


_OURS = DeploymentFilterTags(all_=[HOUSE_TAG])


async def _by_name(
    client: PrefectClient, found: Iterable[DeploymentResponse]
) -> dict[str, DeploymentResponse]:
    flows = {flow.id: flow.name for flow in await client.read_flows()}
    return {f"{flows[one.flow_id]}/{one.name}": one for one in found}


async def keep_schedules() -> None:
    """Let Prefect say what the records say: the openings to come, the zones of the digests; and clear up."""
    async with get_client() as client:
        found = await _first_page(client)
        await quietly(
            _clear_up(client, found), _keep_programmes(client, found), _name_coming(client, found)
        )


async def _name_coming(client: PrefectClient, found: Mapping[str, DeploymentResponse]) -> None:
    there = [one for one in FOR_THE_HOUSE if one.full_name in found]
    await name_scheduled(client, {found[one.full_name].id: one.flow for one in there})


async def _keep_programmes(client: PrefectClient, found: Mapping[str, DeploymentResponse]) -> None:
    """In a work pool these deployments come with the next `prefect deploy`; until then the former ones serve."""
    openings, digests = (found.get(f"{flow}/{EVERY_PROGRAMME}") for flow in (OPENINGS, DIGESTS))
    if openings is None or digests is None:
        return

    async def follow_zones() -> None:
        present = await client.read_deployment(digests.id)
        await keep_zones(client, present, await asyncio.to_thread(_zones))

    if not zones_of(digests):
        await follow_zones()
    await announce_openings(client, openings.id, before=follow_zones)
    await remove_former(client, found)


def _zones() -> list[str]:
    with open_house(new=False) as house, reading(house.engine) as connection:
        return time_zones(connection)


async def _clear_up(client: PrefectClient, found: Mapping[str, DeploymentResponse]) -> None:
    now, rounds = utc_now(), {one.full_name for one in FOR_THE_HOUSE if one.cron}
    await bury(client, [one.id for one in found.values()], silent_since=now - LONGEST)
    missed = [one.id for name, one in found.items() if name in rounds]
    await skip_missed(client, missed, due_before=now - MISSED)
