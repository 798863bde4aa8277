"""Actor: a role, or somebody who speaks in the dialogue, under their own name or under seal."""

from dataclasses import dataclass
from typing import Any

from states.language.errors import BadInput, NotKnown, NotYours, OwnHat, Refused
from states.model.contributions import Contribution
from states.model.dialogue import Dialogue
from states.model.people import HELPER, PARTICIPANT, ROLES, Role, Stakeholder
from states.model.relays import Relay
from states.model.vocabulary import DutyKind, FactName, Step
from states.privacy.embargo.windows import is_done
from states.privacy.independence import DEBTORS, debtor_behind, is_debtor, require_no_debtor
from states.privacy.seals import is_sealed, is_under_seal
from states.steps.table import INDEPENDENT, PROVERS, RELAYS, StepRule


@dataclass(frozen=True, slots=True)
class Actor:
    """The name under which a step is recorded, and for a participant's step the one who speaks."""

    name: str
    """A role, a stakeholder id or a pseudonym: what the journal shows."""
    voice: str = ""
    """The voice a participant's step is about: their own id, or their pseudonym for what is under seal."""
    relay: Relay | None = None
    """How it was said, when somebody else records it for them."""


def actor_of(dialogue: Dialogue, step: StepRule, by: str, given: Any) -> Actor:  # noqa: ANN401 - any step's model
    """
    Who takes *step*: *by* is a role, a helper, a stakeholder id or a pseudonym.

    Raises NotKnown for somebody unknown, NotYours when the step belongs to somebody else.
    """
    if by in ROLES:
        return _role_actor(dialogue, step, by, given)
    if by in dialogue.helpers:
        return _helping_actor(dialogue, step, by)
    speaker = dialogue.stakeholder_of(by)
    if speaker is None:
        raise NotKnown("unknown-person", by=by[:80])
    if PARTICIPANT not in step.by:
        raise NotYours("not-your-step", step=step.name, who=list(step.by))
    named = getattr(given, "stakeholder", None)
    if named not in {None, *dialogue.voices_of(speaker.id)}:
        raise NotYours("not-your-step", step=step.name, who=[named])
    own = [by] if is_sealed(dialogue, by) else dialogue.voices_of(speaker.id)
    _require_not_one_who_owes(dialogue, step, speaker, given)
    voice = _voice(dialogue, step, speaker.id, own, given)
    return Actor(voice, voice)


def _helping_actor(dialogue: Dialogue, step: StepRule, by: str) -> Actor:
    if dialogue.helper(by) is None:
        raise NotYours(FactName.HELPER_ENDED, helper=by)
    if HELPER not in step.by:
        raise NotYours("not-your-step", step=step.name, who=list(step.by))
    return Actor(by)


def _require_not_one_who_owes(
    dialogue: Dialogue,
    step: StepRule,
    speaker: Stakeholder,
    given: Any,  # noqa: ANN401
) -> None:
    """A seat whose address or telephone is that of manager, deputy or sponsor is a debtor's other hat (rules 26)."""
    if _touches_a_debt(step, given) and debtor_behind(dialogue, speaker):
        raise OwnHat("debtor-may-not-relay", by=speaker.id)


def _role_actor(dialogue: Dialogue, step: StepRule, by: str, given: Any) -> Actor:  # noqa: ANN401
    if dialogue.role(by) is None:
        raise NotKnown("role-not-named", role=by)
    if by in step.by:
        return Actor(by)
    if step.by == PROVERS and by in DEBTORS:
        raise NotYours("debtor-may-not-relay", by=by)
    _require_relayer(dialogue, step, by, given)
    named = getattr(given, "stakeholder", None)
    if PARTICIPANT not in step.by or by not in _relayers(step, given):
        raise NotYours("not-your-step", step=step.name, who=list(step.by))
    if not named:
        raise NotYours("for-whom", step=step.name)
    voice = _voice_of_somebody_else(dialogue, step, by, named, given)
    if _touches_a_debt(step, given):
        require_no_debtor(dialogue, by, voice)
    if given.how is None:
        raise BadInput("how-was-it-said", step=step.name)
    relay = Relay(by, given.how, given.said_on, given.read_back)
    return Actor(voice if is_sealed(dialogue, voice) else by, voice, relay)


