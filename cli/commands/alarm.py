"""`weerklank alarm`: who hears when the machine is in trouble, and whether they do."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import console
from cli.app import HELP, group
from cli.console import AsJson
from config.settings import load_settings

if TYPE_CHECKING:
    from flows.prefect.receiver import Receiver

app = group("Who hears the alarms; try whether they are heard.")
_LONGEST = 10_000  # characters
Address = Annotated[
    str,
    typer.Argument(
        metavar="URL",
        show_default=False,
        help="A webhook (Slack, Teams, Mattermost, any of your own), mailtos://… or another address of Apprise; "
        "- reads it from standard input, where no list of processes shows it.",
    ),
]


@app.callback()
def alarm() -> None:
    """Who hears the alarms; try whether they are heard."""


@app.command("set", context_settings=HELP)
def name_receiver(address: Address, as_json: AsJson = False) -> None:
    """Let an address hear the alarms from now on; Prefect keeps it as a secret, and nothing prints it.

    weerklank alarm set - < /etc/weerklank/alarm-address
    """
    from flows.machine.visit import visiting

    given = sys.stdin.read(_LONGEST).strip() if address == "-" else address
    with visiting(load_settings()):
        from flows.prefect.alarms import bell

        receiver = asyncio.run(bell.name_receiver(given))
        asyncio.run(bell.ask_for_round())
    _tell(receiver, as_json=as_json)
    console.suggest("weerklank alarm test")


@app.command("show", context_settings=HELP)
def show(as_json: AsJson = False) -> None:
    """Say who hears the alarms: the kind of address and its host."""
    from flows.machine.visit import visiting

    with visiting(load_settings()):
        from flows.prefect.alarms import bell

        receiver = asyncio.run(bell.ask_receiver())
    _tell(receiver, as_json=as_json)


@app.command("test", context_settings=HELP)
def try_alarm(as_json: AsJson = False) -> None:
    """Ring the alarm as Prefect would; ends with 1 when it was not delivered, or nobody is named.

    weerklank alarm test
    """
    from flows.machine.visit import visiting

    with visiting(load_settings()), console.working("Ringing …"):
        from flows.prefect.alarms import bell

        rung = asyncio.run(bell.ring())
    if as_json:
        console.say_json({**_data(rung.receiver), "delivered": rung.delivered, "why": rung.why})
    elif rung.delivered:
        console.out(f"{rung.receiver} was told.")
    else:
        console.complain(_failure(rung.receiver, rung.why))
    if not rung.delivered:
        raise typer.Exit(1)


def _tell(receiver: "Receiver | None", *, as_json: bool) -> None:
    if as_json:
        console.say_json(_data(receiver))
    elif receiver:
        console.out(f"The alarms go to: {receiver}")
    else:
        console.out("Nobody hears the alarms.")
        console.suggest("weerklank alarm set URL")


def _data(receiver: "Receiver | None") -> dict[str, Any]:
    heard = {"kind": receiver.kind, "host": receiver.host} if receiver else None
    return {"receiver": heard}


def _failure(receiver: "Receiver | None", why: str) -> str:
    if receiver is None:
        return "Nobody hears the alarms. Name who does: weerklank alarm set URL"
    return f"{receiver} was not told: {why}. Name another: weerklank alarm set URL"
