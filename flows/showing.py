"""
What the operator sees in Prefect: names, tags, artifacts, events, progress.

Only ids and counts; whoever sees Prefect need not see people.
"""

import json
import re
import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
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
from prefect.events import emit_event
from prefect.logging import get_run_logger

from flows.board import Board, DialogueCard, Overdue, Raised
from flows.wording import HOUSE_TAG, counted, programme_tag
from flows.working import Pulse

SWEEP_FINISHED = "weerklank.sweep.finished"
LAPSED, ESCALATED = "weerklank.duty.lapsed", "weerklank.duty.escalated"
DRAWING_TIME = 0.15
"""Seconds for the dialogues after a sweep: two hundred of them take longer than the sweep itself."""
_NO_KEY = re.compile(r"[^a-z0-9]+")


async def named(name: str, programmes: Iterable[str] = ()) -> None:
    """Give this run the *name* that says what happened, and a tag for each of *programmes*."""
    run_id = runtime.flow_run.get_id()
    if run_id is None:
        return
    get_run_logger().info(name)
    tags = {*runtime.flow_run.get_tags(), HOUSE_TAG, *map(programme_tag, programmes)}
    async with get_client() as client:
        await client.update_flow_run(UUID(run_id), name=name, tags=sorted(tags))


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


def key_of(*parts: str) -> str:
    """A stable artifact key: lower case, digits and dashes."""
    return _NO_KEY.sub("-", "-".join(parts).lower()).strip("-")


async def _dialogues(cards: Iterable[DialogueCard]) -> None:
    """Publish an artifact for each dialogue whose figures have changed; the next run draws what takes too long now."""
    until = time.monotonic() + DRAWING_TIME
    drawn = {key_of("dialogue", card.dialogue_id): _drawn(card) for card in cards}
    known = await _latest(drawn)
    for key, text in drawn.items():
        if known.get(key) != text and time.monotonic() < until:
            await acreate_markdown_artifact(text, key=key, description="Counts; ids only.")


async def _latest(keys: Iterable[str]) -> dict[str, object]:
    wanted = ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(any_=list(keys)))
    async with get_client() as client:
        found = await client.read_latest_artifacts(artifact_filter=wanted, limit=200)
    return {one.key: one.data for one in found if one.key}


def _drawn(card: DialogueCard) -> str:
    rows = [
        ("phase", card.phase),
        ("next due", stamp(card.next_due) if card.next_due else "nothing"),
        *((f"duties {status}", f"{number:,}") for status, number in sorted(card.duties.items())),
    ]
    lines = [f"| {name} | {value} |" for name, value in rows]
    return "\n".join([f"### {card.dialogue_id}", "", "| | |", "|---|---|", *lines])


async def swept(counts: Counter[str], board: Board) -> None:
    """Show what a sweep did: events first, because others may wait for them."""
    for one in board.raised:
        _emit(one)
    emit_event(
        SWEEP_FINISHED, resource={"prefect.resource.id": "weerklank.sweep"}, payload=dict(counts)
    )
    await _overdue(board)
    await _dialogues(board.cards)


async def _overdue(board: Board) -> None:
    rows = [_row(one) for one in board.overdue]
    more = "more than " if board.more_overdue else ""
    said = f"{more}{counted(len(rows), 'duty is', 'duties are')} overdue"
    table = json.dumps(rows)
    if (await _latest(["overdue"])).get("overdue") != table:
        await acreate_table_artifact(rows, key="overdue", description=said)


def _row(one: Overdue) -> dict[str, str]:
    return {
        "dialogue": one.dialogue_id,
        "duty": one.kind,
        "promised": stamp(one.first_due),
        "due": stamp(one.due),
        "days late": str(one.days_late),
    }


def stamp(moment: datetime) -> str:
    """A moment as people read it, in UTC and to the minute."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _emit(one: Raised) -> None:
    emit_event(
        ESCALATED if one.rung else LAPSED,
        resource=_resource(one.dialogue_id),
        payload={"duty": one.kind, "rung": one.rung, "due": stamp(one.due)},
    )


def _resource(dialogue_id: str) -> dict[str, str]:
    return {
        "prefect.resource.id": f"weerklank.dialogue.{dialogue_id}",
        "prefect.resource.name": dialogue_id,
    }
