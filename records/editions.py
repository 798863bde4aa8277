"""The other editions of a programme, which a change of its roles concerns too."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from records import outgoing, programmes
from records.loading import Reader
from records.writing import Decided
from states.dialogue import Dialogue
from states.roles import TOLD


def ask_other_editions(
    connection: Connection,
    reader: Reader,
    dialogue_id: str,
    law: Callable[[Dialogue], Decided],
    now: datetime,
) -> None:
    """
    Let *law*, which changes a role by way of *dialogue_id*, be asked of each other edition that is still heard.

    A role holds in every edition: what one keeps under seal is not opened by way of another, nor is whoever stands
    beside those who wait there replaced that way; they are told there too. Raises Refused.
    """
    agreed = reader.read(connection, dialogue_id).dialogue.agreed
    for name in programmes.heard_beside(connection, dialogue_id):
        decided = law(replace(reader.read(connection, name).dialogue, agreed=agreed))
        told = [notice for notice in decided.notices if notice.template == TOLD]
        rows = outgoing.rows_of(name, told, f"step:{dialogue_id}:{now.isoformat()}", now)
        outgoing.put_once(connection, rows)
