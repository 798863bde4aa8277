"""
Escalation under embargo: what time does to words under seal that are carried, written beside the journal.

A lapse in the journal would have a number there, and say that somebody under seal was not reached.
"""

import logging
from datetime import datetime

from sqlalchemy import Engine, bindparam, select

from records.dialogues.persist import read_to_write, write_step
from records.dialogues.repository import DialogueReader, Policies
from records.engine.database import reading, writing
from records.engine.errors import RecordsError
from records.schema.core import DUTIES
from states.model.vocabulary import DutyKind
from states.steps.delivery.carriage import pass_time_of_carrying

_log = logging.getLogger(__name__)
_DUE = (
    select(DUTIES.c.dialogue_id)
    .distinct()
    .where(DUTIES.c.next_at <= bindparam("moment"), DUTIES.c.kind == DutyKind.CARRY_ANSWER)
    .order_by(DUTIES.c.dialogue_id)
)


def pass_carrying(engine: Engine, policies: Policies, now: datetime) -> None:
    """
    Let time act up to *now* (aware UTC) on all that is carried, a dialogue a transaction; nothing happens twice.

    One that fails holds up no other: the sweep itself comes upon it next. Raises RecordsError.
    """
    with reading(engine) as connection:
        due = list(connection.scalars(_DUE, {"moment": now}))
    reader = DialogueReader(policies)
    for name in due:
        try:
            with writing(engine, now) as connection:
                held = read_to_write(connection, reader, name, now)
                write_step(connection, held, pass_time_of_carrying(held.dialogue, now), now)
        except RecordsError:
            raise
        except Exception:  # noqa: BLE001 - one poisoned dialogue must not stop the others
            _log.exception("time could not act on what is carried in %s", name)
