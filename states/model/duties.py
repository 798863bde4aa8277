"""Duties: who owes what to whom by when, and the table of their kinds (rules 12)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from states.model.people import PARTICIPANT, Role
from states.model.vocabulary import DutyKind, Template
from states.values.values import Value


class DutyStatus(StrEnum):
    """
    Where a duty stands; *lapsed* stays until it is met, which is then *met-late*.

    *no-answer* is the silence of somebody who was asked in time, *not-reached* the failure of whoever had to ask them.
    """

    OPEN = "open"
    MET = "met"
    LAPSED = "lapsed"
    MET_LATE = "met-late"
    WITHDRAWN = "withdrawn"
    NO_ANSWER = "no-answer"
    NOT_REACHED = "not-reached"


OWED = frozenset({DutyStatus.OPEN, DutyStatus.LAPSED})
"""The statuses of a duty that somebody still owes."""


@dataclass(frozen=True, slots=True)
class DutyRule:
    """One row of the law: the *owner*, the *ladder* and whether the duty is a debt to somebody who waits."""

    name: DutyKind
    owner: str
    ladder: str
    debt: bool = False
    """Debts outlive cancelling and closing, keep their first promise and are carried to next year."""
    follows_session: bool = True
    """Its due moment is computed from the session date and moves with it while it is no debt."""
    fixed: bool = False
    """A law outside this house sets its date: it cannot be postponed."""


KINDS: dict[DutyKind, DutyRule] = {
    kind.name: kind
    for kind in (
        DutyRule(DutyKind.APPROVE_ANALYSIS, Role.MANAGER, "standard"),
        DutyRule(DutyKind.INVITE_STAKEHOLDER, Role.MANAGER, "standard"),
        DutyRule(DutyKind.PASS_ON, Role.MODERATOR, "standard", follows_session=False),
        DutyRule(DutyKind.ANSWER_INVITATION, PARTICIPANT, "participant"),
        DutyRule(DutyKind.SHARE_EXPECTATION, PARTICIPANT, "participant"),
        DutyRule(DutyKind.ECHO_EXPECTATIONS, Role.MANAGER, "standard"),
        DutyRule(DutyKind.PUBLISH_SUMMARY, Role.MODERATOR, "standard"),
        DutyRule(DutyKind.CHECK_SUMMARY, PARTICIPANT, "participant", follows_session=False),
        DutyRule(DutyKind.DECIDE_CONTRIBUTION, Role.MANAGER, "standard"),
        DutyRule(DutyKind.SIGN_STRATEGY, Role.SPONSOR, "standard"),
        DutyRule(DutyKind.ANSWER_PARTICIPANT, Role.MANAGER, "feedback", debt=True),
        DutyRule(DutyKind.GIVE_VERDICT, PARTICIPANT, "participant", follows_session=False),
        DutyRule(
            DutyKind.ANSWER_DISPUTE, Role.MANAGER, "feedback", debt=True, follows_session=False
        ),
        DutyRule(DutyKind.CLOSE_DIALOGUE, Role.MANAGER, "standard"),
        DutyRule(
            DutyKind.REPORT_PROGRESS, Role.MANAGER, "standard", debt=True, follows_session=False
        ),
        DutyRule(
            DutyKind.SETTLE_ERASURE,
            Role.MANAGER,
            "standard",
            debt=True,
            follows_session=False,
            fixed=True,
        ),
    )
}


class Reckoning(Value):
    """How a due moment was computed, so that it can be explained in any language."""

    rule: str
    """`S-18w`, `+10wd`, or `promised` for a date that a person named."""
    start: date | None = None
    end: date
    """The due day; the duty is due when it ends, 24:00 local time."""
    holidays: tuple[tuple[date, str], ...] = ()
    """Public holidays that were skipped in counting working days."""


class Postponement(Value):
    """A moved promise: both dates and the reason are kept for ever."""

    at: datetime
    was: datetime
    to: datetime
    reason: str
    late: bool


class Duty(Value):
    """One duty; *due* and *first_due* are promised instants (aware UTC) and never recomputed by time."""

    name: str
    kind: DutyKind
    whom: str | None = None
    """The stakeholder, pseudonym, contribution or commitment it is about; None: once per dialogue."""
    round: int = 1
    owner: str
    due: datetime
    first_due: datetime
    day: date | None = None
    """The promised local day that ends at *due*, kept beside it: another time zone later makes no other day of it."""
    first_day: date | None = None
    """The local day of *first_due*."""
    status: DutyStatus = DutyStatus.OPEN
    opened_at: datetime
    ended_at: datetime | None = None
    lapsed_at: datetime | None = None
    """When it lapsed first; a lapse stays in the record for ever."""
    version: int = 1
    lapsed_version: int = 0
    """The version whose due moment has passed; lower than *version* while a promise still stands."""
    waiting: str | None = None
    """The voice that waits for it and hears when it is late."""
    asked: Template | None = None
    """The template whose arrival sets its clock; None: it runs from its opening."""
    covers: tuple[Template, ...] = ()
    """The templates that wait to be passed on by hand, of a duty to do so."""
    rung: int = 0
    """Index in the ladder of the next rung to consider."""
    next_at: datetime | None = None
    """When time acts next on this duty: the next rung or the lapse; None: never again."""
    reckoning: Reckoning
    postponements: tuple[Postponement, ...] = ()

    @property
    def owed(self) -> bool:
        """Whether somebody still owes it."""
        return self.status in OWED

    @property
    def met_at(self) -> datetime | None:
        """When it was met, None while it was not."""
        return self.ended_at if self.status in {DutyStatus.MET, DutyStatus.MET_LATE} else None

    @property
    def ladder(self) -> str:
        """The name of its ladder in the policy."""
        return KINDS[self.kind].ladder

    @property
    def _unreached(self) -> bool:
        """Whether it is somebody's whom nothing reached in time: that is never their lateness."""
        return self.owner == PARTICIPANT and self.status in {DutyStatus.NOT_REACHED, DutyStatus.MET}

    def late_days(self, now: datetime, zone: ZoneInfo) -> int:
        """Calendar days in *zone* from the first promised due day to the end, or to *now*; 0 when in time."""
        if self.status is DutyStatus.NO_ANSWER or self._unreached:
            return 0
        until = self.ended_at or now
        promised = self.first_day or _day_ending(self.first_due, zone)
        return max(0, (until.astimezone(zone).date() - promised).days)


def _day_ending(instant: datetime, zone: ZoneInfo) -> date:
    return (instant - timedelta(microseconds=1)).astimezone(zone).date()


def duty_name(kind: DutyKind, whom: str | None = None, round_: int = 1) -> str:
    """The name by which people call a duty: `answer-participant/union-bd`, `answer-dispute/c6#2`."""
    name = f"{kind}/{whom}" if whom else f"{kind}"
    return name if round_ == 1 else f"{name}#{round_}"


def kind_of(name: str) -> DutyKind | None:
    """The kind of the duty that people call *name*; None when no duty is called so."""
    return _KIND_OF.get(name.partition("#")[0].partition("/")[0])


def whom_of(name: str) -> str | None:
    """Whom or what the duty that people call *name* is about; None for one that is owed once per dialogue."""
    return name.partition("#")[0].partition("/")[2] or None


_KIND_OF: dict[str, DutyKind] = {kind.value: kind for kind in DutyKind}
