"""The one-time link with which the operator lets the holder of a role in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.settings import Settings
from config.wiring import House
from portal.routes import AUDITOR, STAFF
from portal.site import Site
from records.access import Capacity, mint_link
from states.errors import Refused
from states.programme import Programme

LINK_LASTS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class SignInLink:
    """What the command line prints: the *address* to open, the *name* to sign in with later, and *until* when."""

    address: str
    name: str
    until: datetime


class NoSuchRole(Refused):
    """Nobody can sign in under that name."""

    def __init__(self, name: str) -> None:
        """Keep the name as it was given."""
        super().__init__("no-such-role", name=name)

    def why(self, language: str = "en") -> str:
        """What is so, and what to do."""
        roles = ", ".join(STAFF)
        if language == "nl":
            return f"'{self.details['name']}' kan zich niet aanmelden; schrijf ROL@PROGRAMMA, met als rol {roles}."
        return (
            f"'{self.details['name']}' cannot sign in; write ROLE@PROGRAMME, with as role {roles}."
        )


def one_time_link(house: House, settings: Settings, name: str, now: datetime) -> SignInLink:
    """
    A link with which the holder of *name* (`manager@kledingmerk`) sets up their password and code; it works once.

    *now* is aware UTC. Raises NoSuchRole, also when nobody holds the role; NotKnown('unknown-programme').
    """
    role, _, programme_id = name.partition("@")
    programme = house.ledger.programme(programme_id).programme if programme_id else None
    if programme is None or not _can_sign_in(programme, role):
        raise NoSuchRole(name)
    token = mint_link(house.engine, Capacity("role", programme.id, role), now, LINK_LASTS)
    site = Site(house, settings, lambda: now, ())
    return SignInLink(f"{site.address}/in/{token}", name, now + LINK_LASTS)


def _can_sign_in(programme: Programme, role: str) -> bool:
    return role == AUDITOR or any(role == held for held in programme.roles)
