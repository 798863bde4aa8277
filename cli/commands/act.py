"""`weerklank act` and `weerklank open`: the steps of people, taken from the command line."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import console, times
from cli.app import HELP, group
from cli.completion import dialogue_ids, known_ids, people, programme_ids, step_names
from cli.console import AsJson
from cli.dry_run_view import DryRun, show_dry_run
from cli.near_matches import Unknown
from cli.step_options.command import StepCommand
from cli.step_options.hints import hint_to
from cli.step_options.json_input import read_given
from cli.step_options.key_option import KeyFile, unseal_by
from cli.step_options.parameters import given_by_options
from cli.step_options.problems import told_by_options
from cli.step_options.step_list import list_steps
from cli.times import Now
from records.engine.column_types import can_be_key
from records.engine.database import reading
from records.schema.fact_order import require_order
from services.house import House, open_house
from states.language.errors import NotKnown, Refused
from states.model.calendar import WorkCalendar
from states.model.information import Information
from states.model.people import Role
from states.steps.decide import known_step

if TYPE_CHECKING:
    from datetime import datetime

    from records.ledger import Receipt

_SHOWN_FACTS = 12

Dialogue = Annotated[
    str,
    typer.Argument(
        metavar="DIALOGUE", help="For example kledingmerk-2022.", autocompletion=dialogue_ids
    ),
]
Step = Annotated[
    str,
    typer.Argument(metavar="STEP", help="For example approve-analysis.", autocompletion=step_names),
]
By = Annotated[
    str,
    typer.Option(
        metavar="PERSON",
        help="Who takes it: a role, a stakeholder or a helper, like manager, union-bd or helper-1.",
        autocompletion=people,
    ),
]
With = Annotated[
    str,
    typer.Option(
        "--with",
        metavar="JSON",
        help='What comes with it, like \'{"stakeholder": "bank"}\'; @FILE or - reads it from there.',
    ),
]
ProgrammeId = Annotated[
    str,
    typer.Argument(
        metavar="PROGRAMME", help="For example kledingmerk.", autocompletion=programme_ids
    ),
]
Session = Annotated[
    str,
    typer.Option(
        "--session", metavar="WHEN", help="When the session is, in local time: 2022-06-16T13:00."
    ),
]
Edition = Annotated[
    int | None,
    typer.Option(
        "--edition",
        min=1900,
        max=2999,
        help="Its number, like 2022. Default: the year of the session.",
    ),
]
Facts = Annotated[
    Path | None,
    typer.Option(
        "--information",
        metavar="FILE",
        help="YAML or JSON with the invitation's eight fields: purpose, feedback_by, …",
    ),
]


Steps = Annotated[
    bool,
    typer.Option(
        "--steps",
        is_eager=True,
        expose_value=False,
        callback=list_steps,
        help="List all steps, what each takes ([optional]) and who may take it; with --json also its types.",
    ),
]


Tight = Annotated[
    bool,
    typer.Option("--tight", help="Open it although days do not fit: what begins late is not late."),
]


app = group()


@app.command("act", cls=StepCommand, context_settings=HELP)
def act(
    ctx: typer.Context,
    dialogue: Dialogue,
    step: Step,
    *,
    by: By,
    given: With = "{}",
    key_file: KeyFile = None,
    now: Now = None,
    as_json: AsJson = False,
    _steps: Steps = False,
) -> None:
    """Take one step in a dialogue; a step that is not allowed says why and changes nothing.

    What comes with the step is given by options of its own, by --with as JSON, or by both.
    weerklank act DIALOGUE STEP --help lists them.

    weerklank act kledingmerk-2022 invite --by manager --stakeholder bank
    weerklank act kledingmerk-2022 invite --by manager --with '{"stakeholder": "bank"}'
    weerklank act kledingmerk-2022 accept-invitation --by bank
    """
    beside, moment = read_given(given), times.moment_or_now(now)
    unseal = unseal_by(key_file)
    detail = given_by_options(ctx, beside)
    with open_house() as house:
        try:
            taken = known_step(step).name
            require_typed_order(house, dialogue, now, moment)
            receipt = house.ledger.act(dialogue, taken, detail, by=by, now=moment, unseal=unseal)
        except NotKnown:
            raise
        except Refused as refusal:
            if refusal.details.get("problems"):
                told = told_by_options(refusal, detail, beside)
                raise _with_nobody(told, house, dialogue, by) from None
            known = house.ledger.read(dialogue)
            if hint := hint_to(refusal, known, step, by, detail):
                refusal.add_note(hint)
            raise
    _tell(receipt, as_json=as_json)
    console.suggest(f"weerklank status {dialogue}")


def open_edition(
    programme: ProgrammeId,
    *,
    session: Session,
    edition: Edition = None,
    information: Facts = None,
    by: By = Role.MANAGER.value,
    tight: Tight = False,
    dry_run: DryRun = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Open an edition by hand; the yearly schedule does it by itself.

    A session so near that days are over already is refused, with the earliest that fits; --tight opens it all the same.

    weerklank open kledingmerk --session 2022-06-16T13:00
    weerklank open kledingmerk --session 2022-06-16T13:00 --dry-run
    """
    moment = times.moment_or_now(now)
    told = _information(information)

    def open_it(house: House) -> "Receipt":
        return house.ledger.open_edition(
            programme,
            session_at=_session_at(house, programme, session),
            edition=edition,
            information=told,
            by=by,
            now=moment,
            tight=tight,
        )

    if dry_run:
        receipt = show_dry_run(lambda _: [programme], open_it, as_data, as_json=as_json)
        if not as_json:
            console.out(f"{receipt.dialogue_id}: {receipt.phase.replace('_', ' ')}")
        return
    with open_house() as house:
        receipt = open_it(house)
    _tell(receipt, as_json=as_json)
    console.suggest(f"weerklank status {receipt.dialogue_id}")


