"""`weerklank seals`: the moderator's own key; made, taken into use, changed and recovered, and seals opened with it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import console, times
from cli.app import HELP, group
from cli.commands.act import Dialogue
from cli.commands.pause import OPERATOR, ProgrammeId
from cli.console import AsJson
from cli.step_options.key_option import read_key_text
from cli.step_options.new_key_files import of_no_use, require_new, write_new
from cli.times import Now
from records.custody import Custody, custody_of, is_of, move_seals, take_key
from records.seals.ciphertext import Pair, new_secret, pair_of, public_half, secret_in
from records.seals.codes import make_code
from records.seals.key_file import recovery_file, secret_file
from records.seals.keys import SealKey, open_seals
from services.house import House, open_house
from states.language.errors import BadInput, NotKnown
from states.privacy.closed_seals import locked_seals, speakers_known
from states.privacy.seals import is_sealed

if TYPE_CHECKING:
    from datetime import datetime

app = group("The moderator's own key: make it, take it into use, change it, open seals with it.")

_CLOSED = (
    "What an earlier key closed stays closed, and nothing of it is lost: that key, or its recovery share, moves it to "
    "the newest one: weerklank seals move {programme} --key-file FILE"
)
Out = Annotated[
    Path, typer.Option("--out", metavar="FILE", help="Where the moderator's key is written (0600).")
]
ShareOut = Annotated[
    Path,
    typer.Option(
        "--recovery-out",
        metavar="FILE",
        help="Where the recovery share for the confidant is written.",
    ),
]
Recipient = Annotated[
    str, typer.Option("--recipient", metavar="AGE", help="The public half of the key: age1…")
]
Recovery = Annotated[
    str,
    typer.Option("--recovery", metavar="AGE", help="The public half of the recovery share: age1…"),
]
Key = Annotated[
    Path,
    typer.Option(
        "--key-file", metavar="FILE", help="The moderator's key, or the confidant's recovery share."
    ),
]
Voice = Annotated[str, typer.Argument(metavar="VOICE", help="A pseudonym, like sealed-1.")]


@app.command("make-key", context_settings=HELP)
def make_key(
    programme: ProgrammeId,
    out: Out,
    recovery_out: ShareOut,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Make a key for the moderator of PROGRAMME and a recovery share for the confidant, and take the key into use.

    Give each file to its owner, and delete both here: from then on this machine cannot tell who spoke under seal.
    Copies of the database from before keep what they held.

    weerklank seals make-key kledingmerk --out moderator.key --recovery-out confidant.key
    """
    moment = times.moment_or_now(now)
    require_new(out, "--out")
    require_new(recovery_out, "--recovery-out")
    if out.resolve() == recovery_out.resolve():
        message = "the key and the recovery share each go into a file of their own"
        raise typer.BadParameter(message, param_hint="--recovery-out")
    secret, share = new_secret(), new_secret()
    pair = Pair(public_half(secret), public_half(share))
    with open_house() as house:
        name = house.ledger.programme(programme).programme.id
        write_new(out, secret_file(name, secret, pair), "--out")
        with of_no_use(out, recovery_out, house, pair):
            write_new(recovery_out, recovery_file(name, share, pair), "--recovery-out")
            earlier = _take(house, name, pair, moment)
    files = {"key_file": str(out), "recovery_file": str(recovery_out)}
    _tell_taken(programme, pair, files, earlier=earlier, as_json=as_json)
    if not as_json:
        console.out(f"For the moderator:  {out}")
        console.out(f"For the confidant:  {recovery_out}")
        console.note("Give each file to its owner by a safe way, then delete it here.")


