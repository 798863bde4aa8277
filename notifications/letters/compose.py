"""Message composer: a notice becomes words in the reader's language, for one person and for their eyes only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from notifications.calendar.entries import CalendarEntry, entry_for
from notifications.language.anchor import Anchor
from notifications.language.templates import Letter, LetterIncomplete, language_for, write
from notifications.letters.neutral_letter import (
    NEUTRAL,
    is_neutral,
    neutral_subject,
    write_neutral,
)
from notifications.views.names import Contact
from notifications.views.to_helpers import context_for_helper
from notifications.views.to_participants import context_for_participant, telling
from notifications.views.to_roles import alert_for, context_for_role
from states.language.languages import SOURCE
from states.model.dialogue import Dialogue
from states.model.facts import Notice
from states.model.people import HELPER, PARTICIPANT, Person, Role
from states.model.vocabulary import Template
from states.privacy.embargo.known_to_others import as_letters_know
from states.privacy.seals import has_neutral_subjects, is_sealed
from states.privacy.visibility import is_hidden


class Unwritable(Exception):
    """A notice cannot become a message: nobody is there to read it, or something that it must say is missing."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one person, ready for a channel."""

    template: str
    language: str
    to: str
    """The role, the stakeholder or the pseudonym, as in the notice."""
    name: str
    address: str | None
    """Where mail goes; None: they are reached by hand."""
    phone: str | None
    subject: str
    text: str
    html: str
    at: datetime
    """When it was written, in the programme's zone."""
    thread: str
    """The same for all messages of one dialogue to one person; opaque."""
    reply_to: Contact | None
    discreet: bool
    """To somebody at risk, or who speaks under seal: neither subject nor sender may tell."""
    calendar: CalendarEntry | None = None
    alert: str | None = None
    """The same in one line of ids and counts, for a chat; only alerts to the manager have one."""
    anchor: Anchor | None = None
    """The newest checkpoint of the journals, which every letter carries."""

    @property
    def reach(self) -> Literal["email", "phone", "letter"]:
        """How this person is reached."""
        if self.address:
            return "email"
        return "phone" if self.phone else "letter"


def compose(
    notice: Notice,
    dialogue: Dialogue,
    *,
    now: datetime,
    base_url: str | None = None,
    journal_head: str | None = None,
    anchor: Anchor | None = None,
    whole: bool = False,
) -> Message:
    """
    Write the message of *notice* as *dialogue* stands at *now* (aware UTC).

    *base_url* is the address of the participants' pages, *journal_head* the hash that closes the journal so far,
    *anchor* the newest checkpoint; what is None is left out of the text. *whole*: in its own words also to somebody to
    whom mail may tell nothing, for whoever reads it out. Raises Unwritable when nobody is there to read it, or when the
    template does not exist or lacks something.
    """
    reader = dialogue.reader_of(notice)
    if reader is None:
        message = f"{notice.template}: nobody is there to read it as {notice.to}"
        raise Unwritable(message)
    if dialogue.is_locked(notice.to):
        return blank_message(notice, dialogue, now)
    frame = frame_of(dialogue, reader, now, base_url, notice)
    frame |= {"journal_head": journal_head, "anchor": anchor}
    try:
        if not whole and is_neutral(notice, dialogue, reader):
            return neutral_message([(notice, dialogue)], reader, frame)
        written = _write(notice, dialogue, reader, frame, whole=whole)
    except LetterIncomplete as missing:
        raise Unwritable(str(missing)) from missing
    return written if whole else like_the_others(written, notice, dialogue)


def like_the_others(message: Message, notice: Notice, dialogue: Dialogue) -> Message:
    """*message* with an outside that tells nothing, where a policy asks it for everybody beside a seat at risk."""
    if notice.role != PARTICIPANT or not has_neutral_subjects(dialogue):
        return message
    return replace(message, subject=neutral_subject(message.language), name="", discreet=True)


def blank_message(notice: Notice, dialogue: Dialogue, now: datetime) -> Message:
    """What is for a pseudonym that only the moderator's key opens: no words, no address, and so no mail."""
    return Message(
        template=notice.template,
        language=SOURCE,
        to=notice.to,
        name="",
        address=None,
        phone=None,
        subject="",
        text="",
        html="",
        at=now.astimezone(dialogue.zone),
        thread=thread_of(dialogue, notice.to),
        reply_to=None,
        discreet=True,
    )


def frame_of(
    dialogue: Dialogue, reader: Person, now: datetime, base_url: str | None, notice: Notice
) -> dict[str, Any]:
    """What every letter to *reader* may use, whatever it is about."""
    return {
        "language": language_for(reader.language, notice.template),
        "zone": dialogue.zone,
        "base_url": base_url,
        "journal_head": None,
        "anchor": None,
        "now": now,
        "detail": notice.detail,
    }


_GATHER: dict[str, Callable[[Notice, Dialogue, datetime, str], dict[str, Any]]] = {
    PARTICIPANT: context_for_participant,
    HELPER: context_for_helper,
}
"""Who gathers what a letter may use, by the capacity of its reader; of all others that of the roles."""


