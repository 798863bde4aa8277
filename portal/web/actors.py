"""Actor of a request: somebody who came in, and in which capacity."""

from dataclasses import dataclass

from records.access.links import Capacity
from states.language.languages import LANGUAGES, WHOLE
from states.model.people import Person
from states.model.programme import Programme


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who came in: a participant or a helper of one dialogue, or the holder of a role of one programme."""

    capacity: Capacity
    programme: Programme
    person: Person | None

    @property
    def reads(self) -> str | None:
        """The language that they read, as far as it is known."""
        return self.person.language if self.person else None

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of their pages: of staff those in which everything is said."""
        return LANGUAGES if self.capacity.kind == "participant" else WHOLE

    @property
    def name(self) -> str:
        """`participant`, `helper`, or the role: what the route table asks for."""
        return self.capacity.who if self.capacity.kind == "role" else self.capacity.kind

    @property
    def by(self) -> str:
        """The name under which the law knows them: a stakeholder id, a helper or a role."""
        return self.capacity.who
