"""People: the roles of a programme and the stakeholders of a dialogue."""

from datetime import datetime
from enum import StrEnum

from states.language.languages import SOURCE
from states.values.values import (
    Country,
    Email,
    Line,
    Name,
    ReaderLanguage,
    SpokenLanguage,
    Text,
    Value,
    ZoneName,
)

SYSTEM = "system"
"""The actor of what the clock does."""


class Role(StrEnum):
    """The capacities in which somebody acts for a programme."""

    MANAGER = "manager"
    DEPUTY = "deputy"
    SPONSOR = "sponsor"
    MODERATOR = "moderator"
    BOARD = "board"
    CONFIDANT = "confidant"


ERASED = "– gewist · erased –"
"""What stands where the name, the organisation or the words of somebody stood who asked to be erased."""
ROLES = frozenset(Role)
PARTICIPANT = "participant"
"""The capacity of whoever is invited; not a role of the programme."""


class Person(Value):
    """Somebody who holds a role; without *email* they are reached by hand."""

    name: Line
    email: Email | None = None
    phone: Line | None = None
    language: ReaderLanguage = SOURCE


class Former(Person):
    """Somebody who held a role that owes answers *until* a moment, as they were reached then."""

    until: datetime


AUDITOR = "auditor"
"""Reads, and holds no role in the programme."""
HELPER = "helper"
"""The capacity of whoever was named to reach people in their language; not a role of the programme."""


class Helper(Value):
    """Somebody independent who reaches people by hand in *language* and says what arrived (rules 34)."""

    id: Name
    name: Line
    organisation: Line
    language: SpokenLanguage
    email: Email | None = None
    phone: Line | None = None
    ended_at: datetime | None = None
    """When they stopped, or somebody else ended it: from then on nothing is theirs to see or to do."""

    @property
    def contact(self) -> Person:
        """The helper as somebody who can be written to, in their language where the house has texts in it."""
        return Person.model_construct(
            name=self.name, email=self.email, phone=self.phone, language=self.language
        )


class Layer(StrEnum):
    """How close a seat stands to those affected (OECD: legitimate representatives before proxies)."""

    AFFECTED = "affected"
    REPRESENTATIVE = "representative"
    PROXY = "proxy"
    EXPERT = "expert"


class TellMeBy(StrEnum):
    """How somebody wishes to be told what was done with what they said (rules 52)."""

    LETTER = "letter"
    CALL = "call"
    MEETING = "meeting"
    TOGETHER = "together"
    """With the others who took part, in one conversation."""
    SPOKEN = "spoken"
    """As a spoken message."""


class Invitation(StrEnum):
    """Where an invitation stands."""

    NOT_YET = "not-yet"
    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"


WAYS = ("email", "phone", "postal_address", "language", "safe_hours", "time_zone")
"""How and when somebody is reached: they hear of it when one of these changes."""


class Mapping(Value):
    """What is known of a stakeholder when they are mapped; *at_risk* None means: not decided yet."""

    id: Name
    name: Line
    organisation: Line
    category: Name
    country: Country
    language: ReaderLanguage = SOURCE
    layer: Layer
    critical: bool = False
    at_risk: bool | None = None
    speaks_for: tuple[Name, ...] = ()
    replaces: Name | None = None
    email: Email | None = None
    phone: Line | None = None
    postal_address: Text | None = None
    safe_hours: Line | None = None
    """When they can be called without danger or trouble, in their own words: `19-21 h, not on Friday`."""
    time_zone: ZoneName | None = None
    """Where their clock stands, when it is not that of the only zone of their country."""


def way_of(kind: str, value: str) -> str:
    """The mark of one way to somebody: its kind, and the address or the number without what does not tell it apart."""
    return f"{kind}:{''.join(value.casefold().split())}"


class Stakeholder(Mapping):
    """A mapped stakeholder and how far they have come in this dialogue."""

    mapped_at: datetime
    invitation: Invitation = Invitation.NOT_YET
    invited_at: datetime | None = None
    declined_at: datetime | None = None
    decline_reason: Text | None = None
    expectation: Text | None = None
    success_test: Text | None = None
    tell_me_by: TellMeBy | None = None
    present: bool | None = None
    absence_reason: Text | None = None
    erasure_wish: Text | None = None
    """What they asked, in their own words."""
    erasure_refusal: Text | None = None
    erasure_granted_at: datetime | None = None
    erased_at: datetime | None = None
    """When it was done: after they were told."""
    took_part: bool = False
    """Whether they said yes to an earlier edition: how they are reached is theirs to say from then on."""
    calendar_wanted: bool = False
    """Whether they asked for the session in their calendar; asked of whoever is at risk alone (rules 49)."""
    unsafe: tuple[str, ...] = ()
    """Ways that are never used again; for the moderator's eyes alone (rules 32)."""
    left_ways: tuple[str, ...] = ()
    """Addresses that were replaced, as long as each must be told so once."""

    @property
    def contact(self) -> Person:
        """The stakeholder as somebody who can be written to, by the ways that nobody called unsafe."""
        # What was valid when they were mapped is not checked again: an address takes long to check.
        return Person.model_construct(
            name=self.name,
            email=self.safe_email,
            phone=self._safe("phone", self.phone),
            language=self.language,
        )

    @property
    def safe_email(self) -> str | None:
        """The address at which they are written to; None when there is none, or somebody called it unsafe."""
        return self._safe("email", self.email)

    @property
    def safe_post(self) -> str | None:
        """Where letters reach them; None when nowhere, or somebody called it unsafe."""
        return self._safe("post", self.postal_address)

    def _safe(self, kind: str, value: str | None) -> str | None:
        return None if value and self.unsafe and way_of(kind, value) in self.unsafe else value

    @property
    def invited(self) -> bool:
        """Whether an invitation went out."""
        return self.invitation is not Invitation.NOT_YET

    @property
    def accepted(self) -> bool:
        """Whether the invitation stands accepted."""
        return self.invitation is Invitation.ACCEPTED
