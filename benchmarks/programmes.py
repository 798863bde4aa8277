"""Programmes benchmark: announcing, a quiet round and a year's openings by runs, beside two deployments for each."""

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, sleep
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, event, text, update

from benchmarks.field import programme as in_amsterdam
from benchmarks.figures import Figure, Skipped, median
from benchmarks.prefect_share import pointed_at
from config.clock import utc_now
from config.settings import load_settings
from flows.machine.processes import Child, start, stop
from flows.machine.server import ServerAddress, answers, environment
from flows.once.temporary_server import brief_server
from records import migrate
from records.engine.database import writing
from records.schema.core import PROGRAMMES
from services.house import House, open_house
from states.model.programme import Programme

BEFORE = 200
"""Programmes of the former way: it takes seconds for each hundred."""
QUIET = 5
"""Quiet rounds, of which the middle one is told."""
SAMPLE = 50
"""Programmes whose tag is asked for."""
TITLE = "open annual cycle"
BY_SWEEP = 100
"""Editions that a sweep opens, for comparison."""
BY_RUNS = 1_000
"""Editions that the runs of two workers open at most: each takes a part of a second."""
PATIENCE = 900.0
"""Seconds for that; what was not opened by then is said."""
ZONES = ("Europe/Amsterdam", "Asia/Dhaka", "America/New_York", "Europe/Istanbul")
GOAL = 1000.0  # ms
_COMES_UP = 180.0  # seconds


@dataclass
class BenchSite:
    """Records and a Prefect server, both on one *kind* of database."""

    kind: str
    house: House
    server: ServerAddress
    words: dict[str, str]
    size: Callable[[], float]
    """MB that Prefect's database takes."""
    figures: list[Figure] = field(default_factory=list)

    def tell(
        self,
        what: str,
        unit: str,
        ours: float,
        raw: float | None = None,
        *,
        goal: str = "",
        reached: bool | None = None,
    ) -> None:
        """Note one figure."""
        what = f"{what}, {self.kind}"
        self.figures.append(Figure("programmes", what, unit, ours, raw, goal, reached))


def run(n: int = 60) -> list[Figure]:
    """Announce *n* programmes, and open an edition of each by the runs of two workers; on both databases."""
    found: list[Figure] = []
    for place in (_on_sqlite, _on_postgresql):
        with place() as opened:
            asyncio.run(_measure(opened, n))
            found += opened.figures
    return found


@contextmanager
def _on_sqlite() -> Iterator[BenchSite]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "prefect" / "prefect.db"

        def size() -> float:
            return sum(one.stat().st_size for one in file.parent.glob("prefect.db*")) / 1e6

        with _place("SQLite", f"sqlite:///{folder / 'records.sqlite'}", folder, {}, size) as opened:
            yield opened


@contextmanager
def _on_postgresql() -> Iterator[BenchSite]:
    from tests.postgres import server  # noqa: PLC0415 - only where there is one

    with server() as running, tempfile.TemporaryDirectory() as name:
        records, engine = running.create("records"), running.create("prefect")
        migrate.upgrade(records)

        def size() -> float:
            with opened.house.engine.connect() as connection:
                return (
                    float(connection.scalar(text("SELECT pg_database_size('prefect')")) or 0) / 1e6
                )

        extra = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": engine.replace("+psycopg", "+asyncpg")}
        with _place("PostgreSQL", records, Path(name), extra, size) as opened:
            yield opened


@contextmanager
def _place(
    kind: str, url: str, folder: Path, extra: dict[str, str], size: Callable[[], float]
) -> Iterator[BenchSite]:
    words = {"WEERKLANK_DATABASE_URL": url, "WEERKLANK_CHANNEL": "none"}
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, words))
        brief = stack.enter_context(brief_server(folder, extra))
        house = stack.enter_context(open_house(load_settings()))
        until = perf_counter() + _COMES_UP
        while not answers(brief.place.api):
            if brief.child.ended or perf_counter() > until:
                raise Skipped(f"no Prefect server came up: {brief.child.last_words()}")
            sleep(0.2)
        stack.enter_context(pointed_at(brief.place))
        yield BenchSite(kind, house, brief.place, environment(brief.place) | words, size)


async def _measure(place: BenchSite, n: int) -> None:
    from prefect.client.orchestration import get_client  # noqa: PLC0415 - whoever measures it, pays for it

    from flows.prefect.schedules import deploy  # noqa: PLC0415
    from flows.runner import FLOWS  # noqa: PLC0415

    programmes = [_programme(number) for number in range(n)]
    async with get_client() as client:
        await deploy(client, FLOWS)
        before = await _former_way(client, programmes[:BEFORE])
        await _remove_former(place, client)
        _found_programmes(place, programmes)
        await _announce(place, n, before)
        await _quiet(place, n, before)
        await _by_tag(place, client, programmes)
        await _year(place, client, programmes)


