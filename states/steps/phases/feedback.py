"""Step handlers of the feedback: answers, verdicts, disputes, and the end of the year."""

from states.language.errors import BadInput, NotYours, Refused
from states.model.contributions import Contribution, Verdict
from states.model.dialogue import Phase
from states.model.duties import KINDS, duty_name
from states.model.people import Invitation, Role
from states.model.vocabulary import DutyKind, FactName, Template
from states.privacy.embargo.windows import is_window_open
from states.privacy.seals import is_sealed
from states.steps.delivery.carriage import answer_written, response_written
from states.steps.delivery.onlookers import tell_onlookers
from states.steps.draft import Deliberation
from states.steps.feedback_requests import (
    AnswerParticipant,
    AskBack,
    DisputeAnswer,
    GiveVerdict,
    SettleDispute,
)
from states.steps.permissions import can_ask_back, is_question, next_judge, why_unanswerable
from states.steps.phases.neutral_words import ask_for_wording
from states.steps.requests import Bare, NoteLesson, Reasoned

_TOLD = {
    FactName.DIALOGUE_CLOSED: Template.DIALOGUE_CLOSED,
    FactName.DIALOGUE_CANCELLED: Template.DIALOGUE_CANCELLED,
}
"""Which message tells whom it concerns that a dialogue ended."""
_CONCERNED = {
    FactName.DIALOGUE_CLOSED: frozenset({Invitation.ACCEPTED}),
    FactName.DIALOGUE_CANCELLED: frozenset({Invitation.ACCEPTED, Invitation.INVITED}),
}
"""Whom the end of a dialogue concerns, by how they stand to their invitation."""


def enter_feedback(work: Deliberation) -> None:
    """The dialogue is owed its close."""
    if work.duty(DutyKind.CLOSE_DIALOGUE) is None:
        work.open_duty(DutyKind.CLOSE_DIALOGUE)


def answer_participant(work: Deliberation, given: AnswerParticipant) -> None:
    """
    Write to one participant what became of their contributions, all at once or in parts.

    It counts as given when it was delivered, not now (rules 16); under seal now, and carrying it is a duty of its own.
    """
    covered = [work.contribution(name) for name in dict.fromkeys(given.covers)]
    voices = {c.voice for c in covered}
    if len(voices) > 1:
        raise BadInput("answer-two-people", contributions=list(given.covers))
    for contribution in covered:
        _require_answerable(work, contribution)
        work.change_contribution(contribution.id, answer=given.text, written_at=work.now)
    voice = voices.pop()
    covers = [c.id for c in covered]
    work.fact(FactName.ANSWER_WRITTEN, voice, covers=covers)
    work.tell(
        voice,
        Template.ANSWER,
        work.duty(duty_name(DutyKind.ANSWER_PARTICIPANT, voice)),
        covers=covers,
    )
    if is_sealed(work.dialogue, voice):
        answer_written(work, voice)


def _require_answerable(work: Deliberation, contribution: Contribution) -> None:
    if code := why_unanswerable(work.dialogue, contribution):
        raise Refused(code, contribution=contribution.id)


def give_verdict(work: Deliberation, given: GiveVerdict, voice: str) -> None:
    """The participant says whether they were heard; their own success test is held against it."""
    work.dialogue.verdicts[voice] = Verdict(
        id=voice, at=work.now, **given.model_dump(include={"heard", "success_test", "comment"})
    )
    work.fact(FactName.VERDICT_GIVEN, voice, heard=given.heard, success_test=given.success_test)
    if not is_window_open(work.dialogue, DutyKind.GIVE_VERDICT, voice, work.now):
        work.meet(duty_name(DutyKind.GIVE_VERDICT, voice))
    if given.comment:
        ask_for_wording(work, "verdict", voice)


def dispute_answer(work: Deliberation, given: DisputeAnswer, voice: str) -> None:
    """*Not my point*: the one contribution gets its own clock, at most twice, then the moderator settles."""
    contribution = work.contribution(given.contribution)
    if contribution.delivered_at is None:
        raise Refused("not-answered-yet", contribution=given.contribution)
    waits = contribution.dispute_open or contribution.settlement_waits
    if waits and not is_question(contribution):
        raise Refused("dispute-twice", contribution=given.contribution)
    owner, round_ = (
        next_judge(work.dialogue, contribution.dispute_round),
        contribution.dispute_round + 1,
    )
    if owner is None:
        rounds = work.dialogue.policy.limits.dispute_rounds
        raise Refused("dispute-is-final", contribution=given.contribution, rounds=rounds)
    if is_question(contribution):  # the objection is answered in its place
        work.withdraw_named(duty_name(DutyKind.ANSWER_DISPUTE, given.contribution), "objected")
    work.change_contribution(
        given.contribution,
        dispute_round=round_,
        dispute_open=True,
        asked_back=False,
        dispute_reason=given.reason,
        neutral_dispute=None,
        settlement=None,
    )
    work.fact(FactName.ANSWER_DISPUTED, given.contribution, voice=voice, round=round_)
    duty = work.open_duty(DutyKind.ANSWER_DISPUTE, given.contribution, owner=owner, waiting=voice)
    work.tell(owner, Template.ANSWER_DISPUTED, duty, contribution=given.contribution, round=round_)
    ask_for_wording(work, "dispute", voice, contribution=given.contribution)


