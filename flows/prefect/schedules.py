"""
Schedules: two rounds for the whole house, and two for each programme in its own time zone.

A programme's deployments are copies of the ones without schedule (`by-hand`), wherever those run: in the
runner of `weerklank up` or in a work pool. Every round of `enforce-deadlines` asks the records for the
programmes and mends what differs, so a new programme is scheduled within a quarter of an hour without
anything being restarted, on one machine as on many.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import DeploymentSchedule, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import PrefectHTTPStatusError
from prefect.utilities.callables import parameter_schema

from config.clock import utc_now
from config.logs import logger
from flows.prefect.run_names import DOT, HOUSE_TAG, programme_tag
from flows.prefect.stale_runs import LONGEST, MISSED, bury, skip_missed
from services.house import open_house
from states.model.programme import Programme

BY_HAND = "by-hand"
EVERY_QUARTER, EVERY_FIVE_MINUTES = "*/15 * * * *", "*/5 * * * *"
MONDAY_MORNING = "0 8 * * 1"
_PAGE = 200


@dataclass(frozen=True)
class Wanted:
    """One deployment as it should be."""

    flow: str
    name: str
    description: str
    cron: str | None = None
    zone: str = "UTC"
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """As Prefect shows it."""
        return f"{self.flow}/{self.name}"

    @property
    def schedules(self) -> list[DeploymentScheduleCreate]:
        """Its schedule, if it has one."""
        if self.cron is None:
            return []
        schedule = CronSchedule(cron=self.cron, timezone=self.zone)
        return [DeploymentScheduleCreate(schedule=schedule, active=True)]

    def is_met_by(self, found: DeploymentResponse, terms: Mapping[str, Any]) -> bool:
        """Whether *found* says the same on the same *terms*; an operator's pause is theirs to end."""
        return (
            found.parameters == dict(self.parameters)
            and set(self.tags) <= set(found.tags)
            and _crons(found.schedules) == _crons(self.schedules)
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
        tags=(HOUSE_TAG,),
    ),
    Wanted(
        "deliver-notices",
        "every-five-minutes",
        "Every 5 minutes: what waits to be sent.",
        EVERY_FIVE_MINUTES,
        tags=(HOUSE_TAG,),
    ),
    Wanted(
        "open-annual-cycle", BY_HAND, "For any programme, without a schedule.", tags=(HOUSE_TAG,)
    ),
    Wanted("send-digest", BY_HAND, "For any programme, without a schedule.", tags=(HOUSE_TAG,)),
)
"""What `weerklank up` deploys; prefect.yaml says the same for work pools."""


def for_programme(programme: Programme) -> tuple[Wanted, ...]:
    """The deployments of one programme: its year and its weekly digest."""
    yearly = Wanted(
        "open-annual-cycle",
        programme.id,
        "The yearly schedule of the programme.",
        programme.schedule,
        zone=programme.time_zone,
        parameters={"programme": programme.id},
        tags=(HOUSE_TAG, programme_tag(programme.id)),
    )
    digest = "Monday morning, in the zone of the programme."
    return yearly, replace(yearly, flow="send-digest", description=digest, cron=MONDAY_MORNING)


async def deploy(client: PrefectClient, flows: Mapping[str, Flow[Any, Any]]) -> None:
    """Deploy *flows* (by their names) for a runner on this machine; what is right already, or in a work pool, stays."""
    found = await deployments(client)
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
        description=wanted.description,
        schedules=wanted.schedules,
        parameters=dict(wanted.parameters),
        tags=list(wanted.tags),
        **terms,
    )


async def deployments(client: PrefectClient) -> dict[str, DeploymentResponse]:
    """Every deployment of this house by its full name, wherever it runs."""
    ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[HOUSE_TAG]))
    flows = {flow.id: flow.name for flow in await client.read_flows()}
    found: dict[str, DeploymentResponse] = {}
    offset = 0
    while page := await client.read_deployments(deployment_filter=ours, limit=_PAGE, offset=offset):
        found |= {f"{flows[one.flow_id]}/{one.name}": one for one in page}
        offset += len(page)
    return found


async def keep_schedules() -> None:
    """Give every programme its schedules, mend those that say something else, name the runs to come, clear up."""
    programmes = await asyncio.to_thread(_programmes)
    async with get_client() as client:
        found = await deployments(client)
        await _clear_up(client, found)
        for programme in programmes:
            for wanted in for_programme(programme):
                await _keep_apart(client, wanted, found)
        await _name_upcoming(client, found)


async def _clear_up(client: PrefectClient, found: Mapping[str, DeploymentResponse]) -> None:
    now, rounds = utc_now(), {one.full_name for one in FOR_THE_HOUSE if one.cron}
    await bury(client, [one.id for one in found.values()], silent_since=now - LONGEST)
    missed = [one.id for name, one in found.items() if name in rounds]
    await skip_missed(client, missed, due_before=now - MISSED)


async def _keep_apart(
    client: PrefectClient, wanted: Wanted, found: Mapping[str, DeploymentResponse]
) -> None:
    """One schedule that Prefect refuses, stored before it was refused at the door, holds up nobody else's."""
    try:
        await _keep(client, wanted, found)
    except (ValueError, PrefectHTTPStatusError) as error:
        refused = type(error).__name__
        logger("flows").warning("schedule-refused", deployment=wanted.full_name, error=refused)


async def _keep(
    client: PrefectClient, wanted: Wanted, found: Mapping[str, DeploymentResponse]
) -> None:
    model = found.get(f"{wanted.flow}/{BY_HAND}")
    if model is None:
        return
    there, terms = found.get(wanted.full_name), _terms_of(model)
    if there is None or not wanted.is_met_by(there, terms):
        await _create(client, wanted, model.flow_id, terms)


async def _name_upcoming(client: PrefectClient, found: Mapping[str, DeploymentResponse]) -> None:
    """Prefect calls a run that is only scheduled `fat-otter`; say what it will be."""
    names = {
        one.id: f"{title.split('/')[0].replace('-', ' ')}{DOT}{one.name}"
        for title, one in found.items()
        if "programme" in one.parameters
    }
    if not names:
        return
    scheduled = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        deployment_id=FlowRunFilterDeploymentId(any_=list(names)),
    )
    for run in await client.read_flow_runs(flow_run_filter=scheduled):
        name = names.get(run.deployment_id) if run.deployment_id else None
        if name is not None and run.name != name:
            await client.update_flow_run(run.id, name=name)


def _programmes() -> list[Programme]:
    with open_house(new=False) as house:
        return [row.programme for row in house.ledger.programmes()]


_COPIED = (
    "entrypoint", "path", "pull_steps", "version", "work_pool_name", "work_queue_name",
    "job_variables", "parameter_openapi_schema", "enforce_parameter_schema",
)  # fmt: skip


def _terms_of(model: DeploymentResponse) -> dict[str, Any]:
    """How *model* runs, for a copy of it."""
    return {name: getattr(model, name) for name in _COPIED}
