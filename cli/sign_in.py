"""`weerklank sign-in`: the one-time link with which somebody who holds a role sets up their password and code."""

from typing import Annotated

import typer

from cli import moments, speech
from config.settings import load_settings
from config.wiring import open_house

Who = Annotated[str, typer.Argument(metavar="ROLE@PROGRAMME", help="Like manager@kledingmerk.")]


def sign_in(who: Who) -> None:
    """Print a link that works once; give it to its reader and to nobody else.

    weerklank sign-in manager@kledingmerk
    """
    from portal.signing_in import one_time_link

    settings = load_settings()
    with open_house(settings) as house:
        link = one_time_link(house, settings, who, moments.moment_or_now(None))
    speech.out(link.address)
    speech.note(
        f"Works once, until {link.until:%Y-%m-%d %H:%M} UTC; "
        f"afterwards {link.name} signs in with a password and a code."
    )
