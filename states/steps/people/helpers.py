"""
Helpers: who reaches people in their language; named by sponsor or board, told so, ended by any of them.

A helper sees and does what going by hand takes, and nothing that somebody who owes answers may not do under another
hat. Source: rules 28 and 34.
"""

from states.language.errors import BadInput, NotKnown, NotYours, Refused
from states.model.dialogue import Dialogue
from states.model.people import Helper
from states.model.vocabulary import FactName, Step, Template
from states.privacy.independence import debtor_behind
from states.steps.by_hand_requests import EndHelper, NameHelper
from states.steps.draft import Deliberation
from states.steps.people.reserved_names import require_free_name

NAMED, ENDED = Template.HELPER_NAMED, Template.HELPER_ENDED
"""The letters to a helper."""


def name_helper(work: Deliberation, given: NameHelper) -> None:
    """
    Sponsor or board name somebody who can reach people in their language, and prove what arrived.

    In any phase: an answer can bounce long after the close. Raises NotYours('debtor-may-not-relay') for somebody who
    owes the answers under another hat.
    """
    d = work.dialogue
    name = given.id or _free_name(d)
    if name in d.stakeholders or name in d.helpers:
        raise BadInput("reserved-name", name=name)
    if not name.startswith("helper-"):
        require_free_name(name)
    called = given.name or given.organisation
    helper = Helper(**{**dict(given), "id": name, "name": called})
    if debtor_behind(d, helper):
        raise NotYours("debtor-may-not-relay", by=work.actor)
    d.helpers[name] = helper
    work.fact(FactName.HELPER_NAMED, name, language=helper.language)
    _tell(work, helper, NAMED)


def _free_name(dialogue: Dialogue) -> str:
    number = len(dialogue.helpers) + 1
    while f"helper-{number}" in dialogue.helpers:
        number += 1
    return f"helper-{number}"


def end_helper(work: Deliberation, given: EndHelper) -> None:
    """
    Somebody helps no longer: said by sponsor, board or themselves, without a reason; they are told.

    Their way in is shut with it. Raises NotKnown('unknown-helper'), NotYours when a helper names another one.
    """
    helper = work.dialogue.helpers.get(given.helper)
    if work.actor in work.dialogue.helpers and work.actor != given.helper:
        raise NotYours("not-your-step", step=Step.END_HELPER, who=[given.helper])
    if helper is None:
        known = list(work.dialogue.helpers) or ["–"]
        raise NotKnown("unknown-helper", helper=given.helper, helpers=known)
    if helper.ended_at is not None:
        raise Refused("helper-ended-already", helper=helper.id)
    work.dialogue.helpers[helper.id] = helper.model_copy(update={"ended_at": work.now})
    work.fact(FactName.HELPER_ENDED, helper.id, language=helper.language)
    _tell(work, helper, ENDED)


def _tell(work: Deliberation, helper: Helper, template: Template) -> None:
    """Who has no address hears it from whoever named them: no letter of theirs is anybody else's task."""
    if helper.email:
        work.tell(helper.id, template, None, by=work.actor)
