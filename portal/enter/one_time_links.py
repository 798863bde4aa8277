"""One-time links: with one, the operator lets in the holder of a role once, or a helper as their letter does."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.settings import Settings
from portal.web.routes import STAFF
from portal.web.site import Site
from records.access.links import Capacity, mint_link
from services.delivery.links import LASTS
from services.house import House
from states.language.catalogue import N_, translate
from states.language.errors import Refused
from states.language.languages import SOURCE
from states.model.people import AUDITOR
from states.model.programme import Programme
from states.privacy.independence import helps

LINK_LASTS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class SignInLink:
    """What the command line prints: the *address* to open, the *name* of who comes in by it, and *until* when."""

    address: str
    name: str
    until: datetime
    once: bool = True
    """Whether it works once, for somebody who then has a password; a helper comes back by the same link."""


class NoSuchRole(Refused):
    """Nobody can sign in under that name."""

    def __init__(self, name: str) -> None:
        """Keep the name as it was given."""
        super().__init__("no-such-role", name=name)

    def why(self, language: str = SOURCE) -> str:
        """What is so, and what to do."""
        said = N_(
            "'%(name)s' cannot sign in; write ROLE@PROGRAMME, with as role %(roles)s, or HELPER@DIALOGUE."
        )
        told = {"name": self.details["name"], "roles": ", ".join(STAFF)}
        return translate("pages", language, said) % told


def one_time_link(house: House, settings: Settings, name: str, now: datetime) -> SignInLink:
    """
    A link with which the holder of *name* (`manager@kledingmerk`) sets up their password and code; it works once.

    Of a helper (`helper-1@kledingmerk-2022`) it is their personal link, as in their letter. *now* is aware UTC.
    Raises NoSuchRole, also when nobody holds the role; NotKnown('unknown-programme').
    """
    role, _, programme_id = name.partition("@")
    if programme_id in house.ledger.dialogue_ids():
        return _helpers_link(house, settings, name, now)
    programme = house.ledger.programme(programme_id).programme if programme_id else None
    if programme is None or not _can_sign_in(programme, role):
        raise NoSuchRole(name)
    token = mint_link(house.engine, Capacity("role", programme.id, role), now, LINK_LASTS)
    site = Site(house, settings, lambda: now, ())
    return SignInLink(f"{site.address}/in/{token}", name, now + LINK_LASTS)


def _helpers_link(house: House, settings: Settings, name: str, now: datetime) -> SignInLink:
    """The link of a helper whom no letter reaches."""
    who, _, dialogue_id = name.partition("@")
    dialogue = house.ledger.read(dialogue_id)
    if helps(dialogue, who) is None:
        raise NoSuchRole(name)
    capacity = Capacity("helper", dialogue.programme.id, who, dialogue_id)
    site = Site(house, settings, lambda: now, ())
    token = mint_link(house.engine, capacity, now, LASTS)
    return SignInLink(f"{site.address}/l/{token}", name, now + LASTS, once=False)


def _can_sign_in(programme: Programme, role: str) -> bool:
    return role == AUDITOR or any(role == held for held in programme.roles)
