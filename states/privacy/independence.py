"""
Conflict of interest: nobody speaks for those they owe, and nobody proves what they owe themselves.

Source: rules 26 to 28.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from states.language.errors import NotYours
from states.model.dialogue import Dialogue
from states.model.duties import KINDS, DutyStatus
from states.model.people import ROLES, Former, Helper, Person, Role
from states.model.programme import Programme
from states.values.addresses import same_address

DEBTORS: tuple[Role, ...] = (Role.MANAGER, Role.DEPUTY, Role.SPONSOR)
"""The roles that owe the answers; a carrier, a moderator or a confidant never does."""
FEWEST_DIGITS = 7
"""Fewer are an extension within a house, which many houses have."""
_NUMBER = re.compile(r"[^\d+]*([+\d][\d\s().+/\u2010-\u2015-]*)")
"""The first number in a line; what follows it (an extension, a second number, a remark) is left out."""


class Reached(Protocol):
    """Somebody who is known by name and perhaps by address and telephone: who holds a role, or a stakeholder."""

    @property
    def name(self) -> str:
        """Their name."""

    @property
    def email(self) -> str | None:
        """Their address."""

    @property
    def phone(self) -> str | None:
        """Their telephone."""


def same_person(one: Reached, other: Reached) -> bool:
    """
    Whether *one* and *other* are the same person: the same address, or the same telephone.

    The name alone counts only where nothing else can be held against each other. An account is the account of who
    holds a role, so the same account is the same address. Source: rules 27.
    """
    mail = same_address(one.email, other.email) if one.email and other.email else None
    phone = same_phone(one.phone, other.phone) if one.phone and other.phone else None
    if mail or phone:
        return True
    return mail is None and phone is None and plain_name(one.name) == plain_name(other.name)


def same_phone(one: str | None, other: str | None) -> bool:
    """
    Whether both are the same telephone in E.164.

    A number without its country (`06 1000 0000`) is the same as one that ends with it: taking two people for one
    costs a call to somebody else, taking one for two lets the debtor speak.
    """
    first, second = digits_of(one or ""), digits_of(other or "")
    if min(len(first.lstrip("+0")), len(second.lstrip("+0"))) < FEWEST_DIGITS:
        return False
    if first.startswith("+") and second.startswith("+"):
        return first == second
    short, long = sorted((first.lstrip("+0"), second.lstrip("+0")), key=len)
    return long.endswith(short)


def plain_name(name: str) -> str:
    """*name* as two are compared: without case, marks of compatibility or doubled spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


@lru_cache(maxsize=4096)
def digits_of(phone: str) -> str:
    """The digits of *phone*, with a plus when it names its country; digits of any script."""
    found = _NUMBER.match(unicodedata.normalize("NFKC", phone))
    number = found.group(1).replace("(0)", "") if found else ""
    digits = "".join(str(unicodedata.decimal(sign)) for sign in number if sign.isdecimal())
    if number.lstrip(" (").startswith("+"):
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def debtor_behind(dialogue: Dialogue, somebody: Reached) -> bool:
    """
    Whether *somebody* is manager, deputy or sponsor, or was one while this edition ran.

    Giving the role away for a day, or another telephone, makes nobody somebody else (rules 27).
    """
    held = (person for role in DEBTORS if (person := dialogue.role(role)))
    before = (p for p in dialogue.programme.owed_before if p.until >= dialogue.opened_at)
    return any(same_person(person, somebody) for person in (*held, *before))


def debtor_reached_at(dialogue: Dialogue, email: str | None, phone: str | None) -> bool:
    """Whether manager, deputy or sponsor are reached at this address or this telephone."""
    held = [person for role in DEBTORS if (person := dialogue.role(role))]
    return any(same_address(p.email, email) or same_phone(p.phone, phone) for p in held)


def helps(dialogue: Dialogue, name: str) -> Helper | None:
    """The helper *name* while they help and owe nothing under another hat; None otherwise (rules 34)."""
    helper = dialogue.helper(name)
    return helper if helper and not debtor_behind(dialogue, helper) else None


def helpers_of(dialogue: Dialogue) -> list[Helper]:
    """Everybody who helps now and owes nothing."""
    return [found for name in dialogue.helpers if (found := helps(dialogue, name))]


def is_debtor(dialogue: Dialogue, role: str) -> bool:
    """Whether *role* owes answers: manager, deputy, sponsor, or whoever is or was one of them under another hat."""
    person = dialogue.role(role)
    return role in DEBTORS or (person is not None and debtor_behind(dialogue, person))


def with_roles(
    programme: Programme, roles: Mapping[Role, Person], until: datetime | None
) -> Programme:
    """
    *programme* with *roles*; who owed answers *until* now, or was reached otherwise, stays known (rules 27).

    None while nobody spoke: nothing was owed yet.
    """
    before = [*programme.owed_before, *(_former_holders(programme, roles, until) if until else ())]
    known = {_ways(one): one for one in before}
    return programme.model_copy(update={"roles": dict(roles), "owed_before": tuple(known.values())})


def _former_holders(
    programme: Programme, roles: Mapping[Role, Person], until: datetime
) -> Iterator[Former]:
    for role in DEBTORS:
        was = programme.roles.get(role)
        if was and _ways(was) != _ways(roles.get(role)):
            yield Former(**was.model_dump(), until=until)


def _ways(person: Person | None) -> tuple[str | None, ...]:
    return (person.name, person.email, person.phone) if person else ()


def owes_to(dialogue: Dialogue, role: str, voice: str) -> bool:
    """Whether who holds *role* owes *voice* something, or owed it: the moderator in the last round of a dispute."""
    owners = {
        dialogue.owner_role(duty)
        for duty in dialogue.duties.values()
        if KINDS[duty.kind].debt
        and duty.waiting == voice
        and duty.status is not DutyStatus.WITHDRAWN
    }
    return any(_one_hat(dialogue, role, owner) for owner in owners)


def _one_hat(dialogue: Dialogue, role: str, owner: str) -> bool:
    one, other = dialogue.role(role), dialogue.role(owner)
    return role == owner or bool(one and other and same_person(one, other))


def may_speak_for(dialogue: Dialogue, role: str, voice: str) -> bool:
    """Whether who holds *role* may say or prove in the place of *voice* what touches what *voice* is owed."""
    if role not in ROLES:
        return True
    return not is_debtor(dialogue, role) and not owes_to(dialogue, role, voice)


def require_no_debtor(dialogue: Dialogue, role: str, voice: str) -> None:
    """
    Refuse that who owes *voice* says in their place, or proves, that they are content, told, or gone.

    Raises NotYours('debtor-may-not-relay'), the same sentence whoever *voice* is, so that it opens no seal.
    """
    if not may_speak_for(dialogue, role, voice):
        raise NotYours("debtor-may-not-relay", by=role)
