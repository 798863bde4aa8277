"""A schedule that is taken is read alike by whoever opens editions and by Prefect, and one bad zone stops no other."""

import asyncio
from datetime import datetime, timedelta
from importlib import import_module
from itertools import islice
from typing import Any

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from states.language.errors import BadInput
from states.timing.schedule import require_schedule
from tests.states.builders import utc

BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
START = utc("2022-01-01 00:00")
MOMENTS = 10


def part(low: int, high: int) -> st.SearchStrategy[str]:
    """One item of a field, plain or odd."""
    number = st.integers(low, high)
    pair = st.tuples(number, number).map(lambda two: f"{two[0]}-{two[1]}")
    step = st.integers(1, high).map(lambda one: f"*/{one}")
    stepped = st.tuples(pair, number).map(lambda two: f"{two[0]}/{two[1]}")
    return st.one_of(number.map(str), number.map(str), pair, step, stepped, st.just("*"))


def field(low: int, high: int) -> st.SearchStrategy[str]:
    """One field of a cron line."""
    several = st.lists(part(low, high), min_size=1, max_size=3).map(",".join)
    odd = st.sampled_from(["L", "LW", "1#2", "mon", "jan", "?", "15W", "R", "H"])
    return st.one_of(st.just("*"), st.just("*"), st.integers(low, high).map(str), several, odd)


LINES = st.tuples(*(field(*bounds) for bounds in BOUNDS)).map(" ".join)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None)
@given(line=LINES, minutes=st.integers(0, 5_000_000))
def test_both_readers_read_the_same_moments_in_what_is_taken(line: str, minutes: int) -> None:
    # The reader inside Prefect, which shows no other door.
    croniter: Any = import_module("prefect._vendor.croniter").croniter
    start = datetime(2022, 1, 1) + timedelta(minutes=minutes)  # noqa: DTZ001 - both read local time
    try:
        require_schedule(line, "UTC", utc(f"{start:%Y-%m-%d %H:%M}"))
    except BadInput:
        return
    ours = list(islice(CronSim(line, start), MOMENTS))
    theirs = croniter(line, start)
    assert [theirs.get_next(datetime) for _ in range(MOMENTS)] == ours


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "Asia/Dhaka", "America/New_York"])
@pytest.mark.parametrize("line", ["0 9 1 12 *", "15 8 * 1-3,9 1-5", "30 0 1 */3 *", "0 9 29 2 *"])
def test_prefect_runs_at_the_very_instants_at_which_editions_open(line: str, zone: str) -> None:
    from prefect.server.schemas.schedules import CronSchedule

    from states.timing.schedule import next_opening

    require_schedule(line, zone, START)
    moment, ours = START, []
    for _ in range(MOMENTS):
        moment = next_opening(line, zone, moment)
        ours.append(moment)
    theirs = asyncio.run(CronSchedule(cron=line, timezone=zone).get_dates(MOMENTS, START))
    assert [one.timestamp() for one in theirs] == [one.timestamp() for one in ours]


def test_a_zone_that_prefect_refuses_stops_no_other_one() -> None:
    from flows.prefect.digest_schedules import keep_zones

    client: Any = Client()

    asyncio.run(keep_zones(client, client, ["Nowhere/Land", "Europe/Amsterdam"]))

    assert client.made == ["Europe/Amsterdam"]


class Client:
    """A client, and the deployment that it would mend, which has no schedule yet."""

    id = "send-digest"
    schedules: tuple[Any, ...] = ()

    def __init__(self) -> None:
        self.made: list[str] = []

    async def create_deployment_schedules(self, _deployment: str, wishes: list[Any]) -> None:
        """Note the zone of each."""
        self.made += [one.schedule.timezone for one in wishes]