def _programme(number: int) -> Programme:
    """One of a year: every day another hundredth of them opens, in four zones."""
    day, month = number % 28 + 1, number // 28 % 12 + 1
    schedule = f"{number % 60} {8 + number % 9} {day} {month} *"
    changes = {"schedule": schedule, "time_zone": ZONES[number % len(ZONES)]}
    return in_amsterdam(number).model_copy(update=changes)


@dataclass(frozen=True)
class _Before:
    """Seconds that the former way took for each programme: to make, and to read in a quiet round."""

    making: float
    reading: float
    programmes: int


async def _former_way(client: Any, programmes: list[Programme]) -> _Before:  # noqa: ANN401 - a client of Prefect
    from benchmarks.programmes_before import deploy_each, read_each  # noqa: PLC0415

    flows = {flow.name: flow.id for flow in await client.read_flows()}
    number = len(programmes)
    making = await deploy_each(client, flows, programmes) / number
    reading = median([await read_each(client, programmes) / number for _ in range(3)])
    return _Before(making, reading, number)


async def _remove_former(place: BenchSite, client: Any) -> None:  # noqa: ANN401 - a client of Prefect
    from flows.prefect.former_deployments import remove_former  # noqa: PLC0415
    from flows.prefect.schedules import deployments  # noqa: PLC0415

    begun, there = perf_counter(), await _deployments(client)
    while await _deployments(client) > 4:  # what there is, however many programmes there are
        await remove_former(client, await deployments(client))
    each = (perf_counter() - begun) / max(1, there - 4)
    place.tell("a deployment of the former way, removed", "ms", 1000 * each)


async def _deployments(client: Any) -> int:  # noqa: ANN401 - a client of Prefect
    answer = await client.request("POST", "/deployments/count", json={})
    return int(answer.json())


def _found_programmes(place: BenchSite, programmes: list[Programme]) -> None:
    begun, now = perf_counter(), utc_now()
    for programme in programmes:
        place.house.ledger.apply_programme(programme, now)
    each = (perf_counter() - begun) / len(programmes)
    place.tell(f"{len(programmes):,} programmes founded, each", "ms", 1000 * each)


async def _announce(place: BenchSite, n: int, before: _Before) -> None:
    begun, size = perf_counter(), place.size()
    rounds = await _announce_rest(place)
    each = (perf_counter() - begun) / n
    beside = f"beside {before.programmes:,} of the former way"
    place.tell(f"{n:,} openings announced, each, {beside}", "ms", 1000 * each, 1000 * before.making)
    place.tell(f"{n:,} openings announced: rounds", "rounds", rounds)
    place.tell(f"Prefect's database for {n:,} runs to come", "MB", place.size() - size)


def _missing(house: House) -> int:
    with house.engine.connect() as connection:
        chosen = "SELECT count(*) FROM programmes WHERE announced_in IS NULL"
        return int(connection.scalar(text(chosen)) or 0)


async def _quiet(place: BenchSite, n: int, before: _Before) -> None:
    from flows.prefect.schedules import keep_schedules  # noqa: PLC0415

    with _counting() as counts:
        spent = []
        for _ in range(QUIET):
            begun = perf_counter()
            await keep_schedules()
            spent.append(1000 * (perf_counter() - begun))
    ours, former = median(spent), 1000 * before.reading * n
    what = f"a quiet round of {n:,}"
    beside = f"beside the former way, reckoned from {before.programmes:,}"
    place.tell(f"{what}, {beside}", "ms", ours, former, goal="< 1 s", reached=ours < GOAL)
    queries = counts["queries"] / QUIET
    place.tell(f"{what}: questions to the records", "", queries, goal="1", reached=queries == 1)
    place.tell(f"{what}: requests to Prefect", "", counts["requests"] / QUIET)


@contextmanager
def _counting() -> Iterator[Counter[str]]:
    """Count what is asked of programmes in the records, and every request to Prefect."""
    from prefect.client.base import PrefectHttpxAsyncClient as Client  # noqa: PLC0415

    counts: Counter[str] = Counter()

    def count_question(*given: Any) -> None:  # noqa: ANN401 - what an event of SQLAlchemy brings
        counts["queries"] += "programmes" in given[2]

    send: Any = Client.send

    async def count(self: Any, *given: Any, **named: Any) -> Any:  # noqa: ANN401 - any request
        counts["requests"] += 1
        return await send(self, *given, **named)

    event.listen(Engine, "before_cursor_execute", count_question)
    try:
        with patch.object(Client, "send", count):
            yield counts
    finally:
        event.remove(Engine, "before_cursor_execute", count_question)


