"""`weerklank by-hand`: the messages for people without e-mail, who are reached by phone or letter."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import console, times
from cli.app import HELP, group
from cli.commands.act import By, as_data, require_typed_order
from cli.commands.status import As
from cli.console import AsJson
from cli.step_options.key_option import KeyFile, unseal_by
from cli.times import Now
from config.validation_messages import Unfit
from records import queries
from records.delivery import queue
from records.outbox.enqueue import BY_HAND
from services.house import House, open_house
from states.language.errors import Refused
from states.model.vocabulary import Step
from states.privacy.readers import Reader
from states.privacy.redaction import for_auditors
from states.privacy.seals import may_know_task, may_know_way
from states.privacy.visibility import Viewer

if TYPE_CHECKING:
    from records.ledger import Receipt
    from records.queries import NoticeRow

app = group("Messages to give by phone or letter: list them, read one, record that it was given.")

Number = Annotated[
    int, typer.Argument(metavar="NUMBER", min=1, help="Its number in the list, like 12.")
]
How = Annotated[
    str,
    typer.Option(
        "--how", metavar="TEXT", help="In which way, like 'by phone' or 'letter of 8 September'."
    ),
]


@app.command("list", context_settings=HELP)
def list_waiting(viewer: As = "manager", as_json: AsJson = False) -> None:
    """List what is still to be given by hand; what goes to a sealed speaker only the moderator sees.

    weerklank by-hand list --as moderator
    """
    with open_house() as house:
        rows = _waiting(house, viewer)
        shown = [_seen_by(viewer, house, row) for row in rows]
    if as_json:
        console.say_json({"by_hand": shown})
    elif rows:
        table = (
            (row["id"], row["dialogue"], row["to"], row["template"], f"{row['at']:%Y-%m-%d}")
            for row in shown
        )
        console.columns([tuple(map(str, row)) for row in table], indent="")
        console.suggest(f"weerklank by-hand show {rows[0].id}")
        if viewer != "auditor":
            _say_how_to_record(rows[0])
    else:
        console.out("Nothing waits to be given by hand.")


def _waiting(house: House, viewer: Viewer) -> "list[NoticeRow]":
    """What waits, without how those are reached of whom *viewer* may not know it."""
    rows, reader = queries.waiting_notices(house.engine, BY_HAND), Reader.by_name(viewer)
    held = {name: house.ledger.read(name) for name in {row.dialogue_id for row in rows}}
    return [
        row
        for row in rows
        if may_know_way(held[row.dialogue_id], reader, row.to)
        and may_know_task(reader, row.to, row.template, row.kind)
    ]


def _seen_by(viewer: Viewer, house: House, row: "NoticeRow") -> dict[str, Any]:
    shown = _as_data(row)
    if viewer != "auditor":
        return shown
    return shown | {"to": for_auditors(house.ledger.read(row.dialogue_id)).over(row.to)}


def _as_data(row: "NoticeRow") -> dict[str, Any]:
    named = {"id": row.id, "dialogue": row.dialogue_id, "to": row.to}
    return {**named, "template": row.template, "at": row.at}


def _say_how_to_record(row: "NoticeRow") -> None:
    """What to do after the call: who may say what, and one command for each way in which it may have gone."""
    tries = '[{"on": "2026-01-12", "how": "phone"}, {"on": "2026-01-14", "how": "phone"}]'
    given = f'{{"to": "{row.to}", "reason": "Nobody answers.", "tries": {tries}}}'
    console.note("After the call, record how it went:")
    for said, command in (
        ("they heard it", _done_command(row.id)),
        ("manager or deputy called", f"by-hand bring {row.id} --by manager --how 'by phone'"),
        ("nobody, on two days", f"act {row.dialogue_id} could-not-reach --by moderator --with '{given}'"),
    ):  # fmt: skip
        console.note(f"  {said}: weerklank {command}")
    console.note(
        "That it arrived is said by moderator, confidant, a helper or the person themselves."
    )


@app.command("show", context_settings=HELP)
def show(
    number: Number,
    viewer: As = "manager",
    key_file: KeyFile = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Show one message, to read it out or to print it; how a sealed speaker is reached only the moderator sees.

    weerklank by-hand show 12 > letter.txt
    """
    from notifications.letters.compose import Unwritable, compose

    moment, unseal = times.moment_or_now(now), unseal_by(key_file)
    with open_house() as house:
        row = _find(house, number, viewer)
        posted = queue.find(house.engine, number)
        if posted is None:
            raise Unfit([f"Message {number} is no longer there."])
        dialogue = unseal(house.ledger.read(row.dialogue_id))
        if dialogue.is_locked(row.to):
            raise Refused("seals-locked", voice=row.to)
        try:
            message = compose(posted.notice, dialogue, now=moment, whole=True)
        except Unwritable as lacking:
            raise Unfit([f"Message {number} cannot be written: {lacking}"]) from None
    hidden = message.discreet and viewer != "moderator"
    letter = {"phone": None if hidden else message.phone or None}
    letter |= {"subject": message.subject, "text": message.text}
    shown = {**_as_data(row), **letter}
    if viewer == "auditor":
        shown = for_auditors(dialogue).over_all(shown)
    if as_json:
        console.say_json(shown)
        return
    reach = shown["phone"] or "no phone number is known: send a letter"
    console.note(
        f"To {shown['to']}: {'under seal: only the moderator knows (--as moderator)' if hidden else reach}"
    )
    console.out(f"{shown['subject']}\n\n{shown['text']}")
    console.suggest(f"weerklank {_done_command(number)}")


