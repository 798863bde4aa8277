"""`weerklank status`: where a dialogue stands, what is missing, who owes what, and who waits since when."""

from typing import Annotated

import typer

from cli import console, json_views, times
from cli.commands.act import Now
from cli.completion import dialogue_ids
from cli.console import AsJson
from cli.status_view import portray
from config.settings import load_settings
from services.house import House, open_house
from states.privacy.visibility import Viewer

Dialogues = Annotated[
    str | None,
    typer.Argument(
        metavar="[DIALOGUE]",
        help="For example kledingmerk-2022. Default: all.",
        autocompletion=dialogue_ids,
    ),
]
As = Annotated[
    Viewer,
    typer.Option(
        "--as", help="Whose eyes: the moderator also sees the seals, an auditor no identities."
    ),
]


def status(
    dialogue: Dialogues = None, viewer: As = "manager", now: Now = None, as_json: AsJson = False
) -> None:
    """Show the phase, the checks with what is missing, the duties by urgency, and who waits since when.

    weerklank status
    weerklank status kledingmerk-2022 --json
    """
    moment, settings = times.moment_or_now(now), load_settings()
    with open_house(settings) as house:
        ids = [dialogue] if dialogue else house.ledger.dialogue_ids()
        if as_json:
            console.say_json(
                json_views.visible_dialogues(
                    house.ledger,
                    ids,
                    moment,
                    viewer=viewer,
                    language=settings.language,
                )
            )
            return
        if not ids:
            _nothing_yet(house)
        for number, name in enumerate(ids):
            if number:
                console.out()
            portray(house.ledger.read(name), moment, viewer, settings.language, short=len(ids) > 1)
        if len(ids) > 1:
            console.suggest(f"weerklank status {ids[-1]}")


def _nothing_yet(house: House) -> None:
    programmes = house.ledger.programmes()
    if not programmes:
        console.out("There are no dialogues and no programmes yet.")
        console.suggest("weerklank programme apply FILE, or see the case first: weerklank demo")
        return
    for row in programmes:
        console.out(
            f"{row.programme.id}: no edition yet; the next one opens {row.opens_at:%Y-%m-%d} by itself."
        )
    console.suggest(f"weerklank open {programmes[0].programme.id} --session WHEN")
