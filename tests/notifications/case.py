"""A case: one notice to be written, in one dialogue at one moment."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from states.model.dialogue import Dialogue
from states.model.facts import Notice
from states.model.people import PARTICIPANT
from tests.notifications.builders import ALERTED


@dataclass(frozen=True)
class Case:
    """A notice in a dialogue at a moment; *name* tells tests apart."""

    name: str
    notice: Notice
    dialogue: Dialogue
    now: datetime = ALERTED


def at_risk(case: Case) -> Case:
    """*case* as it is when its reader, a participant, is at risk."""
    seats = case.dialogue.stakeholders
    seat = case.dialogue.stakeholder_of(case.notice.to)
    if case.notice.role != PARTICIPANT or seat is None:
        return case
    endangered = seat.model_copy(update={"at_risk": True})
    return replace(
        case, dialogue=replace(case.dialogue, stakeholders={**seats, seat.id: endangered})
    )


def beside_somebody_at_risk(case: Case) -> Case:
    """*case* in a dialogue in which somebody else is at risk, and whose policy lets nobody's subject stand out."""
    home = case.dialogue
    worker = home.stakeholders["worker"].model_copy(update={"at_risk": True})
    policy = home.policy.model_copy(update={"neutral_subjects": True})
    seats = {**home.stakeholders, "worker": worker}
    return replace(case, dialogue=replace(home, stakeholders=seats, policy=policy))


def wants_calendar(case: Case) -> Case:
    """*case* when its reader, a participant, asked for the session in their calendar, well before it."""
    home, seat = case.dialogue, case.dialogue.stakeholder_of(case.notice.to)
    assert seat is not None
    wishing = seat.model_copy(update={"calendar_wanted": True})
    seats = {**home.stakeholders, seat.id: wishing}
    early = home.session_at - timedelta(days=70)
    return replace(case, dialogue=replace(home, stakeholders=seats), now=early)