def _relayers(step: StepRule, given: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Who may record this step for whoever takes it; of a line it depends on what they say of it."""
    verdict = getattr(given, "verdict", None)
    return RELAYS.get(f"{step.name}/{verdict}" if verdict else step.name, ())


def _touches_a_debt(step: StepRule, given: Any) -> bool:  # noqa: ANN401
    return _relayers(step, given) == INDEPENDENT


def _require_relayer(dialogue: Dialogue, step: StepRule, by: str, given: Any) -> None:  # noqa: ANN401
    """Whoever owes hears so first, whomever they name, or the answer would tell something of them."""
    if _touches_a_debt(step, given) and is_debtor(dialogue, by):
        raise NotYours("debtor-may-not-relay", by=by)


def _voice_of_somebody_else(
    dialogue: Dialogue,
    step: StepRule,
    by: str,
    named: str,
    given: Any,  # noqa: ANN401
) -> str:
    """Somebody answered by phone, letter or in person; whoever heard it records it, under seal the moderator alone."""
    if by == Role.MODERATOR and dialogue.is_locked(named):
        return _voice(dialogue, step, named, [named], given)
    if named not in dialogue.stakeholders:
        raise NotKnown("unknown-stakeholder", stakeholder=named)
    if by == Role.MODERATOR:
        _require_open_seal(dialogue, given)
        return _voice(dialogue, step, named, dialogue.voices_of(named), given)
    _refuse_what_is_sealed(dialogue, given)
    return _voice(dialogue, step, named, [named], given)


def _require_open_seal(dialogue: Dialogue, given: Any) -> None:  # noqa: ANN401
    """Whose a sealed point is only the moderator's own key tells; without it they name the pseudonym."""
    contribution = dialogue.contributions.get(getattr(given, "contribution", None) or "")
    if contribution and dialogue.is_locked(contribution.voice):
        raise Refused("seals-locked", voice=contribution.voice)


def _refuse_what_is_sealed(dialogue: Dialogue, given: Any) -> None:  # noqa: ANN401
    """Whoever is not the moderator gets the same answer whoever they name, or guessing would open a seal."""
    contribution = dialogue.contributions.get(getattr(given, "contribution", None) or "")
    if contribution and is_under_seal(contribution):
        raise NotYours("seal-needs-moderator")


def _voice(dialogue: Dialogue, step: StepRule, speaker: str, own: list[str], given: Any) -> str:  # noqa: ANN401
    if step.by == PROVERS:
        return _own_name(given.to, own)
    name = getattr(given, "contribution", None)
    if name is not None:
        return _voice_of_contribution(dialogue, step, name, own)
    if step.name == Step.UNDO_RELAYED:
        return _undoing_voice(dialogue, given.step, own)
    if step.name == Step.GIVE_VERDICT:
        return _chosen_voice(dialogue, given.voice, own) or _judging_voice(dialogue, own)
    return speaker


def _undoing_voice(dialogue: Dialogue, step: Step, own: list[str]) -> str:
    """The voice for which *step* was recorded last; without one their own name, and it is refused."""
    theirs = [r for r in dialogue.relays.values() if r.step == step and r.stands and r.voice in own]
    return theirs[-1].voice if theirs else own[0]


def _own_name(name: str, own: list[str]) -> str:
    """Whoever says themselves that something arrived says it of themselves alone."""
    if name not in own:
        raise NotYours("not-your-step", step=Step.RECORD_DELIVERY, who=[PROVERS[0]])
    return name


def _chosen_voice(dialogue: Dialogue, chosen: str | None, own: list[str]) -> str | None:
    """The voice that they named, when an answer came to it; to others a name that is not theirs does not exist."""
    if chosen is None:
        return None
    if chosen not in own:
        raise NotYours("not-your-answer", voice=chosen)
    if not any(c.delivered_at for c in dialogue.contributions_of(chosen)):
        raise Refused("nothing-to-judge")
    return chosen


def _voice_of_contribution(dialogue: Dialogue, step: StepRule, name: str, own: list[str]) -> str:
    contribution: Contribution | None = dialogue.contributions.get(name)
    gone = contribution is not None and not contribution.stands and step.name != Step.UNDO_RELAYED
    if contribution is None or gone:
        raise NotKnown("unknown-contribution", contribution=name)
    if contribution.voice not in own:
        raise NotYours("not-your-contribution", contribution=name)
    return contribution.voice


def _judging_voice(dialogue: Dialogue, own: list[str]) -> str:
    """The voice whose answer waits longest for a verdict; without one, the one that was answered."""
    owed = dialogue.owed(DutyKind.GIVE_VERDICT)
    asked = [d for d in owed if d.whom in own and not is_done(dialogue, d)]
    if asked:
        return str(min(asked, key=lambda duty: (duty.opened_at, own.index(str(duty.whom)))).whom)
    answered = [v for v in own if any(c.delivered_at for c in dialogue.contributions_of(v))]
    if not answered:
        raise Refused("nothing-to-judge")
    return answered[0]
