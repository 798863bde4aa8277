"""
Names of scheduled runs: what a run that a schedule made will do, and when or for which zone.

Prefect takes no name with a schedule and calls what it makes `sly-buffalo`. So they are named when they are seen: by
the runner within a minute, in a work pool by the next round.
"""

from collections.abc import Mapping
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilterExpectedStartTime
from prefect.client.schemas.objects import FlowRun, StateType

from config.clock import utc_now
from flows.prefect.bulk_requests import every_run, runs_of
from flows.prefect.digest_schedules import ZONE
from flows.prefect.run_names import DOT
from flows.prefect.status_page.overview_page import stamp

BY_SCHEDULE = ("enforce-deadlines", "deliver-notices", "send-digest")
"""The flows whose runs schedules make; openings have their names from birth, and there may be thousands."""


async def name_scheduled(client: PrefectClient, flows: Mapping[UUID, str]) -> None:
    """Name the runs to come of the deployments in *flows* (each with the name of its flow); one question if all are."""
    kinds = {one: flow for one, flow in flows.items() if flow in BY_SCHEDULE}
    if not kinds:  # of an empty list Prefect makes a filter that lets all pass
        return
    later = FlowRunFilterExpectedStartTime.model_validate({"after_": utc_now()})
    coming = runs_of(list(kinds), [StateType.SCHEDULED], expected_start_time=later)
    for run in await every_run(client, coming):
        flow = kinds.get(run.deployment_id) if run.deployment_id else None
        if flow and run.auto_scheduled and run.name != (name := name_of_scheduled(flow, run)):
            await client.update_flow_run(run.id, name=name)


def name_of_scheduled(flow: str, run: FlowRun) -> str:
    """What *run* of *flow* is called until it begins: `send digest · Europe/Amsterdam`, or when it is planned."""
    planned = run.next_scheduled_start_time or run.expected_start_time
    when = stamp(planned) if planned else ""
    return DOT.join([flow.replace("-", " "), str(run.parameters.get(ZONE) or when)])
