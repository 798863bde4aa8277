"""Milestone notices: sponsor, moderator and board hear how the year begins, turns and ends."""

from states.model.people import Role
from states.model.vocabulary import DutyKind, Template
from states.steps.draft import Deliberation
from states.timing.lapse import person_key

ONLOOKERS = (Role.SPONSOR, Role.MODERATOR, Role.BOARD)
"""Who would hear nothing until something is late (rules 45)."""


def tell_onlookers(work: Deliberation, template: Template, /, **detail: object) -> None:
    """Say *template* to sponsor, moderator and board, each person once; whoever is the manager knows already."""
    roles = work.dialogue.programme.roles
    told = {person_key(Role.MANAGER, roles)} if Role.MANAGER in roles else set()
    for role in ONLOOKERS:
        if role in roles and person_key(role, roles) not in told:
            told.add(person_key(role, roles))
            work.tell(role.value, template, None, **detail)


def say_it_is_theirs(work: Deliberation, role: Role, kind: DutyKind) -> None:
    """Tell whoever holds *role* that the duty of *kind* is theirs to do now; the manager sees it on *Today*."""
    roles, duty = work.dialogue.programme.roles, work.duty(kind)
    if role not in roles or duty is None or not duty.owed:
        return
    if Role.MANAGER in roles and person_key(role, roles) == person_key(Role.MANAGER, roles):
        return
    work.tell(role.value, Template.YOUR_TURN, duty)
