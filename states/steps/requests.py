"""Request models: one for each step, with the fields that come `with` it (rules 3)."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, model_validator

from states.language.validation_messages import wrong
from states.model.contributions import Attribution, Change, Outcome
from states.model.dialogue import ChainDialogue, Risk
from states.model.information import Information
from states.model.people import Mapping, Person, Role, TellMeBy
from states.model.relays import How
from states.values.values import (
    Day,
    Email,
    Line,
    Moment,
    Name,
    ReaderLanguage,
    Text,
    Value,
    ZoneName,
)


def _yes_no(value: object) -> object:
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


YesPartlyNo = Annotated[Literal["yes", "partly", "no"], BeforeValidator(_yes_no)]
"""YAML reads a bare `yes` as true; both are understood."""


class Bare(Value):
    """A step that takes nothing."""


class Reasoned(Value):
    """A step that takes a reason."""

    reason: Text


class OverrideCheck(Value):
    """Pass a soft check by hand."""

    check: Line
    reason: Text


class DropRisk(Value):
    """Take a risk out of the analysis."""

    risk: Name
    reason: Text


class DropStakeholder(Value):
    """Take a stakeholder who was not invited yet off the map."""

    stakeholder: Name
    reason: Text


class ChangeContact(Value):
    """Say how somebody is reached."""

    stakeholder: Name
    email: Email | None = None
    phone: Line | None = None
    language: ReaderLanguage | None = None
    postal_address: Text | None = None
    safe_hours: Line | None = None
    time_zone: ZoneName | None = None
    by_hand: bool = False
    """Their address does not work: from now on they are reached by phone or letter."""
    calendar: bool | None = None
    """Whether they, at risk, want the session in their calendar; said by themselves or the moderator."""


class MarkUnsafe(Value):
    """Never again use this way to somebody; only the moderator sees the mark."""

    stakeholder: Name
    way: Literal["email", "phone", "post"]


class Invite(Value):
    """Invite one stakeholder."""

    stakeholder: Name


class OnBehalf(Value):
    """
    A step of a participant; whoever records it for somebody else names *stakeholder* and *how* it was said.

    *said_on* is the day on which they said it; *read_back*: it was read back to them in the same call (rules 29).
    """

    stakeholder: Name | None = None
    how: How | None = None
    said_on: Day | None = None
    read_back: bool = False


class DeclineInvitation(OnBehalf):
    """Decline, with a reason if they wish to give one."""

    reason: Text | None = None


class ShareExpectation(OnBehalf):
    """What a participant expects, and their own success test."""

    text: Text
    success_test: Text | None = None
    tell_me_by: TellMeBy | None = None


class EchoExpectations(Value):
    """What changed in the agenda because of the expectations."""

    changes: Text


class RecordAttendance(Value):
    """Who was there, and why not."""

    stakeholder: Name
    present: bool
    reason: Text | None = None


class RecordManagement(Value):
    """Which role of the management was there."""

    role: Role
    present: bool


class RecordContribution(Value):
    """
    One point of one participant; without *attribution* at-risk people start at sealed, others at named.

    Without *id* it gets a number: at once when it is open, under seal once the summary is published (rules 35).
    """

    id: Name = ""
    stakeholder: Name
    text: Text
    attribution: Attribution | None = None


class PublishSummary(Value):
    """The summary line of each contribution."""

    lines: dict[Name, Text]


class CheckLine(OnBehalf):
    """What a speaker says of the summary line."""

    contribution: Name
    verdict: Literal["confirmed", "corrected", "withdrawn"]
    text: Text | None = None

    @model_validator(mode="after")
    def _corrected_needs_text(self) -> Self:
        if self.verdict == "corrected" and self.text is None:
            raise wrong("text-needed")
        return self


class CloseSession(Value):
    """Leave the session; *no_contributions* states that nothing was contributed, and why."""

    no_contributions: Text | None = None


class NewCommitment(Value):
    """A promised action of the decision's owner."""

    id: Name
    what: Text
    due: Day


class Decide(Value):
    """The outcome of one contribution."""

    contribution: Name
    outcome: Outcome
    reason: Text
    owner: Role
    change: Change | None = None
    commitment: NewCommitment | None = None


class AskErasure(OnBehalf):
    """Ask that who they are and what they said is taken out."""

    text: Text | None = None


class UndoRelayed(OnBehalf):
    """Take back what somebody else recorded for whoever this is: which step, and of which point."""

    step: Name
    contribution: Name | None = None


class SettleErasure(Value):
    """Grant what somebody asked, or decline it with the reason."""

    stakeholder: Name
    declined: Text | None = None


class Postpone(Value):
    """Move a promise, with the reason; told at once to those who wait."""

    duty: Line
    to: Day
    reason: Text


class RescheduleSession(Value):
    """Move the session; the promised feedback date moves by as many days unless *feedback_by* names another."""

    to: Moment
    reason: Text
    feedback_by: Day | None = None
    tight: bool = True
    """Whether it is known that days do not fit; false asks the law to refuse then, and to say which."""


class AgreeHandOver(Value):
    """The confidant agrees that the sponsor gives a role to this very person."""

    role: Role
    person: Person


class HandOver(Value):
    """Give a role to another person; its duties follow."""

    role: Role
    person: Person


class ReportProgress(Value):
    """How a commitment stands; *done* and *dropped* end it."""

    commitment: Name
    status: Literal["under-way", "done", "dropped"]
    evidence: Text | None = None


class NoteLesson(Value):
    """What to do differently next year."""

    text: Text


__all__ = ["ChainDialogue", "Information", "Mapping", "Risk"]
