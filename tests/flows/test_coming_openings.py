"""Openings to come are scheduled runs, one for each programme and edition, made once and moved with the programme."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from config.clock import utc_now
from config.settings import Settings, load_settings
from services.house import House, open_house
from tests.flows.prefect_watch import tagged
from tests.records.conftest import a_programme

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun, State
    from prefect.client.schemas.responses import DeploymentResponse

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect")]

YEARLY, ELSEWHEN = "0 9 1 12 *", "0 9 1 2 *"
OPENINGS, DIGESTS = "open-annual-cycle/every-programme", "send-digest/every-programme"


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Records without a programme, in the environment from which a round takes them."""
    monkeypatch.setenv("WEERKLANK_DATABASE_URL", f"sqlite:///{tmp_path / 'weerklank.sqlite'}")
    monkeypatch.setenv("WEERKLANK_CHANNEL", "none")
    return load_settings()


@pytest.fixture
def house(records: Settings) -> Iterator[House]:
    with open_house(records) as opened:
        yield opened


def found(house: House, name: str, schedule: str = YEARLY, zone: str = "Europe/Amsterdam") -> None:
    """Found or change a programme now."""
    house.ledger.apply_programme(a_programme(name, schedule=schedule, time_zone=zone), utc_now())


def in_prefect(story: Callable[["PrefectClient"], Awaitable[Any]]) -> Any:  # noqa: ANN401 - what the story gives
    """Live *story* with a client, after the flows were deployed."""

    async def live() -> Any:  # noqa: ANN401
        from prefect.client.orchestration import get_client

        from flows.prefect.schedules import deploy
        from flows.runner import FLOWS

        async with get_client() as client:
            await deploy(client, FLOWS)
            return await story(client)

    return asyncio.run(live())


async def round_of(client: "PrefectClient") -> None:
    """What every sweep lets Prefect hear."""
    from flows.prefect.schedules import keep_schedules

    await keep_schedules()


async def deployment(client: "PrefectClient", name: str) -> "DeploymentResponse":
    from flows.prefect.schedules import deployments

    return (await deployments(client))[name]


def test_the_next_edition_is_one_run_with_its_name_from_birth(house: House) -> None:
    found(house, "thee")
    row = house.ledger.programme("thee")

    async def story(client: "PrefectClient") -> list["FlowRun"]:
        await round_of(client)
        await round_of(client)
        return await tagged(client, "thee")

    (run,) = in_prefect(story)
    assert run.name == f"open annual cycle · thee · {row.opens_at.year + 1}"
    assert run.expected_start_time == row.opens_at
    assert run.parameters == {"programme": "thee"}
    assert set(run.tags) == {"weerklank", "programme:thee"}


def test_a_quiet_round_makes_and_moves_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.prefect import coming_openings

    found(house, "rust")
    asked: list[str] = []

    async def story(client: "PrefectClient") -> None:
        await round_of(client)
        await round_of(client)  # takes back what other records left in this Prefect
        for name in ("create_runs", "set_states", "every_run"):
            monkeypatch.setattr(coming_openings, name, lambda *_, **__: asked.append("something"))
        await round_of(client)

    in_prefect(story)
    assert asked == []


def test_a_moved_programme_has_its_run_moved_and_moved_back(house: House) -> None:
    found(house, "beurs")
    moments = []

    async def story(client: "PrefectClient") -> None:
        for schedule in (YEARLY, ELSEWHEN, YEARLY):
            found(house, "beurs", schedule)
            await round_of(client)
            (run,) = await tagged(client, "beurs")
            moments.append((run.expected_start_time, run.next_scheduled_start_time))
            assert run.expected_start_time == house.ledger.programme("beurs").opens_at

    in_prefect(story)
    assert moments[0] == moments[2] != moments[1]
    assert all(expected == planned for expected, planned in moments)


