"""
Flow runner: one resident process that takes the runs that Prefect schedules and runs them in itself.

Prefect's own runner starts a process per run, which costs seconds of processor time for a round that
takes a tenth of one (docs/decisions tells the figures). Scheduling, states, logs, retries, cancelling and
pausing stay Prefect's. Where a process per run is wanted, prefect.yaml deploys the same flows to a work pool.
"""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Coroutine, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import Abort, Pause
from prefect.flow_engine import run_flow
from prefect.states import Pending
from prefect.utilities.engine import propose_state

from config.clock import now_by, utc_now
from config.file_permissions import keep_private
from config.logs import logger
from config.settings import load_settings
from flows import rounds
from flows.prefect.alarms.automations import keep_alarms
from flows.prefect.bulk_requests import PAGE
from flows.prefect.scheduled_names import name_scheduled
from flows.prefect.schedules import deploy, deployments, keep_schedules
from flows.prefect.stale_runs import bury, skip
from flows.prefect.status_page.overview_artifact import keep_overview
from flows.worker_thread import CLOSING, quietly
from services.parent_watchdog import end_with_parent

FLOWS: Mapping[str, Flow[Any, Any]] = {
    flow.name: flow
    for flow in (
        rounds.enforce_deadlines,
        rounds.deliver_notices,
        rounds.open_annual_cycle,
        rounds.send_digest,
    )
}
POLL_EVERY = 5.0  # seconds between two looks for runs
LEARN_EVERY = 12  # looks between two questions which deployments there are
NAME_AFTER = (
    2  # looks after such a question: by then Prefect has made the runs of a deployment that is new
)
ENDING = 12.0  # seconds that runs may take to end after the batch they are in


class NotAsync(TypeError):
    """A flow of ours is not `async def`: as a sync one it would wait a second for its heartbeat thread."""


class Runner:
    """Polls for due runs of our deployments, and does those of each flow one after another in a thread of its own."""

    def __init__(self, client: PrefectClient) -> None:
        self._client = client
        self._flows: dict[UUID, Flow[Any, Any]] = {}
        self._busy: set[str] = set()
        self._threads: list[threading.Thread] = []
        self._looks = 0

    async def look(self) -> None:
        """Take up what is due now; of a flow that is under way, at a later look."""
        if self._looks % LEARN_EVERY == 0:
            await self._learn()
        self._looks += 1
        taken: dict[str, list[FlowRun]] = {}
        for run in await self._newest(await self._due()):
            flow = self._flow(run)
            if flow is not None and flow.name not in self._busy:
                taken.setdefault(flow.name, []).append(run)
        for name, runs in taken.items():
            self._start(FLOWS[name], runs)
        if self._looks % LEARN_EVERY == NAME_AFTER:
            await quietly(self._name_scheduled())

    async def _name_scheduled(self) -> None:
        await name_scheduled(self._client, {one: flow.name for one, flow in self._flows.items()})

    async def _due(self) -> list[FlowRun]:
        """What is due; where thousands of one deployment are, those of the others all the same."""
        found = await self._due_of(list(self._flows))
        if len(found) < PAGE:
            return found
        return [run for one in self._flows for run in await self._due_of([one])]

    async def _due_of(self, deployments: list[UUID]) -> list[FlowRun]:
        return await self._client.get_scheduled_flow_runs_for_deployments(
            deployments, scheduled_before=utc_now(), limit=PAGE
        )

    async def _learn(self) -> None:
        """Ask which deployments are ours; those of a work pool have workers of their own."""
        ours: dict[UUID, Flow[Any, Any]] = {}
        for name, one in (await deployments(self._client)).items():
            flow = FLOWS.get(name.split("/")[0])
            if flow is not None and one.work_pool_name is None:
                ours[one.id] = flow
        self._flows = ours

    async def _newest(self, due: Iterable[FlowRun]) -> list[FlowRun]:
        """*due*, without the runs that an outage left behind: the newest of a schedule does their work too."""
        newest: dict[object, FlowRun] = {}
        for run in sorted(due, key=lambda one: one.expected_start_time or utc_now()):
            key = _schedule_of(run) if run.auto_scheduled else run.id
            if older := newest.get(key):
                await skip(self._client, older.id)
            newest[key] = run
        return list(newest.values())

    def _flow(self, run: FlowRun) -> Flow[Any, Any] | None:
        return self._flows.get(run.deployment_id) if run.deployment_id else None

    def _start(self, flow: Flow[Any, Any], runs: list[FlowRun]) -> None:
        self._busy.add(flow.name)
        thread = threading.Thread(target=self._work, args=[flow, runs], daemon=True)
        self._threads = [*(one for one in self._threads if one.is_alive()), thread]
        thread.start()

    def _work(self, flow: Flow[Any, Any], runs: list[FlowRun]) -> None:
        """Do *runs* of *flow*; its own thread keeps the signal handlers of this process as they are."""
        try:
            asyncio.run(_each(flow, runs))
        except BaseException as error:  # noqa: BLE001 - the engine has told Prefect; nothing may end this process
            logger("flows").warning("run-ended", flow=flow.name, error=error)
        finally:
            self._busy.discard(flow.name)

    def join(self, seconds: float) -> None:
        """Wait for what runs, at most so many *seconds* for each run."""
        for thread in self._threads:
            thread.join(seconds)

    async def bury_the_dead(self) -> None:
        """Mark what a killed runner left *Running*: nobody else takes runs of this server's deployments."""
        await self._learn()
        await bury(self._client, self._flows, silent_since=utc_now())


