"""View of a contribution for any page: what was promised, and who answers for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from notifications.views.dialogue_view import DialogueView
from states.checks.status import promise_standing
from states.model.contributions import Commitment, Contribution


class Sight(Protocol):
    """A dialogue as somebody may see it."""

    @property
    def shown(self) -> DialogueView:
        """The dialogue as any letter may speak of it."""

    @property
    def now(self) -> datetime:
        """When it is looked at."""


Of = TypeVar("Of", bound=Sight)


@dataclass(frozen=True)
class AnyPoint(Generic[Of]):
    """One contribution in the dialogue *of* whoever looks; its subclasses know what that reader sees besides."""

    of: Of
    source: Contribution

    @property
    def commitment(self) -> Commitment | None:
        """The promised action that came from it."""
        return self.of.shown.source.commitments.get(self.source.commitment or "")

    @property
    def promised(self) -> str:
        """How the promised action stands, by the law: a word of `progress`; nothing without one."""
        made = self.commitment
        return promise_standing(self.of.shown.source, made, self.of.now) if made else ""

    @property
    def owner(self) -> str | None:
        """Who answers for the decision."""
        return self.of.shown.held_by(self.source.owner) if self.source.owner else None
