"""
Pseudonymisation: who speaks under seal has a pseudonym, and only here is the one joined to the other.

Nobody else reads the seals of a dialogue, so that nobody else can betray one.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from states.model.contributions import Attribution, Contribution, Seal
from states.model.dialogue import Dialogue
from states.model.duties import KINDS, kind_of, whom_of
from states.model.people import Role, Stakeholder
from states.model.vocabulary import DutyKind, FactName, Template
from states.privacy.readers import Eyes, Reader

_LETTERS = 26
PSEUDONYM = "sealed-"
"""How every pseudonym begins."""
ABOUT_CARRYING = frozenset(
    {
        Template.BY_HAND_TASK,
        Template.CARRYING_LATE,
        Template.DELIVERY_FAILED,
        Template.RELAYED,
        Template.WORDING_WANTED,
    }
)
"""The messages that say how far another one came, or when somebody wrote under seal: that they failed would say it."""
_ARRIVALS = frozenset({
    FactName.PARTICIPANT_ANSWERED, FactName.ANSWER_BOUNCED, FactName.NOTICE_UNDELIVERABLE, FactName.REPORT_UNREAD,
    FactName.REPORT_LOOKED_AT, FactName.DELIVERY_RECORDED, FactName.BROUGHT, FactName.COULD_NOT_REACH,
    FactName.NOT_REACHED,
})  # fmt: skip
"""The facts that say whether a message arrived."""
BEARERS = frozenset({Role.MODERATOR, Role.CONFIDANT, Role.BOARD})
"""Who may have to bring what a sealed voice should hear: the moderator, and who stands above them (rules 44)."""


class Attributed(Protocol):
    """A point that was made, or a request to record one."""

    @property
    def attribution(self) -> Attribution | None:
        """How its speaker is to be named, None when nobody said."""


def has_seals(dialogue: Dialogue) -> bool:
    """Whether it is known that anybody speaks under seal in *dialogue*: once that was published it is no secret."""
    return bool(_told_seals(dialogue))


def has_any_seal(dialogue: Dialogue) -> bool:
    """Whether anybody speaks under seal in *dialogue*, published or not: for what must hold in any case."""
    return bool(dialogue.seals)


def _told_seals(dialogue: Dialogue) -> list[Seal]:
    untold = dialogue.unpublished_keys("seals") if dialogue.held else ()
    return [seal for seal in dialogue.seals.values() if seal.id not in untold]


def is_sealed(dialogue: Dialogue, name: object) -> bool:
    """Whether *name* is the pseudonym of somebody who speaks under seal."""
    return name in dialogue.seals


def is_veiled(dialogue: Dialogue, name: str) -> bool:
    """
    Whether no mail to whoever is behind *name* may tell anything: they are at risk, or speak under seal here.

    It holds for all that the seat is sent, whatever name it is sent to: else the subject that tells nothing would be a
    mark of its own. Source: rules 49.
    """
    seat = dialogue.stakeholder_of(name)
    if seat is None:
        return False
    spoke = any(seal.stakeholder == seat.id for seal in _told_seals(dialogue))
    return seat.at_risk is not False or spoke or is_sealed(dialogue, name)


def has_neutral_subjects(dialogue: Dialogue) -> bool:
    """
    Whether everybody in *dialogue* gets the subject that tells nothing, so that nobody's stands out.

    Whatever the policy says, so is it once somebody who is said not to be at risk spoke under seal: from then on
    their letters tell nothing, and were it theirs alone the change would tell. Source: rules 49.
    """
    seats = dialogue.stakeholders
    if any(
        one.stakeholder in seats and seats[one.stakeholder].at_risk is False
        for one in _told_seals(dialogue)
    ):
        return True
    return dialogue.policy.neutral_subjects and any(s.at_risk is not False for s in seats.values())


def is_pseudonym(name: str) -> bool:
    """Whether *name* has the form of a pseudonym, of whichever edition."""
    return name.startswith(PSEUDONYM)


def others_under_seal(dialogue: Dialogue, voice: str) -> set[str]:
    """The pseudonyms of *dialogue* but that of *voice*."""
    return set(dialogue.seals) - {voice}


def seals_open_to(dialogue: Dialogue, reader: Reader) -> list[Seal]:
    """Who speaks under which pseudonym, as far as *reader* may know."""
    seals = list(dialogue.seals.values())
    if reader.eyes is Eyes.PARTICIPANT:
        return [s for s in seals if reader.own_seal and s.stakeholder == reader.name]
    return seals if reader.opens_seals else []


def may_know_way(dialogue: Dialogue, reader: Reader, to: str) -> bool:
    """
    Whether *reader* may know by which way *to* is reached, and how far a message to them came.

    Who has no e-mail is known of everybody, so when one pseudonym is reached by hand it is known whose that is.
    """
    return reader.opens_seals or not (is_pseudonym(to) or is_sealed(dialogue, to))


def may_know_task(reader: Reader, to: str, template: str, kind: str | None) -> bool:
    """
    Whether *reader* may know that *to* was sent *template*: a task of no duty is how to reach a sealed voice.

    It is the moderator's, and goes up when they cannot be reached, as does word of a message that failed. The board has
    such a task about a manager too; that one cannot be told apart, and the manager sees by which way the message
    itself went.
    """
    carrying = template in ABOUT_CARRYING and not (template == Template.BY_HAND_TASK and kind)
    return reader.opens_seals or not (carrying and to in BEARERS)


def may_know_duty(reader: Reader, duty: str) -> bool:
    """Whether *reader* may know that there is a *duty* of this name: carrying words under seal is the moderator's."""
    return reader.opens_seals or kind_of(duty) is not DutyKind.CARRY_ANSWER


