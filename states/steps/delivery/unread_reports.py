"""Unread reports: something came back about a message that nobody understood; it counts until a person says so."""

from datetime import datetime

from states.model.dialogue import Dialogue
from states.model.facts import Notice
from states.model.people import SYSTEM, Role
from states.model.vocabulary import FactName, Template
from states.steps.draft import Decision, Deliberation
from states.steps.people.contact_ways import ANSWERS, reads_mail, who_hears


def record_unread(dialogue: Dialogue, notice: Notice, now: datetime) -> Decision:
    """
    What follows when something came back about *notice* that nobody understood: it counts until a person says so.

    The moderator looks at it, who alone may know whom it is about; without one the manager, or the next role up.
    """
    work = Deliberation(dialogue, SYSTEM, now, notice.to)
    if dialogue.is_erased(notice.to):
        return work.decision()
    work.fact(FactName.REPORT_UNREAD, notice.to, template=notice.template)
    keeper = (
        [Role.MODERATOR] if reads_mail(dialogue, Role.MODERATOR) else who_hears(dialogue, notice)
    )
    for role in keeper[:1]:
        about = {"to": notice.to, "template": notice.template, "reason": "", "unread": True}
        work.tell(role, Template.DELIVERY_FAILED, None, **about, answer=False, again=False)
    return work.decision()


def reads_reports(dialogue: Dialogue, role: str) -> bool:
    """Whether *role* looks at what came back and was not understood; manager or deputy where nobody moderates."""
    alone = dialogue.role(Role.MODERATOR) is None
    return role == Role.MODERATOR or (alone and role in {Role.MANAGER, Role.DEPUTY})


def can_dismiss(role: str, template: str) -> bool:
    """Whether *role* may say that nothing is wrong: of an answer never whoever owes it (rules 28)."""
    return role == Role.MODERATOR or template not in ANSWERS


def dismiss_report(dialogue: Dialogue, notice: Notice, now: datetime, by: str) -> Decision:
    """What follows when *by*, a role or the machine, found that what came back about *notice* means nothing."""
    work = Deliberation(dialogue, by, now, notice.to)
    if not dialogue.is_erased(notice.to):
        work.fact(FactName.REPORT_LOOKED_AT, notice.to, template=notice.template)
    return work.decision()
