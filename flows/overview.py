"""Operator's overview: what is late and whose turn it is, what comes, what was sent, in ids, roles and counts."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from records import aging_report, queries
from records.aging_report import MailLately, NextOpenings, OwedGroup, RungTold
from records.queries import OutboxCounts
from services.house import House
from states.model.calendar import calendar_of
from states.model.duties import Duty
from states.model.people import PARTICIPANT
from states.model.programme import Programme
from states.model.vocabulary import DutyKind
from states.timing.lapse import Setting, recipients

WEEK = timedelta(days=7)
MOST_LISTED = 50
"""Groups of duties that are told one by one; of the others only the number."""
_OPENINGS = 5
_NO_MAIL = MailLately(0, None, Counter(), whole=True)
_NOTHING_WAITS, _NONE_OPENS = OutboxCounts(0, None, 0, 0), NextOpenings([], 0)


@dataclass(frozen=True, slots=True)
class LateKind:
    """All that is late of one *kind*: how many, and the *days* since the first promise of the oldest was missed."""

    kind: DutyKind
    number: int
    days: int
    whole: bool = True
    """False: more was late than was counted, so that it is this many at least."""


@dataclass(frozen=True, slots=True)
class ToldOn:
    """Which *roles* (`participant`: whoever waits) were told on one local *day*."""

    day: date
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LateGroup:
    """What one role owes of one kind in one dialogue, and is late."""

    dialogue_id: str
    kind: DutyKind
    owner: str
    number: int
    since: date
    """The local day that was promised first."""
    days: int
    told: tuple[ToldOn, ...] = ()
    next_at: datetime | None = None
    """When time acts next, in the zone of the programme; None: never by itself."""
    next_to: tuple[str, ...] = ()
    """Whom that tells."""


@dataclass(frozen=True, slots=True)
class ComingGroup:
    """What one role owes of one kind in one dialogue by one *day*, in time."""

    dialogue_id: str
    kind: DutyKind
    owner: str
    number: int
    day: date


@dataclass(frozen=True, slots=True)
class HouseOverview:
    """The whole house at one moment."""

    at: datetime
    late: tuple[LateKind, ...] = ()
    """The longest promised first."""
    late_groups: tuple[LateGroup, ...] = ()
    more_late: int = 0
    """Groups that are not listed."""
    coming: tuple[ComingGroup, ...] = ()
    more_coming: int = 0
    coming_whole: bool = True
    """False: more comes than was counted."""
    mail: MailLately = _NO_MAIL
    outbox: OutboxCounts = _NOTHING_WAITS
    openings: NextOpenings = _NONE_OPENS
    swept_at: datetime | None = None

    @property
    def turns(self) -> tuple[str, ...]:
        """The roles whose turn it is, those of the longest promised first."""
        return tuple(dict.fromkeys(one.owner for one in self.late_groups))

    @property
    def late_programmes(self) -> tuple[str, ...]:
        """The programmes of what is listed as late."""
        return tuple(dict.fromkeys(programme_id_of(one.dialogue_id) for one in self.late_groups))


def programme_id_of(dialogue_id: str) -> str:
    """The programme of a dialogue, by its id."""
    return dialogue_id.rpartition("-")[0]


def overview_of(house: House, now: datetime) -> HouseOverview:
    """The overview of *house* at *now* (aware UTC). Raises what the database says."""
    engine = house.engine
    late = aging_report.late_groups(engine, now)
    coming = aging_report.coming_groups(engine, now + WEEK)
    listed = late[:MOST_LISTED]
    sweep = queries.last_sweep(engine, now)
    settings = _settings(house, {one.dialogue_id for one in [*listed, *_oldest(late)]})
    return HouseOverview(
        at=now,
        late=tuple(_kinds(late, settings, now)),
        late_groups=tuple(_late(house, listed, settings, now)),
        more_late=len(late) - len(listed),
        coming=tuple(map(_coming, coming[:MOST_LISTED])),
        more_coming=max(0, len(coming) - MOST_LISTED),
        coming_whole=_is_whole(coming),
        mail=aging_report.mail_lately(engine, now - WEEK),
        outbox=queries.waiting(engine),
        openings=aging_report.next_openings(engine, _OPENINGS),
        swept_at=sweep.began_at if sweep else None,
    )


def _is_whole(groups: Iterable[OwedGroup]) -> bool:
    """Whether *groups* are all that there are."""
    return sum(one.number for one in groups) <= aging_report.MOST


def _oldest(late: Iterable[OwedGroup]) -> list[OwedGroup]:
    """Of each kind the group of the longest promised; *late* has that order."""
    found: dict[DutyKind, OwedGroup] = {}
    for one in late:
        found.setdefault(one.kind, one)
    return list(found.values())


def _settings(house: House, dialogue_ids: Collection[str]) -> dict[str, Setting]:
    found = aging_report.programmes_behind(house.engine, dialogue_ids)
    return {name: _setting(house, name, programme) for name, programme in found.items()}


def _setting(house: House, dialogue_id: str, programme: Programme) -> Setting:
    policy = house.policies(programme.policy)
    return Setting(dialogue_id, policy, calendar_of(programme, policy), programme.roles)


def _kinds(
    late: list[OwedGroup], settings: Mapping[str, Setting], now: datetime
) -> Iterable[LateKind]:
    numbers = Counter[DutyKind]()
    for one in late:
        numbers[one.kind] += one.number
    for one in _oldest(late):
        days = _days_late(one, settings[one.dialogue_id], now)
        yield LateKind(one.kind, numbers[one.kind], days, _is_whole(late))


def _since(one: OwedGroup, setting: Setting) -> date:
    return one.day or setting.calendar.due_day(one.due)


def _days_late(one: OwedGroup, setting: Setting, now: datetime) -> int:
    return (setting.calendar.day_of(now) - _since(one, setting)).days


def _late(
    house: House, listed: list[OwedGroup], settings: Mapping[str, Setting], now: datetime
) -> Iterable[LateGroup]:
    ids = {one.dialogue_id for one in listed}
    told = _days_told(aging_report.rungs_told(house.engine, ids), settings)
    coming = {
        (row.dialogue_id, row.duty.kind, row.duty.owner): row.duty
        for row in aging_report.next_to_act(house.engine, ids)
    }
    for one in listed:
        setting, key = settings[one.dialogue_id], (one.dialogue_id, one.kind)
        at, to = _next(coming.get((*key, one.owner)), setting)
        since, days = _since(one, setting), _days_late(one, setting, now)
        yield LateGroup(*key, one.owner, one.number, since, days, tuple(told.get(key, ())), at, to)


def _days_told(
    rungs: Iterable[RungTold], settings: Mapping[str, Setting]
) -> dict[tuple[str, DutyKind], list[ToldOn]]:
    def day_of(one: RungTold) -> date:
        return settings[one.dialogue_id].calendar.day_of(one.at)

    found: dict[tuple[str, DutyKind], list[ToldOn]] = {}
    in_order = sorted(rungs, key=lambda one: (one.dialogue_id, one.kind, day_of(one)))
    for key, same in groupby(in_order, key=lambda one: (one.dialogue_id, one.kind, day_of(one))):
        roles = sorted({one.role for one in same}, key=lambda role: (role == PARTICIPANT, role))
        found.setdefault(key[:2], []).append(ToldOn(key[2], tuple(roles)))
    return found


def _next(duty: Duty | None, setting: Setting) -> tuple[datetime | None, tuple[str, ...]]:
    """When time acts next on *duty*, and the roles that hear it."""
    if duty is None or duty.next_at is None:
        return None, ()
    rung = setting.rung(duty, duty.rung)
    heard = recipients(duty, rung.to, setting.roles) if rung else []
    return duty.next_at.astimezone(setting.calendar.zone), tuple(role for _, role in heard)


def _coming(one: OwedGroup) -> ComingGroup:
    day = one.day or (one.due - timedelta(microseconds=1)).date()
    return ComingGroup(one.dialogue_id, one.kind, one.owner, one.number, day)
