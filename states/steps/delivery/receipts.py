"""Delivery receipts: an answer counts once it was delivered, and a bounce reopens what it had met."""

from collections.abc import Iterable
from datetime import datetime

from states.model.dialogue import Dialogue, Phase
from states.model.duties import Duty, DutyStatus, duty_name
from states.model.facts import Notice
from states.model.people import HELPER, PARTICIPANT, SYSTEM, Invitation
from states.model.vocabulary import DutyKind, FactName, Template
from states.privacy.embargo.windows import WINDOWS, is_done
from states.privacy.seals import is_pseudonym, is_sealed
from states.steps.delivery.carriage import adopt, came_back, end_carrying, response_waits
from states.steps.draft import Decision, Deliberation
from states.steps.people.contact import OLD_WAY
from states.steps.people.contact_ways import (
    ANSWERS,
    failed_for_good,
    mark_failed,
    reads_mail,
    told_before,
    who_hears,
)
from states.steps.people.erasure import erase
from states.timing.due_facts import not_reached, not_reached_fact, renew
from states.timing.lapse import arm

BINDING = ANSWERS | {Template.ERASURE_DONE}
"""The templates that are written anew when they did not arrive, and name the head of the journal."""
MATTERS = BINDING | {Template.INVITATION}
"""The templates whose delivery is a fact of the dialogue."""
_OF_WHAT_COMES = frozenset({
    Template.INVITATION, Template.INVITATION_ACCEPTED, Template.AGENDA_ECHOED, Template.SESSION_MOVED,
    Template.SUMMARY_TO_CHECK,
})  # fmt: skip
"""The templates that speak of a dialogue which goes on."""
_OF_ERASURE = {Template.ERASURE_DONE: "erasure_granted_at", Template.ERASURE_DECLINED: "erasure_refusal"}  # fmt: skip
"""The templates that say what became of a wish to be erased, and the field of the seat that says so still."""
_OF_THEIR_ANSWER = {
    Template.INVITATION_ACCEPTED: Invitation.ACCEPTED,
    Template.INVITATION_DECLINED: Invitation.DECLINED,
}
"""The templates that confirm what somebody answered: who changed their mind meanwhile reads the last one alone."""


def still_wanted(dialogue: Dialogue, notice: Notice) -> bool:
    """
    Whether *notice* should still go out.

    A reminder whose duty was met or moved meanwhile should not, and nobody is invited to what was cancelled.
    """
    nobody = notice.role == PARTICIPANT and dialogue.holder(notice.to) is None
    if dialogue.is_erased(notice.to) or nobody or _of_who_stopped(dialogue, notice):
        return False
    if dialogue.phase == Phase.CANCELLED and notice.template in _OF_WHAT_COMES:
        return False
    if notice.template in _OF_ERASURE:
        # Undone since, as somebody else had asked for it in their name; or asked for once more.
        seat = dialogue.stakeholders.get(notice.to)
        return getattr(seat, _OF_ERASURE[notice.template], None) is not None
    if notice.template in _OF_THEIR_ANSWER:
        return _OF_THEIR_ANSWER[notice.template] is dialogue.stakeholders[notice.to].invitation
    if notice.rung is None or notice.duty is None:
        return True
    duty = dialogue.duties.get(notice.duty)
    stands = duty and duty.owed and duty.version == notice.version
    return bool(duty and stands and not (duty.kind in WINDOWS and is_done(dialogue, duty)))


def _of_who_stopped(dialogue: Dialogue, notice: Notice) -> bool:
    """To who helps no longer goes one thing: that it ended."""
    stopped = notice.role == HELPER and dialogue.helper(notice.to) is None
    return stopped and notice.template != Template.HELPER_ENDED


def goes_again(notice: Notice) -> bool:
    """
    Whether *notice*, which did not arrive, is sent again once its reader can be reached.

    Only to participants: a role has a next one up. An answer is written anew instead, but under seal it is carried
    again as it is, and a reminder has its next rung.
    """
    carried = is_pseudonym(notice.to) and notice.template in ANSWERS
    said_anew = (notice.template in {*BINDING, OLD_WAY} and not carried) or notice.rung is not None
    return notice.role == PARTICIPANT and not said_anew


def record_delivered(dialogue: Dialogue, notice: Notice, now: datetime) -> Decision:
    """What follows when a channel accepted *notice* at *now*, or a person recorded that they delivered it."""
    work = Deliberation(dialogue, SYSTEM, now, notice.to)
    if dialogue.is_erased(notice.to):
        return work.decision()
    if notice.template == Template.INVITATION:
        arrive(work, notice.to)
    elif notice.template == Template.ERASURE_DONE:
        erase(work, notice.to)
    elif notice.template == Template.ANSWER:
        _answer_delivered(work, notice.to, _covers(notice))
    elif notice.template == Template.DISPUTE_SETTLED:
        _settlement_delivered(work, str(notice.detail["contribution"]))
    return work.decision()


