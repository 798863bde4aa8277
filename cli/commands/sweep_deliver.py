"""`weerklank sweep` and `weerklank deliver`: what the flows do, once, without Prefect."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from cli import console, times
from cli.console import AsJson
from cli.dry_run_view import DryRun, show_dry_run
from cli.times import Now
from config import logs
from config.settings import load_settings
from services.heartbeat import beat
from services.house import House, open_house

if TYPE_CHECKING:
    from records.run_history import Tally
    from records.sweep.sweep import SweepReport
    from services.delivery.report import DeliveryReport

_NAMED = 5  # dialogues
Connections = Annotated[
    int | None,
    typer.Option(
        "--connections", min=1, max=32, help="Send over so many connections at once, like 4."
    ),
]


class Swept(NamedTuple):
    """What time did: which editions it *opened*, the *report* of its sweep, and which programmes stay *closed*."""

    opened: list[str]
    report: "SweepReport"
    closed: list[str]

    def row(self, moment: datetime) -> dict[str, Any]:
        """The same as JSON, at *moment*."""
        return {"now": console.stamp(moment), "opened": self.opened, **sweep_data(self.report)}


def sweep(now: Now = None, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Open the editions that are due and let time act on every duty: lapses, no-answers and reminders.

    Running it twice, or two at once, does nothing twice.

    weerklank sweep
    weerklank sweep --now 2022-09-09T08:00+02:00
    weerklank sweep --dry-run
    """
    moment, settings = times.moment_or_now(now), load_settings()
    logs.configure(settings.log_level, traces=console.SPEECH.debug)
    if dry_run:
        swept = _foresee_sweep(moment, as_json=as_json)
    else:
        with open_house(settings, new=False) as house, console.working("Letting time act …"):
            swept = _let_time_act(house, moment)
            beat(settings, house.engine, moment)
        if as_json:
            console.say_json(swept.row(moment))
    if not as_json:
        _tell_swept(swept, dry_run=dry_run)
    for programme in swept.closed:
        console.complain(f"The edition of {programme} that is due could not be opened.")
    if swept.report.public_part().failed or swept.closed:
        raise typer.Exit(1)


def _let_time_act(house: House, moment: datetime, **pace: Any) -> Swept:  # noqa: ANN401 - as `House.sweep`
    opened = house.open_due_editions(moment)
    report = house.sweep(moment, **pace)
    names = [receipt.dialogue_id for receipt in opened]
    return Swept(names, report, house.ledger.due_to_open(moment))


def _foresee_sweep(moment: datetime, *, as_json: bool) -> Swept:
    from services.dry_run import AT_ONCE, where_time_acts

    def act(house: House) -> Swept:
        return _let_time_act(house, moment, **AT_ONCE)

    return show_dry_run(
        where_time_acts(moment), act, lambda s: s.row(moment), as_json=as_json, new=False
    )


def _tell_swept(swept: Swept, *, dry_run: bool) -> None:
    report, told = swept.report, swept.report.public_part()
    for name in swept.opened:
        console.out(f"opened {name}")
    console.out(_sentence(told, opened=bool(swept.opened), idle=not report.held))
    if report.held:
        held = _some(sorted(report.held))
        console.complain(f"Somebody else held {held}: the next sweep takes what is due there.")
    if told.failed:
        console.complain(f"Time could not act on {_duties(told.failed)}: see weerklank doctor.")
    if told.notices and not dry_run:
        console.suggest("weerklank deliver")


def sweep_data(report: "SweepReport") -> dict[str, Any]:
    """What a sweep did, as plain data."""
    counts = ("duties", "notices", "lapses", "no_answers", "skipped", "failed")
    told = report.public_part()
    return {**{name: getattr(told, name) for name in counts}, "held": sorted(report.held)}


def _some(names: list[str]) -> str:
    """*names* in one line; another sweep may hold a thousand of them."""
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _duties(number: int) -> str:
    return console.number_with_noun(number, "duty", "duties")


def _sentence(report: "Tally", *, opened: bool, idle: bool) -> str:
    if not report.duties:
        nothing = "Nothing else was due." if opened else "Nothing was due."
        return nothing if idle and not report.failed else "Time acted on nothing."
    parts = [
        (report.lapses, "lapse", "lapses"),
        (report.no_answers, "no answer", "no answers"),
        (report.notices, "notice written", "notices written"),
        (report.skipped, "rung skipped", "rungs skipped"),
    ]
    said = [console.number_with_noun(*part) for part in parts if part[0]]
    return f"Time acted on {_duties(report.duties)}: {', '.join(said) or 'nothing to say'}."


def deliver(
    now: Now = None,
    connections: Connections = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Send what waits in the outbox, once, over the channel of WEERKLANK_CHANNEL.

    A dry run takes it that the mail server accepts every letter. It leaves out mails about sign-ins and to confidants,
    and what goes to voices under seal.

    WEERKLANK_CHANNEL=maildir weerklank deliver
    WEERKLANK_CHANNEL=maildir weerklank deliver --dry-run
    """
    moment, settings = times.moment_or_now(now), load_settings()
    logs.configure(settings.log_level, traces=console.SPEECH.debug)
    if dry_run:
        report = _foresee_delivery(moment, as_json=as_json)
    else:
        with open_house(settings, new=False) as house, console.working("Sending …"):
            report = house.deliver(moment, connections=connections).public_part()
        if as_json:
            console.say_json(_delivered_row(moment, report))
    if not as_json:
        _tell(report)
    if report.stopped or report.failed or report.quarantined:
        raise typer.Exit(1)


def _foresee_delivery(moment: datetime, *, as_json: bool) -> "DeliveryReport":
    from services.dry_run import deliver_nowhere, where_mail_waits

    def act(house: House) -> "DeliveryReport":
        return deliver_nowhere(house, moment).public_part()

    def as_row(report: "DeliveryReport") -> dict[str, Any]:
        return _delivered_row(moment, report)

    return show_dry_run(where_mail_waits, act, as_row, as_json=as_json, new=False)


def _delivered_row(moment: datetime, report: "DeliveryReport") -> dict[str, Any]:
    counts = {name: value for name, value in vars(report).items() if name != "untold"}
    return {"now": console.stamp(moment), **counts}


def _tell(report: "DeliveryReport") -> None:
    console.out(report.sentence())
    if report.stopped:
        console.complain(report.stopped)
    if report.by_hand:
        console.suggest(
            "weerklank status: the manager has a task for each message that goes by hand"
        )
