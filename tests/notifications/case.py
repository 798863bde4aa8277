"""A case: one notice to be written, in one dialogue at one moment."""

from dataclasses import dataclass
from datetime import datetime

from states.model.dialogue import Dialogue
from states.model.facts import Notice
from tests.notifications.builders import ALERTED


@dataclass(frozen=True)
class Case:
    """A notice in a dialogue at a moment; *name* tells tests apart."""

    name: str
    notice: Notice
    dialogue: Dialogue
    now: datetime = ALERTED
