"""Step catalogue: `weerklank act --steps`, all steps and what each takes, with `--json` for programs."""

from typing import Any

import typer

from cli import console
from cli.step_options.fields import StepField, fields_of
from cli.step_options.usage import relayers_of, summary
from states.model.vocabulary import Step
from states.steps.machine import fitting_phases
from states.steps.table import STEPS

_TAB = 21  # columns for the name of a step


def list_steps(value: bool) -> None:
    """Print all steps and end, when *value* says that it was asked for."""
    if not value:
        return
    if console.SPEECH.as_json:
        console.say_json({"steps": [_row(step) for step in STEPS]})
    else:
        for step in STEPS:
            console.paragraph(_line(step), " " * _TAB, step.ljust(_TAB))
    raise typer.Exit


def _line(step: Step) -> str:
    fields = STEPS[
        step
    ].takes.model_fields.items()  # their types, of which it says nothing, take time
    takes = ", ".join(name if field.is_required() else f"[{name}]" for name, field in fields)
    return f"{takes or 'nothing'} · by {', '.join(str(by) for by in STEPS[step].by)}"


def _row(step: Step) -> dict[str, Any]:
    rule = STEPS[step]
    return {
        "step": step.value,
        "what": summary(step),
        "by": [f"{by}" for by in rule.by],
        "recorded_by": relayers_of(step),
        "phases": [phase.value for phase in fitting_phases(step)],
        "leads_to": rule.leads_to.value if rule.leads_to else None,
        "fields": [_field(field) | {"option": field.option} for field in fields_of(step)],
    }


def _field(field: StepField) -> dict[str, Any]:
    return {
        "name": field.name,
        "type": field.type,
        "required": field.required,
        "choices": list(field.choices),
        "description": field.description,
        "fields": [_field(inner) for inner in field.inner],
    }
