"""Who acts: a role, or somebody who speaks in the dialogue, under their own name or under seal."""

from dataclasses import dataclass
from typing import Any

from states.contributions import Contribution
from states.dialogue import Dialogue
from states.errors import NotKnown, NotYours, Refused
from states.people import PARTICIPANT, ROLES, Role
from states.table import CHAIR, Step


@dataclass(frozen=True, slots=True)
class Actor:
    """The name under which a step is recorded, and for a participant's step the one who speaks."""

    name: str
    """A role, a stakeholder id or a pseudonym: what the journal shows."""
    voice: str = ""
    """The voice a participant's step is about: their own id, or their pseudonym for what is under seal."""


def actor_of(dialogue: Dialogue, step: Step, by: str, given: Any) -> Actor:  # noqa: ANN401 - any step's model
    """
    Who takes *step*: *by* is a role, a stakeholder id or a pseudonym.

    Raises NotKnown for somebody unknown, NotYours when the step belongs to somebody else.
    """
    if by in ROLES:
        return _role_actor(dialogue, step, by, given)
    speaker = dialogue.stakeholder_of(by)
    if speaker is None:
        raise NotKnown("unknown-person", by=by[:80])
    if PARTICIPANT not in step.by:
        raise NotYours("not-your-step", step=step.name, who=list(step.by))
    named = getattr(given, "stakeholder", None)
    if named not in {None, *dialogue.voices_of(speaker.id)}:
        raise NotYours("not-your-step", step=step.name, who=[named])
    own = [by] if by in dialogue.seals else dialogue.voices_of(speaker.id)
    voice = _voice(dialogue, step, speaker.id, own, given)
    return Actor(voice, voice)


def _role_actor(dialogue: Dialogue, step: Step, by: str, given: Any) -> Actor:  # noqa: ANN401
    if dialogue.role(by) is None:
        raise NotKnown("role-not-named", role=by)
    if by in step.by:
        return Actor(by)
    named = getattr(given, "stakeholder", None)
    if PARTICIPANT in step.by and by in CHAIR and named:
        return Actor(by, _by_hand_voice(dialogue, step, by, named, given))
    raise NotYours("not-your-step", step=step.name, who=list(step.by))


def _by_hand_voice(dialogue: Dialogue, step: Step, by: str, named: str, given: Any) -> str:  # noqa: ANN401
    """Somebody without e-mail answers by phone or letter; the manager or the moderator records it."""
    speaker = dialogue.stakeholders.get(named)
    if speaker is None:
        raise NotKnown("unknown-stakeholder", stakeholder=named)
    if speaker.email:
        raise NotYours("speaks-for-themselves", stakeholder=named, step=step.name)
    if by == Role.MODERATOR:
        return _voice(dialogue, step, named, dialogue.voices_of(named), given)
    _refuse_what_is_sealed(dialogue, given)
    return _voice(dialogue, step, named, [named], given)


def _refuse_what_is_sealed(dialogue: Dialogue, given: Any) -> None:  # noqa: ANN401
    """Whoever is not the moderator gets the same answer whoever they name, or guessing would open a seal."""
    contribution = dialogue.contributions.get(getattr(given, "contribution", None) or "")
    if contribution and contribution.sealed:
        raise NotYours("seal-needs-moderator")


def _voice(dialogue: Dialogue, step: Step, speaker: str, own: list[str], given: Any) -> str:  # noqa: ANN401
    name = getattr(given, "contribution", None)
    if name is not None:
        return _voice_of_contribution(dialogue, name, own)
    if step.name == "give-verdict":
        return _chosen_voice(dialogue, given.voice, own) or _judging_voice(dialogue, own)
    return speaker


def _chosen_voice(dialogue: Dialogue, chosen: str | None, own: list[str]) -> str | None:
    """The voice that they named, when an answer came to it; to others a name that is not theirs does not exist."""
    if chosen is None:
        return None
    if chosen not in own:
        raise NotYours("not-your-answer", voice=chosen)
    if not any(c.delivered_at for c in dialogue.contributions_of(chosen)):
        raise Refused("nothing-to-judge")
    return chosen


def _voice_of_contribution(dialogue: Dialogue, name: str, own: list[str]) -> str:
    contribution: Contribution | None = dialogue.contributions.get(name)
    if contribution is None or not contribution.stands:
        raise NotKnown("unknown-contribution", contribution=name)
    if contribution.voice not in own:
        raise NotYours("not-your-contribution", contribution=name)
    return contribution.voice


def _judging_voice(dialogue: Dialogue, own: list[str]) -> str:
    """The voice whose answer waits longest for a verdict; without one, the one that was answered."""
    asked = [d for d in dialogue.owed("give-verdict") if d.whom in own]
    if asked:
        return str(min(asked, key=lambda duty: (duty.opened_at, own.index(str(duty.whom)))).whom)
    answered = [v for v in own if any(c.delivered_at for c in dialogue.contributions_of(v))]
    if not answered:
        raise Refused("nothing-to-judge")
    return answered[0]