@app.command("done", context_settings=HELP)
def mark_done(number: Number, by: By, how: How, now: Now = None, as_json: AsJson = False) -> None:
    """Record that a message was given by hand; from then on it counts as delivered.

    By the moderator, the confidant, a helper (helper-1) or the person themselves: never by whoever owes it.
    What manager and deputy do: by-hand bring.

    weerklank by-hand done 12 --by moderator --how 'by phone'
    """
    moment = times.moment_or_now(now)
    with open_house() as house:
        row = _find(house, number)
        given = {"to": row.to, "how": how, "template": row.template}
        require_typed_order(house, row.dialogue_id, now, moment)
        receipt = house.ledger.act(row.dialogue_id, Step.RECORD_DELIVERY, given, by=by, now=moment)
    said = f"{row.template} to {row.to} was given {how}."
    _tell(receipt, said, f"status {row.dialogue_id}", as_json=as_json)


@app.command(Step.BRING, context_settings=HELP)
def bring(number: Number, by: By, how: How, now: Now = None, as_json: AsJson = False) -> None:
    """Record that manager or deputy brought a message; that it arrived, somebody says who does not owe it.

    weerklank by-hand bring 12 --by manager --how 'by phone'
    """
    moment = times.moment_or_now(now)
    with open_house() as house:
        row = _find(house, number)
        given = {"to": row.to, "how": how}
        require_typed_order(house, row.dialogue_id, now, moment)
        receipt = house.ledger.act(row.dialogue_id, Step.BRING, given, by=by, now=moment)
    said = f"{row.template} was brought to {row.to} {how}."
    _tell(receipt, said, _done_command(number, how), as_json=as_json)


def _done_command(number: int, how: str = "by phone") -> str:
    """The command that says that a message arrived."""
    return f"by-hand done {number} --by moderator --how '{how}'"


def _tell(receipt: "Receipt", said: str, following: str, *, as_json: bool) -> None:
    """What was recorded, and the command that follows; with *as_json* what it brought about, as data."""
    if as_json:
        console.say_json(as_data(receipt))
        return
    console.out(f"{receipt.dialogue_id}: {said}")
    console.suggest(f"weerklank {following}")


def _find(house: House, number: int, viewer: Viewer = "moderator") -> "NoticeRow":
    """The message *number*; one that *viewer* may not know of is as one that is not there."""
    for row in _waiting(house, viewer):
        if row.id == number:
            return row
    raise Unfit(
        [
            f"There is no message {number} to be given by hand. See which there are: weerklank by-hand list",
            "What goes to sealed speakers only the moderator sees: --as moderator",
        ]
    )
