"""Reader's view: a dialogue as each reader may know it; what is left out here, no page can show."""

from states.model.dialogue import Dialogue
from states.model.people import Stakeholder
from states.privacy.embargo import as_others_know
from states.privacy.readers import Eyes, Reader
from states.privacy.seals import close_carrying, close_seals, is_sealed
from states.privacy.visibility import unknown_to_auditors


def view(dialogue: Dialogue, reader: Reader) -> Dialogue:
    """
    *dialogue*, a copy of one's own, as *reader* may know it.

    Pseudonyms stay, but only the moderator opens them, and a speaker their own; the same holds of how far what was
    written to them came. A participant sees what others
    recorded in their own name alone. To an auditor people are numbers.
    """
    if reader.opens_seals:
        return dialogue
    as_others_know(dialogue, reader)
    close_carrying(dialogue, reader)
    close_seals(dialogue, reader)
    if reader.eyes is Eyes.PARTICIPANT:
        _keep_own_relays(dialogue, reader.name)
        return dialogue
    relays = dialogue.relays.items()
    dialogue.relays = {n: r for n, r in relays if not is_sealed(dialogue, r.voice)}
    seats = dialogue.stakeholders.items()
    dialogue.stakeholders = {name: _without_marks(seat) for name, seat in seats}
    return dialogue if reader.knows_people else _without_names(dialogue)


def _keep_own_relays(dialogue: Dialogue, who: str) -> None:
    mine = dialogue.voices_of(who)
    dialogue.relays = {name: r for name, r in dialogue.relays.items() if r.voice in mine}


def _without_marks(seat: Stakeholder) -> Stakeholder:
    """Which ways are unsafe only the moderator sees, nor where mail once went (rules 32)."""
    if not seat.unsafe and not seat.left_ways:
        return seat
    return seat.model_copy(update={"unsafe": (), "left_ways": ()})


def _without_names(dialogue: Dialogue) -> Dialogue:
    names, seats = unknown_to_auditors(dialogue), dialogue.stakeholders.items()
    dialogue.stakeholders = {name: _mask(seat, names[name]) for name, seat in seats}
    return dialogue


def _mask(seat: Stakeholder, name: str) -> Stakeholder:
    hidden = {"name": name, "organisation": name, "email": None, "phone": None}
    hidden |= {"postal_address": None}
    return seat.model_copy(update=hidden)
