"""Returned mail: alerts that failed too, and reports that a person must read."""

from sqlalchemy import Engine, func, select

from records.engine.database import reading
from records.outbox.enqueue import FAILED, SENT, UNREAD
from records.queries import NoticeRow
from records.schema.core import NOTICES, TROUBLED_ONLY
from records.schema.operator_view import MAIL_MAY_BE_TOLD
from states.steps.people.contact_ways import ABOUT_MESSAGES


def unheard_alerts(engine: Engine) -> int:
    """How many alerts about messages that did not arrive could not be delivered either; of sealed voices none."""
    about = NOTICES.c.template.in_(ABOUT_MESSAGES)
    alerts = (TROUBLED_ONLY, NOTICES.c.status == FAILED, about, MAIL_MAY_BE_TOLD)
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(NOTICES).where(*alerts)) or 0


def how_many_unread(engine: Engine) -> int:
    """Of how many messages something came back that a person must read, as whoever watches the machine may know."""
    chosen = select(func.count()).where(NOTICES.c.status == SENT, NOTICES.c.error == UNREAD)
    with reading(engine) as connection:
        return connection.scalar(chosen.where(MAIL_MAY_BE_TOLD)) or 0


def unread_reports(engine: Engine, dialogue_id: str | None = None) -> list[NoticeRow]:
    """
    The messages that were sent and about which something came back that a person must read, oldest first.

    Of all dialogues, which reads the whole outbox, or of *dialogue_id* alone.
    """
    chosen = select(*(NOTICES.c[name] for name in NoticeRow._fields)).where(
        NOTICES.c.status == SENT, NOTICES.c.error == UNREAD
    )
    if dialogue_id is not None:
        chosen = chosen.where(NOTICES.c.dialogue_id == dialogue_id)
    with reading(engine) as connection:
        return [NoticeRow(*row) for row in connection.execute(chosen.order_by(NOTICES.c.id))]
