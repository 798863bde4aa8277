"""`weerklank rehearse`: lives a whole scenario file on a simulated clock, and tells the story or prints it as JSON."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli import console
from cli.rehearsal.effort_view import effort_shown, profile_of
from cli.rehearsal.language_option import Lang
from cli.rehearsal.scenario import Scenario, read_scenario
from cli.rehearsal.simulator import Life, new_life

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="The scenario, as YAML.", show_default=False)
]
Until = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        help="Live until this moment instead, in local time: 2022-09-15 or 2022-09-15T08:00.",
    ),
]
Database = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Keep the records in this empty database. Default: one that is thrown away.",
    ),
]
As = Annotated[
    Literal["manager", "moderator", "auditor"],
    typer.Option(
        "--as",
        help="Through whose eyes: the moderator sees seals opened, an auditor no identities.",
    ),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="End with status 1 when a step was refused.")
]
Mail = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Leave all mail in this folder, a folder per recipient."),
]


def command(
    file: File,
    *,
    as_json: console.AsJson = False,
    until: Until = None,
    database: Database = None,
    viewer: As = "manager",
    strict: Strict = False,
    mail: Mail = None,
    lang: Lang = None,
) -> None:
    """Live a whole scenario file on a simulated clock, through the real ledger, sweep and delivery."""
    words = lang or console.language()
    scenario = read_scenario(file, until=until)
    with (
        console.working(f"Living {file.name}"),
        new_life(scenario, database=database, language=words) as life,
    ):
        _say_if_tight(life)
        life.live()
        shown = life.view(viewer)
        shown |= {"profile": profile_of(life)}
        shown |= {"effort": effort_shown(life, shown["letters"], viewer)}
        if mail is not None:
            _leave_mail(life, mail, words)
    if as_json:
        console.say_json(shown)
    else:
        _tell(shown, scenario, words, file)
    if strict and shown["refused"]:
        raise typer.Exit(1)


def _say_if_tight(life: Life) -> None:
    """A scenario opens as if its near session was confirmed, and says so."""
    if life.tight:
        days = ", ".join(f"{one.kind} ({one.day.isoformat()})" for one in life.tight)
        console.note(f"The session is near; opened as with --tight. Over already: {days}")


def _leave_mail(life: Life, folder: Path, lang: str) -> None:
    from cli.rehearsal.mailbox import write_mailbox

    write_mailbox(folder, life.mail.posts, lang)


def _tell(shown: dict[str, object], scenario: Scenario, lang: str, file: Path) -> None:
    from cli.rehearsal.story import tell

    tell(shown, scenario, lang)
    console.suggest(f"weerklank rehearse {file} --json")
