"""Dialogue: one edition with everything that deciding about it needs (the aggregate of the domain)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import Field

from states.language.languages import SOURCE
from states.model.calendar import WorkCalendar, calendar_of
from states.model.contributions import Commitment, Contribution, Seal, Verdict
from states.model.duties import KINDS, OWED, Duty
from states.model.facts import Fact, HeldChange, Notice
from states.model.information import Information, InterimWord
from states.model.people import AUDITOR, PARTICIPANT, ROLES, Helper, Person, Role, Stakeholder
from states.model.policy import Policy
from states.model.programme import Programme
from states.model.relays import Relayed
from states.model.vocabulary import CheckName, DutyKind, FactName
from states.values.addresses import plain_address
from states.values.values import Country, Day, Line, Name, Text, Value


class Phase(StrEnum):
    """Where a dialogue stands (rules 1)."""

    STAKEHOLDER_ANALYSIS = "stakeholder_analysis"
    EXPECTATION_GATHERING = "expectation_gathering"
    SESSION = "session"
    STRATEGY_UPDATE = "strategy_update"
    FEEDBACK = "feedback"
    CLOSED = "closed"
    CLOSED_WITH_DEBTS = "closed_with_debts"
    CANCELLED = "cancelled"


_OPENING = frozenset({FactName.DUTY_OPENED, FactName.DUTY_REOPENED})
OPEN_PHASES = (
    Phase.STAKEHOLDER_ANALYSIS,
    Phase.EXPECTATION_GATHERING,
    Phase.SESSION,
    Phase.STRATEGY_UPDATE,
    Phase.FEEDBACK,
)


class Risk(Value):
    """A salient risk in the chain; *weight* orders risks by severity and likelihood."""

    id: Name
    theme: Line
    country: Country
    tier: Annotated[int, Field(ge=0, le=20)]
    group: Line
    weight: Annotated[int, Field(ge=1, le=5)]


class ChainDialogue(Value):
    """A dialogue held with those affected in a production country, which covers a risk for a year."""

    id: Name
    risk: Name
    place: Line
    partner: Line
    held: Day


class Override(Value):
    """A soft check passed by hand for the leaving of one phase, shown to participants."""

    id: str
    """`phase/check`."""
    check: CheckName
    phase: Phase
    by: str
    name: str
    reason: Text
    at: datetime


@dataclass
class Dialogue:
    """
    One edition, loaded whole. The values inside are frozen; `copy` before changing it.

    Collections are keyed by the id by which people call the thing.
    """

    id: str
    programme: Programme
    policy: Policy
    edition: int
    phase: Phase
    phase_since: datetime
    opened_at: datetime
    session_at: datetime
    information: Information = field(default_factory=Information)
    summary_published_at: datetime | None = None
    echoed_at: datetime | None = None
    agenda_changes: str | None = None
    signed_at: datetime | None = None
    no_contributions: str | None = None
    calendar_sequence: int = 0
    """The SEQUENCE of the session's calendar entry."""
    management: dict[str, bool] = field(default_factory=dict)
    failed_ways: dict[str, str] = field(default_factory=dict)
    """To whom mail failed for good, with a mark of the address: once it is another one, mail goes there again."""
    lessons: tuple[str, ...] = ()
    interim_words: tuple[InterimWord, ...] = ()
    """What was told in between, oldest first."""
    uncarried = tuple[str, ...]()
    """What earlier editions owe and the journal of this one does not know of; read live, never stored."""
    inherits = False
    """Whether earlier editions owed something when this was read, so that there is something to carry."""
    heard_beside = False
    """Whether somebody spoke and is still heard in another edition; known where a role changes."""
    held = tuple[HeldChange, ...]()
    """What steps under seal changed since the last end of a day, oldest first; kept beside it, never stored in it."""
    risks: dict[str, Risk] = field(default_factory=dict)
    chain_dialogues: dict[str, ChainDialogue] = field(default_factory=dict)
    stakeholders: dict[str, Stakeholder] = field(default_factory=dict)
    overrides: dict[str, Override] = field(default_factory=dict)
    contributions: dict[str, Contribution] = field(default_factory=dict)
    commitments: dict[str, Commitment] = field(default_factory=dict)
    seals: dict[str, Seal] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    relays: dict[str, Relayed] = field(default_factory=dict)
    """What others recorded in somebody's name, and what was before."""
    agreed: dict[str, Any] = field(default_factory=dict)
    """To which role of whom the one who must consent has agreed."""
    helpers: dict[str, Helper] = field(default_factory=dict)
    duties: dict[str, Duty] = field(default_factory=dict)

    def copy(self) -> Self:
        """A copy whose collections can be changed without touching this one."""
        copied: dict[str, Any] = {name: dict(getattr(self, name)) for name in _COLLECTIONS}
        made = replace(self, **copied)
        made.uncarried, made.inherits = self.uncarried, self.inherits
        made.heard_beside, made.held = self.heard_beside, self.held
        return made

    @cached_property
    def calendar(self) -> WorkCalendar:
        """The programme's working calendar."""
        return calendar_of(self.programme, self.policy)

    @property
    def zone(self) -> ZoneInfo:
        """The programme's time zone."""
        return self.calendar.zone

    @property
    def session_day(self) -> date:
        """The local day of the session, the S of all rules."""
        return self.calendar.day_of(self.session_at)

    @property
    def open(self) -> bool:
        """Whether the edition is still running."""
        return self.phase in OPEN_PHASES

    def role(self, role: str) -> Person | None:
        """Who holds *role*, None when nobody is named."""
        return self.programme.roles.get(Role(role)) if role in ROLES else None

    def stakeholder_of(self, voice: str) -> Stakeholder | None:
        """Who speaks as *voice*; opens the seal, so never for the manager's eyes."""
        seal = self.seals.get(voice)
        return self.stakeholders.get(seal.stakeholder if seal else voice)

    def is_locked(self, voice: str) -> bool:
        """Whether *voice* is a pseudonym of which nobody here knows whose it is: the moderator's key is not at hand."""
        seal = self.seals.get(voice)
        return seal is not None and seal.locked

    def unpublished_keys(self, collection: str) -> list[str]:
        """The keys of the rows of *collection* of which others know nothing until the summary is out."""
        return [
            held.change.key
            for held in self.held
            if held.awaits and held.change.before is None and held.change.collection == collection
        ]

    def helper(self, name: str) -> Helper | None:
        """The helper called *name* while they help; None when there is none, or it ended."""
        found = self.helpers.get(name)
        return found if found and found.ended_at is None else None

    def voices_of(self, stakeholder: str) -> list[str]:
        """The names under which *stakeholder* speaks: their own id and their pseudonym, if any."""
        sealed = [seal.id for seal in self.seals.values() if seal.stakeholder == stakeholder]
        return [stakeholder, *sealed]

    def contributions_of(self, voice: str) -> list[Contribution]:
        """What *voice* contributed and did not withdraw."""
        return [c for c in self.contributions.values() if c.voice == voice and c.stands]

    def reader(self, to: str) -> Person | None:
        """The person behind *to*, of whatever capacity or a pseudonym, with an address if mail may go there."""
        found = self.holder(to)
        if found is None or not found.email or not self.has_failed(to, found.email):
            return found
        return found.model_copy(update={"email": None})

    def has_failed(self, to: str, address: str) -> bool:
        """Whether mail to *to* at *address* failed for good."""
        mark = self.failed_ways.get(to)
        return mark is not None and mark == way_mark(self.id, to, address)

    def holder(self, to: str) -> Person | None:
        """The person behind *to* with the address that is on record, also when mail to it failed for good."""
        if to in ROLES:
            return self.role(to)
        if to in self.helpers:
            return self.helpers[to].contact
        if self.is_erased(to):
            return None
        if self.is_locked(to):
            return Person.model_construct(name=to, email=None, phone=None, language=SOURCE)
        if stakeholder := self.stakeholder_of(to):
            return stakeholder.contact
        return self.programme.auditor if to == AUDITOR else None

    def reader_of(self, notice: Notice) -> Person | None:
        """The person who gets *notice*: as `reader`, but for what goes to a way that was replaced."""
        way = notice.detail.get("way")
        found = self.reader(notice.to)
        if way is None or found is None:
            return found
        left = self.stakeholders[notice.to].left_ways
        if way >= len(left):
            return None
        return found.model_copy(update={"name": "", "email": left[way], "phone": None})

    def is_erased(self, name: str) -> bool:
        """Whether the stakeholder *name* was erased; of a pseudonym it is never told."""
        seat = self.stakeholders.get(name)
        return seat is not None and seat.erased_at is not None

    def owed(self, kind: DutyKind) -> list[Duty]:
        """The duties of *kind* that are still owed."""
        return [duty for duty in self.duties.values() if duty.kind == kind and duty.status in OWED]

    def debts_opened(self, facts: Iterable[Fact]) -> list[Duty]:
        """What *facts* made the company owe to people, and it owes still."""
        opened = [self.duties[fact.subject] for fact in facts if fact.fact in _OPENING]
        return [duty for duty in opened if duty.owed and KINDS[duty.kind].debt]

    def latest(self, name: str) -> Duty | None:
        """The duty that people mean by *name*: the latest round of it."""
        found = self.duties.get(name)
        while found and (later := self.duties.get(f"{name}#{found.round + 1}")):
            found = later
        return found

    def due_day(self, duty: Duty) -> date:
        """The day at whose end *duty* is due, as it was promised."""
        return duty.day or self.calendar.due_day(duty.due)

    def first_day(self, duty: Duty) -> date:
        """The day that was promised first, from which the lateness of *duty* is counted."""
        return duty.first_day or self.calendar.due_day(duty.first_due)

    def owner_role(self, duty: Duty) -> str:
        """The role that owes *duty* now; when nobody holds it, the manager does, or who stands in for its kind."""
        if duty.owner == PARTICIPANT or self.role(duty.owner):
            return duty.owner
        stand_in = duty.climbs_as.stand_in
        return stand_in.value if self.role(stand_in) else KINDS[duty.kind].owner


def way_mark(dialogue: str, to: str, address: str) -> str:
    """A mark of *address* for this reader alone: two readers with one address have nothing in common."""
    return sha256(f"{dialogue}\n{to}\n{plain_address(address)}".encode()).hexdigest()[:32]


_COLLECTIONS = tuple(each.name for each in fields(Dialogue) if each.default_factory is dict)