@app.command("register", context_settings=HELP)
def register(
    programme: ProgrammeId,
    recipient: Recipient,
    recovery: Recovery,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Take a key into use that was made elsewhere, such as with age-keygen: this machine sees its public half alone.

    weerklank seals register kledingmerk --recipient age1… --recovery age1…
    """
    moment, pair = times.moment_or_now(now), pair_of(recipient, recovery)
    with open_house() as house:
        earlier = _take(house, programme, pair, moment)
    _tell_taken(programme, pair, {}, earlier=earlier, as_json=as_json)


def _take(house: House, programme: str, pair: Pair, moment: "datetime") -> bool:
    """Take *pair* into use; whether there was another before it."""
    take_key(house.engine, house.policies, programme, pair, by=OPERATOR, now=moment)
    return custody_of(house.engine, programme).earlier


def _tell_taken(
    programme: str, pair: Pair, files: dict[str, str], *, earlier: bool, as_json: bool
) -> None:
    """How many seals there are is not for whoever runs the machine, so it says the same whether there are any."""
    if as_json:
        told = {"programme": programme, "key": pair.id, **pair._asdict(), "earlier": earlier}
        console.say_json(told | files)
        return
    console.out(f"{programme}: seals are stored for the key {pair.id} from now on.")
    if earlier:
        console.out(_CLOSED.format(programme=programme))
        return
    console.out(
        "What was readable before is encrypted. Copies of the database from before keep what they held."
    )


@app.command("status", context_settings=HELP)
def status(programme: ProgrammeId, as_json: AsJson = False) -> None:
    """Show which keys PROGRAMME has, the newest first: for that one new seals are stored.

    How many seals there are is not shown: that is for the moderator alone.

    weerklank seals status kledingmerk
    """
    with open_house() as house:
        found = custody_of(house.engine, programme)
    rows = [
        {"key": key.id, "made_at": key.made_at, "made_by": key.made_by, "recipient": key.recipient,
         "recovery": key.recovery, "in_use": key == found.key}
        for key in found.keys
    ]  # fmt: skip
    if as_json:
        console.say_json({"programme": programme, "keys": rows})
        return
    if not rows:
        console.out(
            f"{programme} has no key: whoever reads the database sees who spoke under seal."
        )
        console.suggest(f"weerklank seals make-key {programme} --out FILE --recovery-out FILE")
        return
    table = [(k.id, f"{k.made_at:%Y-%m-%d}", _use_of(k, found)) for k in found.keys]
    console.columns([("key", "since", ""), *table], indent="")
    if found.earlier:
        console.note(_CLOSED.format(programme=programme))


def _use_of(key: SealKey, found: Custody) -> str:
    return "in use" if key == found.key else "earlier"


@app.command("open", context_settings=HELP)
def open_them(dialogue: Dialogue, key_file: Key, as_json: AsJson = False) -> None:
    """Show who speaks under which pseudonym; for the moderator, on a screen that nobody else sees.

    weerklank seals open kledingmerk-2022 --key-file moderator.key
    """
    secret = secret_in(read_key_text(key_file))
    with open_house() as house:
        known = house.ledger.read(dialogue)
        if not is_of(custody_of(house.engine, known.programme.id).keys, secret):
            raise BadInput("seal-key-unfit")
        opened = open_seals(known, secret)
    found = speakers_known(known, opened)
    if as_json:
        told = [{"voice": name, "stakeholder": seat} for name, seat in found.items()]
        console.say_json({"dialogue": dialogue, "seals": told})
        return
    if not found:
        console.out(f"Nobody speaks under seal in {dialogue}.")
        return
    console.columns([(name, seat or "closed for another key") for name, seat in found.items()], "")
    if len(opened) < len(locked_seals(known)):
        console.note(
            "What is closed for another key: weerklank seals move PROGRAMME --key-file FILE"
        )


@app.command("move", context_settings=HELP)
def move(programme: ProgrammeId, key_file: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Store for the newest key what an earlier one closed; given with that key, or with its recovery share.

    After a change of moderator, or when a key was lost. Nothing is shown, and nothing is lost that is not opened.

    weerklank seals move kledingmerk --key-file former-moderator.key
    """
    moment, secret = times.moment_or_now(now), secret_in(read_key_text(key_file))
    with open_house() as house:
        done = move_seals(house.engine, house.policies, programme, secret, moment)
    if as_json:
        told = {"moved": done.moved > 0, "left": done.left > 0}
        console.say_json({"programme": programme, **told})
        return
    console.out(f"{programme}: what this opens is stored for the newest key.")
    if done.left:
        console.note("Something still waits for another key or recovery share.")


@app.command("code", context_settings=HELP)
def code(dialogue: Dialogue, voice: Voice, as_json: AsJson = False) -> None:
    """Make a new code with which whoever speaks as VOICE opens on their page what was said under seal.

    It is shown once; the code before opens nothing any more. The moderator gives it to the speaker, by no mail.

    weerklank seals code kledingmerk-2022 sealed-1
    """
    with open_house() as house:
        if not is_sealed(house.ledger.read(dialogue), voice):
            raise NotKnown("unknown-voice", voice=voice)
        made = make_code(house.engine, dialogue, voice)
    if as_json:
        console.say_json({"dialogue": dialogue, "voice": voice, "code": made})
        return
    console.out(made)
    console.note(f"The code of {voice}: shown once, to be given by the moderator alone.")
