"""Reader's view: a dialogue as each reader may know it; what is left out here, no page can show."""

from collections.abc import Callable, Collection, Iterable, Mapping

from states.language.catalogue import N_, translate
from states.language.languages import SOURCE
from states.model.contributions import Contribution, Seal
from states.model.dialogue import Dialogue
from states.model.people import Stakeholder
from states.privacy.embargo.known_to_others import as_others_know
from states.privacy.readers import Eyes, Reader
from states.privacy.seals import close_carrying, close_seals, is_sealed, own_voices
from states.privacy.visibility import unknown_to_auditors

UNDER_SEAL = "– vertrouwelijk · confidential –"
"""What others read in the place of words under seal of which there is no line yet."""
LINE_UNWORDED = N_("The speaker corrected this line; the moderator will word it.")
DISPUTE_UNWORDED = N_("The speaker disputes the answer; the moderator will word it.")
COMMENT_UNWORDED = N_("The speaker added something; the moderator will word it.")
"""What others read until the moderator put the speaker's own words neutrally."""


def view(dialogue: Dialogue, reader: Reader, language: str = SOURCE) -> Dialogue:
    """
    *dialogue*, a copy of one's own, as *reader* may know it.

    Pseudonyms stay, but only the moderator opens them, and a speaker their own; the same holds of how far what was
    written to them came. A participant sees what others
    recorded in their own name alone. To an auditor people are numbers. What stands in the place of words that they may
    not read is said in *language*.
    """
    if reader.opens_seals:
        return dialogue
    as_others_know(dialogue, reader)
    close_carrying(dialogue, reader)
    close_seals(dialogue, reader)
    _close_words(dialogue, own_voices(dialogue, reader), language)
    if reader.eyes is Eyes.PARTICIPANT:
        _keep_own_relays(dialogue, reader.name)
        return dialogue
    relays = dialogue.relays.items()
    dialogue.relays = {n: r for n, r in relays if not is_sealed(dialogue, r.voice)}
    seats = dialogue.stakeholders.items()
    dialogue.stakeholders = {name: _without_marks(seat) for name, seat in seats}
    return dialogue if reader.knows_people else _without_names(dialogue)


def _close_words(dialogue: Dialogue, own: Collection[str], language: str) -> None:
    """
    Put in the place of what is said under seal, but by one of their *own* voices, what others may read of it.

    Words tell whose they are, by their language if by nothing else: others read the moderator's, and before there are
    any that something was said, corrected, objected or added.
    """
    for name, point in dialogue.contributions.items():
        if is_sealed(dialogue, point.voice) and point.voice not in own:
            dialogue.contributions[name] = point.model_copy(update=_told_of(point, language))
    for name, verdict in dialogue.verdicts.items():
        if is_sealed(dialogue, name) and name not in own and verdict.comment:
            beside = verdict.neutral_comment or _say(COMMENT_UNWORDED, language)
            told = {"comment": beside, "neutral_comment": None}
            dialogue.verdicts[name] = verdict.model_copy(update=told)


def _told_of(point: Contribution, language: str) -> dict[str, str | None]:
    line, dispute = _line_told(point, language), point.dispute_reason
    if dispute:
        dispute = point.neutral_dispute or _say(DISPUTE_UNWORDED, language)
    own = {"neutral_line": None, "neutral_dispute": None}
    return {"text": line or UNDER_SEAL, "line": line, "dispute_reason": dispute, **own}


def _line_told(point: Contribution, language: str) -> str | None:
    waits = _say(LINE_UNWORDED, language)
    if point.neutral_line is None:
        return waits if point.corrected else point.line
    return point.neutral_line if point.line_worded else f"{point.neutral_line} ({waits})"


def _say(sentence: str, language: str) -> str:
    return translate("law", language, sentence)


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


def opened_with(dialogue: Dialogue, opened: Mapping[str, str]) -> Dialogue:
    """A copy of *dialogue* in which the pseudonyms of *opened* are known to be the seats there."""
    copy = dialogue.copy()
    for name, seat in opened.items():
        seal = copy.seals.get(name)
        if seal is not None and seal.locked:
            copy.seals[name] = seal.model_copy(update={"stakeholder": seat})
    return copy


def locked_again(before: Dialogue, after: Dialogue, lock: Callable[[Seal], Seal]) -> Dialogue:
    """*after* as it may be stored: each seal as it was in *before*, each new one as *lock* makes it."""
    if all(after.seals[name] is before.seals.get(name) for name in after.seals):
        return after
    stored = {n: before.seals[n] if n in before.seals else lock(s) for n, s in after.seals.items()}
    after.seals.clear()
    after.seals.update(stored)
    return after


def with_seals(dialogue: Dialogue, seals: Iterable[Seal]) -> Dialogue:
    """A copy of *dialogue* in which *seals* are stored in the place of those with the same pseudonyms."""
    copy = dialogue.copy()
    copy.seals.update((seal.id, seal) for seal in seals)
    return copy
