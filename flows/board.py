"""Operator's board: the state of the house in plain figures, read after the work is done."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, islice
from zoneinfo import ZoneInfo

from config.logs import logger
from flows.overview import HouseOverview, overview_of, programme_id_of
from records import aging_report, queries
from records.dialogues.duty_queries import DutyRow
from records.queries import Late
from records.run_history import Tally
from records.sweep.sweep import SweepReport
from services.house import House
from states.model.duties import DutyStatus

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
    """When the first of what is open is due, as far as that tells of no arrival."""
    next_day: date | None = None
    """The local day that ends then."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """One duty that lapsed and is still owed; whom it is for is left out."""

    dialogue_id: str
    kind: str
    owner: str
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
    programmes: tuple[str, ...] = ()
    """Whose dialogues the sweep touched, then those in which something is late."""
    overview: HouseOverview | None = None
    """None: the records could not be read, and nothing is known of what is late."""


def board_of(house: House, report: SweepReport, now: datetime) -> Board:
    """The state of *house* after the sweep at *now* that told *report*; an empty one when it cannot be read."""
    try:
        return _draw(house, report, now)
    except Exception as error:  # noqa: BLE001 - the sweep is done and stays done
        logger("flows").warning("board-not-read", error=error)
        return Board()


def _draw(house: House, report: SweepReport, now: datetime) -> Board:
    told = (name for name, tally in report.dialogues.items() if _is_told(tally))
    touched = list(islice(told, MOST_DIALOGUES))
    overview = overview_of(house, now)
    late = aging_report.late_duties(house.engine, now, MOST_OVERDUE + 1)
    programmes = [*map(programme_id_of, touched), *overview.late_programmes]
    return Board(
        cards=tuple(_cards(house, _choose(house, touched, overview))),
        overdue=tuple(_overdue_duties(house, late[:MOST_OVERDUE], now)),
        more_overdue=len(late) > MOST_OVERDUE,
        raised=(*_lapses(house, report, touched), *_escalations(house, report, touched, now)),
        programmes=tuple(dict.fromkeys(programmes))[:MOST_DIALOGUES],
        overview=overview,
    )


def _is_told(tally: Tally) -> bool:
    """Whether time did anything that is told."""
    told = tally.public_part()
    return bool(told.duties or told.failed)


def _choose(house: House, touched: list[str], overview: HouseOverview) -> list[str]:
    """What is drawn: what the sweep touched, what is late, then the others, the latest editions first."""
    late = (one.dialogue_id for one in overview.late_groups)
    others = queries.newest_dialogues(house.engine, MOST_DIALOGUES)
    return list(dict.fromkeys([*touched, *late, *others]))[:MOST_DIALOGUES]


def _cards(house: House, dialogue_ids: list[str]) -> Iterable[DialogueCard]:
    rows = queries.tally(house.engine, dialogue_ids)
    found = {name: list(some) for name, some in groupby(rows, key=lambda row: row.dialogue_id)}
    for dialogue_id in dialogue_ids:
        mine = found[dialogue_id]
        coming = next((row for row in mine if row.status is DutyStatus.OPEN), None)
        yield DialogueCard(
            dialogue_id=dialogue_id,
            phase=mine[0].phase.value,
            duties={row.status.value: row.duties for row in mine if row.status},
            next_due=coming.first_due if coming else None,
            next_day=coming.first_day if coming else None,
        )


def _overdue_duties(house: House, late: list[DutyRow], now: datetime) -> Iterator[Overdue]:
    programmes = aging_report.programmes_behind(house.engine, {row.dialogue_id for row in late})
    for dialogue_id, duty in ((row.dialogue_id, row.duty) for row in late):
        days = duty.late_days(now, ZoneInfo(programmes[dialogue_id].time_zone))
        yield Overdue(dialogue_id, duty.kind, duty.owner, duty.due, duty.first_due, days)


def _lapses(house: House, report: SweepReport, touched: list[str]) -> Iterator[Late]:
    """The lapses of each dialogue; time acts in order, so its newest lapses are those of the sweep."""
    left = {name: report.dialogues[name].public_part().lapses for name in touched}
    some = [name for name, lapses in left.items() if lapses]
    for one in queries.lapsed_in(house.engine, some):
        if left[one.dialogue_id]:
            left[one.dialogue_id] -= 1
            yield one


def _escalations(
    house: House, report: SweepReport, touched: list[str], now: datetime
) -> list[Late]:
    """One for each rung that was reached, however many people heard of it."""
    some = [name for name in touched if report.dialogues[name].public_part().escalations]
    return queries.escalated_in(house.engine, some, now)
