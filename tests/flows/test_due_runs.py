"""Which of the runs that are due are taken up and done: of every deployment, and of a schedule the newest alone."""

import asyncio
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from tests.states.builders import utc

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

START = utc("2022-12-01 08:00")
OPENINGS, SWEEPS = uuid4(), uuid4()


class Server:
    """A server on which *runs* are due, which answers as many at once as it is asked for."""

    def __init__(self, runs: "list[FlowRun]") -> None:
        self.runs = runs
        self.questions = 0

    async def get_scheduled_flow_runs_for_deployments(
        self, deployments: list[UUID], *, limit: int, **_more: object
    ) -> "list[FlowRun]":
        """Give the first of those that are due."""
        self.questions += 1
        return [run for run in self.runs if run.deployment_id in deployments][:limit]


def due(deployment: UUID, minutes: int = 0, zone: str | None = None) -> "FlowRun":
    from prefect.client.schemas.objects import FlowRun

    start: Any = START + timedelta(minutes=minutes)
    return FlowRun(
        flow_id=uuid4(),
        deployment_id=deployment,
        expected_start_time=start,
        auto_scheduled=zone is not None,
        parameters={"zone": zone} if zone else {},
    )


def asked(server: Any) -> "list[FlowRun]":  # noqa: ANN401 - a server of ours for Prefect's client
    from flows.runner import FLOWS, Runner

    runner = Runner(server)
    runner._flows = dict.fromkeys((OPENINGS, SWEEPS), FLOWS["enforce-deadlines"])
    return asyncio.run(runner._due())


@pytest.mark.parametrize(("openings", "questions"), [(3, 1), (500, 3)])
def test_thousands_of_openings_keep_no_sweep_waiting(openings: int, questions: int) -> None:
    sweep = due(SWEEPS)
    server = Server([*(due(OPENINGS) for _ in range(openings)), sweep])

    assert sweep in asked(server)
    assert server.questions == questions


def test_of_what_an_outage_left_each_zone_keeps_its_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import runner

    skipped: list[UUID] = []

    async def skip(_client: object, run_id: UUID) -> None:
        skipped.append(run_id)

    monkeypatch.setattr(runner, "skip", skip)
    old, new, other = (due(SWEEPS, at, zone) for at, zone in ((0, "A"), (9, "A"), (5, "B")))
    by_hand = [due(OPENINGS), due(OPENINGS, 1)]
    client: Any = None

    newest = asyncio.run(runner.Runner(client)._newest([old, new, other, *by_hand]))

    assert {run.id for run in newest} == {new.id, other.id, *(run.id for run in by_hand)}
    assert skipped == [old.id]


def test_a_run_for_which_prefect_is_too_busy_takes_none_behind_it_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from flows import runner

    first, busy, last = runs = [due(OPENINGS, minutes) for minutes in range(3)]
    done: list[UUID] = []

    async def is_taken(_client: object, run: "FlowRun") -> bool:
        if run is busy:
            raise TimeoutError("database is locked")
        return True

    async def engine(_flow: object, run: "FlowRun") -> None:
        done.append(run.id)

    monkeypatch.setattr(runner, "get_client", nullcontext)
    monkeypatch.setattr(runner, "_is_taken", is_taken)
    monkeypatch.setattr(runner, "_engine", engine)

    asyncio.run(runner._each(runner.FLOWS["open-annual-cycle"], runs))

    assert done == [first.id, last.id]


@pytest.mark.parametrize(
    ("born", "named"),
    [
        ("open annual cycle · kledingmerk · 2023", []),
        ("open annual cycle · kledingmerk · nothing was due", ["open annual cycle · kledingmerk"]),
        ("wise-owl", ["open annual cycle · kledingmerk"]),
    ],
)
def test_a_run_that_was_named_from_its_birth_is_not_named_before_its_work(
    born: str, named: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect import runtime

    from flows.prefect import artifacts

    names: list[str] = []

    async def name_run(name: str) -> None:
        names.append(name)

    monkeypatch.setattr(runtime.flow_run, "get_name", lambda: born)
    monkeypatch.setattr(artifacts, "name_run", name_run)

    asyncio.run(artifacts.title_run("open annual cycle · kledingmerk"))

    assert names == named


class Plans:
    """A server on which schedules made *runs*, that notes how they are called."""

    def __init__(self, runs: "list[FlowRun]") -> None:
        self.runs = runs
        self.named: list[str] = []
        self.questions = 0

    async def read_flow_runs(self, *, flow_run_filter: Any, **_more: object) -> "list[FlowRun]":  # noqa: ANN401
        """Give those of the deployments that are asked for."""
        self.questions += 1
        wanted = flow_run_filter.deployment_id.any_
        return [run for run in self.runs if run.deployment_id in wanted]

    async def update_flow_run(self, run_id: UUID, *, name: str) -> None:
        """Call a run so."""
        self.named.append(name)
        next(run for run in self.runs if run.id == run_id).name = name


def test_what_a_schedule_made_is_called_by_what_it_will_do() -> None:
    from flows.prefect.scheduled_names import name_scheduled

    digests = uuid4()
    by_hand = due(SWEEPS, 30)
    sweep, digest = due(SWEEPS, 15), due(digests, 0, "Europe/Amsterdam")
    sweep.auto_scheduled = True
    opening = due(OPENINGS, 0, "never read")
    server: Any = Plans([sweep, digest, by_hand, opening])
    flows = {OPENINGS: "open-annual-cycle", SWEEPS: "enforce-deadlines", digests: "send-digest"}

    for _ in range(2):
        asyncio.run(name_scheduled(server, flows))
    asyncio.run(name_scheduled(server, {OPENINGS: "open-annual-cycle"}))

    assert server.named == [
        "enforce deadlines · 2022-12-01 08:15 UTC",
        "send digest · Europe/Amsterdam",
    ]
    assert server.questions == 2
    assert by_hand.name not in server.named


def test_the_runner_names_them_soon_after_its_start_and_each_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from flows import runner

    looks: list[int] = []
    here: Any = runner.Runner(Server([]))  # type: ignore[arg-type] # a server of ours for Prefect's client

    async def learn() -> None:
        here._flows = {SWEEPS: runner.FLOWS["enforce-deadlines"]}

    async def name(_client: object, flows: dict[UUID, str]) -> None:
        assert flows == {SWEEPS: "enforce-deadlines"}
        looks.append(here._looks)

    monkeypatch.setattr(here, "_learn", learn)
    monkeypatch.setattr(runner, "name_scheduled", name)
    for _ in range(30):
        asyncio.run(here.look())

    assert looks == [2, 14, 26]