def _information(path: Path | None) -> Information | None:
    if path is None:
        return None
    from cli.yaml_input import read_document, validate

    return validate(Information, read_document(path))


def _session_at(house: House, programme_id: str, text: str) -> "datetime":
    session = times.with_hour(text, "--session")
    programme = house.ledger.programme(programme_id).programme
    return WorkCalendar(programme.time_zone, programme.country).instant(session)


def _with_nobody(refusal: Refused, house: House, dialogue: str, by: str) -> Refused:
    """*refusal* of what came with a step; that *by* is nobody in *dialogue* is told at once, and who was meant."""
    if by not in known_ids("person", dialogue) and dialogue in house.ledger.dialogue_ids():
        nobody = NotKnown("unknown-person", by=by)
        refusal.add_note(nobody.why(console.language()))
        refusal.unknown = Unknown("person", by, dialogue)  # type: ignore[attr-defined]
    return refusal


def require_typed_order(house: House, dialogue: str, typed: str | None, moment: "datetime") -> None:
    """Raise Refused('past-now') when *moment* was *typed*, and *dialogue* is further already."""
    if typed is not None and can_be_key(dialogue):
        with reading(house.engine) as connection:
            require_order(connection, dialogue, moment, typed=True)


def _tell(receipt: "Receipt", *, as_json: bool) -> None:
    if as_json:
        console.say_json(as_data(receipt))
        return
    console.out(f"{receipt.dialogue_id}: {receipt.phase.replace('_', ' ')}")
    for fact in receipt.facts[:_SHOWN_FACTS]:
        console.out(f"  {fact.fact}  {fact.subject}")
    if len(receipt.facts) > _SHOWN_FACTS:
        console.out(f"  … and {len(receipt.facts) - _SHOWN_FACTS} more facts")


def as_data(receipt: "Receipt") -> dict[str, Any]:
    """What a step brought about, as plain data."""
    facts = [fact.model_dump(mode="json") for fact in receipt.facts]
    return {"dialogue": receipt.dialogue_id, "phase": str(receipt.phase), "facts": facts}
