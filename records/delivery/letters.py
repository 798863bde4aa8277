"""Letter assembly: how waiting notices are put into letters, and which wait for another morning."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from records.dialogues.repository import Policies, programme_of
from records.engine.statements import CompiledStatement
from records.outbox.enqueue import FAILED, PENDING, SENT, digest, message_id, ready
from records.run_history import finished_by
from records.schema.core import DIALOGUES, DUTIES, LETTERS, NOTICES, PROGRAMMES, SWEEPS
from states.model.calendar import WorkCalendar, calendar_of
from states.model.people import PARTICIPANT
from states.model.policy import Policy
from states.model.programme import Programme
from states.steps.delivery.letters import DAILY, KINDS, TOGETHER, Kind, morning, reader_key

Row = Any
"""A row of the outbox."""
_SOON = timedelta(minutes=1)
_FIELDS = ("message_id", "programme_id", "reader", "kind", "day", "made_at")
_PUT = {
    "sqlite": CompiledStatement(sqlite.insert(LETTERS).inline().on_conflict_do_nothing(), _FIELDS),
    "postgresql": CompiledStatement(
        postgresql.insert(LETTERS).inline().on_conflict_do_nothing(), _FIELDS
    ),
}
_LEFT = [PENDING, SENT, FAILED]
_SORTED = sorted(DAILY)
_KINDS_A_DAY = (Kind.ALERTS.value, Kind.TASKS.value)


class _Key(NamedTuple):
    """What makes a letter of a day the only one."""

    programme_id: str
    reader: str
    kind: str
    day: str


class _Setting(NamedTuple):
    """What the letters of a programme need to know of it: *day* is the local one, which *begins* at notice time."""

    programme: Programme
    policy: Policy
    calendar: WorkCalendar
    day: str
    begins: datetime


@dataclass
class Sorted:
    """The *letters* that can go, each its name with its rows, and what was *put_off*: keys, and until when."""

    letters: list[tuple[str, list[Row]]] = field(default_factory=list)
    put_off: list[tuple[int, datetime]] = field(default_factory=list)
    made: list[dict[str, Any]] = field(default_factory=list)
    """The rows of letters that are new."""


@dataclass
class Sorter:
    """
    Puts letters together inside the transaction of *connection*, which holds what it takes.

    *now* is aware UTC; *policies* say when the morning is of a programme.
    """

    connection: Connection
    policies: Policies
    now: datetime
    newest: int | None = None
    """What was written after this one was not looked for, except for letters that go anyway."""
    _programmes: dict[str, str] = field(default_factory=dict)
    """The programme of each dialogue."""
    _settings: dict[str, _Setting] = field(default_factory=dict)
    _keys: dict[tuple[str, ...], _Key] = field(default_factory=dict)
    _swept: datetime | None = None
    """When the last sweep that finished began."""
    _due: bool = False
    """Whether time has something to do that no sweep did yet."""

    def sort(self, rows: Sequence[Row], *, whole: bool) -> Sorted:
        """Sort *rows*; not *whole*: more of the same letters may wait than these."""
        self._learn(rows)
        done = Sorted()
        ours, daily = self._split(rows, done)
        if daily:
            self._ask_time()
            groups = self._by_reader(self._complete(daily, None if whole else rows[-1]))
            self._assign(dict(self._in_time(groups, done)), done)
        self._own(ours, done)
        _PUT[self.connection.dialect.name].run(self.connection, done.made)
        done.letters.sort(key=lambda pair: (pair[1][0].next_try_at, pair[1][0].id))
        return done

    def _split(self, rows: Iterable[Row], done: Sorted) -> tuple[list[Row], list[Row]]:
        """What goes by itself and what waits for the morning; what has its letter already goes as that."""
        named = {row.message_id for row in rows if row.message_id}
        if named:
            done.letters += self._again(named)
        fresh = [row for row in rows if not row.message_id]
        ours = [row for row in fresh if row.template not in DAILY]
        return ours, [row for row in fresh if row.template in DAILY]

    def _again(self, names: set[str]) -> list[tuple[str, list[Row]]]:
        """Letters that were tried before, whole, with all that is still to be said of them."""
        chosen = ready(self.now, NOTICES).where(NOTICES.c.message_id.in_(sorted(names)))
        found: dict[str, list[Row]] = {}
        for row in self.connection.execute(
            chosen.order_by(NOTICES.c.id).with_for_update(skip_locked=True)
        ):
            found.setdefault(row.message_id, []).append(row)
        return list(found.items())

    def _learn(self, rows: Iterable[Row]) -> None:
        """Which programmes they come from, and what those say of time and roles."""
        dialogues = sorted({row.dialogue_id for row in rows})
        chosen = select(DIALOGUES.c.id, DIALOGUES.c.programme_id)
        found = self.connection.execute(chosen.where(DIALOGUES.c.id.in_(dialogues)))
        self._programmes.update((row.id, row.programme_id) for row in found)
        wanted = sorted(set(self._programmes.values()) - set(self._settings))
        chosen = select(PROGRAMMES.c.id, PROGRAMMES.c.document).where(PROGRAMMES.c.id.in_(wanted))
        for row in self.connection.execute(chosen):
            programme = programme_of(row.document)
            self._settings[row.id] = self._set(programme, self.policies(programme.policy))

    def _set(self, programme: Programme, policy: Policy) -> _Setting:
        calendar = calendar_of(programme, policy)
        day, begins = calendar.day_of(self.now), morning(calendar, policy, self.now)
        return _Setting(programme, policy, calendar, day.isoformat(), begins)

    def _ask_time(self) -> None:
        chosen = select(SWEEPS.c.began_at).where(finished_by(self.now))
        self._swept = self.connection.scalar(chosen.order_by(SWEEPS.c.began_at.desc()).limit(1))
        due = select(DUTIES.c.id).where(DUTIES.c.next_at <= self.now, DUTIES.c.error.is_(None))
        self._due = self.connection.scalar(due.limit(1)) is not None

    def _complete(self, daily: list[Row], last: Row | None) -> list[Row]:
        """*daily* with all else that waits for the same readers; *last* was looked at last, None: all was."""
        unseen = self._not_looked_at(last)
        if not unseen:
            return daily
        programmes = {self._programmes[row.dialogue_id] for row in daily}
        near = select(DIALOGUES.c.id).where(DIALOGUES.c.programme_id.in_(sorted(programmes)))
        chosen = ready(self.now, NOTICES).where(
            NOTICES.c.dialogue_id.in_(near),
            NOTICES.c.message_id.is_(None),
            NOTICES.c.template.in_(_SORTED),
            NOTICES.c.to.in_(sorted(self._names(daily))),
        )
        chosen = chosen.where(or_(*unseen))
        more = self.connection.execute(chosen.with_for_update(skip_locked=True)).all()
        self._learn(more)
        mine = {self._share(row) for row in daily}
        known = {row.id for row in daily}
        return daily + [row for row in more if row.id not in known and self._share(row) in mine]

    def _share(self, row: Row) -> _Key:
        """The same for all that may go in one letter: to a participant both kinds."""
        key = self._key(row)
        return key._replace(kind="") if row.role == PARTICIPANT else key

    def _not_looked_at(self, last: Row | None) -> list[ColumnElement[bool]]:
        """What may wait and was not looked at: what comes after *last*, the rows before being the oldest, and newer."""
        unseen = [] if self.newest is None else [NOTICES.c.id > self.newest]
        if last is not None:
            same = and_(NOTICES.c.next_try_at == last.next_try_at, NOTICES.c.id > last.id)
            unseen += [NOTICES.c.next_try_at > last.next_try_at, same]
        return unseen

    def _names(self, daily: Iterable[Row]) -> set[str]:
        """By which names the readers of *daily* are written to, in all their roles."""
        names = {row.to for row in daily}
        roles = {role.value for one in self._settings.values() for role in one.programme.roles}
        return names | roles if names & roles else names

    def _by_reader(self, rows: Iterable[Row]) -> dict[_Key, list[Row]]:
        groups: dict[_Key, list[Row]] = {}
        for row in rows:
            groups.setdefault(self._key(row), []).append(row)
        return _one_a_day_for_participants(groups)

    def _key(self, row: Row) -> _Key:
        named = (row.dialogue_id, row.to, row.role, row.template)
        if named not in self._keys:
            programme_id = self._programmes[row.dialogue_id]
            setting = self._settings[programme_id]
            reader = digest(reader_key(row, setting.programme.roles, row.dialogue_id))
            kind = KINDS.get(row.template, Kind.OWN).value
            self._keys[named] = _Key(programme_id, reader, kind, setting.day)
        return self._keys[named]

    def _in_time(
        self, groups: dict[_Key, list[Row]], done: Sorted
    ) -> Iterable[tuple[_Key, list[Row]]]:
        """The groups of which nothing more can come from the last notice time; the others are put off a little."""
        for key, rows in groups.items():
            ripe = self._not_before_morning(key, rows, done)
            last = self._settings[key.programme_id].begins
            if self.now < last:
                last = self._morning(key, days=-1)
            if self._due and (self._swept is None or self._swept < last):
                done.put_off += [(row.id, self.now + _SOON) for row in ripe]
            elif ripe:
                yield key, ripe

    def _not_before_morning(self, key: _Key, rows: list[Row], done: Sorted) -> list[Row]:
        """
        What may go now. What a deed asks of a role waits for the morning, to come in one letter with its tasks.

        A rung is never early: it is of a morning that was missed, and takes with it what else waits for this reader.
        So does what was there on the morning before: whoever delivers at night alone would put it off for ever.
        """
        begins = self._settings[key.programme_id].begins
        if self.now >= begins or rows[0].role == PARTICIPANT:
            return rows
        before = self._morning(key, days=-1)
        if any(row.rung is not None or row.at < before for row in rows):
            return rows
        done.put_off += [(row.id, begins) for row in rows]
        return []

    def _assign(self, groups: dict[_Key, list[Row]], done: Sorted) -> None:
        """Into the letter of the day; when that has gone, alerts go by themselves and tasks tomorrow."""
        gone = self._letters_out(groups)
        for key, rows in groups.items():
            if not (gone and gone & self._slots(key, rows)):
                self._put(key, f"notice-{digest(*key)}", rows, done)
            elif any(KINDS[row.template] is Kind.ALERTS for row in rows):
                self._put_own(rows, done)
            else:
                tomorrow = self._morning(key, days=1)
                done.put_off += [(row.id, tomorrow) for row in rows]

    def _morning(self, key: _Key, days: int) -> datetime:
        setting = self._settings[key.programme_id]
        return morning(setting.calendar, setting.policy, self.now, days=days)

    @staticmethod
    def _slots(key: _Key, rows: list[Row]) -> set[_Key]:
        """The letters of which one alone may go: a participant gets one a day, of either kind."""
        if rows[0].role != PARTICIPANT:
            return {key}
        return {key._replace(kind=kind) for kind in _KINDS_A_DAY}

    def _letters_out(self, groups: Iterable[_Key]) -> set[_Key]:
        """The letters of these readers that went out today, or are about to, with other notices."""
        chosen = select(*(LETTERS.c[name] for name in (*_Key._fields, "message_id"))).where(
            LETTERS.c.programme_id.in_(sorted({key.programme_id for key in groups})),
            LETTERS.c.reader.in_(sorted({key.reader for key in groups})),
            LETTERS.c.day.in_(sorted({key.day for key in groups})),
            LETTERS.c.kind.in_(_KINDS_A_DAY),
        )
        known = {row.message_id: _Key(*row[:4]) for row in self.connection.execute(chosen)}
        if not known:
            return set()
        bound = select(NOTICES.c.message_id).where(
            NOTICES.c.message_id.in_(sorted(known)), NOTICES.c.status.in_(_LEFT)
        )
        return {known[name] for name in self.connection.scalars(bound.distinct())}

    def _own(self, rows: Iterable[Row], done: Sorted) -> None:
        """What goes at once: each by itself, but of some kinds all that one reader gets at this moment."""
        groups: dict[Any, list[Row]] = {}
        for row in rows:
            alone = row.id if row.template not in TOGETHER else None
            groups.setdefault((row.dialogue_id, row.to, row.template, alone), []).append(row)
        for found in groups.values():
            self._put_own(found, done)

    def _put_own(self, rows: list[Row], done: Sorted) -> None:
        first = rows[0]
        key = self._key(first)._replace(kind=Kind.OWN.value)
        self._put(key, message_id(first.dialogue_id, first.cause, first.to), rows, done)

    def _put(self, key: _Key, name: str, rows: list[Row], done: Sorted) -> None:
        made = {"message_id": name, "made_at": self.now}
        done.made.append({**key._asdict(), **made})
        done.letters.append((name, rows))


def _one_a_day_for_participants(groups: dict[_Key, list[Row]]) -> dict[_Key, list[Row]]:
    """What a participant hears on one day is one letter, whatever kinds are in it."""
    for key in [key for key in groups if key.kind == Kind.TASKS]:
        alerts = key._replace(kind=Kind.ALERTS.value)
        if alerts in groups and groups[key][0].role == PARTICIPANT:
            groups[alerts] += groups.pop(key)
    return groups
