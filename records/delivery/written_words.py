"""Upgrade of records: words under seal that were written before carrying them was a duty of its own."""

from datetime import datetime

from sqlalchemy import Engine

from records.dialogues.duty_queries import written_under_seal
from records.dialogues.persist import read_to_write, write_step
from records.dialogues.repository import DialogueReader, Policies
from records.engine.database import writing
from states.steps.delivery.carriage import adopt_all


def adopt_written(engine: Engine, policies: Policies, now: datetime) -> int:
    """
    Let them count as written at *now* (aware UTC), with the facts that say so; how many dialogues there were.

    Journal and rows tell the same before and after; a second time does nothing. Raises RecordsError.
    """
    reader, ids = DialogueReader(policies), written_under_seal(engine)
    for name in ids:
        with writing(engine, now) as connection:
            held = read_to_write(connection, reader, name, now)
            write_step(connection, held, adopt_all(held.dialogue, now), now)
    return len(ids)
