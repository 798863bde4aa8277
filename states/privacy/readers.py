"""Reader: before whose eyes something is shown, the one thing that every door says of who asks."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from states.model.people import AUDITOR, HELPER, ROLES, Role


class Eyes(StrEnum):
    """In which capacity somebody reads."""

    ROLE = "role"
    PARTICIPANT = "participant"
    AUDITOR = "auditor"
    HELPER = "helper"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads: in which capacity, and which role, which seat or which helper they are."""

    eyes: Eyes
    name: str = ""
    own_seal: bool = True
    """Whether a participant sees what they said under seal: not by a link alone (rules 35)."""

    @classmethod
    def by_name(cls, name: str) -> Self:
        """The reader whom the record calls *name*: a role, the auditor, a helper at work, or a participant's seat."""
        if name in ROLES:
            return cls(Eyes.ROLE, name)
        known = {AUDITOR: Eyes.AUDITOR, HELPER: Eyes.HELPER, "": Eyes.OPERATOR}
        return cls(known.get(name, Eyes.PARTICIPANT), name)

    @property
    def opens_seals(self) -> bool:
        """Whether they may know who speaks under each seal; a speaker knows their own alone."""
        return self.eyes is Eyes.ROLE and self.name == Role.MODERATOR

    @property
    def knows_people(self) -> bool:
        """Whether they may know who is mapped and who holds which role."""
        return self.eyes is not Eyes.AUDITOR


A_MANAGER = Reader(Eyes.ROLE, Role.MANAGER)
A_MODERATOR = Reader(Eyes.ROLE, Role.MODERATOR)