def all_arrived(dialogue: Dialogue, invited: Iterable[str], now: datetime) -> Decision:
    """What follows when the invitations of all those *invited* were accepted by a channel at *now*."""
    work = Deliberation(dialogue, SYSTEM, now)
    for name in invited:
        arrive(work, name)
    return work.decision()


def arrive(work: Deliberation, name: str) -> None:
    """The invitation reached *name*: only now is what is owed to them met (rules 15)."""
    work.meet(duty_name(DutyKind.INVITE_STAKEHOLDER, name))


def came_home(work: Deliberation, to: str, template: Template) -> None:
    """What somebody was told by hand, as far as something follows from its arrival."""
    own = work.dialogue.contributions_of(to)
    if template == Template.ANSWER:
        _answer_delivered(work, to, [c.id for c in own if c.written_at and not c.delivered_at])
    elif template == Template.DISPUTE_SETTLED:
        for one in [c for c in own if response_waits(c)]:
            _settlement_delivered(work, one.id)
    elif template == Template.ERASURE_DONE:
        erase(work, to)


def _covers(notice: Notice) -> list[str]:
    return [str(name) for name in notice.detail.get("covers", ())]


def _answer_delivered(work: Deliberation, voice: str, covers: list[str]) -> None:
    if is_sealed(work.dialogue, voice):
        adopt(work, voice)
    waiting = [work.dialogue.contributions[name] for name in covers]
    fresh = [c.id for c in waiting if c.written_at and c.delivered_at is None]
    if not fresh:
        return
    for name in fresh:
        work.change_contribution(name, delivered_at=work.now)
    left = [c.id for c in work.dialogue.contributions_of(voice) if c.delivered_at is None]
    work.fact(FactName.PARTICIPANT_ANSWERED, voice, covers=covers, left=left)
    if is_sealed(work.dialogue, voice):
        end_carrying(work, voice)
        return
    if left:
        return
    work.meet(duty_name(DutyKind.ANSWER_PARTICIPANT, voice))
    verdict = work.duty(duty_name(DutyKind.GIVE_VERDICT, voice))
    if verdict is None or not verdict.owed:
        work.open_duty(DutyKind.GIVE_VERDICT, voice)


def _settlement_delivered(work: Deliberation, name: str) -> None:
    voice = work.dialogue.contributions[name].voice
    if is_sealed(work.dialogue, voice):
        adopt(work, voice)
    point = work.dialogue.contributions[name]
    if point.settlement_waits:
        work.change_contribution(name, settlement_waits=False)
        work.fact(FactName.PARTICIPANT_ANSWERED, point.voice, covers=[name], left=[], response=True)
        end_carrying(work, point.voice)
    if not point.dispute_open:
        return
    work.change_contribution(name, dispute_open=False)
    work.fact(FactName.DISPUTE_SETTLED, name, round=point.dispute_round)
    work.meet(duty_name(DutyKind.ANSWER_DISPUTE, name))


def undeliverable(dialogue: Dialogue, notice: Notice, reason: str, now: datetime) -> Decision:
    """
    What follows when *notice* could not be delivered for good; *reason* is a code without an address.

    A bounced answer does not count as given, but under seal, where carrying it is owed again. What fails for good is
    told once: to the manager, or the next role up when it is the manager's own address that fails; to who keeps the
    seals once there are any. An alert about an alert only goes up, and ends.
    """
    work = Deliberation(dialogue, SYSTEM, now, notice.to)
    if dialogue.is_erased(notice.to) or notice.template == OLD_WAY:
        return work.decision()
    known = not reads_mail(dialogue, notice.to)
    if failed_for_good(reason):
        mark_failed(work.dialogue, notice.to)
    if notice.template == Template.ERASURE_DONE:
        # They cannot be told, and asked for it all the same.
        work.fact(FactName.NOTICE_UNDELIVERABLE, notice.to, template=notice.template)
        erase(work, notice.to)
        return work.decision()
    if notice.template == Template.ANSWER:
        _answer_bounced(work, notice)
    elif notice.template == Template.DISPUTE_SETTLED:
        _settlement_bounced(work, notice)
    else:
        work.fact(FactName.NOTICE_UNDELIVERABLE, notice.to, template=notice.template)
    _asked_in_vain(work, notice)
    if notice.template in ANSWERS or not known:
        _alert(work, notice, reason)
    return work.decision()


