"""
Authorization and preconditions: what may be done now, and by whom, said once.

The handlers of steps refuse by these functions, and pages, letters and commands offer by them, so that no door offers
what the law refuses, or hides what it allows.
"""

from typing import NamedTuple

from states.checks.composition import moderator_is_independent
from states.model.contributions import Commitment, Contribution, Outcome
from states.model.dialogue import Dialogue, Phase
from states.model.duties import KINDS, Duty, duty_name
from states.model.people import Role
from states.model.vocabulary import DutyKind, Step
from states.privacy.seals import is_sealed, is_under_seal
from states.steps.machine import fitting_phases
from states.steps.table import MANAGERS, STEPS


class Wordable(NamedTuple):
    """Words that a speaker under seal wrote *about* a line, a dispute or a verdict, and how others read them."""

    about: str
    key: str
    """The contribution; of a verdict the pseudonym."""
    said: str
    worded: str | None


_ENDED = frozenset({Phase.CLOSED, Phase.CLOSED_WITH_DEBTS, Phase.CANCELLED})


def fits(dialogue: Dialogue, step: Step) -> bool:
    """Whether *step* fits the phase in which *dialogue* stands."""
    return dialogue.phase in fitting_phases(step)


def may_take(role: str, step: Step) -> bool:
    """Whether *step* is for *role* to take."""
    return role in STEPS[step].by


def is_reached(dialogue: Dialogue, step: Step) -> bool:
    """Whether *dialogue* stands in the first phase that *step* fits, or beyond it."""
    phases = list(Phase)
    return phases.index(dialogue.phase) >= min(map(phases.index, fitting_phases(step)))


# dates


def postponements_left(dialogue: Dialogue, duty: Duty) -> int:
    """How often another date for *duty* may still be named: never for one whose date the law fixes."""
    if KINDS[duty.kind].fixed:
        return 0
    return max(0, dialogue.policy.limits.postponements - len(duty.postponements))


def moves_with_session(duty: Duty) -> bool:
    """Whether *duty* is owed and moves along when the session does."""
    return duty.owed and KINDS[duty.kind].follows_session


# the session


def can_move_session(dialogue: Dialogue) -> bool:
    """Whether the session can still be moved: not once its summary is out."""
    return fits(dialogue, Step.RESCHEDULE_SESSION) and dialogue.summary_published_at is None


def can_seal(dialogue: Dialogue, role: str) -> bool:
    """Whether *role* can record a point under seal: an independent moderator alone (rules 35)."""
    return role == Role.MODERATOR and moderator_is_independent(dialogue)


def can_say_silence(dialogue: Dialogue, role: str) -> bool:
    """
    Whether *role* can say that nothing was contributed.

    Where there is a moderator who records under seal they alone know all points; were others refused only when there
    is such a point, the refusal would tell of it (rules 35).
    """
    return can_seal(dialogue, role) or not can_seal(dialogue, Role.MODERATOR)


# the strategy


def strategy_signed(dialogue: Dialogue) -> bool:
    """Whether the sponsor signed, be it that a decision was taken again since: from then on answers can be written."""
    return any(d.kind == DutyKind.SIGN_STRATEGY and d.met_at for d in dialogue.duties.values())


def decisions_stand(dialogue: Dialogue) -> bool:
    """Whether the decisions are signed as they are, and none is being taken again."""
    return dialogue.signed_at is not None and dialogue.phase is not Phase.STRATEGY_UPDATE


def can_decide(dialogue: Dialogue, point: Contribution) -> bool:
    """
    Whether a decision on *point* can be taken now, or taken again.

    Once an answer was written only a disputed one; after the signature also one on a point that came back since.
    """
    settled = dialogue.phase is Phase.FEEDBACK and point.outcome is not None
    objected = point.dispute_open and not point.asked_back
    return fits(dialogue, Step.DECIDE) and (objected or not (point.written_at or settled))


def can_report(dialogue: Dialogue, promise: Commitment, role: str) -> bool:
    """Whether how *promise* stands is for *role* to say: for its owner, manager and deputy."""
    duty = dialogue.latest(duty_name(DutyKind.REPORT_PROGRESS, promise.id))
    owner = dialogue.owner_role(duty) if duty else promise.owner
    return role in {owner, *MANAGERS}


# the feedback


def wordable(dialogue: Dialogue) -> list[Wordable]:
    """
    What speakers under seal wrote in words of their own, those first that the moderator did not word neutrally yet.

    Whoever may not read the words learns here no more than that there are some.
    """
    found = list[Wordable]()
    for point in (c for c in dialogue.contributions.values() if is_under_seal(c) and c.stands):
        if point.corrected or point.neutral_line:
            worded = point.neutral_line if point.line_worded else None
            found.append(Wordable("line", point.id, point.line or "", worded))
        if point.dispute_reason:
            words = (point.dispute_reason, point.neutral_dispute)
            found.append(Wordable("dispute", point.id, *words))
    for voice, verdict in dialogue.verdicts.items():
        if verdict.comment and is_sealed(dialogue, voice):
            words = (verdict.comment, verdict.neutral_comment)
            found.append(Wordable("verdict", voice, *words))
    return sorted(found, key=lambda one: one.worded is not None)


def why_unanswerable(dialogue: Dialogue, point: Contribution) -> str | None:
    """
    The code of the refusal to answer *point* now; None when it can be answered.

    After the end of a dialogue also undecided points can be answered: what is owed stays owed.
    """
    if dialogue.is_erased(point.voice):
        return "nobody-to-answer"
    if point.written_at is not None:
        return "already-answered"
    if dialogue.phase in _ENDED:
        return None
    if point.outcome is None:
        return "not-decided"
    return None if strategy_signed(dialogue) else "not-signed"


def is_a_no(point: Contribution) -> bool:
    """Whether what was decided on *point* is a no, which is better said in a call first (rules 52)."""
    return point.outcome in {Outcome.REJECTED, Outcome.OUTSIDE_OUR_POWER}


def is_question(point: Contribution) -> bool:
    """Whether a question about the answer to *point* waits for words: an objection may take its place."""
    return point.asked_back and point.awaits_response


def can_ask_back(dialogue: Dialogue, point: Contribution) -> bool:
    """Whether a question about the answer to *point* can be asked now: while the verdict on it is (rules 54)."""
    open_ = point.dispute_open or point.settlement_waits
    verdict = dialogue.latest(duty_name(DutyKind.GIVE_VERDICT, point.voice))
    window = verdict is not None and verdict.owed
    answered = point.delivered_at is not None and not open_
    return answered and window and fits(dialogue, Step.ASK_BACK)


def can_dispute(dialogue: Dialogue, point: Contribution) -> bool:
    """Whether *not my point* can be said now of the answer to *point*."""
    asked = point.delivered_at is not None and not (point.dispute_open and not is_question(point))
    left = next_judge(dialogue, point.dispute_round) is not None
    return asked and left and fits(dialogue, Step.DISPUTE_ANSWER)


def next_judge(dialogue: Dialogue, objected: int) -> Role | None:
    """
    Who looks at the next objection to a point that met *objected* of them; None when no round is left.

    The manager, and in the last round the moderator where there is one.
    """
    rounds = dialogue.policy.limits.dispute_rounds
    if objected > rounds:
        return None
    last = objected == rounds
    return Role.MODERATOR if last and dialogue.role(Role.MODERATOR) else Role.MANAGER
