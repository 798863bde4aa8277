"""
Equivalence classes of duties: what time does to one duty, it does to all that stand as that one does.

A pattern is no second law. It is what `pass_time` makes of a stand-in for such a duty, with the names left open; the
tests hold it against `pass_time` itself for every ladder, rung, status and audience.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

from states.model.duties import Duty, DutyStatus
from states.model.people import ROLES, Person, Role
from states.model.vocabulary import DutyKind, Template
from states.timing.lapse import person_key
from states.values.promised_days import Reckoning

NAME, WHOM, WAITING = "\ue000name", "\ue000whom", "\ue000waiting"
"""What stands for the name of a duty, for whom it is and for who waits; no id that people choose has such a letter."""
LAPSED_BEFORE = datetime(1, 1, 1, tzinfo=UTC)
"""What stands for the moment of an earlier lapse."""
_UNASKED = Reckoning(rule="promised", end=date(1, 1, 1))


class Standing(NamedTuple):
    """All that time looks at in a duty, names and earlier moments left out: duties that stand alike fare alike."""

    kind: DutyKind
    owner: str
    due: datetime
    status: DutyStatus
    version: int
    lapsed_version: int
    rung: int
    for_somebody: bool
    awaited: bool
    lapsed_before: bool
    kept: bool = False
    day: date | None = None
    asked: Template | None = None
    arrived: date | None = None
    """The local day on which what asks it arrived."""


def standing(duty: Duty, arrived: date | None = None) -> Standing:
    """How *duty* stands, whose asking message *arrived* on that day."""
    return Standing(
        duty.kind, duty.owner, duty.due, duty.status, duty.version, duty.lapsed_version, duty.rung,
        duty.whom is not None, duty.waiting is not None, duty.lapsed_at is not None,
        duty.kept, duty.day, duty.asked, arrived,
    )  # fmt: skip


class Names(NamedTuple):
    """What a pattern leaves open."""

    name: str
    whom: str | None
    waiting: str | None
    lapsed_at: datetime | None


OPEN = Names(NAME, WHOM, WAITING, LAPSED_BEFORE)


def duty_of(stands: Standing, names: Names) -> Duty:
    """A duty that *stands* so and has these *names*, as far as time looks at it."""
    return Duty(
        name=names.name, kind=stands.kind, owner=stands.owner, due=stands.due,
        whom=names.whom if stands.for_somebody else None,
        waiting=names.waiting if stands.awaited else None,
        lapsed_at=names.lapsed_at if stands.lapsed_before else None,
        status=stands.status, version=stands.version, lapsed_version=stands.lapsed_version,
        rung=stands.rung, first_due=stands.due, opened_at=stands.due, reckoning=_UNASKED,
        day=stands.day, first_day=stands.day, asked=stands.asked, kept=stands.kept,
    )  # fmt: skip


Seating = tuple[tuple[Role, int], ...]


def seating(roles: Mapping[Role, Person]) -> Seating:
    """
    Which roles are held, and which of them by one person: all that a pattern knows of who they are.

    Programmes with the same policy, calendar and seating share their patterns.
    """
    held = [role for role in Role if role in roles]
    keys = [person_key(role, roles) for role in held]
    return tuple((role, keys.index(key)) for role, key in zip(held, keys, strict=True))


def taken_names(roles: Mapping[Role, Person]) -> frozenset[str]:
    """Names by which the law knows a role or its holder; a duty for somebody so called has no pattern."""
    return ROLES | {person_key(role, roles) for role in roles}
