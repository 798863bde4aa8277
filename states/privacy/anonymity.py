"""
Anonymity set: among how many people the speaker of a point could be, for whoever reads it and knows who was there.

For the speaker, in round numbers, and for the moderator, and for nobody else: neither a page of others nor the journal,
a log or the public JSON may tell it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from states.model.contributions import Attribution, Contribution
from states.model.dialogue import Dialogue, Phase
from states.model.people import Invitation, Stakeholder

_BEFORE = (Phase.STAKEHOLDER_ANALYSIS, Phase.EXPECTATION_GATHERING)


class Narrowing(StrEnum):
    """What leaves fewer people who could have spoken."""

    KNOWN = "known"
    ACCEPTED = "accepted"
    PRESENT = "present"
    NO_OPEN_POINT = "no-open-point"
    LANGUAGE = "language"
    COUNTRY = "country"
    AT_RISK = "at-risk"


@dataclass(frozen=True, slots=True)
class Anonymity:
    """Among how many people, themselves included, a speaker could be (*k*), and *why*: how many each thing leaves."""

    k: int
    why: dict[Narrowing, int]


@dataclass(frozen=True, slots=True)
class PlannedPoint:
    """
    A point that is not recorded yet: whose seat, and how they would be named.

    *language* is that of their own words, if those are to be read; None where the moderator words it. *shows_country*
    says whether it can be read from the text where its speaker comes from.
    """

    speaker: str
    attribution: Attribution
    language: str | None = None
    shows_country: bool = False


def anonymity(dialogue: Dialogue, contribution: Contribution | PlannedPoint) -> Anonymity:
    """
    Among whom the speaker of *contribution* could be: present, without an open point, of the language that is read.

    Who is at risk starts under seal, so a seal points at them first: a speaker at risk is looked for among those at
    risk. Only a seal hides anybody from the company, whatever else participants are told. Of a recorded point it is
    not known whose words it holds: they count as the speaker's own. *dialogue* must hold the seal of its speaker.

    Raises KeyError when who speaks is not known, or not to whoever looks. Source: rules 36.
    """
    point = _as_planned(dialogue, contribution)
    speaker = dialogue.stakeholders[point.speaker]
    if point.attribution is not Attribution.SEALED:
        return Anonymity(1, {Narrowing.KNOWN: 1})
    crowd = [seat for seat in dialogue.stakeholders.values() if seat.id != speaker.id]
    why: dict[Narrowing, int] = {}
    for narrowing, could_be in _narrowings(dialogue, point, speaker):
        crowd = [seat for seat in crowd if could_be(seat)]
        why[narrowing] = len(crowd) + 1
    return Anonymity(len(crowd) + 1, why)


def crowd_told(anonymity: Anonymity, least: int) -> int | None:
    """
    How many the speaker may be told that they are one of, in steps of *least*; None for fewer than that.

    Never more than it is. An exact figure would tell one who is there how many others are at risk, or do not come.
    """
    return anonymity.k - anonymity.k % least or None


def _as_planned(dialogue: Dialogue, point: Contribution | PlannedPoint) -> PlannedPoint:
    if isinstance(point, PlannedPoint):
        return point
    speaker = dialogue.stakeholder_of(point.voice)
    if speaker is None:
        raise KeyError(point.voice)
    return PlannedPoint(speaker.id, point.attribution, speaker.language)


def _narrowings(
    dialogue: Dialogue, point: PlannedPoint, speaker: Stakeholder
) -> Iterator[tuple[Narrowing, Callable[[Stakeholder], bool]]]:
    """What narrows the crowd of *point*, in order, and who is left by it."""
    if dialogue.phase in _BEFORE:
        yield Narrowing.ACCEPTED, _is_coming
    else:
        yield Narrowing.PRESENT, lambda seat: _was_there(dialogue, seat)
    spoke = {c.voice for c in dialogue.contributions.values()}
    yield Narrowing.NO_OPEN_POINT, lambda seat: seat.id not in spoke
    if point.language is not None:
        yield Narrowing.LANGUAGE, lambda seat: seat.language == point.language
    if point.shows_country:
        yield Narrowing.COUNTRY, lambda seat: seat.country == speaker.country
    if speaker.at_risk:
        yield Narrowing.AT_RISK, lambda seat: seat.at_risk is True


def _is_coming(seat: Stakeholder) -> bool:
    """Whether they said yes and are still here to speak."""
    return seat.invitation is Invitation.ACCEPTED and seat.erased_at is None


def _was_there(dialogue: Dialogue, seat: Stakeholder) -> bool:
    """Whether they were at the session; while it lasts, who said yes may still come in."""
    if seat.present is None:
        return dialogue.phase is Phase.SESSION and _is_coming(seat)
    return seat.present and seat.erased_at is None
