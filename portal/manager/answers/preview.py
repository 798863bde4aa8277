"""Answer preview: an answer as its reader will see it; for a hidden reader somebody else stands in."""

from typing import Any

from notifications.letters.compose import Message, compose
from portal.manager.answers.answer_debts import Debt
from portal.web.request import Visit
from states.model.dialogue import Dialogue
from states.model.people import Layer, Stakeholder
from states.model.vocabulary import Step, Template
from states.privacy.seals import seal_as
from states.steps.decide import decide

_NOBODY = "somebody"


def preview(debt: Debt, given: dict[str, Any], visit: Visit) -> Message:
    """
    The letter that *given* would become. Nothing is recorded. Raises Refused when the law would refuse it.

    For a reader whom the one who looks may not know, the letter is addressed to nobody in particular and written in
    the language of the page: their own name, language and success test would tell who they are.
    """
    dialogue = _with_stand_in(debt, visit) if debt.hidden else debt.seen.dialogue
    decision = decide(dialogue, Step.ANSWER_PARTICIPANT, given, visit.me.by, visit.now)
    notice = next(notice for notice in decision.notices if notice.template == Template.ANSWER)
    dialogue, pages = decision.dialogue, visit.site.address
    return compose(notice, dialogue, now=visit.now, base_url=pages, whole=True)


def _with_stand_in(debt: Debt, visit: Visit) -> Dialogue:
    dialogue = debt.seen.dialogue.copy()
    someone = Stakeholder(
        id=_NOBODY if debt.sealed else debt.voice,
        name=debt.by,
        organisation=debt.by,
        category="expert",
        country=dialogue.programme.country,
        language=visit.language,
        layer=Layer.EXPERT,
        email="somebody@example.org",
        mapped_at=visit.now,
    )
    dialogue.stakeholders[someone.id] = someone
    if debt.sealed:
        seal_as(dialogue, debt.voice, someone)
    return dialogue
