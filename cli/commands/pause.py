"""`weerklank programme pause` and `resume`: no new edition opens for a while; nobody can mute what is owed."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import console, times
from cli.completion import programme_ids
from cli.console import AsJson
from cli.times import Now
from records.dialogues import programmes
from services.house import open_house
from states.model.people import Role
from states.steps.requests import Reasoned
from states.timing.schedule import next_opening

if TYPE_CHECKING:
    from records.dialogues.programmes import ProgrammePause, ProgrammeRow

OPERATOR = "operator"
_MANY = 100  # openings that are counted
ProgrammeId = Annotated[
    str,
    typer.Argument(
        metavar="PROGRAMME", help="Its id, for example kledingmerk.", autocompletion=programme_ids
    ),
]
Reason = Annotated[
    str, typer.Option("--reason", help="Why; the manager reads it on the page Today.")
]
By = Annotated[str, typer.Option("--by", help="Who wants it: operator, manager, sponsor, …")]
Skip = Annotated[bool, typer.Option("--skip", help="Leave out the opening that passed meanwhile.")]


def pause(
    programme: ProgrammeId,
    reason: Reason,
    by: By = OPERATOR,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Open no new edition of PROGRAMME and write no weekly overviews of it, until it is resumed.

    What is owed in its open editions goes on, with reminders and escalations: nobody can mute a debt.

    weerklank programme pause kledingmerk --reason "The company is being sold."
    """
    moment, why = times.moment_or_now(now), Reasoned(reason=reason).reason
    who = _role(by)
    with open_house() as house:
        programmes.pause(house.engine, programme, who, why, moment)
        row = house.ledger.programme(programme)
        going_on = house.ledger.dialogue_ids(programme)
    if as_json:
        console.say_json({"id": programme, "paused": paused_data(row.paused)})
        return
    console.out(f"{programme} is paused: no new edition opens, and no weekly overview is written.")
    if going_on:
        console.out(
            "What is owed in its open editions goes on, with all reminders: nobody can mute it."
        )
    console.suggest(f"weerklank programme resume {programme}, when it shall go on")


def resume(
    programme: ProgrammeId, skip: Skip = False, now: Now = None, as_json: AsJson = False
) -> None:
    """Let editions of PROGRAMME open again by its schedule.

    However many openings passed meanwhile, one edition opens with the next sweep, planned from now; none with --skip.

    weerklank programme resume kledingmerk
    """
    moment = times.moment_or_now(now)
    with open_house() as house:
        before = house.ledger.programme(programme)
        _require_paused_by(before, moment)
        row = programmes.resume(house.engine, programme, moment, skip=skip)
    due = row.opens_at <= moment
    if as_json:
        told = {"id": programme, "opens_at": console.stamp(row.opens_at), "due": due}
        console.say_json(told)
        return
    when = (
        f"now, with the next sweep: {_count_openings(before, moment)}"
        if due
        else f"{row.opens_at:%Y-%m-%d} by itself"
    )
    console.out(f"{programme} goes on; the next edition opens {when}.")
    if due:
        console.suggest("weerklank sweep, or wait for the schedule: weerklank up")


def _require_paused_by(row: "ProgrammeRow", moment: datetime) -> None:
    if row.paused is not None and moment < row.paused.since:
        message = (
            f"{row.programme.id} is paused since {console.stamp(row.paused.since)} and cannot go on before that; "
            "leave --now out, or give a later moment"
        )
        raise typer.BadParameter(message, param_hint="--now")


def _count_openings(row: "ProgrammeRow", moment: datetime) -> str:
    """How many openings of *row* came until *moment*, in words; one opens in place of all."""
    schedule, zone, opening, count = (
        row.programme.schedule,
        row.programme.time_zone,
        row.opens_at,
        0,
    )
    while opening <= moment and count < _MANY:
        count, opening = count + 1, next_opening(schedule, zone, opening)
    if count <= 1:
        return "one passed meanwhile"
    number = f"more than {_MANY - 1}" if count == _MANY else f"{count}"
    return f"{number} passed meanwhile, and one opens in their place"


def paused_data(found: "ProgrammePause | None") -> dict[str, Any] | None:
    """A pause as JSON has it, null where there is none."""
    if found is None:
        return None
    return {"since": console.stamp(found.since), "by": found.by, "reason": found.reason}


def _role(by: str) -> str:
    known = [OPERATOR, *(role.value for role in Role)]
    if by not in known:
        message = f"'{by}' is nobody who may: choose from {', '.join(known)}"
        raise typer.BadParameter(message, param_hint="--by")
    return by
