"""Role hand-over: who holds which role, and whose consent a change needs once somebody spoke (rules 33)."""

from datetime import timedelta

from states.checks.composition import moderator_is_independent
from states.language.errors import NotYours, Refused
from states.model.dialogue import OPEN_PHASES, Dialogue
from states.model.duties import KINDS
from states.model.people import Person, Role
from states.model.vocabulary import FactName, Template
from states.privacy.closed_seals import unprotected_seals
from states.privacy.independence import is_debtor, plain_name, with_roles
from states.privacy.seals import has_any_seal
from states.steps.draft import Deliberation
from states.steps.people.contact_ways import forget_failure
from states.steps.requests import AgreeHandOver, HandOver
from states.values.addresses import plain_address

_GIVERS: dict[Role, frozenset[Role]] = {
    Role.MANAGER: frozenset({Role.MANAGER, Role.DEPUTY, Role.SPONSOR}),
    Role.DEPUTY: frozenset({Role.MANAGER, Role.DEPUTY, Role.SPONSOR}),
    Role.SPONSOR: frozenset({Role.MANAGER, Role.DEPUTY, Role.SPONSOR, Role.BOARD}),
    Role.BOARD: frozenset({Role.BOARD, Role.SPONSOR, Role.MANAGER}),
    Role.MODERATOR: frozenset({Role.MODERATOR, Role.SPONSOR, Role.MANAGER, Role.BOARD}),
    Role.CONFIDANT: frozenset({Role.CONFIDANT, Role.SPONSOR, Role.BOARD}),
}
"""Who may hand over which role. A seal is never opened by naming oneself moderator: see `_require_seals_safe`."""
_ONCE_SPOKEN: dict[Role, frozenset[Role]] = {
    Role.MODERATOR: frozenset({Role.MODERATOR, Role.BOARD}),
    Role.CONFIDANT: frozenset({Role.CONFIDANT, Role.BOARD}),
    Role.BOARD: frozenset({Role.BOARD}),
}
"""Who may hand over the roles that stand beside those who wait, from the first contribution on; the sponsor may too,
with consent. Who gives the board gives the moderator, so it is guarded alike."""
_CONSENT: dict[Role, Role] = {
    Role.MODERATOR: Role.CONFIDANT,
    Role.BOARD: Role.CONFIDANT,
    Role.CONFIDANT: Role.MODERATOR,
}
"""Whose consent the sponsor needs for it."""
TOLD = Template.KEEPER_CHANGED
"""The message to those who wait that somebody else stands beside them."""


def agrees_about(dialogue: Dialogue, role: str) -> tuple[Role, ...]:
    """The roles about whose change *role* is asked; none while whoever holds it owes something to those who wait."""
    if is_debtor(dialogue, role):
        return ()
    return tuple(given for given, keeper in _CONSENT.items() if keeper == role)


def has_spoken(dialogue: Dialogue) -> bool:
    """Whether somebody contributed and is still to be heard: in an edition that runs, or that still owes."""
    owes = any(duty.owed and KINDS[duty.kind].debt for duty in dialogue.duties.values())
    return bool(dialogue.contributions) and (dialogue.phase in OPEN_PHASES or owes)


def agree_hand_over(work: Deliberation, given: AgreeHandOver) -> None:
    """
    Agree that the sponsor gives *role* to this very person; it stands until that role is handed over.

    The confidant agrees about moderator and board, the moderator about the confidant. Raises NotYours.
    """
    if given.role not in agrees_about(work.dialogue, work.actor):
        raise NotYours("not-yours-to-give", role=given.role, by=work.actor)
    work.dialogue.agreed = {**work.dialogue.agreed, given.role.value: _mark(given.person)}
    work.fact(FactName.HAND_OVER_AGREED, given.role.value)


def _mark(person: Person) -> dict[str, str | None]:
    """What tells this person apart from another: how they are reached counts, how their name is typed does not."""
    email = plain_address(person.email) if person.email else None
    return {
        "name": plain_name(person.name),
        "email": email,
        "phone": None if email else person.phone,
    }


def hand_over(work: Deliberation, given: HandOver) -> None:
    """Give a role to another person; what the role owes follows, and its next rung goes to them."""
    _require_giver(work, given)
    _require_seals_safe(work, given)
    roles = {**work.dialogue.programme.roles, given.role: given.person}
    heard = has_spoken(work.dialogue) or work.dialogue.heard_beside
    work.programme = with_roles(work.dialogue.programme, roles, work.now if heard else None)
    work.dialogue.programme = work.programme
    if has_any_seal(work.dialogue) and not moderator_is_independent(work.dialogue):
        raise Refused("seals-need-independence", role=given.role)
    agreed = {role: who for role, who in work.dialogue.agreed.items() if role != given.role.value}
    work.dialogue.agreed = agreed
    forget_failure(work.dialogue, given.role.value)
    if given.role is Role.MODERATOR:
        _leave_early(work)
    work.fact(FactName.ROLE_HANDED_OVER, given.role.value)
    work.tell(given.role.value, Template.ROLE_HANDED_OVER, role=given.role.value)
    if given.role in _ONCE_SPOKEN and has_spoken(work.dialogue):
        _tell_who_waits(work, given.role)


def _leave_early(work: Deliberation) -> None:
    """A moderator who goes before the day after the session is over was not there for as long as it takes."""
    stays_until = work.dialogue.session_day + timedelta(days=1)
    if work.dialogue.management.get(Role.MODERATOR) and work.today <= stays_until:
        work.dialogue.management[Role.MODERATOR.value] = False
        work.fact(FactName.MANAGEMENT_RECORDED, Role.MODERATOR.value, present=False)


def _require_giver(work: Deliberation, given: HandOver) -> None:
    if work.actor not in _GIVERS[given.role]:
        raise NotYours("not-yours-to-give", role=given.role, by=work.actor)
    guarded = _ONCE_SPOKEN.get(given.role)
    if guarded is None or not has_spoken(work.dialogue):
        return
    if work.actor in guarded and not is_debtor(work.dialogue, work.actor):
        return
    if work.actor != Role.SPONSOR:
        raise NotYours("keeper-stays", role=given.role)
    _require_consent(work, given)


def _require_consent(work: Deliberation, given: HandOver) -> None:
    """The sponsor alone names who stands beside those who wait only where nobody stands there at all."""
    consent = _CONSENT[given.role]
    nobody = work.dialogue.role(given.role) is None and work.dialogue.role(consent) is None
    if not nobody and work.dialogue.agreed.get(given.role.value) != _mark(given.person):
        raise Refused("needs-consent", role=given.role, who=consent)


def _tell_who_waits(work: Deliberation, role: Role) -> None:
    waiting = [d.waiting for d in work.dialogue.duties.values() if d.owed and d.waiting]
    for voice in dict.fromkeys(waiting):
        work.tell(voice, TOLD, None, role=role.value, by=work.actor)


def _require_seals_safe(work: Deliberation, given: HandOver) -> None:
    """
    Whoever becomes moderator learns who spoke under seal: only the moderator may hand that on.

    What is stored for a key tells them nothing before the former moderator's key or the confidant's recovery share
    moved it; then the moderator changes as everybody does who stands beside those who wait (decision 46).
    """
    readable = bool(unprotected_seals(work.dialogue))
    if given.role is Role.MODERATOR and readable and work.actor != Role.MODERATOR:
        raise NotYours("seals-not-yours", role=given.role, by=work.actor)
