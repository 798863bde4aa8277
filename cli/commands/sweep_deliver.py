"""`weerklank sweep` and `weerklank deliver`: what the flows do, once, without Prefect."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import console, times
from cli.commands.act import Now
from cli.console import AsJson
from config import logs
from config.settings import load_settings
from services.house import open_house

if TYPE_CHECKING:
    from records.sweep.sweep import SweepReport
    from services.delivery.report import DeliveryReport

_NAMED = 5  # dialogues
Connections = Annotated[
    int | None,
    typer.Option(
        "--connections", min=1, max=32, help="Send over so many connections at once, like 4."
    ),
]


def sweep(now: Now = None, as_json: AsJson = False) -> None:
    """Open the editions that are due and let time act on every duty: lapses, no-answers and reminders.

    Running it twice, or two at once, does nothing twice.

    weerklank sweep
    weerklank sweep --now 2022-09-09T08:00+02:00
    """
    moment, settings = times.moment_or_now(now), load_settings()
    logs.configure(settings.log_level, traces=console.SPEECH.debug)
    with open_house(settings, new=False) as house, console.working("Letting time act …"):
        opened = house.open_due_editions(moment)
        report = house.sweep(moment)
        closed = house.ledger.due_to_open(moment)
    names = [receipt.dialogue_id for receipt in opened]
    if as_json:
        console.say_json({"now": console.stamp(moment), "opened": names, **sweep_data(report)})
    else:
        _tell_swept(names, report)
    for programme in closed:
        console.complain(f"The edition of {programme} that is due could not be opened.")
    if report.failed or closed:
        raise typer.Exit(1)


def _tell_swept(opened: list[str], report: "SweepReport") -> None:
    for name in opened:
        console.out(f"opened {name}")
    console.out(_sentence(report))
    if report.held:
        held = _some(sorted(report.held))
        console.complain(f"Somebody else held {held}: the next sweep takes what is due there.")
    if report.failed:
        console.complain(f"Time could not act on {_duties(report.failed)}: see weerklank doctor.")
    if report.notices:
        console.suggest("weerklank deliver")


def sweep_data(report: "SweepReport") -> dict[str, Any]:
    """What a sweep did, as plain data."""
    counts = ("duties", "notices", "lapses", "no_answers", "skipped", "failed")
    return {**{name: getattr(report, name) for name in counts}, "held": sorted(report.held)}


def _some(names: list[str]) -> str:
    """*names* in one line; another sweep may hold a thousand of them."""
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _duties(number: int) -> str:
    return console.number_with_noun(number, "duty", "duties")


def _sentence(report: "SweepReport") -> str:
    if not report.duties:
        idle = not (report.failed or report.held)
        return "Nothing was due." if idle else "Time acted on nothing."
    parts = [
        (report.lapses, "lapse", "lapses"),
        (report.no_answers, "no answer", "no answers"),
        (report.notices, "notice written", "notices written"),
        (report.skipped, "rung skipped", "rungs skipped"),
    ]
    said = [console.number_with_noun(*part) for part in parts if part[0]]
    return f"Time acted on {_duties(report.duties)}: {', '.join(said) or 'nothing to say'}."


def deliver(now: Now = None, connections: Connections = None, as_json: AsJson = False) -> None:
    """Send what waits in the outbox, once, over the channel of WEERKLANK_CHANNEL.

    WEERKLANK_CHANNEL=maildir weerklank deliver
    """
    moment, settings = times.moment_or_now(now), load_settings()
    logs.configure(settings.log_level, traces=console.SPEECH.debug)
    with open_house(settings, new=False) as house, console.working("Sending …"):
        report = house.deliver(moment, connections=connections)
    if as_json:
        console.say_json({"now": console.stamp(moment), **asdict(report)})
    else:
        _tell(report)
    if report.stopped or report.failed or report.quarantined:
        raise typer.Exit(1)


def _tell(report: "DeliveryReport") -> None:
    console.out(report.sentence())
    if report.stopped:
        console.complain(report.stopped)
    if report.by_hand:
        console.suggest(
            "weerklank status: the manager has a task for each message that goes by hand"
        )