AT_ONCE = ("enforce-deadlines", "deliver-notices")
"""The rounds that do not wait for their schedule when time leaps: after an outage, in a demonstration."""


async def begin_at_once(client: PrefectClient) -> None:
    """Ask for one run of each round of `AT_ONCE`, so that a start after an outage catches up by itself."""
    for name, one in (await deployments(client)).items():
        if name.split("/")[0] in AT_ONCE and one.schedules:
            await client.create_flow_run_from_deployment(one.id)


def _schedule_of(run: FlowRun) -> tuple[object, ...]:
    """What made it: a deployment has a schedule for each zone, which says so in the parameters of its runs."""
    return (run.deployment_id, *sorted(run.parameters.items()))


async def _each(flow: Flow[Any, Any], runs: Iterable[FlowRun]) -> None:
    async with get_client() as client:
        for run in runs:
            if CLOSING.is_set():
                return
            await _do(client, flow, run)


async def _do(client: PrefectClient, flow: Flow[Any, Any], run: FlowRun) -> None:
    """Do *run*; one for which Prefect was too busy takes none of those behind it along."""
    try:
        if await _is_taken(client, run):
            await _engine(flow, run)
    except Exception as error:  # noqa: BLE001 - what is not taken is found again at a later look
        logger("flows").warning("run-ended", flow=flow.name, run=str(run.id), error=error)


async def _is_taken(client: PrefectClient, run: FlowRun) -> bool:
    """Whether *run* is ours now; another runner may have done it since we looked, and Prefect would do it again."""
    state = (await client.read_flow_run(run.id)).state
    if state is None or not state.is_scheduled():
        return False
    try:
        return (await propose_state(client, Pending(), flow_run_id=run.id)).is_pending()
    except (Abort, Pause):
        return False


async def _engine(flow: Flow[Any, Any], run: FlowRun) -> None:
    engine = run_flow(flow, flow_run=run, return_type="state")
    if not isinstance(engine, Coroutine):
        raise NotAsync(flow.name)
    await engine


async def serve(ready: Path, *, alone: bool) -> None:
    """
    Deploy the flows and run what is due until SIGTERM or SIGINT; *ready* is written when all that stands.

    *alone*: no other runner takes runs of this server's deployments, so what is left *Running* is dead.
    """
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    async with get_client() as client:
        await _answering(client, ending)
        await deploy(client, FLOWS)
        await quietly(keep_schedules(), keep_alarms(), keep_overview())
        runner = Runner(client)
        if alone:
            await runner.bury_the_dead()
            await quietly(begin_at_once(client))
        clock = DemoClock(load_settings().clock_file)
        await _poll(client, runner, clock, ending, ready)
        CLOSING.set()
        await asyncio.to_thread(runner.join, ENDING)


async def _answering(client: PrefectClient, ending: asyncio.Event) -> None:
    while not ending.is_set() and await client.api_healthcheck() is not None:
        await _pause(ending, 0.3)


class DemoClock:
    """The clock *file* of a demonstration, None where time is real; it knows whether somebody moved it."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._shown = self._time()

    def was_moved(self) -> bool:
        """Whether it shows another time than at the last question."""
        before, self._shown = self._shown, self._time()
        return before != self._shown

    def _time(self) -> datetime | None:
        return now_by(self._file) if self._file and self._file.exists() else None


async def _poll(
    client: PrefectClient, runner: Runner, clock: DemoClock, ending: asyncio.Event, ready: Path
) -> None:
    while not ending.is_set():
        try:
            if clock.was_moved():
                await begin_at_once(client)
            await runner.look()
            _say_ready(ready)
        except Exception as error:  # noqa: BLE001 - a server that does not answer now may answer at the next look
            logger("flows").warning("prefect-not-asked", error=error)
        await _pause(ending, POLL_EVERY)


def _say_ready(ready: Path) -> None:
    if not ready.exists():
        ready.write_text(str(os.getpid()), encoding="utf-8")


async def _pause(ending: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(ending.wait(), seconds)
    except TimeoutError:
        return


def main() -> None:
    """Run `python -m flows.runner READY-FILE [alone]`; `weerklank up` does."""
    keep_private()
    end_with_parent()
    ready = Path(sys.argv[1])
    ready.unlink(missing_ok=True)
    asyncio.run(serve(ready, alone="alone" in sys.argv[2:]))


if __name__ == "__main__":
    main()
