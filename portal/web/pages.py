"""Page: the row of its route and the handler that answers."""

from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.responses import Response

from portal.web.request import Visit
from portal.web.routes import BODY_LIMIT, RouteRow

Handler = Callable[[Visit], Response]


@dataclass(frozen=True)
class Page(RouteRow):
    """A row of the table with its *handler*; *again* is the page that shows a refused form as it was typed."""

    handler: Handler = field(kw_only=True)
    again: Handler | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        """Refuse a row that names an unknown capacity, or a form without a page to fall back on."""
        super().__post_init__()
        if (self.method == "POST") != (self.again is not None):
            raise ValueError(f"{self.path}: a form, and only a form, names the page to show again")


def get(path: str, handler: Handler, *who: str, nav: str | None = None) -> Page:
    """A page that is read; it changes nothing."""
    return Page("GET", path, frozenset(who), nav, handler=handler)


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
    return Page(
        "POST", path, readers, None, most, once, fresh, own_mark, handler=handler, again=again
    )