def test_a_paused_programme_has_no_run_until_it_goes_on(house: House) -> None:
    from records.dialogues.programmes import pause, resume

    for name in ("stil", "beide"):
        found(house, name)
    told: list[int] = []

    async def story(client: "PrefectClient") -> None:
        async def look() -> None:
            await round_of(client)
            told.append(len(await tagged(client, "stil")))

        await look()
        pause(house.engine, "stil", "operator", "reorganisation", utc_now())
        await look()
        await look()
        resume(house.engine, "stil", utc_now())
        await look()
        assert len(await tagged(client, "beide")) == 1

    in_prefect(story)
    assert told == [1, 0, 0, 1]


def test_what_somebody_asked_for_by_hand_stays(house: House) -> None:
    from prefect.states import Scheduled

    from records.dialogues.programmes import pause, resume

    found(house, "hand")

    async def story(client: "PrefectClient") -> set[str]:
        one = await deployment(client, OPENINGS)
        await round_of(client)
        later: State[Any] = Scheduled(scheduled_time=utc_now() + timedelta(days=3))
        await client.create_flow_run_from_deployment(
            one.id,
            parameters={"programme": "hand"},
            tags=["programme:hand"],
            state=later,
            name="mine",
        )
        pause(house.engine, "hand", "operator", "nobody is there", utc_now())
        await round_of(client)
        resume(house.engine, "hand", utc_now())
        found(house, "hand", ELSEWHEN)
        await round_of(client)
        return {run.name for run in await tagged(client, "hand")}

    opens = house.ledger.programme("hand")
    names = in_prefect(story)
    assert names == {
        "mine",
        f"open annual cycle · hand · {house.ledger.programme('hand').opens_at.year}",
    }
    assert house.ledger.programme("hand").opens_at != opens.opens_at


def test_all_are_made_again_in_a_prefect_that_lost_its_database(house: House) -> None:
    found(house, "kwijt")

    async def story(client: "PrefectClient") -> list["FlowRun"]:
        from flows.prefect.schedules import deploy
        from flows.runner import FLOWS

        await round_of(client)
        await client.delete_deployment((await deployment(client, OPENINGS)).id)
        await deploy(client, FLOWS)
        await round_of(client)
        return await tagged(client, "kwijt")

    assert len(in_prefect(story)) == 1


def test_runs_that_were_deleted_or_belong_to_nobody_are_mended(house: House) -> None:
    for name in ("blijft", "gaat"):
        found(house, name)

    async def story(client: "PrefectClient") -> list[int]:
        await round_of(client)
        (run,) = await tagged(client, "blijft")
        await client.delete_flow_run(run.id)
        _remove(house, "gaat")
        await round_of(client)
        await round_of(client)
        return [len(await tagged(client, name)) for name in ("blijft", "gaat")]

    assert in_prefect(story) == [1, 0]


def _remove(house: House, name: str) -> None:
    """What a copy from before its founding brings about."""
    from records.engine.database import writing
    from records.schema.core import PROGRAMMES

    with writing(house.engine) as connection:
        connection.execute(PROGRAMMES.delete().where(PROGRAMMES.c.id == name))


def test_hundreds_founded_at_once_are_announced_in_batches(house: House) -> None:
    names = [f"groep-{number:03}" for number in range(120)]
    for name in names:
        found(house, name)

    async def story(client: "PrefectClient") -> list[int]:
        await round_of(client)
        return [len(await tagged(client, name)) for name in (names[0], names[60], names[-1])]

    assert in_prefect(story) == [1, 1, 1]


