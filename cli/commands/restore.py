"""`weerklank restore`: puts a copy of the records in their place, while nothing runs on them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import console
from cli.console import AsJson
from config.clock import utc_now
from config.settings import Settings, load_settings

if TYPE_CHECKING:
    from services.backup.restored import Restored

Copy = Annotated[
    Path,
    typer.Argument(metavar="COPY", help="A file that 'weerklank backup' made: ….db or ….dump."),
]
Replace = Annotated[
    bool,
    typer.Option("--replace", help="There are records already: keep them under another name."),
]
Stopped = Annotated[
    bool,
    typer.Option("--stopped", help="On PostgreSQL: workers swept lately, and are stopped now."),
]


def restore(
    copy: Copy, replace: Replace = False, stopped: Stopped = False, as_json: AsJson = False
) -> None:
    """Put COPY in the place of the records, once it was checked and while nothing runs on them.

    Stop 'weerklank up' (or pages and workers) first. What was there is kept under a name with this moment, never
    deleted. Nothing is changed when anything is wrong.

    weerklank restore /var/lib/weerklank/backup/weerklank-20270101T033000Z.db --replace
    """
    from services.backup.restore import restore as put_back

    settings = load_settings()
    with console.working("Checking the copy and putting it back …"):
        done = put_back(settings, copy, utc_now(), replace=replace, stopped=stopped)
    steps = _steps(done, settings)
    if as_json:
        console.say_json({**_as_data(done), "next": steps})
    else:
        _tell(done, steps)


def _as_data(done: "Restored") -> dict[str, Any]:
    checked = done.checked
    return {
        "copy": str(done.copy),
        "place": done.place,
        "kept": done.kept,
        "tables": checked.revision,
        "outdated": checked.outdated,
        "verified": checked.verified,
        "checksum": done.checksum,
        "differences": checked.differences,
        "programmes": checked.contents.programmes,
        "dialogues": checked.contents.dialogues,
        "facts": checked.contents.facts,
        "newest": checked.contents.newest,
        "swept": done.swept,
    }


def _steps(done: "Restored", settings: Settings) -> list[str]:
    steps = []
    if done.checked.outdated:
        steps.append("weerklank db upgrade")
    if not done.checked.verified:
        steps.append("weerklank journal verify")
    if settings.channel != "none":
        steps.append(
            "WEERKLANK_CHANNEL=none   in the settings of every machine, so that nothing leaves yet"
        )
    steps += [
        "weerklank status         look: what came after the copy is gone, and what was sent since leaves once more",
        "weerklank doctor",
    ]
    if settings.channel != "none":
        steps.append(
            f"WEERKLANK_CHANNEL={settings.channel}   when all is as it should be, and start again"
        )
    return steps


def _tell(done: "Restored", steps: list[str]) -> None:
    held = done.checked.contents
    upto = f", up to {held.newest:%Y-%m-%d %H:%M} UTC" if held.newest else ""
    journals = (
        "every journal unbroken" if done.checked.verified else "its journals not verified yet"
    )
    if done.checked.differences:
        journals = "the chains of its journals unbroken"
    console.out(f"{done.copy} is in place: {done.place}")
    dialogues = console.number_with_noun(held.dialogues, "dialogue", "dialogues")
    console.out(f"It holds {dialogues} with {held.facts:,} facts{upto}; {journals}.")
    if not done.checksum:
        console.complain(
            f"No {done.copy.name}.sha256 lies beside it, so nobody can say whether addresses in it were changed."
        )
    if differing := done.checked.differences:
        places = console.number_with_noun(differing, "place", "places")
        console.complain(
            f"In {places} its rows differ from its journal, as they did when it was made: weerklank journal verify"
        )
    if done.kept:
        console.out(f"What was there is kept: {done.kept}")
    if done.swept:
        console.complain(
            f"Those were swept at {done.swept:%H:%M} UTC: if cron or a worker does that, stop it until you have looked."
        )
    console.note("Next:")
    for step in steps:
        console.note(f"  {step}")
