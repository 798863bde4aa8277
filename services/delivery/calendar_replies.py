"""Calendar replies: *Yes* or *No* is the person's own answer, *Maybe* is told to the manager."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from notifications.calendar.entries import uid_of
from notifications.calendar.itip_replies import Reply, read_replies
from records.ledger import Ledger
from states.language.errors import Refused
from states.model.dialogue import Dialogue
from states.model.facts import Notice
from states.model.people import Person, Role, Stakeholder
from states.model.vocabulary import Step, Template
from states.values.addresses import same_address

_STEPS = {"yes": Step.ACCEPT_INVITATION, "no": Step.DECLINE_INVITATION}
Said = Literal[
    "accepted", "declined", "maybe", "so-already", "refused", "noted", "role-away", "foreign"
]
_DONE: dict[str, Said] = {"yes": "accepted", "no": "declined"}
_SO_ALREADY = frozenset({"already-accepted", "already-declined"})


@dataclass(frozen=True, slots=True)
class Answered:
    """
    What became of one answer of a calendar, by *who* in which dialogue.

    `foreign`: it is about no entry of ours, or by nobody whom it was sent to · `refused`: it came too late · `noted`:
    who holds a role says yes, which changes nothing · `role-away`: they say something else, which is for a person.
    """

    what: Said
    dialogue_id: str = ""
    who: str = ""
    why: str = ""

    @property
    def where(self) -> str:
        """Dialogue and seat, in one line."""
        return f"{self.dialogue_id}: {self.who}" if self.dialogue_id else ""


def answers(ledger: Ledger, raw: bytes, now: datetime) -> list[Answered]:
    """
    Take what a calendar answers in the mail *raw* as the person's own step, at *now* (aware UTC); none: it holds none.

    The entry's number is known to nobody but its guest, and the answer must come from the address it was sent to.
    Raises Busy or DatabaseUnavailable (records.engine.errors). Source: rules 46, RFC 5546.
    """
    return [_take(ledger, reply, now) for reply in read_replies(raw)]


def _take(ledger: Ledger, reply: Reply, now: datetime) -> Answered:
    found = _guest(ledger, reply)
    if found is None:
        return Answered("foreign")
    dialogue, seat = found
    if isinstance(seat, Role):
        return Answered("noted" if reply.answer == "yes" else "role-away", dialogue.id, seat.value)
    if reply.answer == "maybe":
        return _maybe(ledger, dialogue, seat, now)
    reason = {"reason": reply.said} if reply.answer == "no" and reply.said else {}
    given = {"how": "calendar", **reason}
    try:
        ledger.act(dialogue.id, _STEPS[reply.answer], given, by=seat.id, now=now)
    except Refused as refused:
        what: Said = "so-already" if refused.code in _SO_ALREADY else "refused"
        return Answered(what, dialogue.id, seat.id, refused.why())
    return Answered(_DONE[reply.answer], dialogue.id, seat.id)


def _guest(ledger: Ledger, reply: Reply) -> tuple[Dialogue, Stakeholder | Role] | None:
    for name in reversed(ledger.dialogue_ids()):
        dialogue = ledger.read(name)
        guests: list[tuple[str, Stakeholder | Role]] = [*dialogue.stakeholders.items()]
        guests += [(role.value, role) for role in dialogue.programme.roles]
        for who, guest in guests:
            if uid_of(dialogue, who) == reply.uid:
                holder = dialogue.holder(who)
                theirs = [one for one in reply.addresses if same_address(_email(holder), one)]
                return (dialogue, guest) if theirs else None
    return None


def _email(holder: Person | None) -> str | None:
    return holder.email if holder else None


def _maybe(ledger: Ledger, dialogue: Dialogue, seat: Stakeholder, now: datetime) -> Answered:
    """No answer, but worth a call; told once a day."""
    detail = {"to": seat.id}
    told = Notice(
        to=Role.MANAGER, role=Role.MANAGER, template=Template.CALENDAR_MAYBE, detail=detail
    )
    ledger.tell(dialogue.id, told, f"calendar:{seat.id}:{now:%Y-%m-%d}", now)
    return Answered("maybe", dialogue.id, seat.id)