def may_know_fact(reader: Reader, fact: str, subject: str, detail: Mapping[str, Any]) -> bool:
    """Whether *reader* may know that *fact* happened to *subject*: of a sealed voice not whether words arrived."""
    return reader.opens_seals or not is_carrying(fact, subject, detail)


def is_carrying(fact: str, subject: str, detail: Mapping[str, Any]) -> bool:
    """Whether *fact*, which happened to *subject*, says how far words under seal came, and is there only for that."""
    whom = (kind_of(subject) and whom_of(subject)) or subject
    arrival = fact in _ARRIVALS and is_pseudonym(whom)
    about_carrying = detail.get("template") in ABOUT_CARRYING and subject in BEARERS
    return kind_of(subject) is DutyKind.CARRY_ANSWER or arrival or about_carrying


def may_know_owed(reader: Reader, duty: str) -> bool:
    """Whether *reader* may know of *duty* by its name: of what is owed to a voice under seal the debts alone."""
    kind = kind_of(duty)
    debt = kind is not None and KINDS[kind].debt
    return reader.opens_seals or debt or not is_pseudonym(whom_of(duty) or "")


def may_know_notice(
    reader: Reader, to: str, template: str, kind: str | None, duty: str | None
) -> bool:
    """Whether *reader* may know that *to* is sent *template* about *duty*, of its *kind*; of no sealed voice."""
    if reader.opens_seals:
        return True
    owed = duty is None or may_know_owed(reader, duty)
    return owed and not is_pseudonym(to) and may_know_task(reader, to, template, kind)


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


def level_of(point: Contribution) -> Attribution:
    """How the speaker of *point* chose to be named; whoever reads the point may know the level."""
    return point.attribution


def is_under_seal(point: Contribution) -> bool:
    """Whether the moderator alone knows who made *point*; that it is so is no secret."""
    return point.attribution is Attribution.SEALED


def is_answered(point: Contribution) -> bool:
    """
    Whether what is owed for *point* is given: words under seal once they are written, all others on their arrival.

    Who has no e-mail is known, so that nothing may depend on when words under seal arrive (rules 39).
    """
    given = point.written_at if is_under_seal(point) else point.delivered_at
    return given is not None


def is_told_under_seal(detail: Mapping[str, Any]) -> bool:
    """Whether the *detail* of the fact that a point was recorded says that it was made under seal."""
    return bool(detail["attribution"] == Attribution.SEALED)


def level_for(asked: Attributed, speaker: Stakeholder) -> Attribution:
    """The level at which a point of *speaker* is recorded: what was *asked*, else the safe choice for them."""
    return asked.attribution or (Attribution.SEALED if speaker.at_risk else Attribution.NAMED)


def level_for_pseudonym(asked: Attributed) -> Attribution | None:
    """The level of a point that is recorded for a pseudonym, which is a seal; None: another one was *asked*."""
    return Attribution.SEALED if asked.attribution in {None, Attribution.SEALED} else None


def levels_of(dialogue: Dialogue, voice: str) -> list[Attribution]:
    """The levels that *voice* chose, one for each of their points."""
    return [c.attribution for c in dialogue.contributions.values() if c.voice == voice]


def speak_under_seal(dialogue: Dialogue, speaker: Stakeholder) -> str:
    """The pseudonym of *speaker* in *dialogue*, which gets one when they have none yet."""
    for seal in dialogue.seals.values():
        if seal.stakeholder == speaker.id:
            return seal.id
    return seal_as(dialogue, f"{PSEUDONYM}{len(dialogue.seals) + 1}", speaker)


def seal_as(dialogue: Dialogue, pseudonym: str, speaker: Stakeholder) -> str:
    """Let *speaker* speak as *pseudonym* in *dialogue*, which changes."""
    dialogue.seals[pseudonym] = Seal(id=pseudonym, stakeholder=speaker.id)
    return pseudonym


def close_seals(dialogue: Dialogue, reader: Reader) -> None:
    """Take out of *dialogue*, a copy of one's own, who speaks under each seal that *reader* may not open."""
    opened = {seal.id for seal in seals_open_to(dialogue, reader)}
    dialogue.seals = {
        name: seal
        if name in opened
        else seal.model_copy(update={"stakeholder": "", "sealed_for": None})
        for name, seal in dialogue.seals.items()
    }


def own_voices(dialogue: Dialogue, reader: Reader) -> list[str]:
    """The names under which *reader* speaks, of whose words they see all; before their PIN the open one alone."""
    if reader.eyes is not Eyes.PARTICIPANT:
        return []
    return dialogue.voices_of(reader.name) if reader.own_seal else [reader.name]


def close_carrying(dialogue: Dialogue, reader: Reader) -> None:
    """
    Take out of *dialogue*, a copy of one's own, how far words under seal came, but of those to *reader* themselves.

    What was written under seal looks as it would had it arrived at once.
    """
    own = own_voices(dialogue, reader)
    dialogue.duties = {
        name: duty
        for name, duty in dialogue.duties.items()
        if may_know_duty(reader, name) or duty.whom in own
    }
    for name, point in dialogue.contributions.items():
        if is_under_seal(point) and point.voice not in own:
            told = {"delivered_at": point.written_at, "settlement_waits": False}
            dialogue.contributions[name] = point.model_copy(update=told)


def open_voices(dialogue: Dialogue, voices: Iterable[str]) -> set[str]:
    """Those of *voices* that are nobody's pseudonym."""
    return {voice for voice in voices if voice not in dialogue.seals}
