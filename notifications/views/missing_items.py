"""View of missing items: what a duty still lacks, in words that whoever owes it can act on."""

from collections.abc import Iterator
from datetime import datetime

from notifications.language.layout import Marked, quote_inline
from notifications.language.words import fill, word
from notifications.views.alerts import lacking
from notifications.views.names import company_language, points_of
from states.checks.checks import checks_of
from states.model.contributions import Contribution
from states.model.dialogue import Dialogue
from states.model.duties import Duty
from states.model.vocabulary import DutyKind, Step
from states.privacy.seals import is_under_seal
from states.privacy.visibility import wish_to_be_told
from states.steps.permissions import fits

_COMPLETES = frozenset(
    {
        DutyKind.APPROVE_ANALYSIS,
        DutyKind.ECHO_EXPECTATIONS,
        DutyKind.PUBLISH_SUMMARY,
        DutyKind.SIGN_STRATEGY,
        DutyKind.CLOSE_DIALOGUE,
    }
)
"""Duties that stand for a whole phase: what they lack is what its checks lack."""


def missing_for(dialogue: Dialogue, duty: Duty, now: datetime, language: str) -> list[str]:
    """What is missing before *duty* can be met, one line each; empty when nothing but the deed itself is."""
    if duty.kind == DutyKind.INVITE_STAKEHOLDER:
        fields = (word("information", name, language) for name in dialogue.information.missing)
        return [fill("missing", "field", language, field=field) for field in fields]
    if duty.kind in _COMPLETES:
        return list(_checks(dialogue, Step(duty.kind), now, language))
    if duty.kind in {
        DutyKind.ANSWER_PARTICIPANT,
        DutyKind.ANSWER_DISPUTE,
        DutyKind.DECIDE_CONTRIBUTION,
    }:
        lacks = [
            line
            for point in points_of(dialogue, duty)
            if (line := _missing_step(dialogue, duty, point, language))
        ]
        return [*lacks, *_told_how(dialogue, duty, language)] if lacks else []
    return []


def _told_how(dialogue: Dialogue, duty: Duty, language: str) -> Iterator[str]:
    """How the one who waits for an answer wishes to be told, where whoever owes it may know."""
    is_answer = duty.kind == DutyKind.ANSWER_PARTICIPANT
    if is_answer and (wish := wish_to_be_told(dialogue, duty.whom or "")):
        yield fill("missing", "told-how", language, way=word("tell-me-by", wish, language))


def _checks(dialogue: Dialogue, step: Step, now: datetime, language: str) -> Iterator[str]:
    if not fits(dialogue, step):
        yield fill("missing", "phase", language, phase=word("phase", dialogue.phase, language))
    for check in checks_of(dialogue, now):
        if not check.passes:
            yield from lacking(dialogue, check, language)


def _missing_step(dialogue: Dialogue, duty: Duty, point: Contribution, language: str) -> str | None:
    lacks = (
        _missing_response(point) if duty.kind == DutyKind.ANSWER_DISPUTE else _missing_answer(point)
    )
    if lacks is None:
        return None
    outcome = word("outcome", point.outcome, language) if point.outcome else ""
    return Marked(
        f"{_point_title(dialogue, point)}: {fill('missing', lacks, language, outcome=outcome)}"
    )


def _point_title(dialogue: Dialogue, point: Contribution) -> str:
    """*point* by its number, and by its line where a mail may hold that: not what was said under seal (rules 49)."""
    if not point.line or is_under_seal(point):
        return point.id
    return f"{point.id} – {quote_inline(point.line.rstrip('.'), company_language(dialogue))}"


def _missing_response(point: Contribution) -> str | None:
    if not point.dispute_open:
        return None
    return "asked" if point.asked_back else "unsettled"


def _missing_answer(point: Contribution) -> str | None:
    if point.delivered_at:
        return None
    if point.outcome is None:
        return "undecided"
    return "undelivered" if point.written_at else "unwritten"
