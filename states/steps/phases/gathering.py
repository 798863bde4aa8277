"""Step handlers of the gathering: invitations, the replies to them, expectations and their echo."""

from states.language.errors import Refused
from states.model.duties import duty_name
from states.model.people import Invitation
from states.model.vocabulary import CheckName, DutyKind, FactName, Template
from states.steps.delivery.receipts import end_not_reached
from states.steps.draft import Deliberation
from states.steps.people.contact_ways import reads_mail
from states.steps.phases.analysis import open_invitation_duty
from states.steps.requests import (
    Bare,
    DeclineInvitation,
    EchoExpectations,
    Invite,
    OnBehalf,
    ShareExpectation,
)


def enter_gathering(work: Deliberation) -> None:
    """Everybody who is mapped is owed an invitation, and the agenda is owed an echo."""
    for stakeholder in work.dialogue.stakeholders:
        open_invitation_duty(work, stakeholder)
    work.open_duty(DutyKind.ECHO_EXPECTATIONS)


def invite(work: Deliberation, given: Invite) -> None:
    """Invite one stakeholder; all eight fields of the information must be there."""
    if work.stakeholder(given.stakeholder).invited:
        raise Refused("already-invited", stakeholder=given.stakeholder)
    _require_information(work)
    _invite(work, given.stakeholder)


def invite_all(work: Deliberation, _given: Bare) -> None:
    """Invite everybody who was not invited yet."""
    waiting = [s.id for s in work.dialogue.stakeholders.values() if not s.invited]
    if not waiting:
        raise Refused("nobody-to-invite")
    _require_information(work)
    for stakeholder in waiting:
        _invite(work, stakeholder)


def _require_information(work: Deliberation) -> None:
    if missing := work.dialogue.information.missing:
        raise Refused(CheckName.INFORMATION_COMPLETE, fields=missing)


def _invite(work: Deliberation, name: str) -> None:
    if work.stakeholder(name).at_risk is None:
        raise Refused(CheckName.SAFETY_CONSIDERED, stakeholders=[name])
    work.change_stakeholder(name, invitation=Invitation.INVITED, invited_at=work.now)
    work.fact(FactName.PARTICIPANT_INVITED, name)
    duty = work.open_duty(DutyKind.ANSWER_INVITATION, name, asked=Template.INVITATION)
    work.tell(name, Template.INVITATION, duty)


def accept_invitation(work: Deliberation, _given: OnBehalf, speaker: str) -> None:
    """Accept; also after declining, as long as the session has not opened."""
    _require_invited(work, speaker)
    if work.stakeholder(speaker).accepted:
        raise Refused("already-accepted", stakeholder=speaker)
    if work.stakeholder(speaker).invitation is Invitation.DECLINED:
        # The entry was cancelled one further than it stood; a calendar takes only what is further still.
        work.dialogue.calendar_sequence += 2
    work.change_stakeholder(
        speaker, invitation=Invitation.ACCEPTED, declined_at=None, decline_reason=None
    )
    work.fact(FactName.INVITATION_ACCEPTED, speaker)
    work.meet(duty_name(DutyKind.ANSWER_INVITATION, speaker))
    duty = None
    if work.stakeholder(speaker).expectation is None:
        duty = work.open_duty(
            DutyKind.SHARE_EXPECTATION, speaker, asked=Template.INVITATION_ACCEPTED
        )
    work.tell(speaker, Template.INVITATION_ACCEPTED, duty)


def decline_invitation(work: Deliberation, given: DeclineInvitation, speaker: str) -> None:
    """Decline, or withdraw an acceptance; nothing more is asked of them."""
    _require_invited(work, speaker)
    if work.stakeholder(speaker).invitation is Invitation.DECLINED:
        raise Refused("already-declined", stakeholder=speaker)
    work.change_stakeholder(
        speaker,
        invitation=Invitation.DECLINED,
        declined_at=work.now,
        decline_reason=given.reason,
    )
    work.fact(FactName.INVITATION_DECLINED, speaker)
    work.meet(duty_name(DutyKind.ANSWER_INVITATION, speaker))
    work.withdraw_named(
        duty_name(DutyKind.SHARE_EXPECTATION, speaker), FactName.INVITATION_DECLINED
    )
    if reads_mail(
        work.dialogue, speaker
    ):  # it takes the session out of their calendar; nobody calls about that
        work.tell(speaker, Template.INVITATION_DECLINED)


def share_expectation(work: Deliberation, given: ShareExpectation, speaker: str) -> None:
    """What they expect, what would show them that they were heard, and how to tell them; changed until the session."""
    if not work.stakeholder(speaker).accepted:
        raise Refused("not-accepted-yet", stakeholder=speaker)
    seat = work.stakeholder(speaker)
    test, by = given.success_test or seat.success_test, given.tell_me_by or seat.tell_me_by
    work.change_stakeholder(speaker, expectation=given.text, success_test=test, tell_me_by=by)
    wish = {"tell_me_by": by} if by else {}
    work.fact(FactName.EXPECTATION_SHARED, speaker, success_test=test is not None, **wish)
    work.meet(duty_name(DutyKind.SHARE_EXPECTATION, speaker))


def _require_invited(work: Deliberation, speaker: str) -> None:
    if not work.stakeholder(speaker).invited:
        raise Refused("not-invited", stakeholder=speaker)


def echo_expectations(work: Deliberation, given: EchoExpectations) -> None:
    """Send what changed in the agenda because of the expectations."""
    work.dialogue.echoed_at = work.now
    work.dialogue.agenda_changes = given.changes
    work.fact(FactName.EXPECTATIONS_ECHOED)
    work.meet(DutyKind.ECHO_EXPECTATIONS)
    for stakeholder in work.dialogue.stakeholders.values():
        if stakeholder.accepted:
            work.tell(stakeholder.id, Template.AGENDA_ECHOED)


def open_session(work: Deliberation, _given: Bare) -> None:
    """
    The session begins.

    Whoever was asked so late that they still have time to answer is asked no longer; whom no invitation reached was not
    reached, and it stays so.
    """
    kinds = (DutyKind.ANSWER_INVITATION, DutyKind.SHARE_EXPECTATION)
    for duty in work.dialogue.owed(DutyKind.INVITE_STAKEHOLDER):
        end_not_reached(work, duty)
    work.withdraw([duty for kind in kinds for duty in work.dialogue.owed(kind)], "session-opened")
