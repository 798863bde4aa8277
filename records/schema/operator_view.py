"""
Operator's view: which duties and messages may be counted where people watch the machine, who are nobody's confidants.

How far the answer to a voice under seal came changes nothing there (rules 39). So a duty to answer one is left out once
the words are written, also when they came back since, and with it every message that there is because of it.
"""

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    case,
    exists,
    func,
    literal,
    not_,
    or_,
    type_coerce,
)

from records.schema.collections import CONTRIBUTIONS
from records.schema.core import DUTIES, NOTICES
from records.schema.held import HELD_CHANGES
from states.model.contributions import LineVerdict
from states.model.duties import DutyStatus
from states.model.vocabulary import DutyKind, Template
from states.privacy.operator_feed import TELLS_OF_ARRIVAL
from states.privacy.seals import ABOUT_CARRYING, PSEUDONYM

_d, _n, _point, _held = DUTIES.c, NOTICES.c, CONTRIBUTIONS.c, HELD_CHANGES.c
_WORDS = NOTICES.alias("words")
_CARRIED_KINDS = (DutyKind.ANSWER_PARTICIPANT, DutyKind.ANSWER_DISPUTE, DutyKind.CARRY_ANSWER)


def _is_sealed(name: ColumnElement[str | None]) -> ColumnElement[bool]:
    return func.coalesce(name, "").startswith(PSEUDONYM)


def _of_kind(kind: DutyKind, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(_d.kind == kind, *more)


def _went_out(template: Template, point: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether *template* about *point* was ever put in the outbox, whatever became of it."""
    about = type_coerce(_WORDS.c.detail, Text).like(literal('%"') + point + literal('"%'))
    same = _WORDS.c.dialogue_id == _d.dialogue_id
    return exists().where(same, _WORDS.c.template == template, about)


_WITHDRAWN_UNSEEN = (
    exists()
    .where(
        _held.dialogue_id == _point.dialogue_id,
        _held.collection == "contributions",
        _held.key == _point.id,
        _held.before.contains('"line_verdict":'),
    )
    .correlate(CONTRIBUTIONS)
)
"""That a point was withdrawn under seal shows when the window for it closes."""
_UNWRITTEN = (
    exists()
    .where(
        _point.dialogue_id == _d.dialogue_id,
        _point.voice == _d.whom,
        _point.written_at.is_(None),
        or_(
            _point.line_verdict.is_(None),
            _point.line_verdict != LineVerdict.WITHDRAWN,
            _WITHDRAWN_UNSEEN,
        ),
        not_(_went_out(Template.ANSWER, _point.id).correlate(DUTIES, CONTRIBUTIONS)),
    )
    .correlate(DUTIES)
)
_RESPONDED = _went_out(Template.DISPUTE_SETTLED, _d.whom).where(_WORDS.c.at >= _d.opened_at)
_IS_CARRIED = or_(
    _of_kind(DutyKind.CARRY_ANSWER),
    _of_kind(DutyKind.ANSWER_PARTICIPANT, _is_sealed(_d.whom), not_(_UNWRITTEN)),
    _of_kind(DutyKind.ANSWER_DISPUTE, _is_sealed(_d.waiting), _RESPONDED.correlate(DUTIES)),
)
# A list that is filled in for each run is none that the sweep can compile once.
_ON_ARRIVAL = or_(*(_d.kind == kind for kind in sorted(TELLS_OF_ARRIVAL)))
TELLS_OF_CARRYING = or_(and_(_ON_ARRIVAL, _is_sealed(_d.whom)), _IS_CARRIED)
"""Which duties: those that say how far words to a voice under seal came."""
_OF_TODAY = exists().where(
    _held.dialogue_id == _d.dialogue_id, _held.collection == "duties", _held.key == _d.name
)
_BEGAN_TODAY = _OF_TODAY.where(_held.before.is_(None)).correlate(DUTIES)
DUTY_MAY_BE_TOLD = not_(or_(_ON_ARRIVAL, _IS_CARRIED, _BEGAN_TODAY))
"""
Which duties may be counted and dated: of windows that open on arrival not even those of who speaks openly, and what an
act under seal began once its day is over.
"""
_WAS = [
    (_OF_TODAY.where(_held.before.contains(f'"status":"{was}"')).correlate(DUTIES), literal(was.value))
    for was in DutyStatus
]  # fmt: skip
TOLD_STATUS = type_coerce(case(*_WAS, else_=type_coerce(_d.status, Text)), _d.status.type)
"""How a duty stands for whoever watches the machine: as before, while the day of an act under seal is not over."""
_OF_CARRIED_DUTY = exists().where(_d.dialogue_id == _n.dialogue_id, _d.name == _n.duty, _IS_CARRIED)
_SPEAKS_OF_CARRYING = and_(
    _n.template.in_(sorted(ABOUT_CARRYING)),
    type_coerce(_n.detail, Text).contains(f'"to":"{PSEUDONYM}'),
)
MAIL_MAY_BE_TOLD = not_(
    or_(
        _is_sealed(_n.to),
        _SPEAKS_OF_CARRYING,
        and_(_n.kind.in_(_CARRIED_KINDS), _OF_CARRIED_DUTY.correlate(NOTICES)),
    )
)
"""Which messages: none to a voice under seal, and none that there is because one of those came so far."""
