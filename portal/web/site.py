"""Site: what all requests share; the house, its clock, and by which names browsers may know it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

from config.clock import utc_now
from config.settings import Settings
from portal.web.routes import RouteRow
from services.house import House

_HERE = ("127.0.0.1", "localhost", "[::1]")


class ShownTime(Protocol):
    """What a site knows of the demonstration that it may be: which moment pages say that it is."""

    def shown_time(self, now: datetime) -> datetime:
        """The moment that the banner shows when it is *now* (aware UTC)."""


@dataclass(frozen=True)
class Site:
    """One portal: *clock* says what time it is (aware UTC), *demo* is there only in a demonstration."""

    house: House
    settings: Settings
    clock: Callable[[], datetime]
    pages: tuple[RouteRow, ...]
    demo: ShownTime | None = None

    def door_time(self) -> datetime:
        """What time it is for sessions and links: the real one, even where a demonstration has a clock of its own."""
        return utc_now() if self.demo else self.clock()

    @cached_property
    def address(self) -> str:
        """The public address of the pages; links are made from it and from nothing that a request says."""
        portal = self.settings.portal
        return self.settings.base_url or f"http://{portal.host}:{portal.port}"

    @cached_property
    def secure(self) -> bool:
        """Whether browsers come over TLS."""
        return self.address.startswith("https://")

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The names by which the site may be asked for, without ports; on TLS the public one alone."""
        public = urlsplit(self.address).hostname or ""
        return frozenset({public, *(() if self.secure else _HERE)})

    def opens(self, path: str, name: str) -> bool:
        """Whether there is a page at *path* of the table, for who is in as *name*."""
        here = (page for page in self.pages if page.method == "GET" and page.path == path)
        return any(page.open_to(name) for page in here)

    def origin_is_ours(self, origin: str, host: str) -> bool:
        """Whether *origin* is this site, asked for as *host*."""
        if self.secure:
            return origin == origin_of(self.address)
        return origin in {origin_of(self.address), f"http://{host}"}

    def cookie(self, name: str) -> str:
        """The name of a cookie: bound to this very host behind TLS."""
        return f"__Host-{name}" if self.secure else name


def passkey_house(site: Site) -> str | None:
    """The name for which passkeys of *site* are made; None where browsers refuse them, as at an address of numbers."""
    name = urlsplit(site.address).hostname or ""
    try:
        ip_address(name)
    except ValueError:
        return name if site.secure or name == "localhost" else None
    return None


def origin_of(address: str) -> str:
    """The scheme, name and port of *address*; nothing sensible for what is no address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"
