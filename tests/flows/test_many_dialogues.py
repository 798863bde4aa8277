"""More dialogues than Prefect is shown after one sweep: all are counted, what is drawn and told has its limit."""

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from benchmarks.copies import dialogue_again
from config.settings import Settings
from flows.board import Board, DialogueCard, Overdue, board_of
from flows.overview import HouseOverview
from services.house import open_house
from tests.flows.prefect_watch import DUE, seen_by
from tests.flows.test_rounds import EDITION, run

if TYPE_CHECKING:
    from prefect.events.filters import EventFilter
    from prefect.events.schemas.events import Event

MANY, DRAWN = 230, 199
LAPSES, REMINDERS = 4 * MANY, 8 * MANY
"""What the case holds at its due moment, as often as it is there."""


@pytest.fixture
def crowd(house: Settings) -> Settings:
    """The case in so many editions."""
    with closing(sqlite3.connect(str(house.sqlite_file))) as connection, connection:
        for number in range(1, MANY):
            dialogue_again(connection, EDITION, "kledingmerk", 2022 + number)
    return house


def test_no_more_dialogues_are_drawn_than_prefect_answers_at_once(crowd: Settings) -> None:
    with open_house(crowd) as house:
        report = house.sweep(DUE)
        board = board_of(house, report, DUE)

    touched = list(report.dialogues)
    assert (len(touched), report.lapses) == (MANY, LAPSES)
    assert [card.dialogue_id for card in board.cards] == touched[:DRAWN]
    assert {one.dialogue_id for one in board.raised} == set(touched[:DRAWN])
    assert len(board.raised) == 4 * DRAWN
    assert (len(board.overdue), board.more_overdue) == (100, True)


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect")
def test_the_name_of_a_run_counts_all_and_its_events_have_a_limit(crowd: Settings) -> None:
    from flows.rounds import enforce_deadlines

    swept = run(enforce_deadlines, DUE)
    finished, events = asyncio.run(_told(swept.id))

    done = f"enforce deadlines · {REMINDERS:,} reminders · {LAPSES} lapses"
    assert swept.name == f"{done} · {LAPSES} answers late, oldest 1 day"
    assert events == 400
    assert finished.payload["events"] == 400
    assert finished.payload["lapses"] == LAPSES


async def _told(run_id: object) -> "tuple[Event, int]":
    """The last event of a run, once the server shows it, and of how many duties it tells then."""
    from prefect.client.orchestration import get_client

    from flows.event_table import SWEEP_FINISHED

    async with get_client() as client:

        async def last() -> "Event | None":
            page = await client.read_events(filter=_of(run_id, SWEEP_FINISHED), limit=1)
            return next(iter(page.events), None)

        finished = await seen_by(last)
        page = await client.read_events(filter=_of(run_id, "weerklank.duty."), limit=1)
        return finished, page.total


def _of(run_id: object, name: str) -> "EventFilter":
    from prefect.events.filters import EventFilter, EventNameFilter, EventRelatedFilter

    related = EventRelatedFilter(id=[f"prefect.flow-run.{run_id}"])
    return EventFilter(event=EventNameFilter(prefix=[name]), related=related)


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect")
@pytest.mark.parametrize(
    ("seconds", "drawn"), [(0.0, [1, 3, 5, 5]), (600.0, [5, 5])], ids=["no time", "time enough"]
)
def test_what_takes_too_long_to_draw_is_drawn_after_the_next_sweeps(
    house: Settings, monkeypatch: pytest.MonkeyPatch, seconds: float, drawn: list[int]
) -> None:
    from flows import rounds
    from flows.prefect import artifacts
    from flows.prefect.run_names import key_of

    names = [f"drawn-{seconds:.0f}-{number}" for number in range(5)]
    keys = [key_of("dialogue", name) for name in names]
    cards = tuple(DialogueCard(name, "feedback", {}, None) for name in names)
    late = Overdue(
        names[0], "answer-participant", "manager", DUE, DUE, 0
    )  # so the table is new, and drawn first
    board = Board(cards, overdue=(late,), overview=HouseOverview(DUE))
    monkeypatch.setattr(rounds, "board_of", lambda *_: board)
    monkeypatch.setattr(artifacts, "DRAWING_TIME", seconds)

    def after_a_sweep() -> int:
        run(rounds.enforce_deadlines, DUE)
        return len(asyncio.run(artifacts._latest(keys)))

    assert [after_a_sweep() for _ in drawn] == drawn
