"""
Prefect artifacts: what the operator sees there, with names, tags and progress.

Only ids and counts; whoever sees Prefect need not see people.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from functools import partial
from typing import NamedTuple
from uuid import UUID

from prefect import runtime
from prefect.artifacts import (
    acreate_markdown_artifact,
    acreate_progress_artifact,
    acreate_table_artifact,
    aupdate_progress_artifact,
)
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactCollectionFilter, ArtifactCollectionFilterKey
from prefect.logging import get_run_logger

from flows.board import MOST_DIALOGUES, Board, DialogueCard, Overdue
from flows.prefect.run_names import DOT, HOUSE_TAG, key_of, programme_tag
from flows.prefect.status_page.duty_words import late_words
from flows.prefect.status_page.overview_page import NOTHING_LATE, short_day, stamp
from flows.worker_thread import Pulse
from states.model.duties import DutyStatus

DRAWING_TIME = 0.05
"""Seconds for the dialogues after a sweep: two hundred of them take longer than the sweep itself."""
DRAWN_AT_ONCE = 2
"""So many of them are drawn whatever it takes."""


async def name_run(
    name: str, programmes: Iterable[str] = (), more_tags: Iterable[str] = ()
) -> None:
    """Give this run the *name* that says what is and what happened, *more_tags*, and one for each of *programmes*."""
    run_id = runtime.flow_run.get_id()
    if run_id is None:
        return
    get_run_logger().info(name)
    tags = {*runtime.flow_run.get_tags(), HOUSE_TAG, *more_tags, *map(programme_tag, programmes)}
    async with get_client() as client:
        await client.update_flow_run(UUID(run_id), name=name, tags=sorted(tags))


async def title_run(title: str) -> None:
    """Call this run *title* while it is under way; one that was named from its birth says more already."""
    born = runtime.flow_run.get_name() or ""
    if not born.removeprefix(title + DOT).isdigit():  # the year of an edition
        await name_run(title)


class Watcher:
    """Looks at a run that takes long: shows its progress, and tells the work when it is cancelled."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._artifact: UUID | None = None

    async def __call__(self, pulse: Pulse) -> None:
        """Look once."""
        run_id = runtime.flow_run.get_id()
        if run_id is None:
            return
        async with get_client() as client:
            run = await client.read_flow_run(UUID(run_id))
        if run.state and run.state.is_cancelling():
            pulse.stop()
        await self.progress(pulse.done, pulse.whole)

    async def progress(self, done: int, whole: int) -> None:
        """Show that *done* of *whole* are dealt with."""
        percent = min(100.0, 100.0 * done / whole) if whole else 0.0
        said = f"{self._what}: {done:,} of {whole:,}" if whole else f"{self._what}: {done:,}"
        if self._artifact is None:
            self._artifact = await acreate_progress_artifact(
                percent, key=key_of("progress", self._what), description=said
            )
        else:
            await aupdate_progress_artifact(self._artifact, percent, description=said)


class Picture(NamedTuple):
    """One artifact: its key, what Prefect will keep of it, and how it is published."""

    key: str
    data: str
    description: str
    publish: Callable[[], Awaitable[object]]


async def pictures(board: Board) -> None:
    """
    Publish the table of what is overdue and an artifact for each dialogue, those that are other ones than before.

    The next run draws what takes too long now; of what could not be read nothing is drawn.
    """
    if board.overview is None:
        return
    until = time.monotonic() + DRAWING_TIME
    today = board.overview.at.date()
    drawn = [_table(board), *(_card(one, today) for one in board.cards)]
    known = await _latest(one.key for one in drawn)
    changed = [one for one in drawn if known.get(one.key) != (one.data, one.description)]
    for first in range(0, len(changed), DRAWN_AT_ONCE):
        await asyncio.gather(*(one.publish() for one in changed[first : first + DRAWN_AT_ONCE]))
        if time.monotonic() >= until:
            return


def _card(card: DialogueCard, today: date) -> Picture:
    key, text, said = key_of("dialogue", card.dialogue_id), _draw(card), card_words(card, today)
    publish = partial(acreate_markdown_artifact, text, key=key, description=said)
    return Picture(key, text, said, publish)


def card_words(card: DialogueCard, today: date) -> str:
    """Where a dialogue stands, in a line: `feedback · 4 late · next due 20 Sep`."""
    late = card.duties.get(DutyStatus.LAPSED, 0)
    due = card.next_day or (card.next_due and card.next_due.date())
    said = [
        card.phase.replace("_", " "),
        f"{late:,} late" if late else "",
        f"next due {short_day(due, today)}" if due else "",
    ]
    return DOT.join(filter(None, said))


def _table(board: Board) -> Picture:
    rows = [_row(one) for one in board.overdue]
    late = board.overview.late if board.overview else ()
    said = DOT.join(late_words(late)) or NOTHING_LATE
    if board.more_overdue:
        said += f"{DOT}the oldest {len(rows)} are listed"
    publish = partial(acreate_table_artifact, rows, key="overdue", description=said)
    return Picture("overdue", json.dumps(rows), said, publish)


async def _latest(keys: Iterable[str]) -> dict[str, tuple[object, str | None]]:
    wanted = ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(any_=list(keys)))
    async with get_client() as client:
        found = await client.read_latest_artifacts(artifact_filter=wanted, limit=MOST_DIALOGUES + 1)
    return {one.key: (one.data, one.description) for one in found if one.key}


def _draw(card: DialogueCard) -> str:
    rows = [
        ("phase", card.phase),
        ("next due", stamp(card.next_due) if card.next_due else "nothing"),
        *((f"duties {status}", f"{number:,}") for status, number in sorted(card.duties.items())),
    ]
    lines = [f"| {name} | {value} |" for name, value in rows]
    return "\n".join([f"### {card.dialogue_id}", "", "| | |", "|---|---|", *lines])


def _row(one: Overdue) -> dict[str, str]:
    return {
        "dialogue": one.dialogue_id,
        "duty": one.kind,
        "whose turn": one.owner,
        "promised": stamp(one.first_due),
        "due": stamp(one.due),
        "days late": str(one.days_late),
    }
