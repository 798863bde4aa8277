"""`weerklank pins`: a code for a participant who forgot their PIN, as the page *PINs* gives it."""

from typing import Annotated

import typer

from cli import console, times
from cli.app import HELP, group
from cli.commands.act import Dialogue
from cli.console import AsJson
from cli.times import Now
from records.access.renewed_pins import renew_for
from records.access.sealed_pins import CODE_LASTS
from services.house import open_house

app = group("PINs of participants: a code for somebody who forgot theirs.")

Who = Annotated[str, typer.Argument(metavar="STAKEHOLDER", help="Who forgot their PIN.")]
By = Annotated[
    str,
    typer.Option("--by", metavar="ROLE", help="Who reads the code out: moderator or confidant."),
]
_HALF = 4


@app.callback()
def _pins() -> None:
    """A group, though it has one command."""


@app.command("renew", context_settings=HELP)
def renew(
    dialogue: Dialogue, stakeholder: Who, by: By, now: Now = None, as_json: AsJson = False
) -> None:
    """Void the PIN of STAKEHOLDER and print, once, the code with which they choose another.

    Moderator or confidant reads it out to them, by a way other than mail. Whoever has it comes in as the speaker.

    weerklank pins renew kledingmerk-2022 union-bd --by moderator
    """
    moment = times.moment_or_now(now)
    with open_house() as house:
        known = house.ledger.read(dialogue)
        code = renew_for(
            house.engine, known, stakeholder, by=by, now=times.moment_or_now(None), told_at=moment
        )
    if as_json:
        told = {"dialogue": dialogue, "stakeholder": stakeholder, "code": code}
        console.say_json(told | {"days": CODE_LASTS.days})
        return
    console.out(f"{code[:_HALF]} {code[_HALF:]}")
    console.note(
        f"Shown once; good for {CODE_LASTS.days} days. Read it out to {stakeholder}, and to nobody else."
    )
