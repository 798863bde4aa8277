"""Lead time: whether a session leaves the days that its duties take, and the first day on which all fit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from states.language.errors import Refused
from states.model.dialogue import Dialogue
from states.model.duties import KINDS
from states.model.policy import span
from states.model.vocabulary import DutyKind
from states.timing.lapse import Setting


@dataclass(frozen=True, slots=True)
class UnfitDay:
    """A *kind* of duty whose regular *day* is over before it could open."""

    kind: DutyKind
    day: date

    def __str__(self) -> str:
        """As the command line says it: `approve-analysis (2022-02-10)`."""
        return f"{self.kind} ({self.day.isoformat()})"


def unfit(
    dialogue: Dialogue, now: datetime, kinds: Iterable[DutyKind] = tuple(KINDS)
) -> list[UnfitDay]:
    """The *kinds* of duties whose regular due day lies before the day of *now* (aware UTC), the earliest first."""
    today = dialogue.calendar.day_of(now)
    rules = {kind: dialogue.policy.due[kind] for kind in kinds}
    found = [
        UnfitDay(kind, dialogue.calendar.reckon(rule, dialogue.session_day).end)
        for kind, rule in rules.items()
        if rule.startswith("S")
    ]
    return sorted((one for one in found if one.day < today), key=lambda one: (one.day, one.kind))


def kinds_that_move(dialogue: Dialogue) -> set[DutyKind]:
    """The kinds of duties that are owed and hang on the day of the session."""
    owed = (duty.kind for duty in dialogue.duties.values() if duty.owed)
    return {kind for kind in owed if KINDS[kind].follows_session}


def earliest_session(
    dialogue: Dialogue, now: datetime, kinds: Iterable[DutyKind] = tuple(KINDS)
) -> date:
    """The first working day for a session that leaves each duty of *kinds* the policy's days to answer."""
    calendar = dialogue.calendar
    setting = Setting(dialogue.id, dialogue.policy, calendar, dialogue.programme.roles)
    first = setting.days_to_answer(calendar.day_of(now)).end
    day = first
    for rule in (dialogue.policy.due[kind] for kind in kinds):
        if rule.startswith("S-"):
            number, unit = span(rule)
            weeks = timedelta(weeks=-number if unit == "w" else 0)
            day = max(day, first + weeks if unit == "w" else calendar.shift(first, -number))
    return calendar.next_working(day)


@dataclass(frozen=True, slots=True)
class Near:
    """A session so near that the *days* are over already; the *earliest* is the first at which all fit."""

    days: list[UnfitDay]
    earliest: date


def near_of(
    dialogue: Dialogue, now: datetime, kinds: Iterable[DutyKind] = tuple(KINDS)
) -> Near | None:
    """Which days of *kinds* of duties do not fit the session of *dialogue*; None when all do."""
    asked = tuple(kinds)
    days = unfit(dialogue, now, asked)
    return Near(days, earliest_session(dialogue, now, asked)) if days else None


def require_room(
    dialogue: Dialogue, now: datetime, kinds: Iterable[DutyKind] = tuple(KINDS)
) -> None:
    """Raise Refused('session-too-near') with the days that do not fit, and the earliest sensible session."""
    if near := near_of(dialogue, now, kinds):
        raise Refused(
            "session-too-near",
            session=dialogue.session_day.isoformat(),
            days=near.days,
            earliest=near.earliest.isoformat(),
        )
