"""Step handlers of the stakeholder analysis: risks, stakeholders, linked dialogues, information."""

from states.checks.checks import overridable
from states.language.errors import BadInput, NotKnown, NotYours, Refused
from states.model.dialogue import ChainDialogue, Dialogue, Override, Phase, Risk
from states.model.duties import duty_name
from states.model.information import Information
from states.model.people import (
    Invitation,
    Mapping,
    Stakeholder,
)
from states.model.vocabulary import DutyKind, FactName, Step
from states.steps.draft import Deliberation
from states.steps.people.contact import has_contributed, require_own_way
from states.steps.people.reserved_names import require_free_name
from states.steps.requests import Bare, DropRisk, DropStakeholder, OverrideCheck


def name_risk(work: Deliberation, given: Risk) -> None:
    """Name a salient risk, or correct one."""
    work.dialogue.risks[given.id] = given
    work.fact(
        FactName.RISK_NAMED, given.id, country=given.country, tier=given.tier, weight=given.weight
    )


def drop_risk(work: Deliberation, given: DropRisk) -> None:
    """Take a risk out of the analysis, with a reason."""
    if work.dialogue.risks.pop(given.risk, None) is None:
        raise NotKnown("unknown-risk", risk=given.risk)
    work.fact(FactName.RISK_DROPPED, given.risk, reason=given.reason)


def map_stakeholder(work: Deliberation, given: Mapping) -> None:
    """Map a stakeholder, or correct one who was not invited yet."""
    require_free_name(given.id)
    if given.id in work.dialogue.helpers:
        raise BadInput("reserved-name", name=given.id)
    if unknown := [risk for risk in given.speaks_for if risk not in work.dialogue.risks]:
        raise NotKnown("unknown-risk", risk=unknown)
    if given.replaces:
        work.stakeholder(given.replaces)
    earlier = work.dialogue.stakeholders.get(given.id)
    if earlier and earlier.invited:
        raise Refused("already-invited", stakeholder=given.id)
    require_own_way(work.dialogue, given.id, given.email, given.phone)
    if earlier:
        _require_same_ways(work, earlier, given)
        work.change_stakeholder(given.id, **dict(given))
    else:
        work.dialogue.stakeholders[given.id] = Stakeholder(**dict(given), mapped_at=work.now)
    work.fact(
        FactName.STAKEHOLDER_MAPPED,
        given.id,
        country=given.country,
        category=given.category,
        layer=given.layer,
    )
    if work.dialogue.phase is Phase.EXPECTATION_GATHERING:
        open_invitation_duty(work, given.id)


def _require_same_ways(work: Deliberation, earlier: Stakeholder, given: Mapping) -> None:
    """Mapping somebody anew is no way round the rule of who says how they are reached."""
    ways = ("email", "phone", "postal_address", "safe_hours", "time_zone")
    moved = any(getattr(earlier, way) != getattr(given, way) for way in ways)
    if moved and has_contributed(work.dialogue, earlier):
        raise NotYours("contact-is-theirs")


def open_invitation_duty(work: Deliberation, stakeholder: str) -> None:
    """The manager owes this stakeholder an invitation, unless that is already so."""
    duty = work.duty(duty_name(DutyKind.INVITE_STAKEHOLDER, stakeholder))
    if duty is None or not duty.owed:
        work.open_duty(DutyKind.INVITE_STAKEHOLDER, stakeholder)


def drop_stakeholder(work: Deliberation, given: DropStakeholder) -> None:
    """Take somebody off the map whom no invitation reached, with a reason (rules 10)."""
    name = given.stakeholder
    if work.stakeholder(name).invited and not _nothing_reached(work, name):
        raise Refused("already-invited", stakeholder=name)
    _require_nothing_owed(work, name)
    del work.dialogue.stakeholders[name]
    work.fact(FactName.STAKEHOLDER_DROPPED, name, reason=given.reason)
    owed = [duty for duty in work.dialogue.duties.values() if duty.owed and duty.whom == name]
    work.withdraw(owed, FactName.STAKEHOLDER_DROPPED)


def _nothing_reached(work: Deliberation, name: str) -> bool:
    duty = work.duty(duty_name(DutyKind.INVITE_STAKEHOLDER, name))
    open_still = work.stakeholder(name).invitation is Invitation.INVITED
    return open_still and duty is not None and duty.met_at is None


def _require_nothing_owed(work: Deliberation, name: str) -> None:
    """Whoever waits for something cannot be taken off the map with it."""
    voices = work.dialogue.voices_of(name)
    spoke = any(c.voice in voices for c in work.dialogue.contributions.values())
    if spoke or any(d.owed and d.waiting in voices for d in work.dialogue.duties.values()):
        raise Refused("still-owed", stakeholder=name)


def link_chain_dialogue(work: Deliberation, given: ChainDialogue) -> None:
    """Link a dialogue held with those affected in the chain; it covers its risk for the policy's months."""
    if given.risk not in work.dialogue.risks:
        raise NotKnown("unknown-risk", risk=given.risk)
    if given.held > work.today:
        raise BadInput("not-held-yet", date=given.held.isoformat())
    work.dialogue.chain_dialogues[given.id] = given
    work.fact(
        FactName.CHAIN_DIALOGUE_LINKED, given.id, risk=given.risk, held=given.held.isoformat()
    )


def give_information(work: Deliberation, given: Information) -> None:
    """Fill in fields of the invitation; once somebody is invited they are a promise and stand."""
    if any(s.invited for s in work.dialogue.stakeholders.values()):
        raise Refused("information-promised")
    named = {key: value for key, value in given if value is not None}
    if not named:
        raise BadInput("nothing-given", step=Step.GIVE_INFORMATION)
    information = work.dialogue.information.model_copy(update=named)
    work.require_promise_after_session(information)
    work.dialogue.information = information
    work.fact(FactName.INFORMATION_GIVEN, fields=sorted(named))


def _keep_earlier(d: Dialogue, name: str) -> None:
    """An override that is given again stands beside the earlier one, whose reason participants have read."""
    earlier = d.overrides.get(name)
    if earlier is not None:
        kept = f"{name}#{sum(other.startswith(name) for other in d.overrides)}"
        d.overrides[kept] = earlier.model_copy(update={"id": kept})


def override_check(work: Deliberation, given: OverrideCheck) -> None:
    """Pass a soft check of this phase by hand; name and reason are shown to participants."""
    d = work.dialogue
    soft = overridable(d)
    check = next((one for one in soft if one == given.check), None)
    if check is None:
        raise BadInput("not-overridable", check=given.check, phase=d.phase, soft=soft)
    person = d.role(work.actor)
    override = Override(
        id=f"{d.phase}/{check}",
        check=check,
        phase=d.phase,
        by=work.actor,
        name=person.name if person else work.actor,
        reason=given.reason,
        at=work.now,
    )
    _keep_earlier(d, override.id)
    d.overrides[override.id] = override
    work.fact(
        FactName.CHECK_OVERRIDDEN,
        given.check,
        check=given.check,
        phase=d.phase,
        reason=given.reason,
    )


def approve_analysis(work: Deliberation, _given: Bare) -> None:
    """The analysis is good enough to invite on."""
    work.meet(DutyKind.APPROVE_ANALYSIS)