def context_of(notice: Notice, dialogue: Dialogue, frame: dict[str, Any]) -> dict[str, Any]:
    """All that the letter of *notice* may use."""
    gather = _GATHER.get(notice.role, context_for_role)
    known = as_letters_know(dialogue, notice.to)
    context = frame | gather(notice, known, frame["now"], frame["language"])
    if notice.template == Template.BY_HAND_TASK:
        sealed = is_sealed(dialogue, notice.detail["to"])  # what is under seal stands in no mail
        context["letter"] = None if sealed else _letter_by_hand(notice, dialogue, frame)
    return context


def _write(
    notice: Notice, dialogue: Dialogue, reader: Person, frame: dict[str, Any], *, whole: bool
) -> Message:
    context = context_of(notice, dialogue, frame)
    if whole and notice.role == PARTICIPANT:
        # Who looks at it beforehand would see that somebody who is not at risk spoke under seal.
        context["you"] = replace(context["you"], alike=False)
    discreet = _discreet(notice, dialogue)
    subject = neutral_subject(frame["language"]) if discreet else None
    letter = write(notice.template, context, subject=subject)
    return message_of(notice, dialogue, reader, context, letter, discreet=discreet)


def neutral_message(
    told: Sequence[tuple[Notice, Dialogue]], reader: Person, frame: dict[str, Any]
) -> Message:
    """The one message that says no more than that there is what is *told*. Raises LetterIncomplete."""
    now, language = frame["now"], language_for(reader.language, NEUTRAL)
    entries = (entry_for(*one, reader, now, language) for one in told)
    entry = next((one for one in entries if one), None)
    letter, context = write_neutral(told, frame | {"entry": entry}, reader)
    return replace(message_of(*told[0], reader, context, letter, discreet=True), calendar=entry)


def message_of(
    notice: Notice,
    dialogue: Dialogue,
    reader: Person,
    context: dict[str, Any],
    letter: Letter,
    *,
    discreet: bool = False,
) -> Message:
    """The *letter* of *notice* as a message to *reader*; *discreet*: neither subject nor sender may tell."""
    language, now = context["language"], context["now"]
    return Message(
        template=notice.template,
        language=language,
        to=notice.to,
        name="" if discreet else reader.name,
        address=reader.email,
        phone=reader.phone,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        at=now.astimezone(dialogue.zone),
        thread=thread_of(dialogue, notice.to),
        reply_to=context["contact"] if context["you"].replies else None,
        discreet=discreet,
        calendar=entry_for(notice, dialogue, reader, now, language),
        alert=alert_for(notice, dialogue, now, language),
        anchor=context["anchor"],
    )


def _discreet(notice: Notice, dialogue: Dialogue) -> bool:
    """Whether neither subject nor sender may tell: under seal, at risk, to a way that was replaced, or to all alike."""
    hidden = is_sealed(dialogue, notice.to) or notice.template == Template.THERE_MAY_BE_NEWS
    return hidden or (notice.role == PARTICIPANT and telling(notice, dialogue))


def _letter_by_hand(notice: Notice, dialogue: Dialogue, frame: dict[str, Any]) -> str | None:
    """The words that somebody is asked to pass on; None when they cannot be written or would tell too much."""
    detail = notice.detail
    passed = Notice(
        to=detail["to"],
        role=PARTICIPANT,
        template=detail["template"],
        duty=detail.get("duty"),
        detail=detail.get("notice") or {},
    )
    reader = dialogue.reader(passed.to)
    if reader is None or dialogue.stakeholder_of(passed.to) is None:
        return None
    if notice.to != Role.MODERATOR and is_hidden(dialogue, passed.to):
        return None
    language = language_for(reader.language, passed.template)
    context = frame | {"language": language, "detail": passed.detail, "anchor": None}
    context |= context_for_participant(passed, dialogue, frame["now"], language)
    context["you"] = replace(context["you"], aloud=True)
    try:
        return write(passed.template, context).lines
    except LetterIncomplete:
        return None


def words_to_pass_on(notice: Notice, dialogue: Dialogue, caller: str, now: datetime) -> str | None:
    """The words of *notice* that *caller*, a role, may read out to whoever it is for; None: nothing, or not to them."""
    told = {
        "template": notice.template,
        "to": notice.to,
        "duty": notice.duty,
        "notice": notice.detail,
    }
    task = Notice(to=caller, role=caller, template=Template.BY_HAND_TASK, detail=told)
    reader = dialogue.reader(notice.to)
    if reader is None:
        return None
    return _letter_by_hand(task, dialogue, frame_of(dialogue, reader, now, None, notice))


def thread_of(dialogue: Dialogue, to: str) -> str:
    """
    The opaque name of the thread between *dialogue* and the person behind *to*.

    It is the same for a person's own id and for their pseudonym: a thread of its own would give the seal away.
    """
    stakeholder = dialogue.stakeholder_of(to)
    return sha256(f"{dialogue.id}\n{stakeholder.id if stakeholder else to}".encode()).hexdigest()[
        :32
    ]
