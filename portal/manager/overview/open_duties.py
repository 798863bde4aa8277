"""Open duties: what is owed in a programme, most urgent first, with the page that settles each thing."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby

from notifications.views.dialogue_view import DialogueView, DutyView
from notifications.views.names import travels_sealed
from portal.manager.overview.duty_links import can_open, key_of, way_to
from portal.web.request import Visit
from records.dialogues.duty_queries import DutyRow
from records.queries import owed_duties
from states.model.dialogue import Dialogue
from states.model.duties import Duty
from states.model.people import PARTICIPANT
from states.model.vocabulary import DutyKind

SOON = timedelta(days=14)
TOGETHER = 4
"""From so many duties of one kind and one day on, those that are not late stand in one line."""
MOST_READ = 3
"""Dialogues that one page reads whole; what older ones owe is counted, and shown on their own page."""


@dataclass(frozen=True)
class Owed:
    """One duty as a page shows it, or several that differ only in whom they are for."""

    visit: Visit
    dialogue: Dialogue
    duty: Duty
    number: int = 1

    @cached_property
    def view(self) -> DutyView:
        """The duty in words."""
        return DutyView(self.dialogue, self.duty, self.visit.now, self.visit.language)

    @property
    def about(self) -> str | None:
        """Whom or what it is about; None when it stands for several."""
        return self.view.about if self.number == 1 else None

    @cached_property
    def owner(self) -> str:
        """Who owes it: you, or somebody by name."""
        role = self.dialogue.owner_role(self.duty)
        if role == self.visit.me.name:
            return self.visit._("yours")
        return DialogueView(self.dialogue, self.visit.language).held_by(role)

    @cached_property
    def way(self) -> tuple[str, str] | None:
        """The address that settles it, and the words of the link."""
        return way_to(self.visit, self.dialogue, self.duty)

    @cached_property
    def key(self) -> str:
        """How an address speaks of it."""
        return key_of(self.dialogue, self.duty)

    @property
    def late(self) -> bool:
        """Whether its first promise has passed: it stays late, also under a new date."""
        return self.duty.first_due <= self.visit.now

    @property
    def standing(self) -> bool:
        """Whether a promise stands that has not passed yet."""
        return self.duty.due > self.visit.now

    @property
    def postponable(self) -> bool:
        """Whether another date may still be named, on a page that is there."""
        there = can_open(self.visit, "/dialogues/{dialogue}/postpone")
        return there and self.number == 1 and self.view.postponements_left > 0


@dataclass(frozen=True, slots=True)
class AskedOfMany:
    """What is asked of participants: how many still owe it, and until when."""

    dialogue: Dialogue
    kind: DutyKind
    due: date
    number: int


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What a dialogue that this page does not read still owes."""

    dialogue_id: str
    number: int
    late: int
    since: datetime


@dataclass(frozen=True, slots=True)
class DutyBoard:
    """All that is owed: what is late, what comes soon, what comes later, and what others do."""

    late: list[list[Owed]]
    """Bundles of what is late in the same way; every single one is shown."""
    soon: list[Owed]
    later: list[Owed]
    asked: list[AskedOfMany]
    elsewhere: list[Elsewhere]
    read: list[Dialogue]
    """The dialogues that were read whole."""

    @property
    def number_late(self) -> int:
        """How much is late, in whatever year."""
        return sum(len(bundle) for bundle in self.late) + sum(one.late for one in self.elsewhere)

    @property
    def empty(self) -> bool:
        """Whether nothing is owed to anybody."""
        return not (self.late or self.soon or self.later or self.elsewhere)


