"""
Operator's feed: which facts and duties may be told where people watch the machine, who are nobody's confidants.

Only that it happened, where and when. How far a message to a sealed voice came is nobody's affair but theirs and
the moderator's (rules 39), so neither that nor any message about it is told.
"""

from states.model.dialogue import Dialogue
from states.model.duties import KINDS, About
from states.model.facts import Fact
from states.model.people import HELPER, PARTICIPANT, ROLES
from states.model.vocabulary import FactName
from states.privacy.seals import ABOUT_CARRYING, is_sealed

TOLD = frozenset({
    FactName.DIALOGUE_OPENED, FactName.DIALOGUE_CLOSED, FactName.DIALOGUE_CANCELLED,
    FactName.PARTICIPANT_ANSWERED, FactName.ANSWER_BOUNCED, FactName.NOTICE_UNDELIVERABLE,
})  # fmt: skip
TELLS_OF_ARRIVAL = frozenset(
    rule.name for rule in KINDS.values() if rule.asked and rule.about is About.VOICE
)
"""What is asked of a voice once words reached it: the operator is told neither how many are open nor until when."""


def is_told(dialogue: Dialogue, fact: Fact) -> bool:
    """Whether the operator's feed may tell *fact* of *dialogue*."""
    about_carrying = fact.detail.get("template") in ABOUT_CARRYING
    return fact.fact in TOLD and not about_carrying and not is_sealed(dialogue, fact.subject)


def capacity_of(subject: str, *, helps: bool) -> str:
    """In which capacity the *subject* of a told fact, who *helps* or not, is spoken of; never who."""
    if subject in ROLES:
        return subject
    return HELPER if helps else PARTICIPANT
