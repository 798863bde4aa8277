"""View of contacts: whom a letter names to turn to."""

from dataclasses import dataclass

from notifications.language.words import isolated
from states.model.dialogue import Dialogue


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to turn to, with their *role* in the dialogue."""

    name: str
    role: str
    email: str | None
    phone: str | None

    @property
    def ways(self) -> list[str]:
        """How to reach them."""
        return [way for way in (self.email, self.phone) if way]


def contact_of(dialogue: Dialogue, role: str) -> Contact | None:
    """Whoever holds *role*, None when nobody does."""
    person = dialogue.role(role)
    if person is None:
        return None
    return Contact(isolated(person.name), role, person.email, person.phone)
