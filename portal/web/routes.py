"""Routes: which page lies where, and who may open it. Tests walk these rows."""

from dataclasses import dataclass
from typing import Literal

from states.model.people import AUDITOR, HELPER, PARTICIPANT, Role

EVERYONE = "everyone"
STAFF = (*(role.value for role in Role), AUDITOR)
"""Everybody who signs in."""
CAPACITIES = (EVERYONE, PARTICIPANT, HELPER, *STAFF)
MANAGERS = (Role.MANAGER.value, Role.DEPUTY.value)
OTHERS = "others"
"""How the pages of all others are counted, together."""

BODY_LIMIT = 1024 * 1024
"""Bytes that a form may hold: five texts as long as the law takes, of signs that travel as nine bytes each."""


@dataclass(frozen=True)
class RouteRow:
    """
    One row of the table: *method* and *path*, for those in *who* alone.

    *nav* names the page in the menu of those who may open it, in English. *most* are the bytes that may
    be sent to it. *once*: the same form sent again does nothing new. *fresh*: only for who proved a short while ago
    who they are. *own_mark*: the handler compares what the form shows with what is so now by itself.
    """

    method: Literal["GET", "POST"]
    path: str
    who: frozenset[str]
    nav: str | None = None
    most: int = BODY_LIMIT
    once: bool = True
    fresh: bool = False
    own_mark: bool = False

    def __post_init__(self) -> None:
        """Refuse a row that names an unknown capacity."""
        if unknown := self.who - set(CAPACITIES):
            raise ValueError(f"{self.path}: nobody is called {', '.join(sorted(unknown))}")

    @property
    def row(self) -> str:
        """The row as a log may name it: `GET:l/:token`, never with what stood in its place."""
        path = self.path.strip("/").replace("{", ":").replace("}", "")
        return f"{self.method}:{path or 'front'}"

    @property
    def counted_as(self) -> str:
        """
        Its row when everybody or a manager may open it, and one name for all others.

        Whoever reads figures and logs sees when they change: a row of the participants or the confidant would tell of
        a report of retaliation in the minute in which it was made.
        """
        return self.row if self.who & {EVERYONE, *MANAGERS} else OTHERS

    def open_to(self, name: str | None) -> bool:
        """Whether somebody who is in as *name* (None: nobody) may open it."""
        return EVERYONE in self.who or name in self.who
