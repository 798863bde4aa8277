"""The shape of the route table: which page lies where, and who may open it. Tests walk these rows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from states.model.people import AUDITOR, HELPER, PARTICIPANT, Role

if TYPE_CHECKING:
    from starlette.responses import Response

    from portal.web.request import Visit

Handler = Callable[["Visit"], "Response"]

EVERYONE = "everyone"
STAFF = (*(role.value for role in Role), AUDITOR)
"""Everybody who signs in."""
CAPACITIES = (EVERYONE, PARTICIPANT, HELPER, *STAFF)
MANAGERS = (Role.MANAGER.value, Role.DEPUTY.value)

BODY_LIMIT = 1024 * 1024
"""Bytes that a form may hold: five texts as long as the law takes, of signs that travel as nine bytes each."""


@dataclass(frozen=True)
class Page:
    """
    One row: *method* and *path* lead to *handler*, for those in *who* alone.

    *again* is the page that shows a refused form as it was typed. *nav* names the page in the menu of those who may
    open it, in Dutch and in English. *most* are the bytes that may be sent to it. *once*: the same form sent again
    does nothing new. *fresh*: only for who proved a short while ago who they are. *own_mark*: the
    handler compares what the form shows with what is so now by itself.
    """

    method: Literal["GET", "POST"]
    path: str
    handler: Handler
    who: frozenset[str]
    again: Handler | None = None
    nav: tuple[str, str] | None = None
    most: int = BODY_LIMIT
    once: bool = True
    fresh: bool = False
    own_mark: bool = False

    def __post_init__(self) -> None:
        """Refuse a row that names an unknown capacity, or a form without a page to fall back on."""
        if unknown := self.who - set(CAPACITIES):
            raise ValueError(f"{self.path}: nobody is called {', '.join(sorted(unknown))}")
        if (self.method == "POST") != (self.again is not None):
            raise ValueError(f"{self.path}: a form, and only a form, names the page to show again")

    @property
    def row(self) -> str:
        """The row as a log may name it: `GET:l/:token`, never with what stood in its place."""
        path = self.path.strip("/").replace("{", ":").replace("}", "")
        return f"{self.method}:{path or 'front'}"

    def open_to(self, name: str | None) -> bool:
        """Whether somebody who is in as *name* (None: nobody) may open it."""
        return EVERYONE in self.who or name in self.who


def get(path: str, handler: Handler, *who: str, nav: tuple[str, str] | None = None) -> Page:
    """A page that is read; it changes nothing."""
    return Page("GET", path, handler, frozenset(who), nav=nav)


def post(
    path: str,
    handler: Handler,
    *who: str,
    again: Handler,
    most: int = BODY_LIMIT,
    once: bool = True,
    fresh: bool = False,
    own_mark: bool = False,
) -> Page:
    """A form that is sent; *again* shows it once more when it is refused."""
    readers = frozenset(who)
    page = Page("POST", path, handler, readers, again, most=most, once=once, fresh=fresh)
    return replace(page, own_mark=True) if own_mark else page
