"""Event table: the names of the events that the house sends to Prefect, what each says, and of whom it speaks."""

from typing import NamedTuple

from states.model.people import Role
from states.model.vocabulary import FactName


class EventRow(NamedTuple):
    """An event: its *name*, the *resource* it is about, the *role* beside it, and what it *means*."""

    name: str
    resource: str
    role: str
    means: str
    fact: FactName | None = None
    """The fact of the journal that it tells; None: the round itself sees what it tells."""


DIALOGUE, PROGRAMME = "weerklank.dialogue.ID", "weerklank.programme.ID"
SWEEP_FINISHED = "weerklank.sweep.finished"
LAPSED, ESCALATED = "weerklank.duty.lapsed", "weerklank.duty.escalated"
OUTBOX_LATE, ANSWERS_LATE = "weerklank.outbox.late", "weerklank.answers.late"
_WHOSE_TURN, _OWES, _NOBODY = Role.MANAGER.value, "who owes it", "–"

EVENTS = (
    EventRow(
        "weerklank.edition.opened", DIALOGUE, _WHOSE_TURN, "an edition was opened",
        FactName.DIALOGUE_OPENED,
    ),
    EventRow(
        "weerklank.dialogue.closed", DIALOGUE, _WHOSE_TURN, "a dialogue was closed",
        FactName.DIALOGUE_CLOSED,
    ),
    EventRow(
        "weerklank.dialogue.cancelled", DIALOGUE, _WHOSE_TURN, "a dialogue was cancelled",
        FactName.DIALOGUE_CANCELLED,
    ),
    EventRow(
        "weerklank.answer.delivered", DIALOGUE, _WHOSE_TURN, "somebody who spoke openly was answered",
        FactName.PARTICIPANT_ANSWERED,
    ),
    EventRow(
        "weerklank.mail.bounced", DIALOGUE, _WHOSE_TURN,
        "an answer did not arrive and is owed again", FactName.ANSWER_BOUNCED,
    ),
    EventRow(
        "weerklank.mail.failed", DIALOGUE, "whose mail it was",
        "any other message could not be delivered", FactName.NOTICE_UNDELIVERABLE,
    ),
    EventRow(LAPSED, DIALOGUE, _OWES, "the due day of a duty has passed"),
    EventRow(ESCALATED, DIALOGUE, _OWES, "somebody was told that a duty is late"),
    EventRow(ANSWERS_LATE, PROGRAMME, _WHOSE_TURN, "answers are late for ten working days or more; with every sweep"),
    EventRow(OUTBOX_LATE, "weerklank.outbox", _NOBODY, "mail waits for more than an hour; with every sweep"),
    EventRow(SWEEP_FINISHED, "weerklank.sweep", _NOBODY, "a sweep finished, and what it did"),
)  # fmt: skip
"""All of them, as docs/operations.md lists them."""

OF_FACT = {row.fact: row for row in EVENTS if row.fact is not None}
