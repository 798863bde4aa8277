"""
Coming openings: one scheduled run for each programme's next edition, made once, of the one deployment that opens them.

The records know which programmes changed since their run was made, so a quiet round asks them one question. Nothing
depends on a run: every sweep opens what is due, and then the run for it is taken back.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from prefect import runtime
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterIdempotencyKey,
    FlowRunFilterName,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import State, StateType
from prefect.states import Cancelled, Scheduled, to_state_create

from config.clock import now_by, utc_now
from config.logs import logger
from flows.prefect.bulk_requests import AT_ONCE, create_runs, every_run, runs_of, set_states
from flows.prefect.run_names import DOT, programme_tag
from records.dialogues.announcements import (
    Announced,
    ComingOpening,
    announced_openings,
    coming_opening,
    forget_announced,
    mark_announced,
    standing_openings,
)
from services.house import House, open_house

TITLE = "open annual cycle"
ANNOUNCING_TIME = 10.0
"""Seconds of one round for it: thousands that are founded at once take several."""
_DONE: State[Any] = Cancelled(
    name="Skipped", message="Opened by a sweep, moved or paused: see the programme's next run."
)


def name_of(opening: ComingOpening) -> str:
    """What the run is called from its birth: `open annual cycle · kledingmerk · 2023`."""
    return DOT.join([TITLE, opening.programme_id, str(opening.edition)])


def key_of_opening(programme_id: str, opens_at: datetime) -> str:
    """By which Prefect knows a run that it has already, also one that was moved away and back again."""
    return f"{programme_id}@{opens_at:%Y-%m-%dT%H:%MZ}"


async def announce_openings(
    client: PrefectClient, deployment: UUID, before: Callable[[], Awaitable[None]]
) -> None:
    """Let the runs of *deployment* be those that the records ask for; where anything changed, *before* comes first."""
    with await asyncio.to_thread(open_house, new=False) as house:
        await Announcer(client, house, deployment).announce(before)


async def announce_next(programme_id: str) -> None:
    """Announce the opening after the one that the flow run around this has done."""
    deployment = runtime.deployment.get_id()
    if deployment is None:
        return
    async with get_client() as client:
        with await asyncio.to_thread(open_house, new=False) as house:
            await Announcer(client, house, UUID(deployment)).announce_one(programme_id)


@dataclass(frozen=True)
class Announcer:
    """Makes and takes back the runs of one *deployment*."""

    client: PrefectClient
    house: House
    deployment: UUID

    async def announce(self, before: Callable[[], Awaitable[None]]) -> None:
        """Make what is missing, as far as the time goes; *before* is awaited first if anything is."""
        until, now = time.monotonic() + ANNOUNCING_TIME, self._now()
        found, refused = await self._ask(now, 0), set[str]()
        if found.missing:
            await before()
        elif found.standing != await self._count():
            await self._mend(now)
        while (some := _others(found.missing, refused)) and time.monotonic() < until:
            refused |= await self._announce(some, search=True)
            found = await self._ask(now, len(refused))

    async def announce_one(self, programme_id: str) -> None:
        """Announce the opening of *programme_id*, of which no other run waits."""
        found = await asyncio.to_thread(
            coming_opening, self.house.engine, self.house.policies, programme_id
        )
        if found is not None:
            await self._announce([found], search=False)

    def _now(self) -> datetime:
        return now_by(self.house.settings.clock_file)

    async def _ask(self, now: datetime, refused: int) -> Announced:
        """How many stand, and a batch of what is missing beside so many *refused* ones."""
        return await asyncio.to_thread(
            announced_openings,
            self.house.engine,
            self.house.policies,
            str(self.deployment),
            now,
            refused + AT_ONCE,
        )

    async def _announce(self, openings: Sequence[ComingOpening], *, search: bool) -> set[str]:
        """Make the runs of *openings*, and *search* for those in whose place they come; what Prefect refuses."""
        if search:
            await set_states(self.client, self._old_runs(openings), _DONE)
        wanted = [one for one in openings if not one.paused]
        said = await create_runs(self.client, self.deployment, list(map(self._run, wanted)))
        await self._revive(wanted)
        refused = {one.programme_id: why for one, why in zip(wanted, said, strict=True) if why}
        made = _others(openings, refused.keys())
        await asyncio.to_thread(mark_announced, self.house.engine, str(self.deployment), made)
        for name, why in refused.items():
            logger("flows").warning("opening-refused", programme=name, error=why[:200])
        return set(refused)

    def _run(self, opening: ComingOpening) -> dict[str, Any]:
        state = to_state_create(Scheduled(scheduled_time=self._time(opening)))
        return {
            "name": name_of(opening),
            "parameters": {"programme": opening.programme_id},
            "tags": [programme_tag(opening.programme_id)],
            "idempotency_key": key_of_opening(opening.programme_id, opening.opens_at),
            "state": state.model_dump(mode="json"),
        }

    def _time(self, opening: ComingOpening) -> datetime:
        """When Prefect starts it: in a demonstration, whose clock stands elsewhere, as far ahead of the present."""
        ahead = opening.opens_at - self._now()
        return utc_now() + ahead if self.house.settings.clock_file else opening.opens_at

    def _old_runs(self, openings: Sequence[ComingOpening]) -> FlowRunFilter:
        """What waits for the programmes of *openings* and is another run; not what somebody asked for by hand."""
        tags = [programme_tag(one.programme_id) for one in openings]
        keys = [""]  # of an empty list Prefect makes a filter that lets all pass
        keys += [
            key_of_opening(one.programme_id, one.opens_at) for one in openings if not one.paused
        ]
        return self._waiting_runs(
            tags=FlowRunFilterTags(any_=tags),
            idempotency_key=FlowRunFilterIdempotencyKey(not_any_=keys),
        )

    async def _revive(self, openings: Sequence[ComingOpening]) -> None:
        """Schedule again what was taken back: its key makes no second run."""
        times = {key_of_opening(one.programme_id, one.opens_at): one for one in openings}
        keys = FlowRunFilterIdempotencyKey(any_=list(times))
        taken_back = runs_of([self.deployment], [StateType.CANCELLED], idempotency_key=keys)
        for run in await every_run(self.client, taken_back):
            state: State[Any] = Scheduled(
                scheduled_time=self._time(times[run.idempotency_key or ""])
            )
            await self.client.set_flow_run_state(run.id, state)

    async def _count(self) -> int:
        """How many of its runs are still to come."""
        return await self.client.count_flow_runs(flow_run_filter=self._to_come())

    def _to_come(self) -> FlowRunFilter:
        """Those of the clock: a run by hand has no such name."""
        later = FlowRunFilterExpectedStartTime.model_validate({"after_": utc_now()})
        return self._waiting_runs(name=FlowRunFilterName(like_=TITLE), expected_start_time=later)

    def _waiting_runs(self, **more: Any) -> FlowRunFilter:  # noqa: ANN401 - Prefect's own filters
        return runs_of([self.deployment], [StateType.SCHEDULED], **more)

    async def _mend(self, now: datetime) -> None:
        """Compare run by run: after a copy was put back, or somebody deleted or cancelled runs by hand."""
        engine, deployment = self.house.engine, str(self.deployment)
        stands = await asyncio.to_thread(standing_openings, engine, deployment)
        wanted = {key_of_opening(*one): one for one in stands.items()}
        runs = await every_run(self.client, self._to_come())
        there = {run.idempotency_key for run in runs}
        lost = [name for key, (name, at) in wanted.items() if at > now and key not in there]
        await asyncio.to_thread(forget_announced, engine, lost)
        for run in runs:
            if run.idempotency_key and run.idempotency_key not in wanted:
                await self.client.set_flow_run_state(run.id, _DONE)
        logger("flows").warning("openings-mended", lost=len(lost))


def _others(openings: Sequence[ComingOpening], names: Container[str]) -> list[ComingOpening]:
    return [one for one in openings if one.programme_id not in names]