def board_of(visit: Visit) -> DutyBoard:
    """All that is owed in the programme of whoever asks, in a fixed number of queries."""
    now = visit.now
    rows = owed_duties(visit.site.house.engine, visit.me.programme.id)
    read = {name: visit.dialogue(name) for name in _to_read(rows, now)}
    rows = [row for row in _as_known(rows, read) if not _is_untold(row, read)]
    ours = [
        Owed(visit, read[row.dialogue_id], row.duty)
        for row in rows
        if row.dialogue_id in read and row.duty.owner != PARTICIPANT
    ]
    late = sorted((one for one in ours if one.late), key=lambda one: one.standing)
    coming = sorted((one for one in ours if not one.late), key=lambda one: one.duty.due)
    joined = list(_join(coming))
    return DutyBoard(
        list(_bundles(late)),
        [one for one in joined if one.duty.due <= now + SOON],
        [one for one in joined if one.duty.due > now + SOON],
        list(_asked_of_participants(rows, read)),
        list(_elsewhere(rows, set(read), now)),
        list(read.values()),
    )


def _as_known(rows: Iterable[DutyRow], read: dict[str, Dialogue]) -> Iterator[DutyRow]:
    """The rows as whoever asks may know them: what was done under seal today changes nothing before tomorrow."""
    for row in rows:
        dialogue = read.get(row.dialogue_id)
        if dialogue is None:
            yield row
        elif (known := dialogue.duties.get(row.duty.name)) and known.owed:
            yield row._replace(duty=known)
    there = {(row.dialogue_id, row.duty.name) for row in rows}
    for name, dialogue in read.items():
        for duty in dialogue.duties.values():
            if duty.owed and (name, duty.name) not in there:
                yield DutyRow(0, name, duty)


def _is_untold(row: DutyRow, read: dict[str, Dialogue]) -> bool:
    dialogue = read.get(row.dialogue_id)
    return dialogue is not None and travels_sealed(dialogue, row.duty)


def _to_read(rows: Iterable[DutyRow], now: datetime) -> list[str]:
    """The dialogues that matter most now: the latest edition always, then those with most that is late, or owed."""
    number = Counter(row.dialogue_id for row in rows)
    late = Counter(row.dialogue_id for row in rows if row.duty.first_due <= now)
    newest = max(number, default=None)
    others = sorted(set(number) - {newest}, key=lambda name: (-late[name], -number[name], name))
    return [name for name in (newest, *others) if name is not None][:MOST_READ]


def _bundles(late: Iterable[Owed]) -> Iterator[list[Owed]]:
    """What is late, most urgent first; what is late in the same way and is much of it, together."""

    def same(one: Owed) -> tuple[bool, datetime, str, str]:
        return one.standing, one.duty.first_due, one.dialogue.id, one.duty.kind

    for _, group in groupby(sorted(late, key=same), key=same):
        alike = list(group)
        yield from [alike] if len(alike) >= TOGETHER else [[one] for one in alike]


def _join(coming: Iterable[Owed]) -> Iterator[Owed]:
    def same(one: Owed) -> tuple[datetime, str, str, str]:
        return one.duty.due, one.dialogue.id, one.duty.kind, one.duty.owner

    for _, group in groupby(sorted(coming, key=same), key=same):
        alike = list(group)
        if len(alike) < TOGETHER:
            yield from alike
        else:
            yield Owed(alike[0].visit, alike[0].dialogue, alike[0].duty, len(alike))


def _asked_of_participants(
    rows: Iterable[DutyRow], read: dict[str, Dialogue]
) -> Iterator[AskedOfMany]:
    asked = Counter(
        (row.dialogue_id, row.duty.kind, row.duty.due)
        for row in rows
        if row.duty.owner == PARTICIPANT and row.dialogue_id in read
    )
    for (name, kind, due), number in sorted(asked.items(), key=lambda item: item[0][2]):
        yield AskedOfMany(read[name], kind, read[name].calendar.due_day(due), number)


def _elsewhere(rows: Iterable[DutyRow], read: set[str], now: datetime) -> Iterator[Elsewhere]:
    others: dict[str, list[Duty]] = {}
    for row in rows:
        if row.dialogue_id not in read and row.duty.owner != PARTICIPANT:
            others.setdefault(row.dialogue_id, []).append(row.duty)
    for name, duties in others.items():
        late = [duty for duty in duties if duty.first_due <= now]
        yield Elsewhere(name, len(duties), len(late), min(duty.first_due for duty in duties))
