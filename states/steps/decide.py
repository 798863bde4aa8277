"""Decision: one step of one person at one moment, by the table, the checks and the handler of the step."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from states.checks.checks import checks_of
from states.checks.gaps import Gap
from states.language.errors import BadInput, ChecksNotMet
from states.language.validation_messages import problem_of
from states.model.dialogue import Dialogue, Phase
from states.model.people import PARTICIPANT
from states.steps.actor import actor_of
from states.steps.delivery import pass_on
from states.steps.draft import Decision, Deliberation
from states.steps.machine import advance, require_fit
from states.steps.people import contact, erasure, hand_over, helpers, relayed_steps, undo
from states.steps.phases import analysis, feedback, gathering, rescheduling, session, strategy
from states.steps.table import STEPS, Step
from states.values.values import Value

Handler = Callable[..., None]

HANDLERS: dict[str, Handler] = {
    "name-risk": analysis.name_risk,
    "drop-risk": analysis.drop_risk,
    "map-stakeholder": analysis.map_stakeholder,
    "drop-stakeholder": analysis.drop_stakeholder,
    "link-chain-dialogue": analysis.link_chain_dialogue,
    "give-information": analysis.give_information,
    "approve-analysis": analysis.approve_analysis,
    "override-check": analysis.override_check,
    "change-contact": contact.change_contact,
    "mark-unsafe": contact.mark_unsafe,
    "invite": gathering.invite,
    "invite-all": gathering.invite_all,
    "accept-invitation": gathering.accept_invitation,
    "decline-invitation": gathering.decline_invitation,
    "share-expectation": gathering.share_expectation,
    "echo-expectations": gathering.echo_expectations,
    "open-session": gathering.open_session,
    "record-attendance": session.record_attendance,
    "record-management": session.record_management,
    "record-contribution": session.record_contribution,
    "publish-summary": session.publish_summary,
    "check-line": session.check_line,
    "close-session": session.close_session,
    "decide": strategy.decide,
    "sign-strategy": strategy.sign_strategy,
    "report-progress": strategy.report_progress,
    "answer-participant": feedback.answer_participant,
    "give-verdict": feedback.give_verdict,
    "dispute-answer": feedback.dispute_answer,
    "settle-dispute": feedback.settle_dispute,
    "note-lesson": feedback.note_lesson,
    "close-dialogue": feedback.close_dialogue,
    "close-with-debts": feedback.close_with_debts,
    "cancel-dialogue": feedback.cancel_dialogue,
    "bring": pass_on.bring,
    "record-delivery": pass_on.record_delivery,
    "could-not-reach": pass_on.could_not_reach,
    "name-helper": helpers.name_helper,
    "end-helper": helpers.end_helper,
    "postpone": rescheduling.postpone,
    "reschedule-session": rescheduling.reschedule_session,
    "agree-hand-over": hand_over.agree_hand_over,
    "hand-over": hand_over.hand_over,
    "ask-erasure": erasure.ask_erasure,
    "undo-relayed": undo.undo_relayed,
    "settle-erasure": erasure.settle_erasure,
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
    dialogue: Dialogue, step: str, given: Mapping[str, Any], by: str, now: datetime
) -> Decision:
    """
    What follows when *by* (a role, a stakeholder id or a pseudonym) asks for *step* at *now* (aware UTC).

    Changes nothing itself: the decision holds the dialogue before and after, the facts and the notices.
    Raises Refused, in one of its kinds, when the step is unknown, not theirs, does not fit the phase, brings
    something invalid, or when checks of the phase are not met. Source: rules 1 to 3.
    """
    if now.tzinfo is None:
        raise BadInput("naive-time", time=now.isoformat(sep=" "))
    rule = known_step(step)
    model = understood(rule, given)
    require_fit(dialogue.phase, step)
    actor = actor_of(dialogue, rule, by, model)
    work = Deliberation(dialogue, actor.name, now)
    if PARTICIPANT in rule.by:
        work.relay = actor.relay
        HANDLERS[step](work, model, actor.voice)
        relayed_steps.note(work, step, model, actor.relay, actor.voice)
        if step != "record-delivery":
            pass_on.heard(work, actor.voice, getattr(model, "how", None) or _THEIR_WORD)
    else:
        HANDLERS[step](work, model)
    _advance(work, step)
    return work.decision()


def decide_all(
    dialogue: Dialogue, step: str, givens: Sequence[Mapping[str, Any]], by: str, now: datetime
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
    return Decision(dialogue, last.dialogue, facts, notices, last.programme)


def known_step(step: str) -> Step:
    """The rule of *step*; raises BadInput that suggests what may have been meant."""
    rule = STEPS.get(step)
    if rule is None:
        close = difflib.get_close_matches(step[:80], STEPS, n=3)
        hint = Gap("step-close", {"close": close}) if close else Gap("step-list")
        raise BadInput("unknown-step", step=step[:80], hint=hint)
    return rule


def understood(rule: Step, given: Mapping[str, Any]) -> Value:
    """What came with a step as its model; raises BadInput that names each field, its value and what is allowed."""
    try:
        return rule.takes.model_validate(given or {})
    except ValidationError as error:
        problems = [problem_of(dict(problem)) for problem in error.errors()]
        raise BadInput("bad-input", step=rule.name, problems=problems) from None


def _advance(work: Deliberation, step: str) -> None:
    before = work.dialogue.phase
    after = advance(before, step, lambda _phase: _pass_gate(work, step))
    if after is not before:
        enter(work, after)


def _pass_gate(work: Deliberation, step: str) -> None:
    unmet = [check for check in checks_of(work.dialogue, work.now) if not check.passes]
    if unmet:
        raise ChecksNotMet(step, unmet)


def enter(work: Deliberation, phase: Phase) -> None:
    """*phase* begins: the fact, and the duties that it brings."""
    work.enter(phase)
    if phase in ENTERING:
        ENTERING[phase](work)
