"""Contact details: who may change them, who hears of it, and ways that are never used again (rules 31 and 32)."""

from typing import Any

from states.language.errors import BadInput, NotYours, Refused
from states.model.dialogue import Dialogue
from states.model.people import ROLES, SYSTEM, WAYS, Role, Stakeholder, way_of
from states.model.vocabulary import FactName, Step, Template
from states.privacy.embargo.unpublished import may_hold_seals
from states.privacy.independence import debtor_behind, debtor_reached_at, is_debtor, same_phone
from states.privacy.seals import has_seals
from states.steps.draft import Deliberation
from states.steps.people.contact_ways import forget_failure
from states.steps.requests import ChangeContact, MarkUnsafe
from states.values.addresses import same_address

OLD_WAY = Template.WAY_REPLACED
"""One neutral line to the way that was replaced: no name, no company, no words, no link."""
NEW_WAY = Template.CONTACT_CHANGED
CALL = Template.CONTACT_TO_CHECK
"""A task for the moderator or the confidant: to call whoever is at risk, on a way that they know to be safe."""


def change_contact(work: Deliberation, given: ChangeContact, voice: str = "") -> None:
    """
    Say how somebody is reached: they themselves or the moderator; manager and deputy until they contributed something.

    The old way and the new one are told. An answer that bounced is then written again. Raises NotYours
    ('contact-is-theirs', 'seals-keep-addresses', 'contact-of-debtor', 'hat-of-debtor').
    """
    contact = given.model_dump(exclude={"stakeholder", "by_hand", "calendar"}, exclude_none=True)
    named = {**contact, "email": None} if given.by_hand else contact
    if not named and given.calendar is None:
        raise BadInput("nothing-given", step=Step.CHANGE_CONTACT)
    seat = work.stakeholder(given.stakeholder)
    if named:
        _change_ways(work, seat, named, voice)
    if given.calendar is not None:
        _want_calendar(work, seat.id, voice, wanted=given.calendar)


def _want_calendar(work: Deliberation, name: str, voice: str, *, wanted: bool) -> None:
    """
    Keep whether *name* wants the session in their calendar, and send it to them if they do and come.

    An entry shows others that they take part: nobody who owes them anything asks for it in their place.
    """
    if not voice and work.actor != Role.MODERATOR:
        raise NotYours("contact-is-theirs")
    seat = work.change_stakeholder(name, calendar_wanted=wanted)
    work.fact(FactName.CONTACT_CHANGED, name, fields=["calendar"])
    if wanted and seat.accepted and work.now < work.dialogue.session_at:
        work.tell(name, Template.INVITATION_ACCEPTED)


def _change_ways(work: Deliberation, seat: Stakeholder, named: dict[str, Any], voice: str) -> None:
    if voice:
        _require_not_their_own_hat(work, seat)
    else:
        _require_may_change(work, seat, named)
    require_own_way(work.dialogue, seat.id, named.get("email"), named.get("phone"))
    changed = work.change_stakeholder(seat.id, **named)
    if "email" in named:
        forget_failure(work.dialogue, *work.dialogue.voices_of(seat.id))
    # A moderator corrects an address right after something came back: whose it was would tell to whom that was.
    untold = work.actor == Role.MODERATOR and has_seals(work.dialogue)
    work.fact(FactName.CONTACT_CHANGED, None if untold else seat.id, fields=sorted(named))
    tell_of_change(work, seat, changed)


def _require_may_change(work: Deliberation, seat: Stakeholder, named: dict[str, Any]) -> None:
    """
    Whoever says where mail goes can read what is sealed, so once there may be seals only the moderator says it.

    For everybody alike: the refusal does not tell who spoke under seal (rules 37).
    """
    keeps = work.actor == Role.MODERATOR and not is_debtor(work.dialogue, work.actor)
    if "email" in named and may_hold_seals(work.dialogue) and not keeps:
        raise NotYours("seals-keep-addresses")
    if not keeps and has_contributed(work.dialogue, seat):
        raise NotYours("contact-is-theirs")


def _require_not_their_own_hat(work: Deliberation, seat: Stakeholder) -> None:
    """Whoever owes does not change their own seat there and back, to speak in between as somebody else (rules 26)."""
    if debtor_behind(work.dialogue, seat) and has_contributed(work.dialogue, seat):
        raise NotYours("hat-of-debtor")


