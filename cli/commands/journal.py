"""`weerklank journal`: the facts of a dialogue, and the chain of hashes that binds them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import console
from cli.app import HELP, group
from cli.commands.act import Dialogue
from cli.commands.status import As
from cli.completion import dialogue_ids
from cli.console import AsJson
from cli.json_views import fact_row, for_an_auditor
from records.journal import journal
from services.house import open_house

if TYPE_CHECKING:
    from records.journal.journal import Break, Entry

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

    weerklank journal show kledingmerk-2022 --as auditor
    """
    with open_house() as house:
        held = house.ledger.read(dialogue)
        rows = [
            {"seq": entry.seq, **fact_row(dialogue, entry), "hash": entry.hash, **_commit_of(entry)}
            for entry in journal.entries(house.engine, dialogue)
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


@app.command("verify", context_settings=HELP)
def verify(dialogue: SomeDialogue = None, as_json: AsJson = False) -> None:
    """Check that no fact was changed, left out or put in; ends with 1 and names the first bad entry when one was.

    weerklank journal verify
    """
    with open_house() as house, console.working("Checking the chain of hashes …"):
        ids = [dialogue] if dialogue else house.ledger.dialogue_ids()
        for name in ids:
            house.ledger.read(name)
        breaks = journal.verify(house.engine, dialogue)
        heads = {name: journal.head(house.engine, name) for name in ids}
    if as_json:
        console.say_json(_as_data(heads, breaks))
    else:
        _tell(heads, breaks)
    if breaks:
        raise typer.Exit(1)


def _as_data(heads: dict[str, Any], breaks: Sequence["Break"]) -> dict[str, Any]:
    rows = [{"dialogue": name, "entries": seq, "head": head} for name, (seq, head) in heads.items()]
    broken = [{"dialogue": one.dialogue_id, "seq": one.seq, "what": one.what} for one in breaks]
    return {"ok": not breaks, "journals": rows, "breaks": broken}


def _tell(heads: dict[str, Any], breaks: Sequence["Break"]) -> None:
    for one in breaks:
        console.complain(f"{one.dialogue_id}: entry {one.seq} is broken: {one.what}")
    bad = {one.dialogue_id for one in breaks}
    for name, (seq, head) in heads.items():
        if name not in bad:
            console.out(f"{name}: {seq} facts, unbroken; head {head[:16]}")
    if not heads:
        console.out("There is no journal yet.")
    if breaks:
        console.complain(
            "Somebody changed the database by hand: ask who, and put a copy from before that back (weerklank restore)."
        )
