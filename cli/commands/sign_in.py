"""`weerklank sign-in`: the link with which somebody who holds a role sets up their access, or a helper comes in."""

from dataclasses import asdict
from typing import Annotated

import typer

from cli import console, times
from cli.console import AsJson
from cli.near_matches import NotThere, Unknown
from config.settings import load_settings
from records.access import links
from services.house import House, open_house

Who = Annotated[
    str,
    typer.Argument(
        metavar="WHO",
        help="ROLE@PROGRAMME, like manager@kledingmerk, or HELPER@DIALOGUE; "
        "with --revoke also STAKEHOLDER@DIALOGUE.",
    ),
]
Revoke = Annotated[
    bool,
    typer.Option("--revoke", help="End every link and every open page of WHO instead."),
]


def sign_in(who: Who, revoke: Revoke = False, as_json: AsJson = False) -> None:
    """Print a link; give it to its reader and to nobody else. A role's works once, a helper's is theirs to keep.

    weerklank sign-in manager@kledingmerk
    weerklank sign-in helper-1@kledingmerk-2022
    weerklank sign-in vakbond-bd@kledingmerk-2022 --revoke
    """
    from portal.enter.sign_in import one_time_link

    settings = load_settings()
    with open_house(settings) as house:
        if revoke:
            ended = links.revoke(house.engine, _capacity(house, who), times.moment_or_now(None))
            _tell_revoked(who, ended, as_json=as_json)
            return
        link = one_time_link(house, settings, who, times.moment_or_now(None))
    if as_json:
        console.say_json(asdict(link))
        return
    console.out(link.address)
    until = f"until {link.until:%Y-%m-%d %H:%M} UTC"
    after = f"afterwards {link.name} signs in with a password and a code."
    lasting = f"end-helper ends it, and so does --revoke {link.name}."
    console.note(f"Works once, {until}; {after}" if link.once else f"Works {until}; {lasting}")


def _tell_revoked(who: str, ended: int, *, as_json: bool) -> None:
    if as_json:
        console.say_json({"name": who, "ended": ended})
        return
    console.out(f"{who}: {ended} links and open pages were ended.")


def _capacity(house: House, who: str) -> links.Capacity:
    """As whom WHO comes in. Raises NotKnown and Unfit."""
    name, _, of = who.partition("@")
    if of in house.ledger.dialogue_ids():
        dialogue = house.ledger.read(of)
        if name in dialogue.helpers:
            return links.Capacity("helper", dialogue.programme.id, name, of)
        if name not in dialogue.stakeholders:
            said = f"{of} has no stakeholder '{name}'. See them: weerklank status {of}"
            raise NotThere(said, Unknown("seat", name, of))
        return links.Capacity("participant", dialogue.programme.id, name, of)
    return links.Capacity("role", house.ledger.programme(of).programme.id, name)
