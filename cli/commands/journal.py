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
from cli.json_views import entries_for, fact_row, for_an_auditor, instant
from config.clock import now_by
from config.settings import load_settings
from records.journal import journal
from records.journal.examination import CHAIN, CHECKPOINT, COMMITMENT, HELD, REPLAY, examine
from services.house import House, open_house

if TYPE_CHECKING:
    from records.journal.examination import Difference, Examination
    from records.journal.journal import Entry
    from services.kept_letters import KeptLetter, LettersRead

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
        heads = {name: journal.head(house.engine, name) for name in ids}
    if as_json:
        console.say_json(
            _as_data(heads, found) | {"letters": _letters_data(read) if read else None}
        )
    else:
        _tell(heads, found)
        if read:
            _tell_letters(read)
    if not found.ok:
        raise typer.Exit(1)


def _read_letters(
    house: House, place: Path, key: str | None, dialogue: str | None
) -> "LettersRead":
    from services.kept_letters import NoMail, read_letters

    try:
        return read_letters(house.engine, house.settings, place, key, dialogue)
    except NoMail as none:
        raise typer.BadParameter(str(none), param_hint="--from-maildir") from None


_FATES = ("fits", "differs", "without", "damaged", "foreign")


def _letters_data(read: "LettersRead") -> dict[str, Any]:
    unfit = [
        {
            "file": one.file,
            "date": one.date and instant(one.date),
            "size": one.said and one.said.size,
        }
        for one in read.unfit
    ]
    counts = {fate: read.counts[fate] for fate in _FATES}
    until = read.fit_until and instant(read.fit_until)
    return {**counts, "unfit": unfit, "fit_until": until, "keys": read.signers}


def _tell_letters(read: "LettersRead") -> None:
    for one in read.unfit[:_SHOWN]:
        size = one.said.size if one.said else 0
        console.complain(
            f"The letter of {_day(one)} ({one.file}) does not fit: its checkpoint of {size} heads"
        )
    if len(read.unfit) > _SHOWN:
        console.complain(f"and {len(read.unfit) - _SHOWN} more letters")
    if read.unfit and read.fit_until:
        console.complain(
            f"All letters up to {read.fit_until:%Y-%m-%d %H:%M} UTC fit: it was rewritten after that."
        )
    parts = [f"{read.counts[fate]} {said}" for fate, said in _SAID.items() if read.counts[fate]]
    console.out(f"{len(read.letters)} letters read: {', '.join(parts)}.")
    if read.signers:
        console.note(f"Signed by other keys, to be given with --key: {', '.join(read.signers)}")


_SHOWN = 10
_SAID = {
    "fits": "fit",
    "differs": "do not fit",
    "without": "without a checkpoint",
    "damaged": "damaged",
    "foreign": "signed by another key",
}


def _day(letter: "KeptLetter") -> str:
    return f"{letter.date:%Y-%m-%d %H:%M} UTC" if letter.date else "an unknown day"


_WITNESSES = {
    CHAIN: "the chain of hashes says so",
    REPLAY: "the facts, told again, say so",
    COMMITMENT: "the commitment of its fact says so",
    HELD: "the facts held back for the end of the day say so",
    CHECKPOINT: "the checkpoint says so",
}


def _as_data(heads: dict[str, Any], found: "Examination") -> dict[str, Any]:
    rows = [{"dialogue": name, "entries": seq, "head": head} for name, (seq, head) in heads.items()]
    broken = [
        {"dialogue": one.dialogue_id, "seq": one.seq, "what": one.what, "witness": CHAIN}
        for one in found.breaks
    ]
    return {
        "ok": found.ok,
        "journals": rows,
        "breaks": broken,
        "differences": [_difference(one) for one in found.differences],
        "unbound": [
            {"dialogue": name, "before": instant(since) if since else None}
            for name, since in found.unbound.items()
        ],
    }


def _difference(one: "Difference") -> dict[str, str]:
    named = {"dialogue": one.dialogue_id, "row": one.row, "field": one.field}
    return {**named, "journal": one.journal, "database": one.database, "witness": one.witness}


def _tell(heads: dict[str, Any], found: "Examination") -> None:
    for one in found.breaks:
        console.complain(f"{one.dialogue_id}: entry {one.seq} is broken: {one.what}")
    for other in found.differences:
        console.complain(_sentence(other))
    bad = {one.dialogue_id for one in found.breaks} | {one.dialogue_id for one in found.differences}
    for name, (seq, head) in heads.items():
        if name not in bad:
            console.out(f"{name}: {seq} facts, unbroken; head {head[:16]}{_loose(name, found)}")
    if not heads:
        console.out("There is no journal yet.")
    if not found.ok:
        console.complain(
            "Somebody changed the database by hand: ask who, and put a copy from before that back (weerklank restore)."
        )


def _sentence(one: "Difference") -> str:
    where = f"{one.dialogue_id}: {one.row}{f' ({one.field})' if one.field else ''}"
    said = f"the journal says {one.journal}, the database {one.database}"
    return f"{where}: {said}; {_WITNESSES[one.witness]}"


def _loose(name: str, found: "Examination") -> str:
    """Words from before they were bound are no fault of anybody, and it is said that nothing proves them."""
    if name not in found.unbound:
        return ""
    since = found.unbound[name]
    return f"; words not bound before {since:%Y-%m-%d}" if since else "; words not bound yet"