def _alert(work: Deliberation, notice: Notice, reason: str) -> None:
    sealed = is_sealed(work.dialogue, notice.to)
    shown = "" if sealed else reason
    failed = {"to": notice.to, "template": notice.template, "reason": shown}
    owed_again = notice.template in ANSWERS and not sealed
    next_step = {"answer": owed_again, "again": goes_again(notice)}
    told = told_before(notice)
    past = {"past": told} if told else {}
    for role in who_hears(work.dialogue, notice)[:1]:
        work.tell(role, Template.DELIVERY_FAILED, None, **failed, **next_step, **past)


def _asked_in_vain(work: Deliberation, notice: Notice) -> None:
    """Who was invited in vain is owed an invitation again, and who was asked in vain did not stay silent."""
    seat = work.dialogue.stakeholders.get(notice.to)
    gathering = work.dialogue.phase is Phase.EXPECTATION_GATHERING
    waits = seat is not None and seat.invitation is Invitation.INVITED
    if notice.template == Template.INVITATION and gathering and waits:
        _reopen(work, duty_name(DutyKind.INVITE_STAKEHOLDER, notice.to))
    duty = work.dialogue.duties.get(notice.duty or "")
    if duty and duty.asked == notice.template:
        _was_not_reached(work, duty)


def _was_not_reached(work: Deliberation, duty: Duty | None) -> None:
    """The silence that was recorded was none: *not reached* takes its place in every view (rules 15)."""
    if duty and duty.status is DutyStatus.NO_ANSWER:
        end_not_reached(work, duty)


def end_not_reached(work: Deliberation, duty: Duty) -> None:
    """*duty* ends because nothing reached whom it was about; what lapsed before stays lapsed in the record."""
    known = duty if duty.owner == PARTICIPANT else work.lapse_if_past(duty)
    work.keep(not_reached(known, work.now))
    work.facts.append(not_reached_fact(known, work.actor))


def _answer_bounced(work: Deliberation, notice: Notice) -> None:
    covers = _covers(notice)
    if is_sealed(work.dialogue, notice.to):
        _sealed_answer_bounced(work, notice.to, covers)
        return
    for name in covers:
        work.change_contribution(name, answer=None, written_at=None, delivered_at=None)
    work.fact(FactName.ANSWER_BOUNCED, notice.to, covers=covers)
    _reopen(work, duty_name(DutyKind.ANSWER_PARTICIPANT, notice.to))
    work.withdraw_named(duty_name(DutyKind.GIVE_VERDICT, notice.to), FactName.ANSWER_BOUNCED)
    _was_not_reached(work, work.duty(duty_name(DutyKind.GIVE_VERDICT, notice.to)))


def carry_again(work: Deliberation, notice: Notice) -> None:
    """Words under seal that counted as arrived may not have: if they answer, carrying them alone is owed again."""
    if notice.template == Template.ANSWER:
        _sealed_answer_bounced(work, notice.to, _covers(notice))
    elif notice.template == Template.DISPUTE_SETTLED:
        _sealed_settlement_bounced(work, notice.to, str(notice.detail["contribution"]))


def _sealed_answer_bounced(work: Deliberation, voice: str, covers: list[str]) -> None:
    """The words stay written: that they did not arrive is nobody's debt but that of whoever carries them."""
    adopt(work, voice)
    for name in covers:
        work.change_contribution(name, delivered_at=None)
    work.fact(FactName.ANSWER_BOUNCED, voice, covers=covers, written=True)
    came_back(work, voice)


def _sealed_settlement_bounced(work: Deliberation, voice: str, name: str) -> None:
    adopt(work, voice)
    if work.dialogue.contributions[name].settlement is None:  # they objected once more since
        work.fact(FactName.NOTICE_UNDELIVERABLE, voice, template=Template.DISPUTE_SETTLED)
        return
    work.change_contribution(name, settlement_waits=True)
    work.fact(FactName.ANSWER_BOUNCED, voice, covers=[name], written=True, response=True)
    came_back(work, voice)


def _settlement_bounced(work: Deliberation, notice: Notice) -> None:
    name = str(notice.detail["contribution"])
    if is_sealed(work.dialogue, notice.to):
        _sealed_settlement_bounced(work, notice.to, name)
        return
    work.change_contribution(name, settlement=None, dispute_open=True)
    work.fact(FactName.ANSWER_BOUNCED, notice.to, covers=[name])
    _reopen(work, duty_name(DutyKind.ANSWER_DISPUTE, name))


def _reopen(work: Deliberation, name: str) -> None:
    """A duty that counted as met is owed again, from its first promise; its ladder goes on as a new version."""
    duty = work.duty(name)
    if duty is None or duty.met_at is None:
        return
    work.keep(arm(renew(duty), work.setting, work.armed_from))
    told = {"for": duty.whom, "version": duty.version + 1}
    work.fact(FactName.DUTY_REOPENED, name, kind=duty.kind, **told)
