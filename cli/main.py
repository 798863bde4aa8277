"""Command table: the commands of `weerklank`, each imported when it is called."""

import gc
import os
from importlib import metadata
from typing import Annotated

import typer

from cli.app import HELP, CommandGroup, Lazy
from config.file_permissions import keep_private

COMMANDS = {
    "demo": Lazy(
        "cli.commands.demo:command", "Live the case study of 2022 and show what to look at."
    ),
    "up": Lazy("cli.commands.up:up", "Run everything on this machine until Ctrl-C."),
    "rehearse": Lazy(
        "cli.commands.rehearse:command", "Live a whole scenario file on a simulated clock."
    ),
    "programme": Lazy("cli.commands.programme:app", "Create, update, list or pause programmes."),
    "open": Lazy("cli.commands.act:open_edition", "Open an edition by hand."),
    "act": Lazy("cli.commands.act:app", "Take one step in a dialogue."),
    "status": Lazy(
        "cli.commands.status:status", "Phase, checks, duties, and who waits since when."
    ),
    "sweep": Lazy(
        "cli.commands.sweep_deliver:sweep",
        "Let time act once: lapses, reminders, editions that are due.",
    ),
    "deliver": Lazy("cli.commands.sweep_deliver:deliver", "Send what waits in the outbox, once."),
    "bounces": Lazy("cli.commands.bounces:bounces", "Record which mails came back undelivered."),
    "by-hand": Lazy("cli.commands.by_hand:app", "Messages to give by phone or letter."),
    "sign-in": Lazy(
        "cli.commands.sign_in:sign_in", "A one-time link to the pages for who holds a role."
    ),
    "pins": Lazy("cli.commands.pins:app", "A code for a participant who forgot their PIN."),
    "seals": Lazy(
        "cli.commands.seals:app", "The moderator's own key: who spoke is readable with it alone."
    ),
    "journal": Lazy("cli.commands.journal:app", "Show the facts; check the chain of hashes."),
    "db": Lazy("cli.commands.db:app", "Create the tables or bring them up to date."),
    "backup": Lazy("cli.commands.backup:backup", "Copy the records while everything runs."),
    "restore": Lazy("cli.commands.restore:restore", "Put a copy of the records in their place."),
    "config": Lazy(
        "cli.commands.config:config", "Every setting with its value and where that comes from."
    ),
    "doctor": Lazy(
        "cli.commands.doctor:doctor", "Is everything that must run running, and since when?"
    ),
    "alarm": Lazy("cli.commands.alarm:app", "Who hears the alarms; try whether they are heard."),
    "privacy": Lazy(
        "cli.commands.privacy:app", "The record of processing; the start of an impact assessment."
    ),
    "languages": Lazy(
        "cli.commands.languages:show", "Which languages there are, and how complete each is."
    ),
    "diagram": Lazy(
        "cli.commands.diagram:diagram", "Print the machine of phases as a Mermaid diagram."
    ),
}


class Weerklank(CommandGroup):
    """The outermost group with the table above."""

    table = COMMANDS


app = typer.Typer(
    name="weerklank",
    cls=Weerklank,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings=HELP,
    epilog="Begin with: weerklank demo",
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"weerklank {metadata.version('weerklank')}")
        raise typer.Exit


@app.callback()
def weerklank(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Weerklank runs a company's yearly stakeholder dialogue: everyone who contributed hears what was done with it."""


def main() -> None:
    """Run the command line of this process."""
    keep_private()
    # Looking for pydantic plugins reads the metadata of every package that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.disable()  # until the command is loaded: collecting while importing is a fifth of the waiting
    app(prog_name="weerklank")


if __name__ == "__main__":
    main()
