"""View for helpers: the dialogue as anybody may know it, and whom to tell what they hear."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifications.views.dialogue_view import view_of
from notifications.views.names import Contact, contact_of
from states.model.dialogue import Dialogue
from states.model.facts import Notice
from states.model.people import Helper, Role
from states.privacy.independence import is_debtor


@dataclass(frozen=True)
class HelperYou:
    """The helper who is written to."""

    helper: Helper

    @property
    def id(self) -> str:
        """By which name the dialogue knows them."""
        return self.helper.id

    @property
    def name(self) -> str:
        """Their name, or that of their organisation."""
        return self.helper.name

    @property
    def has_mail(self) -> bool:
        """Whether they can answer a mail."""
        return self.helper.email is not None

    @property
    def replies(self) -> bool:
        """Whether a reply reaches whoever it should: one of those who stand beside the people."""
        return True

    @property
    def discreet(self) -> bool:
        """Who helps is no secret to themselves."""
        return False


def context_for_helper(
    notice: Notice, dialogue: Dialogue, _now: datetime, language: str
) -> dict[str, Any]:
    """What the letter of *notice* may use; it holds nobody whom they help to reach."""
    return {
        "dialogue": view_of(dialogue, language),
        "you": HelperYou(dialogue.helpers[notice.to]),
        "contact": keeper_of(dialogue),
        "accountable": contact_of(dialogue, Role.MANAGER),
    }


def keeper_of(dialogue: Dialogue) -> Contact | None:
    """Who may record what a helper heard: moderator or confidant, whoever of them owes nothing; None: nobody."""
    keepers = (Role.MODERATOR, Role.CONFIDANT)
    free = (role for role in keepers if dialogue.role(role) and not is_debtor(dialogue, role))
    return next((contact_of(dialogue, role) for role in free), None)
