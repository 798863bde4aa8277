"""Deciding: one step of one person at one moment, by the table, the checks and the handler of the step."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from states import (
    analysis,
    answering,
    contact,
    dates,
    erasing,
    gathering,
    helping,
    meeting,
    passing_on,
    relaying,
    roles,
    strategy,
    undoing,
)
from states.acting import actor_of
from states.checks import checks_of
from states.deliberation import Decision, Deliberation
from states.dialogue import Dialogue, Phase
from states.errors import BadInput, ChecksNotMet
from states.gaps import Gap
from states.machine import advance, require_fit
from states.people import PARTICIPANT
from states.problems import problem_of
from states.table import STEPS, Step
from states.values import Value

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
    "record-attendance": meeting.record_attendance,
    "record-management": meeting.record_management,
    "record-contribution": meeting.record_contribution,
    "publish-summary": meeting.publish_summary,
    "check-line": meeting.check_line,
    "close-session": meeting.close_session,
    "decide": strategy.decide,
    "sign-strategy": strategy.sign_strategy,
    "report-progress": strategy.report_progress,
    "answer-participant": answering.answer_participant,
    "give-verdict": answering.give_verdict,
    "dispute-answer": answering.dispute_answer,
    "settle-dispute": answering.settle_dispute,
    "note-lesson": answering.note_lesson,
    "close-dialogue": answering.close_dialogue,
    "close-with-debts": answering.close_with_debts,
    "cancel-dialogue": answering.cancel_dialogue,
    "bring": passing_on.bring,
    "record-delivery": passing_on.record_delivery,
    "could-not-reach": passing_on.could_not_reach,
    "name-helper": helping.name_helper,
    "end-helper": helping.end_helper,
    "postpone": dates.postpone,
    "reschedule-session": dates.reschedule_session,
    "agree-hand-over": roles.agree_hand_over,
    "hand-over": roles.hand_over,
    "ask-erasure": erasing.ask_erasure,
    "undo-relayed": undoing.undo_relayed,
    "settle-erasure": erasing.settle_erasure,
}

ENTERING: dict[Phase, Callable[[Deliberation], None]] = {
    Phase.EXPECTATION_GATHERING: gathering.enter_gathering,
    Phase.SESSION: meeting.enter_session,
    Phase.STRATEGY_UPDATE: strategy.enter_strategy,
    Phase.FEEDBACK: answering.enter_feedback,
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
    something invalid, or when checks of the phase are not met. Source of the rules: DESIGN section 3.
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
        relaying.note(work, step, model, actor.relay, actor.voice)
        if step != "record-delivery":
            passing_on.heard(work, actor.voice, getattr(model, "how", None) or _THEIR_WORD)
    else:
        HANDLERS[step](work, model)
    _advance(work, step)
    return work.decision()


def decide_all(
    dialogue: Dialogue, step: str, givens: Sequence[Mapping[str, Any]], by: str, now: datetime
) -> Decision:
    """
    What follows when *by* asks for *step* once for each of *givens*, at least one: all of it or nothing.

    Raises what `decide` raises, for the first that is refused. Source: DESIGN 4, one request is one transaction.
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
    work.dialogue.phase = phase
    work.dialogue.phase_since = work.now
    work.fact("phase-entered", phase=phase)
    if phase in ENTERING:
        ENTERING[phase](work)
