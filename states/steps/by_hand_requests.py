"""Request models of messages by hand: bringing, proving, giving up, and naming who helps."""

from states.model.vocabulary import Template
from states.values.values import Day, Email, Line, Name, SpokenLanguage, Text, Value


class RecordDelivery(Value):
    """What somebody heard by phone or letter; *to* as the task names them, without *template* all that waits."""

    to: Line
    how: Line
    template: Template | None = None


class Bring(Value):
    """The manager called or wrote; whether it arrived another says."""

    to: Line
    how: Line


class Try(Value):
    """One attempt to reach somebody."""

    on: Day
    how: Line


class CouldNotReach(Value):
    """After two tries on two days: who could not be reached, and why that ends here."""

    to: Line
    tries: tuple[Try, ...] = ()
    reason: Text


class NameHelper(Value):
    """Somebody who reaches people in their language and says what arrived."""

    id: Name | None = None
    organisation: Line
    language: SpokenLanguage
    name: Line | None = None
    email: Email | None = None
    phone: Line | None = None


class EndHelper(Value):
    """Somebody helps no longer; no reason is asked."""

    helper: Name
