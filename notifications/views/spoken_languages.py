"""Spoken languages: in which language somebody in a dialogue writes, so that a letter can say so beside their words."""

from notifications.language.language_tags import UNKNOWN
from states.model.dialogue import Dialogue
from states.model.people import Role


def company_language(dialogue: Dialogue) -> str:
    """The language in which the company and its moderator write: the manager's, else the programme's first."""
    manager = dialogue.role(Role.MANAGER)
    return manager.language if manager else dialogue.programme.languages[0]


def voice_language(dialogue: Dialogue, voice: str) -> str:
    """The language in which *voice* speaks; of a sealed one it is not told, for it would say who that may be."""
    seat = dialogue.stakeholders.get(voice)
    return seat.language if seat else UNKNOWN
