"""Visibility: who may see what; seals stay closed for everybody but the moderator and the speaker."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from states.model.contributions import Attribution
from states.model.dialogue import Dialogue
from states.model.duties import whom_of
from states.model.people import ROLES, Invitation, Stakeholder, TellMeBy
from states.model.vocabulary import Step
from states.privacy.readers import A_MANAGER, Reader
from states.privacy.seals import is_sealed, levels_of
from states.privacy.small_counts import least_of

Viewer = Literal["manager", "moderator", "auditor"]
_Group = TypeVar("_Group", str, tuple[str, str])
_HIDING = list(Attribution)
"""From the most open attribution to the one that hides most."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Somebody of whom nothing may be told but their *alias* in the record, where they have one."""

    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """Somebody of a *category*, and of a *country* (a code) where enough others are of it too."""

    category: str
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """Somebody of the organisation called *name*."""

    name: str


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody by *name* and *organisation*; *alias* is their pseudonym where they speak under one."""

    name: str
    organisation: str
    alias: str | None = None


Identity = Hidden | Region | Organisation | Named


def identity_of(dialogue: Dialogue, voice: str, reader: Reader = A_MANAGER) -> Identity:
    """
    As whom *reader* may know who speaks as *voice*, a seat or a pseudonym.

    Of somebody who said nothing there is no telling how they wish to be named, so they are hidden to all but the
    moderator, who knows everybody.
    """
    alias = voice if is_sealed(dialogue, voice) else None
    someone = dialogue.stakeholder_of(voice)
    if not reader.knows_people:
        return Hidden(alias_of(dialogue, voice))
    if reader.opens_seals:
        return Named(someone.name, someone.organisation, alias) if someone else Hidden(alias)
    return Hidden(alias) if alias or someone is None else _as_they_chose(dialogue, someone)


def alias_of(dialogue: Dialogue, voice: str) -> str:
    """Under which name *voice* stands where nobody is named: a number, or their pseudonym."""
    return unknown_to_auditors(dialogue).get(voice, voice)


def _as_they_chose(dialogue: Dialogue, seat: Stakeholder) -> Identity:
    level = level_hiding(dialogue, seat.id)
    if level is None or level is Attribution.SEALED:
        return Hidden()
    if level is Attribution.REGION:
        category, country = region_of(dialogue, seat)
        return Region(category, country) if category else Hidden()
    named = Named(seat.name, seat.organisation)
    return named if level is Attribution.NAMED else Organisation(seat.organisation)


def level_hiding(dialogue: Dialogue, voice: str) -> Attribution | None:
    """
    How far *voice* is hidden: as far as the contribution that hides them most, None when they made none.

    One level for all their points: a name beside one would betray the speaker of the others.
    """
    return max(levels_of(dialogue, voice), key=_HIDING.index, default=None)


def is_hidden(dialogue: Dialogue, voice: str, reader: Reader = A_MANAGER) -> bool:
    """Whether *reader* may not be told who *voice* is."""
    if reader.opens_seals:
        return False
    hides = level_hiding(dialogue, voice) not in {None, Attribution.NAMED}
    return hides or is_sealed(dialogue, voice)


def wish_to_be_told(dialogue: Dialogue, voice: str, reader: Reader = A_MANAGER) -> TellMeBy | None:
    """How *voice* wishes to be told what was done, for *reader*: of anybody hidden it would tell who they are."""
    seat = None if is_hidden(dialogue, voice, reader) else dialogue.stakeholder_of(voice)
    return seat.tell_me_by if seat else None


def spoke_openly(dialogue: Dialogue, voice: str) -> bool:
    """Whether *voice* spoke, and each time by their name or their organisation."""
    return level_hiding(dialogue, voice) in {Attribution.NAMED, Attribution.ORGANISATION}


def actor_seen(dialogue: Dialogue, by: str, step: str, given: Mapping[str, Any]) -> str:
    """The name under which a refused step of *by* is shown: the pseudonym when it concerns what is under seal."""
    if by in ROLES or is_sealed(dialogue, by):
        return by
    sealed = [voice for voice in dialogue.voices_of(by) if is_sealed(dialogue, voice)]
    own = {c.id: c.voice for c in dialogue.contributions.values() if c.voice in sealed}
    said = {name for value in given.values() for name in _names(value)}
    if touched := [voice for name, voice in own.items() if {name, voice} & said]:
        return touched[0]
    judged = step == Step.GIVE_VERDICT and any(d.whom in sealed for d in dialogue.duties.values())
    return sealed[0] if judged and not dialogue.contributions_of(by) else by


def _names(value: object) -> list[str]:
    """The ids that a field of a step may hold: one, a list of them, or the name of a duty."""
    if isinstance(value, str):
        return [value, whom_of(value) or ""]
    return [str(each) for each in value] if isinstance(value, list | tuple | dict) else []


def unknown_to_auditors(dialogue: Dialogue) -> dict[str, str]:
    """For each stakeholder id the neutral name that an auditor sees, in the order of mapping."""
    return {
        name: f"participant-{number}" for number, name in enumerate(dialogue.stakeholders, start=1)
    }


def region_of(dialogue: Dialogue, speaker: Stakeholder) -> tuple[str | None, str | None]:
    """
    The category and the country by which *speaker* may be described; None for what would point at too few people.

    A description must fit as many of those who could have spoken as the policy's `small_group` asks, and so must what
    is left over: were one country of six people named, the one without a country would be known. Source: rules 36.
    """
    least = least_of(dialogue)
    seats = [s for s in dialogue.stakeholders.values() if _could_speak(s)]
    sizes = Counter((s.category, s.country) for s in seats)
    lands, categories = _descriptions(sizes, least)
    if (speaker.category, speaker.country) in lands:
        return speaker.category, speaker.country
    return (speaker.category if speaker.category in categories else None), None


def _could_speak(seat: Stakeholder) -> bool:
    open_to = seat.invitation in {Invitation.INVITED, Invitation.ACCEPTED}
    return open_to and seat.present is not False


def _descriptions(
    sizes: Counter[tuple[str, str]], least: int
) -> tuple[set[tuple[str, str]], set[str]]:
    """The countries of a category, and the categories of all others, that may be told."""
    categories = {category for category, _ in sizes}
    within = [Counter({k: n for k, n in sizes.items() if k[0] == one}) for one in categories]
    lands = {land for groups in within for land in _nameable_groups(groups, least)}
    while True:
        left = Counter[str]()
        for group, size in sizes.items():
            left[group[0]] += 0 if group in lands else size
        told = _nameable_groups(left, least)
        rest = sum(size for name, size in left.items() if name not in told)
        if not lands or not 0 < rest < least:
            return lands, told
        lands.remove(min(lands, key=lambda land: (sizes[land], land)))


def _nameable_groups(sizes: Counter[_Group], least: int) -> set[_Group]:
    """The groups that are large enough to be named, as many as leave the others together large enough too."""
    told = {name for name, size in sizes.items() if size >= least}
    while told and 0 < sum(size for name, size in sizes.items() if name not in told) < least:
        told.remove(min(told, key=lambda name: (sizes[name], name)))
    return told
