"""Letter brief: all that a letter is written from, whoever writes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from notifications.calendar.entries import with_organiser
from notifications.channels.channels import Post
from notifications.language.anchor import Anchor
from notifications.letters.combined import Part, compose_together
from notifications.letters.compose import Message, compose
from states.model.dialogue import Dialogue
from states.model.facts import Notice
from states.steps.delivery.letters import said_now


@dataclass(frozen=True, slots=True)
class Letterhead:
    """From whom letters come: the address *sender* under its name, and where their *returns* go."""

    sender: str
    sender_name: str | None = None
    returns: str | None = None
    """The address to which mail servers report, and calendars answer; None: the sender."""
    verp: bool = False
    """Whether each letter leaves from an envelope sender of its own, with its name after a plus."""
    anchor: Anchor | None = None
    """The newest checkpoint of the journals, which each letter carries."""

    def post(self, name: str, message: Message) -> Post:
        """*message* ready for a channel, under the same *name* at every try."""
        host = self.sender.rpartition("@")[2]
        if message.calendar and self.returns:
            entry = with_organiser(message.calendar, self.returns, self.sender)
            message = replace(message, calendar=entry)
        return Post(message, self.sender, f"{name}@{host}", self.sender_name, self._envelope(name))

    def _envelope(self, name: str) -> str | None:
        """From which address the letter called *name* leaves: what comes back to it is about that letter (VERP)."""
        if not self.verp or self.returns is None:
            return self.returns
        local, _, host = self.returns.rpartition("@")
        return f"{local}+{name}@{host}"


@dataclass(frozen=True, slots=True)
class Subject:
    """One notice of a letter, the name of the *dialogue* it comes from, and the address of its reader's pages."""

    notice: Notice
    dialogue: str
    base_url: str | None


@dataclass(frozen=True, slots=True)
class LetterBrief:
    """The letter called *name*: its *subjects*, the most urgent first, and the hash that closes the journal so far."""

    name: str
    subjects: tuple[Subject, ...]
    journal_head: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """
    The next *briefs*, to be written as things stand at *now* (aware UTC).

    *dialogues* holds those of theirs that changed since the last order, or were not in it.
    """

    briefs: Sequence[LetterBrief]
    dialogues: dict[str, Dialogue]
    now: datetime


def write_letter(
    brief: LetterBrief, dialogues: Mapping[str, Dialogue], letterhead: Letterhead, now: datetime
) -> Post:
    """
    Write the letter of *brief* as its *dialogues* stand at *now* (aware UTC).

    Raises Unwritable as `notifications.letters.compose.compose` does.
    """
    if len(brief.subjects) > 1:
        parts = [_part(one, dialogues[one.dialogue], now) for one in brief.subjects]
        return letterhead.post(
            brief.name, compose_together(parts, now=now, anchor=letterhead.anchor)
        )
    (only,) = brief.subjects
    dialogue, head = dialogues[only.dialogue], brief.journal_head
    notice = said_now(dialogue, only.notice, now)
    message = compose(
        notice,
        dialogue,
        now=now,
        base_url=only.base_url,
        journal_head=head,
        anchor=letterhead.anchor,
    )
    return letterhead.post(brief.name, message)


def _part(one: Subject, dialogue: Dialogue, now: datetime) -> Part:
    return Part(said_now(dialogue, one.notice, now), dialogue, one.base_url)
