"""Facts of a due moment that went by: a lapse, silence, that nothing reached whom it was about; and owed again."""

from datetime import datetime

from states.model.duties import Duty, DutyStatus
from states.model.facts import Fact
from states.model.people import SYSTEM
from states.model.vocabulary import FactName


def not_reached_fact(duty: Duty, actor: str = SYSTEM) -> Fact:
    """The fact that nothing of what *duty* asked arrived: no silence of theirs."""
    detail = {
        "kind": duty.kind,
        "for": duty.whom,
        "due": duty.due.isoformat(),
        "version": duty.version,
    }
    return Fact(fact=FactName.NOT_REACHED, actor=actor, subject=duty.name, detail=detail)


def not_reached(duty: Duty, now: datetime) -> Duty:
    """*duty* after it is known that nothing reached whom it was about; no lapse of theirs."""
    ended = {"status": DutyStatus.NOT_REACHED, "ended_at": now, "next_at": None}
    return duty.model_copy(update={**ended, "lapsed_version": duty.version})


def renew(duty: Duty) -> Duty:
    """*duty*, which counted as met, as it is owed again: from its first promise, as a new version."""
    version = duty.version + 1
    lapsed = duty.lapsed_version == duty.version
    return duty.model_copy(
        update={
            "status": DutyStatus.LAPSED if duty.lapsed_at else DutyStatus.OPEN,
            "ended_at": None,
            "version": version,
            "lapsed_version": version if lapsed else duty.lapsed_version,
        }
    )


def lapse_fact(duty: Duty, *, silent: bool = False) -> Fact:
    """The fact that *duty* was not met at its due moment; *silent*: the silence of somebody who was asked."""
    detail = {
        "kind": duty.kind,
        "for": duty.whom,
        "due": duty.due.isoformat(),
        "version": duty.version,
    }
    return Fact(
        fact=FactName.NO_ANSWER_RECORDED if silent else FactName.DUTY_LAPSED,
        actor=SYSTEM,
        subject=duty.name,
        detail=detail,
    )