def ask_back(work: Deliberation, given: AskBack, voice: str) -> None:
    """
    A question about the answer, while the verdict on it is asked: the manager responds in a few days.

    It takes the way of an objection, whose response it gets, but counts no round and reopens no decision (rules 54).
    """
    contribution = work.contribution(given.contribution)
    if contribution.delivered_at is None:
        raise Refused("not-answered-yet", contribution=given.contribution)
    if contribution.dispute_open or contribution.settlement_waits:
        raise Refused("asked-twice", contribution=given.contribution)
    if not can_ask_back(work.dialogue, contribution):
        raise Refused("question-too-late", contribution=given.contribution)
    asked = {"dispute_reason": given.question, "neutral_dispute": None, "settlement": None}
    work.change_contribution(given.contribution, dispute_open=True, asked_back=True, **asked)
    work.fact(FactName.ASKED_BACK, given.contribution, voice=voice)
    end = work.calendar.shift(work.today, work.dialogue.policy.limits.question_days)
    duty = work.open_duty(
        DutyKind.ANSWER_DISPUTE, given.contribution, due_day=end, waiting=voice, owner=Role.MANAGER
    )
    about = {"contribution": given.contribution, "question": True}
    work.tell(Role.MANAGER, Template.ANSWER_DISPUTED, duty, **about)
    ask_for_wording(work, "dispute", voice, contribution=given.contribution)


def settle_dispute(work: Deliberation, given: SettleDispute) -> None:
    """Answer the dispute; it counts when it was delivered, under seal when it was written."""
    contribution = work.contribution(given.contribution)
    if not contribution.dispute_open:
        raise Refused("not-disputed", contribution=given.contribution)
    if not contribution.awaits_response:
        raise Refused("already-settled", contribution=given.contribution)
    duty = work.duty(duty_name(DutyKind.ANSWER_DISPUTE, given.contribution))
    last_word = duty is not None and work.dialogue.owner_role(duty) == Role.MODERATOR
    if last_word and work.actor != Role.MODERATOR:
        raise NotYours("moderator-settles", contribution=given.contribution)
    settled = work.change_contribution(given.contribution, settlement=given.text)
    work.fact(FactName.SETTLEMENT_WRITTEN, given.contribution, round=contribution.dispute_round)
    work.tell(contribution.voice, Template.DISPUTE_SETTLED, duty, contribution=given.contribution)
    if is_sealed(work.dialogue, settled.voice):
        response_written(work, settled)


def note_lesson(work: Deliberation, given: NoteLesson) -> None:
    """What to do differently next year."""
    work.dialogue.lessons = (*work.dialogue.lessons, given.text)
    work.fact(FactName.LESSON_NOTED)


def close_dialogue(work: Deliberation, _given: Bare) -> None:
    """The year closes: nothing is owed to anybody who contributed."""
    work.meet(DutyKind.CLOSE_DIALOGUE)
    _end(work, FactName.DIALOGUE_CLOSED)


def close_with_debts(work: Deliberation, given: Reasoned) -> None:
    """The sponsor closes although answers are owed; the debts live on and next year's opening shows them."""
    owed = [duty for duty in work.dialogue.duties.values() if duty.owed and duty.waiting]
    debts = [duty.name for duty in owed if KINDS[duty.kind].debt]
    if not debts:
        raise Refused("no-debts")
    work.meet(DutyKind.CLOSE_DIALOGUE)
    _end(work, FactName.DIALOGUE_CLOSED, reason=given.reason, debts=debts)


def cancel_dialogue(work: Deliberation, given: Reasoned) -> None:
    """The dialogue is called off; what is owed to people who already contributed stays owed."""
    _end(work, FactName.DIALOGUE_CANCELLED, reason=given.reason)


def _end(work: Deliberation, fact: FactName, **detail: object) -> None:
    work.fact(fact, **detail)
    ended = [d for d in work.dialogue.duties.values() if d.owed and not _lives_on(work, d.kind)]
    work.withdraw(ended, fact)
    for stakeholder in work.dialogue.stakeholders.values():
        if stakeholder.invitation in _CONCERNED[fact]:
            work.tell(stakeholder.id, _TOLD[fact], **detail)
    tell_onlookers(work, Template.RESULT, **detail)


def _lives_on(work: Deliberation, kind: DutyKind) -> bool:
    """Debts outlive the year, and what is still carried; so does a verdict that was asked while answers are owed."""
    return (
        KINDS[kind].debt
        or kind in {DutyKind.PASS_ON, DutyKind.CARRY_ANSWER}
        or (kind == DutyKind.GIVE_VERDICT and work.dialogue.phase is Phase.FEEDBACK)
    )
