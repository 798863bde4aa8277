"""Other editions of a programme: those that a change of its roles concerns too."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from records.dialogues import programmes
from records.dialogues.persist import Decided
from records.dialogues.repository import DialogueReader
from records.outbox import enqueue
from states.model.dialogue import Dialogue
from states.steps.people.hand_over import TOLD


def ask_other_editions(
    connection: Connection,
    reader: DialogueReader,
    dialogue_id: str,
    law: Callable[[Dialogue], Decided],
    now: datetime,
) -> bool:
    """
    Let *law*, which changes a role by way of *dialogue_id*, be asked of each other edition; whether one is still heard.

    The programme is locked for it.

    A role holds in every edition: what one keeps under seal is not opened by way of another, nor is whoever stands
    beside those who wait there replaced that way; they are told there too. Raises Refused.
    """
    programmes.lock_of_dialogue(connection, dialogue_id)
    agreed = reader.read(connection, dialogue_id).dialogue.agreed
    others = programmes.heard_beside(connection, dialogue_id)
    for name in others:
        decided = law(replace(reader.read(connection, name).dialogue, agreed=agreed))
        told = [notice for notice in decided.notices if notice.template == TOLD]
        rows = enqueue.rows_of(name, told, f"step:{dialogue_id}:{now.isoformat()}", now)
        enqueue.put_once(connection, rows)
    return bool(others)


def heard_beside(dialogue: Dialogue) -> Dialogue:
    """*dialogue* with the knowledge that somebody is heard in another edition of its programme."""
    known = dialogue.copy()
    known.heard_beside = True
    return known