def test_what_prefect_refuses_keeps_no_other_one_waiting(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.prefect import bulk_requests, coming_openings

    for name in ("goed", "fout", "beter"):
        found(house, name)
    make = bulk_requests.create_runs

    async def refuse(client: Any, deployment: Any, runs: Any) -> list[str | None]:  # noqa: ANN401
        good = [run for run in runs if "fout" not in run["name"]]
        await make(client, deployment, good)
        return ["no" if "fout" in run["name"] else None for run in runs]

    monkeypatch.setattr(coming_openings, "AT_ONCE", 1)
    monkeypatch.setattr(coming_openings, "create_runs", refuse)

    async def story(client: "PrefectClient") -> list[int]:
        await round_of(client)
        return [len(await tagged(client, name)) for name in ("goed", "fout", "beter")]

    assert in_prefect(story) == [1, 0, 1]


def test_a_run_opens_its_edition_and_announces_the_next(house: House) -> None:
    long_ago = utc_now() - timedelta(days=380)
    house.ledger.apply_programme(a_programme("open", schedule=YEARLY), long_ago)

    async def story(client: "PrefectClient") -> tuple[list["FlowRun"], list["FlowRun"]]:
        from prefect.client.schemas.objects import StateType

        from flows.runner import FLOWS, _each

        await round_of(client)
        due = await tagged(client, "open")
        await _each(FLOWS["open-annual-cycle"], due)
        await _each(
            FLOWS["open-annual-cycle"], due
        )  # another runner, which looked at the same time
        return await tagged(client, "open", StateType.COMPLETED), await tagged(client, "open")

    (done,), (ahead,) = in_prefect(story)
    (edition,) = house.ledger.dialogue_ids()
    assert done.name == f"open annual cycle · {edition} opened"
    assert ahead.expected_start_time == house.ledger.programme("open").opens_at
    assert ahead.expected_start_time > utc_now()


def test_a_demonstration_sees_its_openings_as_far_ahead_as_they_are(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.flows.prefect_watch import living_at

    then = datetime(2022, 9, 12, 7, tzinfo=UTC)
    house.ledger.apply_programme(a_programme("toen", schedule=YEARLY), then)

    with living_at(then):
        (run,) = in_prefect(_announced_one)
    ahead = run.expected_start_time - utc_now()
    assert run.name == "open annual cycle · toen · 2023"
    assert abs(ahead - (datetime(2022, 12, 1, 8, tzinfo=UTC) - then)) < timedelta(minutes=5)


async def _announced_one(client: "PrefectClient") -> list["FlowRun"]:
    await round_of(client)
    return await tagged(client, "toen")


def test_each_zone_has_its_monday_morning_and_loses_it_with_its_last_programme(
    house: House,
) -> None:
    for name, zone in (("a", "Asia/Dhaka"), ("b", "Europe/Amsterdam"), ("c", "Europe/Amsterdam")):
        found(house, name, zone=zone)

    async def story(client: "PrefectClient") -> list[list[tuple[Any, ...]]]:
        seen = []
        for zone in ("Asia/Dhaka", "Europe/Amsterdam"):
            found(house, "a", zone=zone)
            await round_of(client)
            schedules = (await deployment(client, DIGESTS)).schedules
            seen.append(sorted(map(_said, schedules)))
        return seen

    monday = "0 8 * * 1"
    amsterdam = ("Europe/Amsterdam", monday, "Europe/Amsterdam")
    assert in_prefect(story) == [[("Asia/Dhaka", monday, "Asia/Dhaka"), amsterdam], [amsterdam]]


def _said(one: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a schedule of Prefect
    return (one.parameters["zone"], one.schedule.cron, one.schedule.timezone)


def test_deployments_of_one_programme_each_are_removed_and_nothing_else(house: House) -> None:
    found(house, "oud")

    async def story(client: "PrefectClient") -> set[str]:
        from flows.prefect.schedules import deployments

        one = await deployment(client, OPENINGS)

        async def deploy_as(name: str, programme: str, tags: list[str]) -> None:
            given = {"programme": programme}
            await client.create_deployment(one.flow_id, name, parameters=given, tags=tags)

        await deploy_as("oud", "oud", ["weerklank", "programme:oud"])
        await client.create_deployment(one.flow_id, "by-hand", tags=["weerklank"])
        await deploy_as("mine", "oud", ["weerklank", "programme:oud"])
        await round_of(client)
        left = set(await deployments(client))
        await client.delete_deployment((await deployment(client, "open-annual-cycle/mine")).id)
        return left

    assert in_prefect(story) == {
        "deliver-notices/every-five-minutes",
        "enforce-deadlines/every-quarter",
        "open-annual-cycle/every-programme",
        "open-annual-cycle/mine",
        "send-digest/every-programme",
    }