async def _by_tag(place: BenchSite, client: Any, programmes: list[Programme]) -> None:  # noqa: ANN401
    """Ask Prefect for the runs of some programmes by their tag, as its pages do, and for the number of all."""
    some = programmes[:: max(1, len(programmes) // SAMPLE)]
    begun = perf_counter()
    seen = [len(await _find_tagged(client, one.id)) for one in some]
    each = 1000 * (perf_counter() - begun) / len(some)
    n = len(programmes)
    known = await _runs(client, "SCHEDULED")
    goal: dict[str, Any] = {"goal": "one for each", "reached": set(seen) == {1} and known == n}
    place.tell(f"next openings in sight of {n:,} programmes", "runs", known, **goal)
    place.tell(f"the next opening of one of {n:,} found by its tag", "ms", each)
    begun = perf_counter()
    await client.request(
        "POST", "/flow_runs/paginate", json={"limit": 50, "sort": "START_TIME_DESC"}
    )
    page = 1000 * (perf_counter() - begun)
    place.tell(f"a page of 50 runs of {n:,}, as Prefect's own page asks", "ms", page)


async def _find_tagged(client: Any, name: str) -> list[Any]:  # noqa: ANN401
    wanted = {
        "tags": {"all_": [f"programme:{name}"]},
        "state": {"type": {"any_": ["SCHEDULED"]}},
        "name": {"like_": TITLE},  # of the former way the scheduler may just have made one more
    }
    answer = await client.request("POST", "/flow_runs/filter", json={"flow_runs": wanted})
    return list(answer.json())


async def _runs(client: Any, state: str, name: str = TITLE) -> int:  # noqa: ANN401
    """How many runs of openings are in *state*, and called *name*."""
    wanted = {"state": {"type": {"any_": [state]}}, "name": {"like_": name}}
    answer = await client.request("POST", "/flow_runs/count", json={"flow_runs": wanted})
    return int(answer.json())


async def _year(place: BenchSite, client: Any, programmes: list[Programme]) -> None:  # noqa: ANN401
    """A year passes: a sweep opens some editions, and the runs of two workers many."""
    n, some = len(programmes), programmes[:: max(4, len(programmes) // BY_SWEEP)]
    await _pause_rounds(client)
    by_sweep = _open_by_sweep(place.house, some)
    known = {one.id for one in some}
    others = [one for one in programmes if one.id not in known][:: -(-n // BY_RUNS)]
    _let_pass(place.house, others)
    begun = perf_counter()
    await _announce_rest(place)
    each = 1000 * (perf_counter() - begun) / (len(some) + len(others))
    place.tell(f"an opening moved, among {n:,}", "ms", each)
    done, rate = await _open_by_runs(place, client, len(others))
    what = f"{len(others):,} openings of {n:,} by the runs of two workers"
    opened = len(place.house.ledger.dialogue_ids()) - len(some)
    place.tell(what, "opened", done, goal="all", reached=done == opened == len(others))
    place.tell(f"{what}, beside a sweep", "openings/s", rate, by_sweep)
    await _announce_rest(place)
    standing = await _runs(client, "SCHEDULED")
    goal: dict[str, Any] = {"goal": "one for each", "reached": standing == n}
    place.tell(f"after it, next openings in sight of {n:,}", "runs", standing, **goal)
    place.tell(f"Prefect's database after it, {n:,}", "MB", place.size())


def _open_by_sweep(house: House, some: list[Programme]) -> float:
    """How many editions of *some* a sweep opens in a second."""
    _let_pass(house, some)
    begun = perf_counter()
    opened = house.open_due_editions(utc_now())
    assert len(opened) == len(some)
    return len(opened) / (perf_counter() - begun)


async def _open_by_runs(place: BenchSite, client: Any, wanted: int) -> tuple[int, float]:  # noqa: ANN401
    """How many of *wanted* two workers opened in time, and how many in a second."""
    with tempfile.TemporaryDirectory() as folder, _workers(place, Path(folder)):
        begun, done, spent = perf_counter(), 0, 0.0
        while done < wanted and spent < PATIENCE:
            await asyncio.sleep(1)
            done = await _runs(client, "COMPLETED", " opened")
            spent = perf_counter() - begun
    return done, done / spent


async def _pause_rounds(client: Any) -> None:  # noqa: ANN401
    """A round would open what waits for the runs."""
    for one in await client.read_deployments():
        if one.schedules:
            await client.pause_deployment(one.id)


def _let_pass(house: House, some: list[Programme]) -> None:
    """Let a year pass for *some*, until now: a run that waited for long would be marked late, which is work too."""
    now = utc_now()
    with writing(house.engine) as connection:
        for one in some:
            mine = update(PROGRAMMES).where(PROGRAMMES.c.id == one.id)
            connection.execute(mine.values(opens_at=now, announced_in=None))


async def _announce_rest(place: BenchSite) -> int:
    """Announce all that is missing; the number of rounds."""
    from flows.prefect.schedules import keep_schedules  # noqa: PLC0415

    rounds = 0
    while _missing(place.house):
        await keep_schedules()
        rounds += 1
    return rounds


@contextmanager
def _workers(place: BenchSite, folder: Path) -> Iterator[list[Child]]:
    """Two runners, as they run beside each other."""
    started: list[Child] = []
    try:
        for name in ("first", "second"):
            ready, log = str(folder / f"{name}.ready"), folder / f"{name}.log"
            started.append(start("Flow runner", "flows.runner", [ready], place.words, log))
        yield started
    finally:
        stop(started)
