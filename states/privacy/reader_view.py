"""A dialogue as each reader may know it. What is left out here cannot be shown by any page, however it is written."""

from states.model.contributions import Seal
from states.model.dialogue import Dialogue
from states.model.people import AUDITOR, Role, Stakeholder
from states.privacy.visibility import unknown_to_auditors

_SEES_SEALS = frozenset({Role.MODERATOR.value})


def known_to(dialogue: Dialogue, role: str) -> Dialogue:
    """*dialogue* (a copy of one's own) as *role* may know it: pseudonyms stay, but only the moderator opens them."""
    if role not in _SEES_SEALS:
        sealed = dialogue.seals
        dialogue.relays = {n: r for n, r in dialogue.relays.items() if r.voice not in sealed}
        dialogue.seals = {name: _closed(seal) for name, seal in sealed.items()}
        seats = dialogue.stakeholders.items()
        dialogue.stakeholders = {name: _unmarked(seat) for name, seat in seats}
    if role == AUDITOR:
        names = unknown_to_auditors(dialogue)
        seats = dialogue.stakeholders.items()
        dialogue.stakeholders = {name: _unnamed(seat, names[name]) for name, seat in seats}
    return dialogue


def known_to_participant(dialogue: Dialogue, who: str) -> Dialogue:
    """*dialogue* with the seal of *who* alone."""
    seals = dialogue.seals.items()
    mine = dialogue.voices_of(who)
    dialogue.relays = {name: r for name, r in dialogue.relays.items() if r.voice in mine}
    dialogue.seals = {
        name: seal if seal.stakeholder == who else _closed(seal) for name, seal in seals
    }
    return dialogue


def _unmarked(seat: Stakeholder) -> Stakeholder:
    """Which ways are unsafe only the moderator sees, nor where mail once went (rules 32)."""
    if not seat.unsafe and not seat.left_ways:
        return seat
    return seat.model_copy(update={"unsafe": (), "left_ways": ()})


def _closed(seal: Seal) -> Seal:
    return seal.model_copy(update={"stakeholder": ""})


def _unnamed(seat: Stakeholder, name: str) -> Stakeholder:
    hidden = {"name": name, "organisation": name, "email": None, "phone": None}
    hidden |= {"postal_address": None}
    return seat.model_copy(update=hidden)
