"""Crowd size: among how many somebody would be hidden under seal, told to them alone and before they choose."""

from dataclasses import dataclass

from notifications.language.words import word
from portal.my.view import Mine
from states.model.contributions import Attribution
from states.privacy.anonymity import Narrowing, PlannedPoint, anonymity, crowd_told
from states.privacy.small_counts import least_of


@dataclass(frozen=True, slots=True)
class CrowdSize:
    """
    How many people could have said it, in round numbers; *about* and *reworded* are None for fewer than *least*.

    *reworded* is the same for a point that the moderator words. Both say little of others: in steps of *least*, and
    what is *counted* hangs on the speaker alone.
    """

    about: int | None
    reworded: int | None
    least: int
    counted: tuple[str, ...]


def crowd_of(mine: Mine) -> CrowdSize:
    """Among how many whoever looks would be under seal, as it stands."""
    least = least_of(mine.dialogue)
    own = anonymity(mine.dialogue, _sealed_point(mine, mine.me.language))
    reworded = anonymity(mine.dialogue, _sealed_point(mine, None))
    counted = tuple(word("crowd", name, mine.language) for name in own.why if name in _TOLD)
    return CrowdSize(crowd_told(own, least), crowd_told(reworded, least), least, counted)


def _sealed_point(mine: Mine, language: str | None) -> PlannedPoint:
    return PlannedPoint(mine.me.id, Attribution.SEALED, language)


_TOLD = frozenset(Narrowing) - {Narrowing.KNOWN}
