"""Step handlers of the strategy update: a decision on each contribution, and the sponsor's signature."""

from states.language.errors import BadInput, NotKnown, NotYours, Refused
from states.model.contributions import Commitment
from states.model.dialogue import Phase
from states.model.duties import DutyStatus, duty_name
from states.model.information import InterimWord
from states.model.people import Role
from states.model.vocabulary import DutyKind, FactName, Template
from states.steps.delivery.onlookers import say_it_is_theirs
from states.steps.draft import Deliberation
from states.steps.feedback_requests import GiveInterimWord
from states.steps.permissions import can_decide, can_report
from states.steps.requests import Bare, Decide, NewCommitment, ReportProgress


def enter_strategy(work: Deliberation) -> None:
    """Each contribution is owed a decision and the strategy a signature."""
    for contribution in work.dialogue.contributions.values():
        owed = work.duty(duty_name(DutyKind.DECIDE_CONTRIBUTION, contribution.id))
        if contribution.stands and contribution.outcome is None and not (owed and owed.owed):
            work.open_duty(DutyKind.DECIDE_CONTRIBUTION, contribution.id)
    disputed = [
        work.duty(duty_name(DutyKind.ANSWER_DISPUTE, c.id))
        for c in work.dialogue.contributions.values()
        if c.dispute_open and not c.asked_back
    ]
    days = [work.dialogue.due_day(duty) for duty in disputed if duty]
    work.open_duty(DutyKind.SIGN_STRATEGY, due_day=min(days, default=None))
    _ask_signature(work)


def _ask_signature(work: Deliberation) -> None:
    """Once the last point is decided the sponsor hears that it is their turn."""
    if _all_decided(work):
        say_it_is_theirs(work, Role.SPONSOR, DutyKind.SIGN_STRATEGY)


def _all_decided(work: Deliberation) -> bool:
    return all(c.outcome is not None for c in work.dialogue.contributions.values() if c.stands)


def interim_word(work: Deliberation, given: GiveInterimWord) -> None:
    """
    Tell everybody who takes part what is decided, what is not, and who decides the rest by when.

    To all alike, so that it says of nobody whether they made a point. May be given more than once.
    """
    if work.now < work.dialogue.session_at:
        raise Refused("session-to-come", session=work.dialogue.session_day.isoformat())
    word = InterimWord(at=work.now, **given.model_dump())
    work.dialogue.interim_words = (*work.dialogue.interim_words, word)
    work.fact(FactName.INTERIM_WORD_GIVEN, number=len(work.dialogue.interim_words))
    work.meet(DutyKind.INTERIM_WORD)
    for stakeholder in work.dialogue.stakeholders.values():
        if stakeholder.accepted:
            work.tell(stakeholder.id, Template.INTERIM_WORD)


def decide(work: Deliberation, given: Decide) -> None:
    """
    Decide on one contribution, with a reason and an owner.

    In the feedback phase only a disputed decision is taken again, or that on a point which came back since; the
    dialogue then goes back to the strategy.
    """
    contribution, complete = work.contribution(given.contribution), _all_decided(work)
    if not can_decide(work.dialogue, contribution):
        raise Refused("not-disputed", contribution=given.contribution)
    if work.dialogue.phase is Phase.FEEDBACK:
        work.dialogue.signed_at = None
        work.fact(FactName.DECISION_REOPENED, given.contribution)
    if work.dialogue.role(given.owner) is None:
        raise BadInput("role-not-named", role=given.owner)
    commitment = _commit(work, given, given.commitment) if given.commitment else None
    if contribution.commitment and contribution.commitment != commitment:
        work.dialogue.commitments.pop(contribution.commitment, None)
        work.withdraw_named(
            duty_name(DutyKind.REPORT_PROGRESS, contribution.commitment), "decided-again"
        )
    work.change_contribution(
        given.contribution,
        outcome=given.outcome,
        reason=given.reason,
        owner=given.owner.value,
        change=given.change,
        commitment=commitment,
    )
    work.fact(
        FactName.CONTRIBUTION_DECIDED,
        given.contribution,
        outcome=given.outcome,
        owner=given.owner,
        commitment=commitment,
    )
    work.meet(duty_name(DutyKind.DECIDE_CONTRIBUTION, given.contribution))
    if not complete:
        _ask_signature(work)


def _commit(work: Deliberation, given: Decide, promise: NewCommitment) -> str:
    known = work.dialogue.commitments.get(promise.id)
    if known and known.contribution != given.contribution:
        raise Refused("commitment-twice", commitment=promise.id)
    if promise.due < work.today:
        raise BadInput(
            "date-in-the-past", date=promise.due.isoformat(), today=work.today.isoformat()
        )
    work.dialogue.commitments[promise.id] = Commitment(
        id=promise.id,
        what=promise.what,
        owner=given.owner.value,
        due=promise.due,
        contribution=given.contribution,
        status=known.status if known else "promised",
        evidence=known.evidence if known else None,
    )
    _owe_progress(work, given.owner.value, promise)
    return promise.id


def _owe_progress(work: Deliberation, owner: str, promise: NewCommitment) -> None:
    """A commitment that is decided again keeps its first promise, however its date moves."""
    duty = work.duty(duty_name(DutyKind.REPORT_PROGRESS, promise.id))
    if duty is None or duty.status is DutyStatus.WITHDRAWN:
        work.open_duty(DutyKind.REPORT_PROGRESS, promise.id, owner=owner, due_day=promise.due)
    elif duty.owed:
        reckoning = work.reckon(DutyKind.REPORT_PROGRESS, promise.due)
        due, was = work.calendar.end_of(promise.due), duty.due
        moved = work.move(work.lapse_if_past(duty), due, reckoning, owner=owner)
        work.fact(
            FactName.DUTY_RESCHEDULED,
            duty.name,
            was=was.isoformat(),
            due=due.isoformat(),
            version=moved.version,
        )


def sign_strategy(work: Deliberation, _given: Bare) -> None:
    """The sponsor signs what changes."""
    work.dialogue.signed_at = work.now
    work.fact(FactName.STRATEGY_SIGNED)
    work.meet(DutyKind.SIGN_STRATEGY)
    # What is signed is told in the answers; a word in between would come after what it announces.
    work.withdraw_named(DutyKind.INTERIM_WORD, FactName.STRATEGY_SIGNED)


def report_progress(work: Deliberation, given: ReportProgress) -> None:
    """How a commitment stands; the one whose point it came from hears it too."""
    commitment = work.dialogue.commitments.get(given.commitment)
    if commitment is None:
        raise NotKnown("unknown-commitment", commitment=given.commitment)
    duty = work.duty(duty_name(DutyKind.REPORT_PROGRESS, given.commitment))
    if not can_report(work.dialogue, commitment, work.actor):
        owner = work.dialogue.owner_role(duty) if duty else commitment.owner
        raise NotYours("not-your-commitment", commitment=given.commitment, owner=owner)
    if commitment.ended and given.status == "under-way":
        raise Refused("commitment-ended", commitment=given.commitment, status=commitment.status)
    update = {"status": given.status, "evidence": given.evidence}
    work.dialogue.commitments[given.commitment] = commitment.model_copy(update=update)
    work.fact(FactName.COMMITMENT_REPORTED, given.commitment, status=given.status)
    if given.status != "under-way":
        work.meet(duty_name(DutyKind.REPORT_PROGRESS, given.commitment))
    contribution = work.dialogue.contributions.get(commitment.contribution)
    if contribution:
        work.tell(
            contribution.voice,
            Template.PROGRESS_REPORTED,
            commitment=given.commitment,
            status=given.status,
        )
