"""Operator's board: the state of the house in plain figures, read after the work is done."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from config.logs import logger
from records import queries
from records.dialogues.duty_queries import DutyRow
from records.queries import Late
from records.sweep.sweep import SweepReport
from services.house import House
from states.model.duties import OWED

MOST_DIALOGUES = 199  # that are drawn after one sweep: Prefect answers 200 artifacts at once, and one is the table
MOST_OVERDUE = (
    100  # rows in the table of what is overdue: nobody reads more, and each run compares them
)


@dataclass(frozen=True, slots=True)
class DialogueCard:
    """One dialogue in figures."""

    dialogue_id: str
    phase: str
    duties: dict[str, int]
    """How many duties have each status."""
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class Overdue:
    """One duty that lapsed and is still owed; whom it is for is left out."""

    dialogue_id: str
    kind: str
    due: datetime
    first_due: datetime
    days_late: int


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that is shown after a sweep."""

    cards: tuple[DialogueCard, ...] = ()
    overdue: tuple[Overdue, ...] = ()
    more_overdue: bool = False
    """Whether there is more than the table holds."""
    raised: tuple[Late, ...] = ()
    """The lapses, which have no rung, and the escalations."""
    programmes: frozenset[str] = frozenset()
    """Whose dialogues the sweep touched."""


def board_of(house: House, report: SweepReport, now: datetime) -> Board:
    """The state of *house* after the sweep at *now* that told *report*; an empty one when it cannot be read."""
    try:
        return _draw(house, report, now)
    except Exception as error:  # noqa: BLE001 - the sweep is done and stays done
        logger("flows").warning("board-not-read", error=error)
        return Board()


def _draw(house: House, report: SweepReport, now: datetime) -> Board:
    touched = list(report.dialogues)[:MOST_DIALOGUES]
    late = queries.overdue_duties(house.engine, now, limit=MOST_OVERDUE + 1)
    return Board(
        cards=tuple(_cards(house, _choose(house, touched))),
        overdue=tuple(_overdue_duties(row, now) for row in late[:MOST_OVERDUE]),
        more_overdue=len(late) > MOST_OVERDUE,
        raised=(*_lapses(house, report, touched), *_escalations(house, report, touched, now)),
        programmes=frozenset(dialogue_id.rpartition("-")[0] for dialogue_id in touched),
    )


def _choose(house: House, touched: list[str]) -> list[str]:
    """What is drawn: what the sweep touched, then the others, the latest editions first."""
    others = reversed(house.ledger.dialogue_ids())
    return list(dict.fromkeys([*touched, *others]))[:MOST_DIALOGUES]


def _cards(house: House, dialogue_ids: list[str]) -> Iterable[DialogueCard]:
    rows = queries.tally(house.engine, dialogue_ids)
    found = {name: list(some) for name, some in groupby(rows, key=lambda row: row.dialogue_id)}
    for dialogue_id in dialogue_ids:
        mine = found[dialogue_id]
        dues = [row.first_due for row in mine if row.first_due and row.status in OWED]
        yield DialogueCard(
            dialogue_id=dialogue_id,
            phase=mine[0].phase.value,
            duties={row.status.value: row.duties for row in mine if row.status},
            next_due=min(dues, default=None),
        )


def _overdue_duties(row: DutyRow, now: datetime) -> Overdue:
    duty = row.duty
    late = (now - duty.first_due).days
    return Overdue(row.dialogue_id, duty.kind, duty.due, duty.first_due, late)


def _lapses(house: House, report: SweepReport, touched: list[str]) -> Iterator[Late]:
    """The lapses of each dialogue; time acts in order, so its newest lapses are those of the sweep."""
    left = {name: report.dialogues[name].lapses for name in touched}
    some = [name for name, lapses in left.items() if lapses]
    for one in queries.lapsed_in(house.engine, some):
        if left[one.dialogue_id]:
            left[one.dialogue_id] -= 1
            yield one


def _escalations(
    house: House, report: SweepReport, touched: list[str], now: datetime
) -> list[Late]:
    """One for each rung that was reached, however many people heard of it."""
    some = [name for name in touched if report.dialogues[name].escalations]
    return queries.escalated_in(house.engine, some, now)
