"""`weerklank journal`: the facts of a dialogue, and the chain of hashes that binds them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import console
from cli.app import HELP, group
from cli.commands.act import Dialogue
from cli.commands.status import As
from cli.completion import dialogue_ids
from cli.console import AsJson
from cli.journal_view.findings import examination_data, tell_examination
from cli.journal_view.witnesses import letters_data, stamps_data, tell_letters, tell_stamps
from cli.json_views import entries_for, fact_row, for_an_auditor
from config.clock import now_by
from config.settings import load_settings
from records.journal import journal
from records.journal.examination import examine
from services.house import House, open_house

if TYPE_CHECKING:
    from records.journal.journal import Entry
    from services.witness.kept_letters import LettersRead
    from services.witness.time_stamps import StampChecked

app = group("Show the facts; check the chain of hashes.")

SomeDialogue = Annotated[
    str | None,
    typer.Argument(
        metavar="[DIALOGUE]",
        help="For example kledingmerk-2022. Default: all.",
        autocompletion=dialogue_ids,
    ),
]


@app.command("show", context_settings=HELP)
def show(dialogue: Dialogue, viewer: As = "manager", as_json: AsJson = False) -> None:
    """Show the facts of a dialogue in order, each with its hash.

    What was done under seal stands at the end of its day; the moderator sees it where it happened, with the number 0
    while it has none.

    weerklank journal show kledingmerk-2022 --as auditor
    """
    with open_house() as house:
        held = house.ledger.read(dialogue)
        rows = [
            {"seq": entry.seq, **fact_row(dialogue, entry), "hash": entry.hash, **_commit_of(entry)}
            for entry in entries_for(house.ledger, dialogue, viewer)
        ]
    if viewer == "auditor":
        rows = for_an_auditor({"facts": rows}, [held])["facts"]
    if as_json:
        console.say_json({"dialogue": dialogue, "entries": rows})
        return
    console.columns([_line(row) for row in rows], indent="")
    console.suggest(f"weerklank journal verify {dialogue}")


def _commit_of(entry: "Entry") -> dict[str, Any]:
    """What binds the words that a fact is about; nothing where there are none."""
    return {"commit": entry.commit} if entry.commit else {}


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    detail = "  ".join(f"{name}={_short(value)}" for name, value in row["detail"].items())
    return (
        str(row["seq"]),
        row["at"],
        row["hash"][:8],
        row["fact"],
        row["actor"],
        f"{row['subject']}  {detail}",
    )


def _short(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


Checkpoints = Annotated[
    list[Path] | None,
    typer.Option(
        "--checkpoint",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="Hold it against this signed checkpoint, kept elsewhere. Can be given again.",
    ),
]
Letters = Annotated[
    Path | None,
    typer.Option(
        "--from-maildir",
        metavar="DIR",
        exists=True,
        help="Hold it against the checkpoints in letters that somebody kept: a Maildir, or an mbox file.",
    ),
]
Authority = Annotated[
    Path | None,
    typer.Option(
        "--timestamp-ca",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="Check the time stamps of all checkpoints with these certificates (PEM) of the authority.",
    ),
]
PublicKey = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar="KEY",
        help="The public key of the checkpoints. Default: that of this house.",
    ),
]
NewKey = Annotated[
    bool,
    typer.Option("--new-key", help="Go on although the key is another one, or make one anew."),
]


@app.command("checkpoint", context_settings=HELP)
def checkpoint(new_key: NewKey = False, as_json: AsJson = False) -> None:
    """Sign what all journals are now, for others to keep: whoever has it can show that nothing was written anew.

    weerklank journal checkpoint > today.checkpoint
    """
    from services.checkpoints import make_checkpoint

    settings = load_settings()
    with open_house(settings) as house:
        made = make_checkpoint(house.engine, settings, now_by(settings.clock_file), new_key=new_key)
    if as_json:
        console.say_json({"size": made.size, "key": made.key, "checkpoint": made.note})
        return
    console.out(made.note.rstrip())
    console.note(f"The public key, for whoever checks it: {made.key}")


@app.command("verify", context_settings=HELP)
def verify(
    dialogue: SomeDialogue = None,
    checkpoints: Checkpoints = None,
    letters: Letters = None,
    *,
    authority: Authority = None,
    key: PublicKey = None,
    as_json: AsJson = False,
) -> None:
    """Check that nobody changed what happened: the chain of facts, what follows from them, and the words they bind.

    Ends with 1 and names what differs, and whose witness says so, when somebody did.

    weerklank journal verify
    """
    from services.checkpoints import differences, read_checkpoints

    settings = load_settings()
    with (
        open_house(settings) as house,
        console.working("Holding the journal against the records …"),
    ):
        said = read_checkpoints(house.engine, settings, checkpoints, key) if checkpoints else []
        ids = [dialogue] if dialogue else house.ledger.dialogue_ids()
        found = examine(house.engine, dialogue)
        found.differences += differences(house.engine, said, dialogue)
        read = _read_letters(house, letters, key, dialogue) if letters else None
        found.differences += read.differences if read else []
        stamps = _check_stamps(house, authority) if authority else []
        found.differences += [one.difference for one in stamps if one.why]
        heads = {name: journal.head(house.engine, name) for name in ids}
    if as_json:
        console.say_json(
            examination_data(heads, found)
            | {"letters": letters_data(read) if read else None, "stamps": stamps_data(stamps)}
        )
    else:
        tell_examination(heads, found)
        if read:
            tell_letters(read)
        if authority:
            tell_stamps(stamps)
    if not found.ok:
        raise typer.Exit(1)


def _read_letters(
    house: House, place: Path, key: str | None, dialogue: str | None
) -> "LettersRead":
    from services.witness.kept_letters import NoMail, read_letters

    try:
        return read_letters(house.engine, house.settings, place, key, dialogue)
    except NoMail as none:
        raise typer.BadParameter(str(none), param_hint="--from-maildir") from None


def _check_stamps(house: House, authority: Path) -> "list[StampChecked]":
    from records.journal.checkpoints.stamps import stamps_of
    from services.witness.time_stamps import check_stamps, read_authority

    return check_stamps(stamps_of(house.engine), read_authority(authority))
