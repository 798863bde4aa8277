"""Duties: who owes what to whom by when, and the table of their kinds (rules 12)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from states.model.people import PARTICIPANT, Role
from states.model.vocabulary import DutyKind, Template
from states.values.promised_days import Postponement, Reckoning
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


class About(StrEnum):
    """Whom or what a duty is about: what its *whom* names."""

    DIALOGUE = "dialogue"
    """Nothing else: it is owed once."""
    SEAT = "seat"
    """Somebody who is mapped and invited, which is no secret."""
    ASKER = "asker"
    """Somebody who asks something for themselves; whether they spoke is not told."""
    VOICE = "voice"
    """A name under which somebody spoke, with all that they contributed under it."""
    POINT = "point"
    """One contribution."""
    PROMISE = "promise"
    """A commitment of the company."""


class Place(StrEnum):
    """
    Where a duty is settled: the page, beneath that of the dialogue, and after `#` which of its forms.

    The portal has an address and words for each (`WAYS`), letters lead to the page.
    """

    APPROVAL = "#approve"
    INVITATIONS = "invitations"
    CALLS = "calls"
    EXPECTATIONS = "expectations"
    SUMMARY = "summary"
    INTERIM = "interim"
    DECISIONS = "decisions"
    SIGNATURE = "strategy#sign"
    ANSWERS = "answers#write"
    RESPONSES = "answers#respond"
    CARRYING = "seals"
    PROMISES = "strategy#report"
    ERASURE = "person"
    CLOSE = "#close"
    OWN_INVITATION = "my/invitation#answer"
    OWN_EXPECTATION = "my/invitation#expectation"
    OWN_WORDS = "my/words#words"
    OWN_VERDICT = "my/words#verdict"

    @property
    def page(self) -> str:
        """The page alone; empty when it is that of the dialogue itself."""
        return self.partition("#")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRule:
    """One row of the law: all that any door knows of a kind of duty; its words stand in the catalogues."""

    name: DutyKind
    owner: str
    ladder: str
    about: About
    settled_at: Place
    debt: bool = False
    """Debts outlive cancelling and closing, keep their first promise and are carried to next year."""
    follows_session: bool = True
    """Its due moment is computed from the session date and moves with it while it is no debt."""
    fixed: bool = False
    """A law outside this house sets its date: it cannot be postponed."""
    reminder: Template | None = None
    """The message by which a participant who owes it is reminded."""
    shared: bool = False
    """Whether a manager may do it too when whoever owes it does not."""
    stand_in: Role = Role.MANAGER
    """Who owes it while nobody holds the role of its owner."""
    heard_by: tuple[Role, ...] = (Role.SPONSOR, Role.MANAGER)
    """Who hears of a rung that would reach nobody: the first of them that somebody holds."""
    dated_by: str = "promised"
    """Who named a date that was promised: a word of the table `reckoning`."""

    @property
    def asked(self) -> bool:
        """Whether a participant owes it: it was asked of them."""
        return self.owner == PARTICIPANT


_MANAGER, _STANDARD = Role.MANAGER, "standard"

KINDS: dict[DutyKind, DutyRule] = {
    kind.name: kind
    for kind in (
        DutyRule(
            name=DutyKind.APPROVE_ANALYSIS, owner=_MANAGER, ladder=_STANDARD,
            about=About.DIALOGUE, settled_at=Place.APPROVAL,
        ),
        DutyRule(
            name=DutyKind.INVITE_STAKEHOLDER, owner=_MANAGER, ladder=_STANDARD,
            about=About.SEAT, settled_at=Place.INVITATIONS,
        ),
        DutyRule(
            name=DutyKind.PASS_ON, owner=Role.MODERATOR, ladder=_STANDARD, follows_session=False,
            about=About.SEAT, settled_at=Place.CALLS, shared=True,
        ),
        DutyRule(
            name=DutyKind.ANSWER_INVITATION, owner=PARTICIPANT, ladder="participant",
            about=About.SEAT, settled_at=Place.OWN_INVITATION, reminder=Template.PLEASE_ANSWER_INVITATION,
        ),
        DutyRule(
            name=DutyKind.SHARE_EXPECTATION, owner=PARTICIPANT, ladder="participant",
            about=About.SEAT, settled_at=Place.OWN_EXPECTATION, reminder=Template.PLEASE_SHARE_EXPECTATION,
        ),
        DutyRule(
            name=DutyKind.ECHO_EXPECTATIONS, owner=_MANAGER, ladder=_STANDARD,
            about=About.DIALOGUE, settled_at=Place.EXPECTATIONS,
        ),
        DutyRule(
            name=DutyKind.PUBLISH_SUMMARY, owner=Role.MODERATOR, ladder=_STANDARD,
            about=About.DIALOGUE, settled_at=Place.SUMMARY, shared=True,
        ),
        DutyRule(
            name=DutyKind.CHECK_SUMMARY, owner=PARTICIPANT, ladder="participant", follows_session=False,
            about=About.VOICE, settled_at=Place.OWN_WORDS, reminder=Template.PLEASE_CHECK_SUMMARY,
        ),
        DutyRule(
            name=DutyKind.INTERIM_WORD, owner=_MANAGER, ladder="nudge", about=About.DIALOGUE, settled_at=Place.INTERIM
        ),
        DutyRule(
            name=DutyKind.DECIDE_CONTRIBUTION, owner=_MANAGER, ladder=_STANDARD,
            about=About.POINT, settled_at=Place.DECISIONS,
        ),
        DutyRule(
            name=DutyKind.SIGN_STRATEGY, owner=Role.SPONSOR, ladder=_STANDARD,
            about=About.DIALOGUE, settled_at=Place.SIGNATURE,
        ),
        DutyRule(
            name=DutyKind.ANSWER_PARTICIPANT, owner=_MANAGER, ladder="feedback", debt=True,
            about=About.VOICE, settled_at=Place.ANSWERS, dated_by="information",
        ),
        DutyRule(
            name=DutyKind.CARRY_ANSWER, owner=Role.MODERATOR, ladder="carrying", follows_session=False,
            about=About.VOICE, settled_at=Place.CARRYING, stand_in=Role.CONFIDANT, heard_by=(),
        ),
        DutyRule(
            name=DutyKind.GIVE_VERDICT, owner=PARTICIPANT, ladder="participant", follows_session=False,
            about=About.VOICE, settled_at=Place.OWN_VERDICT, reminder=Template.PLEASE_GIVE_VERDICT,
        ),
        DutyRule(
            name=DutyKind.ANSWER_DISPUTE, owner=_MANAGER, ladder="feedback", debt=True,
            follows_session=False, about=About.POINT, settled_at=Place.RESPONSES,
        ),
        DutyRule(
            name=DutyKind.CLOSE_DIALOGUE, owner=_MANAGER, ladder=_STANDARD,
            about=About.DIALOGUE, settled_at=Place.CLOSE,
        ),
        DutyRule(
            name=DutyKind.REPORT_PROGRESS, owner=_MANAGER, ladder=_STANDARD, debt=True,
            follows_session=False, about=About.PROMISE, settled_at=Place.PROMISES, dated_by="commitment",
        ),
        DutyRule(
            name=DutyKind.SETTLE_ERASURE, owner=_MANAGER, ladder=_STANDARD, debt=True,
            follows_session=False, fixed=True, about=About.ASKER, settled_at=Place.ERASURE, dated_by="law",
        ),
    )
}  # fmt: skip


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
    kept: bool = False
    """Whether only those who keep the seals hear that it is late: of a message by hand, once there are seals."""
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
    def climbs_as(self) -> DutyRule:
        """The rule that says who hears of it: what is kept climbs as the carrying of words under seal does."""
        return KINDS[DutyKind.CARRY_ANSWER if self.kept else self.kind]

    @property
    def ladder(self) -> str:
        """The name of its ladder in the policy."""
        return self.climbs_as.ladder

    @property
    def _unreached(self) -> bool:
        """Whether it is somebody's whom nothing reached in time: that is never their lateness."""
        return self.owner == PARTICIPANT and self.status in {DutyStatus.NOT_REACHED, DutyStatus.MET}

    def late_days(self, now: datetime, zone: ZoneInfo) -> int:
        """Calendar days in *zone* from the first promised due day to the end, or to *now*; 0 when in time."""
        if self.status in {DutyStatus.NO_ANSWER, DutyStatus.MET} or self._unreached:
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