def has_contributed(dialogue: Dialogue, seat: Stakeholder) -> bool:
    """
    Whether *seat* said something for which an answer is owed, in this edition or took part in an earlier one.

    Under seal nobody may see who spoke, so once there may be seals everybody who was invited counts.
    """
    spoke = any(c.voice == seat.id for c in dialogue.contributions.values())
    return spoke or seat.took_part or (may_hold_seals(dialogue) and seat.invited)


def require_own_way(
    dialogue: Dialogue, name: str, email: str | None, phone: str | None = None
) -> None:
    """
    Refuse an address or a telephone at which whoever owes the answers would hear them, or another seat's own address.

    Whoever calls the number of a debtor cannot know who says there that they are content. One address is one seat: a
    link in a mail is of one person. Raises NotYours('contact-of-debtor') or Refused('address-taken'), which names
    nobody. Source: rules 27 and 31.
    """
    if debtor_reached_at(dialogue, email, phone):
        raise NotYours("contact-of-debtor", stakeholder=name)
    own = dialogue.stakeholders.get(name)
    if own and same_address(own.email, email):
        return
    if any(same_address(s.email, email) for s in dialogue.stakeholders.values() if s.id != name):
        raise Refused("address-taken")


def tell_of_change(work: Deliberation, was: Stakeholder, now: Stakeholder) -> None:
    """Tell both ways that they were changed; at risk nothing goes to the old one, and somebody calls instead."""
    if not was.invited or all(getattr(was, way) == getattr(now, way) for way in WAYS):
        return
    if now.at_risk is not False:
        _ask_for_a_call(work, now.id)
    else:
        _tell_old_mail(work, was, now)
        _tell_old_phone(work, was, now)
    work.tell(now.id, NEW_WAY, None, by=work.actor)


def _tell_old_mail(work: Deliberation, was: Stakeholder, now: Stakeholder) -> None:
    moved = was.email is not None and not same_address(was.email, now.email)
    if moved and way_of("email", str(was.email)) not in now.unsafe:
        # The old way's entry is taken back one below the one that the new way gets, also if both are one calendar.
        work.dialogue.calendar_sequence += 2
        work.tell(now.id, OLD_WAY, None, way=_leave(work, now.id, str(was.email)))


def _tell_old_phone(work: Deliberation, was: Stakeholder, now: Stakeholder) -> None:
    """Nothing goes to a telephone by itself: somebody independent says the one neutral line there."""
    moved = (
        was.phone is not None and was.phone != now.phone and not same_phone(was.phone, now.phone)
    )
    if moved and way_of("phone", str(was.phone)) not in now.unsafe:
        _ask_for_a_call(work, now.id, left=_leave(work, now.id, str(was.phone)))


def _leave(work: Deliberation, name: str, way: str) -> int:
    """Keep *way* as one that was left, and give its number: no message names it by itself."""
    known = work.stakeholder(name).left_ways
    work.change_stakeholder(name, left_ways=(*known, way))
    return len(known)


def _ask_for_a_call(work: Deliberation, name: str, **more: int) -> None:
    keeper = next((r for r in (Role.MODERATOR, Role.CONFIDANT) if work.dialogue.role(r)), None)
    if keeper is not None:
        work.tell(keeper, CALL, None, stakeholder=name, **more)


def mark_unsafe(work: Deliberation, given: MarkUnsafe, voice: str = "") -> None:
    """
    Never again use this way to somebody. Anybody may say so; only the moderator sees the mark.

    So the journal says that a way was marked, neither whose nor by whom. Source: rules 32.
    """
    seat = work.stakeholder(given.stakeholder)
    known = getattr(seat, _FIELDS[given.way])
    if known is None:
        raise BadInput("no-such-way", way=given.way)
    work.change_stakeholder(seat.id, unsafe=_with(seat.unsafe, way_of(given.way, known)))
    work.actor = work.actor if work.actor in ROLES and not voice else SYSTEM
    work.fact(FactName.WAY_MARKED_UNSAFE)


_FIELDS = {"email": "email", "phone": "phone", "post": "postal_address"}


def _with(marks: tuple[str, ...], mark: str) -> tuple[str, ...]:
    return marks if mark in marks else (*marks, mark)
