"""`weerklank privacy`: the record of processing, and the start of an impact assessment."""

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import console, times
from cli.app import HELP, group
from cli.console import AsJson
from cli.rehearsal.language_option import Lang
from cli.times import Now
from services.house import House, open_house

if TYPE_CHECKING:
    from services.processing.record import Outside, Record

app = group("The record of processing, and the start of an impact assessment.")

Blank = Annotated[
    bool,
    typer.Option(
        "--blank", help="Print the file that the company fills in, with a row for each way in use."
    ),
]


@app.command("record", context_settings=HELP)
def record(
    lang: Lang = None, blank: Blank = False, now: Now = None, as_json: AsJson = False
) -> None:
    """Print the record of processing: what is done with people's data, who gets it outside, and for how long.

    What only the company knows stands in the file that WEERKLANK_PRIVACY_RECORD names; --blank prints one to fill in.

    weerklank privacy record --blank > processing.toml
    weerklank privacy record --lang nl
    """
    from services.processing.papers import record_paper
    from services.processing.record import record_of

    moment = times.moment_or_now(now)
    with open_house() as house:
        if blank:
            console.out(_blank(house, moment.date()))
            return
        made = record_of(house, moment, lang or console.language())
    if as_json:
        console.say_json(_record_data(made))
    else:
        console.out(record_paper(made))


@app.command("dpia", context_settings=HELP)
def dpia(lang: Lang = None, now: Now = None, as_json: AsJson = False) -> None:
    """Print the start of an impact assessment: why one is called for, what to ask, and what could go wrong.

    It is a start: the company judges, not this program.

    weerklank privacy dpia --lang nl
    """
    from services.processing.impact_assessment import assessment_of
    from services.processing.papers import assessment_paper

    moment = times.moment_or_now(now)
    with open_house() as house:
        made = assessment_of(house, moment, lang or console.language())
    if as_json:
        risks = [{"id": name, **told} for name, told in made.risks.items()]
        console.say_json({**asdict(made), "made_on": made.made_on.isoformat(), "risks": risks})
    else:
        console.out(assessment_paper(made))


def _blank(house: House, today: date) -> str:
    from services.processing.company_file import CompanyFile, blank
    from services.processing.ways_out import ways_out

    return blank([one.way for one in ways_out(house.settings, CompanyFile())], today)


def _record_data(record: "Record") -> dict[str, Any]:
    return {
        **asdict(record),
        "made_on": record.made_on.isoformat(),
        "controller": record.controller and record.controller.model_dump(),
        "activities": [{"id": name, **told} for name, told in record.activities.items()],
        "outside": [_outside_data(one) for one in record.outside],
    }


def _outside_data(outside: "Outside") -> dict[str, Any]:
    row = outside.row and outside.row.model_dump(mode="json")
    return {**asdict(outside), "row": row}
