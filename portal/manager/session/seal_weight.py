"""Seal weight: before a point is recorded, the moderator sees among how few its speaker would be hidden."""

from dataclasses import dataclass

from notifications.language.words import word
from portal.http.errors import Incomplete
from portal.web.request import Visit
from states.model.contributions import Attribution
from states.model.dialogue import Dialogue
from states.model.people import Stakeholder
from states.privacy.anonymity import Anonymity, PlannedPoint, anonymity
from states.privacy.readers import Reader
from states.privacy.seals import is_sealed, level_for
from states.privacy.small_counts import least_of

ASKS = "weigh"
"""The field by which the form says that whoever fills it in can be asked."""
CHOICE = "despite"
HELD, REWORDED = "held", "reworded"
_GOES_ON = ("joined", "known")
"""What the moderator can do when a seal hides too little, and then record the point."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the form says of how the speaker is to be named."""

    attribution: Attribution | None


def is_held_back(visit: Visit) -> bool:
    """Whether the moderator rather waits until more people have spoken: nothing is recorded then."""
    return visit.form.one(CHOICE) == HELD


def require_weighed(visit: Visit, dialogue: Dialogue) -> None:
    """
    Raise Incomplete when the seal would hide its speaker among too few, until the moderator says what to do about it.

    Asked is the moderator alone: nobody else may learn how many could have spoken.
    """
    if visit.form.one(ASKS) and visit.form.one(CHOICE) not in _GOES_ON:
        found = crowd_behind(visit, dialogue)
        if found and found.k < least_of(dialogue):
            raise Incomplete({CHOICE: visit._("This seal would hide too little.")})


def crowd_behind(visit: Visit, dialogue: Dialogue) -> Anonymity | None:
    """Among whom the speaker of the point in the form could be; None where it would not be sealed, or for others."""
    seat = _speaker(visit, dialogue)
    if seat is None or not Reader.by_name(visit.me.name).opens_seals:
        return None
    if level_chosen(visit, dialogue) is not Attribution.SEALED:
        return None
    language = None if visit.form.one(CHOICE) == REWORDED else seat.language
    shows = "country" in visit.form.many("shows")
    return anonymity(dialogue, PlannedPoint(seat.id, Attribution.SEALED, language, shows))


def level_chosen(visit: Visit, dialogue: Dialogue) -> Attribution | None:
    """The level at which the point in the form would be recorded; None for one that there is not, or for nobody."""
    typed, seat = visit.form.one("attribution"), _speaker(visit, dialogue)
    if is_sealed(dialogue, visit.form.one("stakeholder")):
        return Attribution.SEALED
    if seat is None or (typed and typed not in list(Attribution)):
        return None
    return level_for(_Asked(Attribution(typed) if typed else None), seat)


def _speaker(visit: Visit, dialogue: Dialogue) -> Stakeholder | None:
    return dialogue.stakeholders.get(visit.form.one("stakeholder"))


def crowd_in_words(visit: Visit, dialogue: Dialogue) -> tuple[int, list[tuple[str, int]]] | None:
    """How many could have made the point of the form that was refused, and how many each thing leaves."""
    found = crowd_behind(visit, dialogue) if CHOICE in visit.problems else None
    if found is None:
        return None
    return found.k, [
        (word("crowd", name, visit.language), left) for name, left in found.why.items()
    ]
