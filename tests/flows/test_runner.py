"""The resident runner as a process of its own, against a real server that schedules for it."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from config.clock import utc_now
from config.settings import Settings
from flows.alarm_table import ALARMS
from flows.machine.processes import Child, start, stop
from flows.machine.server import ServerAddress, environment
from tests.flows.prefect_watch import forget_runs, seen_by, tagged, times_fired, watching
from tests.patience import wait_for

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import DeploymentSchedule, FlowRun, State, StateType
    from prefect.client.schemas.responses import DeploymentResponse

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.usefixtures("prefect"),
]


@pytest.fixture
def runner(server: ServerAddress, house: Settings, tmp_path: Path) -> Iterator[Child]:
    """The runner, once it has looked for runs for the first time."""
    ready = tmp_path / "ready"
    words = environment(server)
    asyncio.run(forget_runs("kledingmerk"))
    child = start(
        "Flow runner", "flows.runner", [str(ready), "alone"], words, tmp_path / "runner.log"
    )
    try:
        wait_for(lambda: ready.exists() or child.ended)
        assert not child.ended, child.last_words()
        yield child
    finally:
        stop([child])


async def deployments(client: "PrefectClient") -> dict[str, "DeploymentResponse"]:
    """Read without a limit, as `prefect deployment ls` does: the wrong FastAPI answers 422."""
    flows = {flow.id: flow.name for flow in await client.read_flows()}
    return {f"{flows[one.flow_id]}/{one.name}": one for one in await client.read_deployments()}


async def runs_of(
    client: "PrefectClient", deployment: "DeploymentResponse", state: "StateType"
) -> list["FlowRun"]:
    """The runs that Prefect planned for *deployment* and that are in *state*, the first one first."""
    from prefect.client.schemas.filters import (
        FlowRunFilter,
        FlowRunFilterDeploymentId,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )

    mine = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[deployment.id]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[state])),
    )
    found = await client.read_flow_runs(flow_run_filter=mine)
    return sorted((run for run in found if run.auto_scheduled), key=_start)


async def last_planned(
    client: "PrefectClient", deployment: "DeploymentResponse", number: int
) -> list["FlowRun"]:
    """The last *number* of the runs to come, once there are more: of the first a runner may take one up meanwhile."""
    from prefect.client.schemas.objects import StateType

    async def enough() -> list["FlowRun"] | None:
        found = await runs_of(client, deployment, StateType.SCHEDULED)
        return found[-number:] if len(found) >= number + 3 else None

    return await seen_by(enough)


def test_a_schedule_creates_runs_and_the_runner_finishes_them(runner: Child) -> None:
    """The wrong SQLAlchemy creates no scheduled run at all, and says so in the log of the server only."""

    async def story() -> None:
        from prefect.client.orchestration import get_client
        from prefect.client.schemas.actions import DeploymentScheduleCreate
        from prefect.client.schemas.objects import StateType
        from prefect.client.schemas.schedules import IntervalSchedule

        async with get_client() as client:
            enforce = (await deployments(client))["enforce-deadlines/every-quarter"]
            soon = IntervalSchedule(interval=timedelta(seconds=10), anchor_date=utc_now())
            wish = DeploymentScheduleCreate(schedule=soon, active=True)
            made = await client.create_deployment_schedules(enforce.id, [wish])

            done = await seen_by(lambda: runs_of(client, enforce, StateType.COMPLETED))
            await client.delete_deployment_schedule(enforce.id, made[0].id)
            assert done[0].name.startswith("enforce deadlines · ")

    asyncio.run(story())


def test_the_year_of_a_programme_is_in_sight_and_so_is_its_monday(runner: Child) -> None:
    async def story() -> None:
        from prefect.client.orchestration import get_client

        async with get_client() as client:

            async def ahead() -> list[tuple[str, datetime]] | None:
                """The first sweep opens what was due since 2022; then the next one stands."""
                runs = await tagged(client, "kledingmerk")
                return [(run.name, _start(run)) for run in runs if _start(run) > utc_now()] or None

            async def monday() -> "list[DeploymentSchedule] | None":
                found = await deployments(client)
                return list(found["send-digest/every-programme"].schedules) or None

            ((name, at),) = await seen_by(ahead)
            assert name == f"open annual cycle · kledingmerk · {at.year + 1}"
            assert (at.month, at.day, at.hour) == (12, 1, 8)
            (schedule,) = await seen_by(monday)
            assert schedule.parameters == {"zone": "Europe/Amsterdam"}
            await seen_by(lambda: named(client))

    asyncio.run(story())


async def named(client: "PrefectClient") -> bool:
    """Whether each run that the schedules of the house have made is called by what it will do."""
    from prefect.client.schemas.objects import StateType

    for name, one in (await deployments(client)).items():
        title = name.partition("/")[0].replace("-", " ")
        coming = await runs_of(client, one, StateType.SCHEDULED)
        if title != "open annual cycle" and not coming:
            return False
        if any(not run.name.startswith(f"{title} · ") for run in coming):
            return False
    return True


def _start(run: "FlowRun") -> datetime:
    assert run.expected_start_time is not None
    return run.expected_start_time.astimezone(UTC)


def test_of_the_runs_that_an_outage_left_only_the_newest_is_done(runner: Child) -> None:
    async def story() -> None:
        from prefect.client.orchestration import get_client

        from flows.runner import Runner

        async with get_client() as client:
            deliver = (await deployments(client))["deliver-notices/every-five-minutes"]
            ours = await last_planned(client, deliver, 3)
            newest = await Runner(client)._newest(ours)
            left = [await client.read_flow_run(run.id) for run in ours]
            assert [run.id for run in newest] == [ours[-1].id]
            assert [run.state.name for run in left if run.state] == [
                "Skipped",
                "Skipped",
                "Scheduled",
            ]

    asyncio.run(story())


def test_what_a_killed_runner_left_running_is_marked(server: ServerAddress, runner: Child) -> None:
    async def story() -> None:
        from prefect.client.orchestration import get_client
        from prefect.states import Running

        from flows.runner import Runner

        async with get_client() as client:
            by_hand = (await deployments(client))["send-digest/every-programme"]
            orphan = await client.create_flow_run_from_deployment(
                by_hand.id, parameters={"programme": "kledingmerk"}, state=Running()
            )
            await Runner(client).bury_the_dead()
            state = (await client.read_flow_run(orphan.id)).state
            assert state is not None
            assert state.is_crashed()

    asyncio.run(story())


def test_a_round_ends_what_nobody_runs_any_more(
    server: ServerAddress, runner: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        from prefect.client.orchestration import get_client
        from prefect.states import Pending, Running

        from flows.prefect import schedules

        async def left(client: "PrefectClient") -> list[str | None]:
            return [(await client.read_flow_run(run.id)).state_name for run in runs]

        async with get_client() as client:
            by_hand = (await deployments(client))["send-digest/every-programme"]
            states: list[State[Any]] = [Running(), Pending()]
            runs = [
                await client.create_flow_run_from_deployment(
                    by_hand.id, parameters={"programme": "kledingmerk"}, state=state
                )
                for state in states
            ]
            await schedules.keep_schedules()
            assert await left(client) == ["Running", "Pending"]
            assert await client.read_automations_by_name("weerklank: a run failed or crashed")
            failed = [one for one in ALARMS if one.key == "run-failed"]
            async with watching(client, *failed) as watched:
                monkeypatch.setattr(schedules, "LONGEST", timedelta(0))
                await schedules.keep_schedules()
                assert await left(client) == ["Crashed", "Crashed"]

                async def fired() -> bool:
                    return await times_fired(client, watched["run-failed"]) > 0

                await seen_by(fired)

    asyncio.run(story())


def test_a_round_that_nobody_took_in_time_is_skipped(server: ServerAddress, runner: Child) -> None:
    async def story() -> None:
        from prefect.client.orchestration import get_client

        from flows.prefect.stale_runs import skip_missed

        async with get_client() as client:
            sweep = (await deployments(client))["enforce-deadlines/every-quarter"]
            ours = await last_planned(client, sweep, 2)
            await skip_missed(client, [sweep.id], due_before=_start(ours[0]) + timedelta(minutes=1))
            left = [(await client.read_flow_run(run.id)).state_name for run in ours]
            assert left == ["Skipped", "Scheduled"]

    asyncio.run(story())


def test_deploying_and_raising_the_alarm_again_changes_nothing(runner: Child) -> None:
    async def story() -> None:
        from prefect.client.orchestration import get_client

        from flows.alarm_table import ALARMS
        from flows.prefect.alarms.automations import keep_alarms
        from flows.prefect.schedules import deploy, keep_schedules
        from flows.runner import FLOWS

        async with get_client() as client:
            before = {one.id: one.updated for one in await client.read_deployments()}
            await deploy(client, FLOWS)
            await keep_schedules()
            kept = await client.read_automations()
            await keep_alarms()
            after = {one.id: one.updated for one in await client.read_deployments()}
            assert after == before
            assert await client.read_automations() == kept
            assert len(kept) == len(ALARMS)

    asyncio.run(story())


def test_a_programme_that_comes_later_is_scheduled_without_a_restart(
    runner: Child, house: Settings
) -> None:
    from services.house import open_house

    with open_house(house) as opened:
        known = opened.ledger.programme("kledingmerk").programme
        later = known.model_copy(update={"id": "schoenmerk", "time_zone": "Asia/Dhaka"})
        opened.ledger.apply_programme(later, utc_now())

    async def story() -> None:
        from prefect.client.orchestration import get_client
        from prefect.client.schemas.objects import StateType

        async with get_client() as client:
            enforce = (await deployments(client))["enforce-deadlines/every-quarter"]
            await client.create_flow_run_from_deployment(enforce.id)

            async def there() -> bool:
                return bool(await tagged(client, "schoenmerk", StateType.SCHEDULED))

            await seen_by(there)

    asyncio.run(story())


def test_a_run_is_cancelled_between_two_batches(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import worker_thread
    from flows.rounds import enforce_deadlines
    from services.house import House

    monkeypatch.setattr(worker_thread, "LOOK_EVERY", 0.05)

    def endless(_: House, now: datetime, *, chunk: int, pause: object) -> None:
        assert callable(pause)
        while True:
            pause(0.01)

    monkeypatch.setattr(House, "sweep", endless)

    async def story() -> None:
        from prefect.client.orchestration import get_client
        from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
        from prefect.states import Cancelling

        by_hand = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(is_null_=True))

        async def cancelled() -> "State[Any]":
            state: State[Any] = await enforce_deadlines(return_state=True)
            return state

        running = asyncio.create_task(cancelled())
        async with get_client() as client:

            async def started() -> "FlowRun | None":
                """The run of this process: one that a runner left belongs to a deployment."""
                runs = await client.read_flow_runs(flow_run_filter=by_hand)
                return next((run for run in runs if run.state and run.state.is_running()), None)

            run = await seen_by(started)
            await client.set_flow_run_state(run.id, Cancelling())
            state = await running
            assert state.is_cancelled()
            assert (await client.read_flow_run(run.id)).name == "enforce deadlines · stopped"

    asyncio.run(story())
