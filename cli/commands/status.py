"""`weerklank status`: where a dialogue stands, what is missing, who owes what, and who waits since when."""

from typing import Annotated, Any

import typer

from cli import console, json_views, times
from cli.completion import dialogue_ids
from cli.console import AsJson
from cli.status_view import portray
from cli.step_options.key_option import KeyFile, unseal_by
from cli.times import Now
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
    dialogue: Dialogues = None,
    viewer: As = "manager",
    key_file: KeyFile = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Show the phase, the checks with what is missing, the duties by urgency, and who waits since when.

    weerklank status
    weerklank status kledingmerk-2022 --json
    """
    moment, settings = times.moment_or_now(now), load_settings()
    unseal = unseal_by(key_file)
    with open_house(settings) as house:
        ids = [dialogue] if dialogue else house.ledger.dialogue_ids()
        paused = _pauses(house, dialogue)
        if as_json:
            shown = json_views.visible_dialogues(
                house.ledger,
                ids,
                moment,
                viewer=viewer,
                language=settings.language,
                unseal=unseal,
            )
            console.say_json({**shown, **({"paused": paused} if paused else {})})
            return
        if not ids:
            _nothing_yet(house)
        for one in paused:
            since = f"{one['programme']} is paused since {one['since']:%Y-%m-%d}"
            console.paragraph(f"{since}: no new edition opens; what is owed goes on.")
            console.out()
        for number, name in enumerate(ids):
            if number:
                console.out()
            known = unseal(json_views.known_as(house.ledger, name, viewer))
            portray(known, moment, viewer, settings.language, short=len(ids) > 1)
        if len(ids) > 1:
            console.suggest(f"weerklank status {ids[-1]}")


def _pauses(house: House, dialogue: str | None) -> list[dict[str, Any]]:
    """The programmes of which no new edition opens; asked for one dialogue, its own alone."""
    mine = house.ledger.read(dialogue).programme.id if dialogue else None
    return [
        {"programme": row.programme.id, "since": row.paused.since, "by": row.paused.by}
        for row in house.ledger.programmes()
        if row.paused and mine in {None, row.programme.id}
    ]


def _nothing_yet(house: House) -> None:
    programmes = house.ledger.programmes()
    if not programmes:
        console.out("There are no dialogues and no programmes yet.")
        console.suggest("weerklank programme apply FILE, or see the case first: weerklank demo")
        return
    for row in programmes:
        when = "when it is resumed" if row.paused else f"{row.opens_at:%Y-%m-%d} by itself"
        console.out(f"{row.programme.id}: no edition yet; the next one opens {when}.")
    console.suggest(f"weerklank open {programmes[0].programme.id} --session WHEN")
