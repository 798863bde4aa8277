"""
Command-line frame (click): commands load when they are called, and no traceback reaches a user.

Importing a command's module only when that command runs keeps `weerklank --help` and `weerklank status` quick.
"""

# ruff: noqa: ANN401 - the types of Typer's own commands are private

import gc
import os
import re
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cli import console
from cli.errors import ending_of
from states.language.unreadable import UnreadableLanguage

_EXAMPLE = re.compile(r"(WEERKLANK_\S+ )?weerklank ")
HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@dataclass(frozen=True)
class Lazy:
    """A command that is imported when it is called: *place* is `module:name`, *summary* its line in the help."""

    place: str
    summary: str


class CommandGroup(TyperGroup):
    """The outermost group: it loads commands by name, and answers for everything that goes wrong in them."""

    table: Mapping[str, Lazy] = {}

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - fixed by the library
        """The names of all commands, in the order of a dialogue's life."""
        return list(self.table)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - as above
        """The command *cmd_name*, None when there is none."""
        lazy = self.table.get(cmd_name)
        command = load(cmd_name, lazy) if lazy else None
        gc.freeze()
        gc.enable()
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As the library does it; the names of all commands are there for its suggestions."""
        self.commands: Any = dict.fromkeys(self.table)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - as above
        """The list of commands in the help, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.summary) for name, lazy in self.table.items()])

    def main(self, *args: Any, **options: Any) -> NoReturn:
        """Run one command line and leave with 0 (done), 1 (refused or unhealthy) or 2 (wrong usage)."""
        console.begin(options.get("args") or sys.argv[1:])
        options = {**options, "prog_name": "weerklank", "standalone_mode": False}
        try:
            status = super().main(*args, **options)
            sys.stdout.flush()
        except Exception as error:  # noqa: BLE001 - the last line before the user
            status = _end(error)
        sys.exit(status if isinstance(status, int) else 0)


def _end(error: Exception) -> int:
    try:
        language = console.language()
        # Read late: it reads the languages, and one that cannot be read is an error of its own.
        from cli.near_matches import near_to

        ending = ending_of(error, language).with_near(near_to(error), language)
    except UnreadableLanguage as unreadable:
        ending = ending_of(unreadable)
    if console.SPEECH.debug and ending.unexpected:
        traceback.print_exception(error)
    for line in ending.lines:
        console.complain(line)
    if ending.code and console.SPEECH.as_json and not console.SPEECH.answered:
        console.say_json(ending.document())
    if isinstance(error, BrokenPipeError):
        # Whoever read us is gone: nothing may be flushed to them any more.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - until the process ends
    return ending.status


def load(name: str, lazy: Lazy) -> Any:
    """Import the command *name*: a Typer app stays a group, a function becomes a command."""
    module, _, attribute = lazy.place.partition(":")
    found = getattr(import_module(module), attribute)
    command = get_command(found if isinstance(found, typer.Typer) else _app(name, found))
    command.name = name
    _add_common(command)
    return command


def _app(name: str, function: Any) -> typer.Typer:
    app = group()
    app.command(name, context_settings=HELP)(function)
    return app


def group(summary: str | None = None) -> typer.Typer:
    """A plain Typer app: no boxes, no completion options of its own."""
    return typer.Typer(
        help=summary,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        context_settings=HELP,
    )


def _add_common(command: Any) -> None:
    if isinstance(command, TyperGroup):
        for inner in command.commands.values():
            _add_common(inner)
    else:
        command.params = [*command.params, *_common_options()]
        command.help = _with_examples(command.help or "")


def _with_examples(text: str) -> str:
    """Keep lines that are commands as they are: a backspace before a paragraph forbids wrapping it."""
    paragraphs = [f"\b\n{part}" if _EXAMPLE.match(part) else part for part in text.split("\n\n")]
    return "\n\n".join(paragraphs)


@cache
def _common_options() -> list[Any]:
    carrier = typer.Typer(add_completion=False)
    carrier.command()(console.with_common_options)
    return list(get_command(carrier).params)
