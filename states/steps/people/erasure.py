"""
Right to erasure: somebody asks, the manager grants or declines within a month, and they are told.

What is granted is done when they were told, because an address is needed for that. What was said under seal is left
as it is: to change it at the same moment would show who spoke (docs/decisions/0013).
"""

from calendar import monthrange
from datetime import date

from states.language.errors import Refused
from states.model.contributions import Contribution, LineVerdict
from states.model.dialogue import Phase
from states.model.duties import duty_name
from states.model.people import ERASED, Invitation
from states.model.vocabulary import DutyKind, FactName, Template
from states.steps.draft import Deliberation
from states.steps.people.relayed_steps import forget, held_until
from states.steps.requests import AskErasure, SettleErasure

WHY = "asked-to-be-erased"
"""The code with which what was owed to them is withdrawn."""
_THEIRS = {
    "name": ERASED,
    "organisation": ERASED,
    "email": None,
    "phone": None,
    "postal_address": None,
    "unsafe": (),
    "left_ways": (),
    "safe_hours": None,
    "time_zone": None,
    "decline_reason": None,
    "expectation": None,
    "success_test": None,
    "tell_me_by": None,
    "absence_reason": None,
    "erasure_wish": None,
}


def a_month_after(day: date) -> date:
    """The same day of the next month, or its last day. Source: GDPR art. 12(3), within one month of the request."""
    year, month = day.year + day.month // 12, day.month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def ask_erasure(work: Deliberation, given: AskErasure, speaker: str) -> None:
    """Ask to be erased; an answer is owed within a month. Their words about it stay out of the journal."""
    duty = work.duty(duty_name(DutyKind.SETTLE_ERASURE, speaker))
    if duty and duty.owed and work.relay is None and held_until(work.dialogue, speaker):
        work.fact(
            FactName.ERASURE_ASKED, speaker
        )  # in their own name too: it need not wait to be undone any more
        return
    if duty and duty.owed:
        raise Refused("erasure-asked-already", stakeholder=speaker)
    work.change_stakeholder(speaker, erasure_wish=given.text, erasure_refusal=None)
    work.fact(FactName.ERASURE_ASKED, speaker)
    due_day = a_month_after(work.today)
    work.open_duty(DutyKind.SETTLE_ERASURE, speaker, due_day=due_day, waiting=speaker)


def settle_erasure(work: Deliberation, given: SettleErasure) -> None:
    """Grant what somebody asked, or decline it with a reason; they are told. Nobody is erased who did not ask."""
    name = given.stakeholder
    seat, duty = work.stakeholder(name), work.duty(duty_name(DutyKind.SETTLE_ERASURE, name))
    if duty is None or not duty.owed:
        raise Refused("erasure-not-asked", stakeholder=name)
    if seat.erasure_granted_at is not None:
        raise Refused("erasure-granted-already", stakeholder=name)
    if given.declined is None:
        work.change_stakeholder(name, erasure_granted_at=work.now)
        work.fact(FactName.ERASURE_GRANTED, name)
        after = held_until(work.dialogue, name)
        waits = {"after": after.isoformat()} if after else {}
        work.tell(name, Template.ERASURE_DONE, duty, **waits)
        return
    work.change_stakeholder(name, erasure_refusal=given.declined)
    work.fact(FactName.ERASURE_DECLINED, name)
    work.tell(name, Template.ERASURE_DECLINED, duty)
    work.meet(duty.name)


def erase(work: Deliberation, name: str) -> None:
    """
    Take out who *name* is and what they said under their own name; that they were there stays, as a number.

    What is still owed to them is withdrawn, and the journal says why. Does nothing a second time, nor while it can
    still be undone because somebody else asked for it (rules 21).
    """
    seat = work.stakeholder(name)
    if seat.erasure_granted_at is None or seat.erased_at is not None:
        return
    held = held_until(work.dialogue, name)
    if held and work.now < held:
        return
    forget(work, name)
    for contribution in list(work.dialogue.contributions.values()):
        if contribution.voice == name:
            _take_words_out(work, contribution)
    verdict = work.dialogue.verdicts.get(name)
    if verdict:
        work.dialogue.verdicts[name] = verdict.model_copy(update={"comment": None})
    work.change_stakeholder(name, **_THEIRS, **_no_longer_coming(work, name), erased_at=work.now)
    work.dialogue.failed_ways.pop(name, None)
    work.fact(FactName.PARTICIPANT_ERASED, name)
    work.meet(duty_name(DutyKind.SETTLE_ERASURE, name))
    owed = [d for d in work.dialogue.duties.values() if d.owed and name in {d.whom, d.waiting}]
    work.withdraw(owed, WHY)


def _no_longer_coming(work: Deliberation, name: str) -> dict[str, object]:
    """Before the session their seat is free again, so that somebody can take it."""
    if work.dialogue.phase is not Phase.EXPECTATION_GATHERING or not work.stakeholder(name).invited:
        return {}
    return {"invitation": Invitation.DECLINED, "declined_at": work.now}


def _take_words_out(work: Deliberation, contribution: Contribution) -> None:
    """The point and what was decided on it stay; a point on which nothing was decided is withdrawn."""
    name = contribution.id
    work.change_contribution(
        name,
        text=ERASED,
        line=contribution.line and ERASED,
        answer=None,
        dispute_open=False,
        asked_back=False,
        dispute_reason=None,
        settlement=None,
    )
    if contribution.outcome is None:
        work.change_contribution(name, line_verdict=LineVerdict.WITHDRAWN)
        work.withdraw_named(duty_name(DutyKind.DECIDE_CONTRIBUTION, name), WHY)
