"""Who may see what: seals stay closed for everybody but the moderator and the speaker (rules 35)."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from states.model.contributions import Attribution, Contribution
from states.model.dialogue import Dialogue
from states.model.people import ROLES, Invitation, Stakeholder

Viewer = Literal["manager", "moderator", "auditor"]
_LETTERS = 26
_Group = TypeVar("_Group", str, tuple[str, str])


def letters_of(pseudonym: str) -> str:
    """
    The letters by which people know who speaks under seal: `sealed-1` is A, `sealed-27` is AA.

    Raises ValueError for what is no pseudonym. Source: rules 39, no machine word reaches people.
    """
    number, letters = int(pseudonym.rpartition("-")[2]), ""
    while number:
        number, place = divmod(number - 1, _LETTERS)
        letters = chr(ord("A") + place) + letters
    return letters


def actor_seen(dialogue: Dialogue, by: str, step: str, given: Mapping[str, Any]) -> str:
    """The name under which a refused step of *by* is shown: the pseudonym when it concerns what is under seal."""
    if by in ROLES or by in dialogue.seals:
        return by
    sealed = [voice for voice in dialogue.voices_of(by) if voice in dialogue.seals]
    own = {c.id: c.voice for c in dialogue.contributions.values() if c.voice in sealed}
    said = {name for value in given.values() for name in _names(value)}
    if touched := [voice for name, voice in own.items() if {name, voice} & said]:
        return touched[0]
    judged = step == "give-verdict" and any(d.whom in sealed for d in dialogue.duties.values())
    return sealed[0] if judged and not dialogue.contributions_of(by) else by


def _names(value: object) -> list[str]:
    """The ids that a field of a step may hold: one, a list of them, or the name of a duty."""
    if isinstance(value, str):
        return [value, value.partition("/")[2].partition("#")[0]]
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
    least = dialogue.policy.limits.small_group
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
    lands = {land for groups in within for land in _told_apart(groups, least)}
    while True:
        left = Counter[str]()
        for group, size in sizes.items():
            left[group[0]] += 0 if group in lands else size
        told = _told_apart(left, least)
        rest = sum(size for name, size in left.items() if name not in told)
        if not lands or not 0 < rest < least:
            return lands, told
        lands.remove(min(lands, key=lambda land: (sizes[land], land)))


def _told_apart(sizes: Counter[_Group], least: int) -> set[_Group]:
    """The groups that are large enough to be named, as many as leave the others together large enough too."""
    told = {name for name, size in sizes.items() if size >= least}
    while told and 0 < sum(size for name, size in sizes.items() if name not in told) < least:
        told.remove(min(told, key=lambda name: (sizes[name], name)))
    return told


OWN, RELAYED = "own", "relayed"


def verdicts_heard(dialogue: Dialogue) -> dict[str, Counter[str]]:
    """
    How many found themselves heard, partly and not: those who said so themselves, and those for whom it was recorded.

    Recorded ones are counted apart only where neither they nor the others are fewer than `small_group`; else all count
    together. What is under seal always counts with those who spoke themselves (rules 36).
    """
    by_others = recorded_verdicts(dialogue)
    own = {voice for voice in dialogue.verdicts if voice not in by_others}
    least = dialogue.policy.limits.small_group
    if len(by_others) < least or len(own) < least:
        own, by_others = set(dialogue.verdicts), set()
    sides = {OWN: own, RELAYED: by_others} if by_others else {OWN: own}
    return {
        side: Counter(dialogue.verdicts[voice].heard for voice in voices)
        for side, voices in sides.items()
    }


def recorded_verdicts(dialogue: Dialogue) -> set[str]:
    """The open voices whose verdict, as it stands, somebody else recorded for them."""
    given = [r for r in dialogue.relays.values() if r.step == "give-verdict" and r.stands]
    standing = {one.voice for one in given if one.voice not in dialogue.seals}
    return {voice for voice in standing if voice in dialogue.verdicts}


def attributed(dialogue: Dialogue, contribution: Contribution) -> str:
    """From whom a contribution came, as far as its attribution lets the manager know."""
    speaker = dialogue.stakeholders.get(contribution.voice)
    if contribution.sealed or speaker is None:
        return contribution.voice
    if contribution.attribution is Attribution.REGION:
        told = [part for part in region_of(dialogue, speaker) if part]
        return ", ".join(told) or "participant"
    if contribution.attribution is Attribution.ORGANISATION:
        return speaker.organisation
    return f"{speaker.name}, {speaker.organisation}"
