"""Cap of alerts: whoever heard of so many failed deliveries in a day hears of no more."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from records.schema.core import NOTICES
from states.model.vocabulary import Template
from states.steps.draft import Decision

ALERTS_A_DAY = 200
"""Alerts about failed deliveries, in 24 hours and one dialogue: whoever got so many knows. The facts go on."""


def cap_alerts(connection: Connection, decided: Decision, now: datetime) -> Decision:
    """*decided* without its alerts about failed deliveries, once there were too many of them this day."""
    alerts = [one for one in decided.notices if one.template == Template.DELIVERY_FAILED]
    if not alerts:
        return decided
    chosen = select(func.count()).where(
        NOTICES.c.dialogue_id == decided.dialogue.id,
        NOTICES.c.template == Template.DELIVERY_FAILED,
        NOTICES.c.at > now - timedelta(days=1),
    )
    if (connection.scalar(chosen) or 0) < ALERTS_A_DAY:
        return decided
    return replace(decided, notices=tuple(n for n in decided.notices if n not in alerts))
