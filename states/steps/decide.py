"""Decision: one step of one person at one moment, by the table, the checks and the handler of the step."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from states.checks.checks import Check, checks_of
from states.checks.gaps import Gap
from states.language.errors import BadInput, ChecksNotMet, Refused
from states.language.near_words import near_words
from states.language.validation_messages import problem_of
from states.model.dialogue import Dialogue, Phase
from states.model.people import PARTICIPANT
from states.model.vocabulary import Step
from states.privacy.embargo.known_to_others import as_others_know
from states.privacy.readers import Reader
from states.privacy.seals import is_sealed
from states.steps.actor import actor_of
from states.steps.delivery import pass_on
from states.steps.draft import Decision, Deliberation
from states.steps.machine import advance, require_fit
from states.steps.people import contact, erasure, hand_over, helpers, relayed_steps, undo
from states.steps.phases import (
    analysis,
    feedback,
    gathering,
    neutral_words,
    rescheduling,
    session,
    strategy,
)
from states.steps.table import STEPS, StepRule
from states.values.values import Value

Handler = Callable[..., None]

HANDLERS: dict[Step, Handler] = {
    Step.NAME_RISK: analysis.name_risk,
    Step.DROP_RISK: analysis.drop_risk,
    Step.MAP_STAKEHOLDER: analysis.map_stakeholder,
    Step.DROP_STAKEHOLDER: analysis.drop_stakeholder,
    Step.LINK_CHAIN_DIALOGUE: analysis.link_chain_dialogue,
    Step.GIVE_INFORMATION: analysis.give_information,
    Step.APPROVE_ANALYSIS: analysis.approve_analysis,
    Step.OVERRIDE_CHECK: analysis.override_check,
    Step.CHANGE_CONTACT: contact.change_contact,
    Step.MARK_UNSAFE: contact.mark_unsafe,
    Step.INVITE: gathering.invite,
    Step.INVITE_ALL: gathering.invite_all,
    Step.ACCEPT_INVITATION: gathering.accept_invitation,
    Step.DECLINE_INVITATION: gathering.decline_invitation,
    Step.SHARE_EXPECTATION: gathering.share_expectation,
    Step.ECHO_EXPECTATIONS: gathering.echo_expectations,
    Step.OPEN_SESSION: gathering.open_session,
    Step.RECORD_ATTENDANCE: session.record_attendance,
    Step.RECORD_MANAGEMENT: session.record_management,
    Step.RECORD_CONTRIBUTION: session.record_contribution,
    Step.PUBLISH_SUMMARY: session.publish_summary,
    Step.CHECK_LINE: session.check_line,
    Step.CLOSE_SESSION: session.close_session,
    Step.INTERIM_WORD: strategy.interim_word,
    Step.DECIDE: strategy.decide,
    Step.SIGN_STRATEGY: strategy.sign_strategy,
    Step.REPORT_PROGRESS: strategy.report_progress,
    Step.ANSWER_PARTICIPANT: feedback.answer_participant,
    Step.GIVE_VERDICT: feedback.give_verdict,
    Step.ASK_BACK: feedback.ask_back,
    Step.DISPUTE_ANSWER: feedback.dispute_answer,
    Step.SETTLE_DISPUTE: feedback.settle_dispute,
    Step.WORD_NEUTRALLY: neutral_words.word_neutrally,
    Step.NOTE_LESSON: feedback.note_lesson,
    Step.CLOSE_DIALOGUE: feedback.close_dialogue,
    Step.CLOSE_WITH_DEBTS: feedback.close_with_debts,
    Step.CANCEL_DIALOGUE: feedback.cancel_dialogue,
    Step.BRING: pass_on.bring,
    Step.RECORD_DELIVERY: pass_on.record_delivery,
    Step.COULD_NOT_REACH: pass_on.could_not_reach,
    Step.NAME_HELPER: helpers.name_helper,
    Step.END_HELPER: helpers.end_helper,
    Step.POSTPONE: rescheduling.postpone,
    Step.RESCHEDULE_SESSION: rescheduling.reschedule_session,
    Step.AGREE_HAND_OVER: hand_over.agree_hand_over,
    Step.HAND_OVER: hand_over.hand_over,
    Step.ASK_ERASURE: erasure.ask_erasure,
    Step.UNDO_RELAYED: undo.undo_relayed,
    Step.SETTLE_ERASURE: erasure.settle_erasure,
}

ENTERING: dict[Phase, Callable[[Deliberation], None]] = {
    Phase.EXPECTATION_GATHERING: gathering.enter_gathering,
    Phase.SESSION: session.enter_session,
    Phase.STRATEGY_UPDATE: strategy.enter_strategy,
    Phase.FEEDBACK: feedback.enter_feedback,
}


_THEIR_WORD = "own-step"
"""How it is known that something arrived, when whoever it was for acted upon it."""


def decide(
    dialogue: Dialogue, step: Step, given: Mapping[str, Any], by: str, now: datetime
) -> Decision:
    """
    What follows when *by* (a role, a stakeholder id or a pseudonym) asks for *step* at *now* (aware UTC).

    Changes nothing itself: the decision holds the dialogue before and after, the facts and the notices.
    Raises Refused, in one of its kinds, when the step is unknown, not theirs, does not fit the phase, brings
    something invalid, or when checks of the phase are not met. Source: rules 1 to 3.
    """
    if now.tzinfo is None:
        raise BadInput("naive-time", time=now.isoformat(sep=" "))
    try:
        return _decide(dialogue, step, given, by, now)
    except Refused as refusal:
        refusal.dialogue_id = dialogue.id
        raise


def _decide(
    dialogue: Dialogue, step: Step, given: Mapping[str, Any], by: str, now: datetime
) -> Decision:
    rule = known_step(step)
    model = understand(rule, given)
    require_fit(dialogue.phase, rule.name)
    actor = actor_of(dialogue, rule, by, model)
    work = Deliberation(dialogue, actor.name, now, actor.voice, getattr(model, "to", None))
    if PARTICIPANT in rule.by:
        work.relay = actor.relay
        HANDLERS[rule.name](work, model, actor.voice)
        relayed_steps.note(work, rule.name, model, actor.relay, actor.voice)
        if rule.name is not Step.RECORD_DELIVERY:
            pass_on.hear(work, actor.voice, getattr(model, "how", None) or _THEIR_WORD)
    else:
        HANDLERS[rule.name](work, model)
    _advance(work, rule.name)
    return work.decision()


def decide_all(
    dialogue: Dialogue, step: Step, givens: Sequence[Mapping[str, Any]], by: str, now: datetime
) -> Decision:
    """
    What follows when *by* asks for *step* once for each of *givens*, at least one: all of it or nothing.

    Raises what `decide` raises, for the first that is refused. Source: rules 2, one request is one transaction.
    """
    decisions = list[Decision]()
    for given in givens:
        now_is = decisions[-1].dialogue if decisions else dialogue
        decisions.append(decide(now_is, step, given, by, now))
    last = decisions[-1]
    facts = tuple(fact for decision in decisions for fact in decision.facts)
    notices = tuple(notice for decision in decisions for notice in decision.notices)
    held = tuple(step for decision in decisions for step in decision.held)
    return Decision(dialogue, last.dialogue, facts, notices, last.programme, held)


def is_sealed_act(dialogue: Dialogue, step: Step, given: Mapping[str, Any], by: str) -> bool:
    """Whether *by* would take *step* as a voice under seal; what is refused anyway is no act."""
    rule = known_step(step)
    try:
        return is_sealed(dialogue, actor_of(dialogue, rule, by, understand(rule, given)).name)
    except Refused:
        return False


def known_step(step: str) -> StepRule:
    """The rule of *step*; raises BadInput that suggests what may have been meant."""
    if step not in STEPS:
        close = near_words(step, STEPS, most=3)
        hint = Gap("step-close", {"close": close}) if close else Gap("step-list")
        raise BadInput("unknown-step", step=step[:80], hint=hint)
    return STEPS[Step(step)]


def understand(rule: StepRule, given: Mapping[str, Any]) -> Value:
    """What came with a step as its model; raises BadInput that names each field, its value and what is allowed."""
    try:
        return rule.takes.model_validate(given or {})
    except ValidationError as error:
        problems = [problem_of(dict(problem)) for problem in error.errors()]
        raise BadInput("bad-input", step=rule.name, problems=problems) from None


def _advance(work: Deliberation, step: Step) -> None:
    before = work.dialogue.phase
    after = advance(before, step, lambda _phase: _pass_gate(work, step))
    if after is not before:
        enter(work, after)


def _pass_gate(work: Deliberation, step: Step) -> None:
    unmet = _unmet(work.dialogue, work.now)
    if unmet:
        known = work.dialogue.copy()
        as_others_know(known, Reader.by_name(work.actor))
        raise ChecksNotMet(step, _unmet(known, work.now) or unmet)


def _unmet(dialogue: Dialogue, now: datetime) -> list[Check]:
    return [check for check in checks_of(dialogue, now) if not check.passes]


def enter(work: Deliberation, phase: Phase) -> None:
    """*phase* begins: the fact, and the duties that it brings."""
    work.enter(phase)
    if phase in ENTERING:
        ENTERING[phase](work)
